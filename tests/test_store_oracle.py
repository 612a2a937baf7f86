"""Our records under somebody else's eyes: Go's transparency log reads the folder, and agrees on root and proofs."""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from forewarn import record
from forewarn.edge.store import Store
from tests.record_help import lines

GO_MODULES = Path("/usr/share/gocode")  # where Debian puts golang-golang-x-mod-dev
HERE = Path(__file__).resolve().parent
SIZES = (1, 2, 255, 256, 257, 600, 66_000)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("go"), reason="needs go as an independent oracle (Debian: golang-go)"),
    pytest.mark.skipif(
        not (GO_MODULES / "src/golang.org/x/mod/sumdb/tlog").is_dir(),
        reason="needs golang.org/x/mod as an independent oracle (Debian: golang-golang-x-mod-dev)",
    ),
]


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Go program, built."""
    folder = tmp_path_factory.mktemp("go")
    settings = {"GO111MODULE": "off", "GOPATH": str(GO_MODULES), "GOCACHE": str(folder / "cache"), "GOFLAGS": "", "GOTOOLCHAIN": "local"}
    command = ["go", "build", "-o", str(folder / "tlog"), str(HERE / "oracles" / "tlog.go")]
    subprocess.run(command, env={**os.environ, **settings}, check=True, capture_output=True)
    return folder / "tlog"


def text(node: bytes) -> str:
    return base64.b64encode(node).decode()


def question(path: Path, size: int) -> dict[str, Any]:
    """Root and some proofs of a record, made from its tiles by us."""
    hashes = record.of_tiles(cache(lambda name: (path / name).read_bytes()))
    chance = random.Random(size)
    pairs = [(chance.randrange(size), size) for _ in range(20)] + [(0, 1), (size - 1, size)]
    pairs += [(chance.randrange(new), new) for new in (chance.randint(1, size) for _ in range(20))]

    def root(n: int) -> str:
        return text(record.root(hashes, n))

    records = [{"index": i, "size": n, "root": root(n), "proof": [*map(text, record.inclusion_proof(hashes, i, n))]} for i, n in pairs]
    trees = [
        {
            "old": i + 1,
            "new": n,
            "old_root": root(i + 1),
            "new_root": root(n),
            "proof": [*map(text, record.consistency_proof(hashes, i + 1, n))],
        }
        for i, n in pairs
    ]
    stated = (path / "checkpoint").read_text().split("\n")[2]
    return {"dir": str(path), "size": size, "root": stated, "records": records, "trees": trees}


def answer(oracle: Path, asked: dict[str, Any]) -> str:
    return subprocess.run([oracle], input=json.dumps(asked), capture_output=True, text=True, check=False).stdout.strip()


@pytest.mark.parametrize("size", SIZES)
def test_go_agrees_on_root_and_proofs(tmp_path: Path, oracle: Path, size: int) -> None:
    with Store.create(tmp_path / "record") as one:
        one.append(line.message for line in lines(size, size, longest=60)[:size])
    asked = question(tmp_path / "record", size)
    assert answer(oracle, asked) == "ok"


def test_go_does_not_agree_to_anything_else(tmp_path: Path, oracle: Path) -> None:
    with Store.create(tmp_path / "record") as one:
        one.append(line.message for line in lines(1, 600)[:600])
    asked = question(tmp_path / "record", 600)
    assert answer(oracle, asked | {"root": text(bytes(32))}).startswith("root ")
    asked["records"][0]["proof"][0] = text(bytes(32))
    assert "ok" not in answer(oracle, asked)
