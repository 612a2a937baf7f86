#!/bin/sh
# Makes .venv, with all that running, testing and checking needs, from the pinned and hashed lock. Does nothing when nothing
# changed: .venv/.stamp holds what the last complete run was made from. Needs Python 3.11 or later; on Debian its venv module
# is a package of its own, which is installed here when we are root. pip uses the machine's own configuration.
set -eu
cd "$(dirname "$0")/.."

PYTHON=${PYTHON:-python3}
LOCK=requirements/dev.txt
STAMP=.venv/.stamp

say() { echo "setup: $*" >&2; }
die() { say "$*"; exit 1; }

apt_install() {
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        die "missing: $*. On Debian, as root: apt-get update && apt-get install $*"
    fi
    say "installing $* from Debian"
    apt-get update -qq </dev/null >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends "$@" </dev/null >/dev/null
}

can_make_venv() { "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; }

find_python() {
    command -v "$PYTHON" >/dev/null 2>&1 || apt_install python3 python3-venv
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        die "$PYTHON is older than 3.11. Say where a newer one is: make PYTHON=/path/to/python3.11 ..."
    can_make_venv || apt_install python3-venv
    can_make_venv || die "$PYTHON cannot make a virtual environment: it lacks ensurepip or venv."
}

# First line of the stamp: where .venv lies and its Python. If that changed, start from nothing.
place() { echo "$(pwd -P) $("$PYTHON" -VV 2>/dev/null | tr '\n' ' ')"; }
# Second line: what is installed in it. If only that changed, bring .venv up to date.
contents() { cat "$LOCK" pyproject.toml tools/setup.sh | cksum; }

same_place() { [ -x .venv/bin/python ] && [ "$(sed -n 1p "$STAMP" 2>/dev/null)" = "$(place)" ]; }
same_contents() { [ "$(sed -n 2p "$STAMP" 2>/dev/null)" = "$(contents)" ]; }

# --compile: modules without byte code import slowly, some by seconds; said here lest the machine's settings say otherwise.
pip_install() {
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --compile "$@" </dev/null
}

same_place && same_contents && exit 0
find_python
say "making .venv from $LOCK (a minute or so)"
same_place || "$PYTHON" -m venv --clear .venv
rm -f "$STAMP"
pip_install --require-hashes --requirement "$LOCK"
pip_install --no-deps --no-build-isolation --editable .
{ place; contents; } >"$STAMP"
