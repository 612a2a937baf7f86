#!/bin/sh
# Writes requirements/*.txt anew from pyproject.toml and requirements/*.in: newest versions, pinned and hashed, for every
# platform and Python from 3.11 on. No address of any registry gets into them. Run by `make lock`.
set -eu
UPGRADE=${UPGRADE---upgrade} # `UPGRADE= make lock` keeps the pins there are and adds what is new
cd "$(dirname "$0")/.."

LOCKER=build/locker
[ -x "$LOCKER/bin/uv" ] || {
    "${PYTHON:-python3}" -m venv "$LOCKER"
    "$LOCKER/bin/python" -m pip install -qq --disable-pip-version-check uv
}
compile() {
    out=$1
    shift
    "$LOCKER/bin/uv" pip compile --quiet $UPGRADE --universal --python-version 3.11 --generate-hashes --no-header \
        --output-file "$out" "$@"
}
compile requirements/run.txt pyproject.toml
compile requirements/dev.txt --constraints requirements/run.txt pyproject.toml requirements/dev.in
