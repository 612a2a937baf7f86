"""The page on the record: its example is what is written, and its check by hand finds what was changed."""

from __future__ import annotations

import ast
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from forewarn import record
from forewarn.edge import store
from tests.docs_help import blocks
from tests.record_help import contents, lines, write

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "record.md").read_text(encoding="utf-8")
WRITES, CHECKS = [block.text for block in blocks(PAGE) if block.info == "python"]
ENTRIES, LEAVES, CHECKPOINT = [block.text for block in blocks(PAGE) if block.info == "text"]


@pytest.fixture(scope="module")
def check() -> Callable[[Path], bytes]:
    """The page's own check."""
    found: dict[str, Callable[[Path], bytes]] = {"Path": Path}
    exec(CHECKS.rpartition("\nassert check")[0], found)
    return found["check"]


def test_the_example_is_what_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(WRITES, {})
    files = contents(tmp_path / "example")
    entries = [line.split(" ", 1) for line in ENTRIES.splitlines()]
    assert files["tile/entries/000"] == b"".join(bytes.fromhex(size) + entry.encode() for size, entry in entries)
    assert files["tile/0/000"] == b"".join(map(bytes.fromhex, LEAVES.splitlines()))
    assert files["checkpoint"] == CHECKPOINT.encode()
    assert files.keys() == {"tile/entries/000", "tile/0/000", "checkpoint", "lock"}
    assert store.verify(tmp_path / "example").ok


def test_the_check_by_hand_needs_nothing_of_ours() -> None:
    modules = {name.name for node in ast.walk(ast.parse(CHECKS)) if isinstance(node, ast.Import) for name in node.names}
    assert modules <= sys.stdlib_module_names
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(ast.parse(CHECKS)))
    assert len(CHECKS.splitlines()) <= 50


def test_the_check_by_hand_agrees_with_ours(tmp_path: Path, check: Callable[[Path], bytes]) -> None:
    for seed, count in enumerate((2, 255, 256, 257, 900)):
        path = tmp_path / str(count)
        with write(path, lines(seed, count), snapshots=40):
            pass
        assert check(path).hex() == store.verify(path).root


def test_the_check_by_hand_finds_flipped_bits(tmp_path: Path, check: Callable[[Path], bytes]) -> None:
    path = tmp_path / "record"
    with write(path, lines(1, 600), snapshots=40):
        pass
    files, chance = contents(path), random.Random(1)
    names = [name for name in files if name.startswith(("tile/entries", "checkpoint", "snapshots"))]
    assert len(names) > 5
    for name in names * 5:
        data = bytearray(files[name])
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        (path / name).write_bytes(data)
        with pytest.raises((AssertionError, ValueError)):
            check(path)
        (path / name).write_bytes(files[name])
    assert check(path)


def test_the_page_names_each_file_of_a_record() -> None:
    for name in (record.tile_path(0, 0), record.bundle_path(0), record.bundle_path(1_234_067), "checkpoint", "snapshots/N", "lock"):
        assert f"`{name}`" in PAGE
