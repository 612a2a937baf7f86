"""A record that fits is told so; each flipped bit, each missing or strange file is found and named."""

from __future__ import annotations

import functools
import json
import random
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import msgspec
import pytest

from forewarn import record
from forewarn.edge import store
from forewarn.messages import Header, Snapshot, Tick
from forewarn.record.tiles import HASH, unframe
from tests.record_help import InMemory, contents, header, lines, story, write

Files = dict[str, bytes]
LINES = lines(11, 620)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A closed record of three bundles with snapshots, that was resumed once."""
    path = tmp_path_factory.mktemp("records") / "whole"
    write(path, LINES[:400], snapshots=40).close()
    with store.Store.open(path) as again:
        again.append(line.message for line in LINES[400:])
    return contents(path)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A closed record of a few entries and a snapshot."""
    path = tmp_path_factory.mktemp("records") / "small"
    with write(path, lines(5, 9, longest=20), snapshots=2):
        pass
    return contents(path)


def verified(files: Files, root: bytes | None = None, size: int | None = None) -> record.Report:
    return record.verify(InMemory(files), root, size)


def flip(files: Files, name: str, at: int, bit: int) -> Files:
    data = bytearray(files[name])
    data[at] ^= 1 << bit
    return files | {name: bytes(data)}


@functools.cache
def ends(bundle: bytes) -> list[int]:
    return [len(record.frame(unframe(bundle)[0][: n + 1])) for n in range(len(unframe(bundle)[0]))]


def is_named(fault: record.Fault, files: Files, name: str, at: int) -> bool:
    """Whether a fault names the file, the entry and the place of a byte."""
    if fault.file != name:
        return False
    kind, number = name.split("/")[1:] if name.startswith("tile/") else (name, "0")
    if kind == "entries":
        bounds = [0, *ends(files[name])]
        place = max(n for n, begins in enumerate(bounds) if begins <= at)
        return (fault.entry, fault.offset) == (256 * int(number) + place, bounds[place])
    if kind == "0":
        return (fault.entry, fault.offset) == (256 * int(number) + at // HASH, at // HASH * HASH)
    if kind == "checkpoint":
        return fault.offset == at
    return fault.offset == at // HASH * HASH if kind == "1" else fault.entry is not None


def some_place(chance: random.Random, files: Files) -> tuple[str, int, int]:
    """A byte of all bytes, or of a file of all files: so that the small files have their share."""
    names = [name for name, data in files.items() if data]
    name = chance.choices(names, [len(files[n]) for n in names])[0] if chance.random() < 0.5 else chance.choice(names)
    return name, chance.randrange(len(files[name])), chance.randrange(8)


# ------------------------------------------------------------------------------------------------------- what fits


def test_a_whole_record_fits(whole: Files) -> None:
    report = verified(whole)
    assert report.ok
    assert (report.faults, report.notes) == ((), ())
    leaves = [record.leaf_hash(e) for name, data in whole.items() if name.startswith("tile/entries/") for e in unframe(data)[0]]
    assert report.entries == report.checkpoint == len(leaves) > 620
    assert report.root == record.root(record.of_leaves(leaves), len(leaves)).hex()
    assert report.snapshots == 3
    assert json.loads(msgspec.json.encode(report))["ok"] is True
    assert str(report).startswith(f"the record fits: {len(leaves)} entries, root {report.root}")


def test_a_root_noted_elsewhere_is_held_against_it(whole: Files) -> None:
    leaves = [whole["tile/0/000"][i : i + 32] for i in range(0, 8192, 32)]
    early, end = record.root(record.of_leaves(leaves), 77), bytes.fromhex(verified(whole).root)
    assert verified(whole, end).ok
    assert verified(whole, early, 77).ok
    assert verified(whole, record.EMPTY, 0).ok
    for root, size in ((early, None), (early, 78), (end, 77), (end, 10_000), (bytes(32), None)):
        report = verified(whole, root, size)
        assert not report.ok
        assert root.hex() in str(report)


# --------------------------------------------------------------------------------------------------- flipped bits


@pytest.mark.parametrize("seed", range(10))
def test_a_flipped_bit_at_each_of_a_hundred_places_is_found_and_named(whole: Files, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(100):
        name, at, bit = some_place(chance, whole)
        report = verified(flip(whole, name, at, bit))
        assert not report.ok, (name, at, bit)
        assert is_named(report.faults[0], whole, name, at), (name, at, bit, str(report))


def test_a_flipped_bit_in_every_byte_of_a_small_record_is_found(small: Files) -> None:
    assert any(name.startswith("snapshots/") for name in small)
    for name, data in small.items():
        for at in range(len(data)):
            report = verified(flip(small, name, at, at % 8))
            assert not report.ok, (name, at)
            assert is_named(report.faults[0], small, name, at), (name, at, str(report))


@pytest.mark.slow
def test_a_flipped_bit_in_a_record_with_three_levels_of_tiles_is_found(tmp_path: Path) -> None:
    path = tmp_path / "long"
    with store.Store.create(path) as long:
        long.append(line.message for line in islice(story(2, longest=50), 66_000))
    files = contents(path)
    assert {"tile/1/001", "tile/2/000"} < files.keys()
    assert verified(files).ok
    chance = random.Random(0)
    for name in ["tile/1/000", "tile/1/001", "tile/2/000", "tile/0/200", "tile/entries/200", "tile/0/257", "checkpoint"] * 3:
        at = chance.randrange(len(files[name]))
        fault = verified(flip(files, name, at, chance.randrange(8))).faults[0]
        assert fault.file == name


# ----------------------------------------------------------------------------------------- missing, strange, too much

Change = Callable[[Files], Files]


def without(name: str) -> Change:
    return lambda files: {n: data for n, data in files.items() if n != name}


def with_more(name: str, data: bytes = b"x" * 40) -> Change:
    return lambda files: files | {name: files.get(name, b"") + data}


def cut(name: str, size: int) -> Change:
    return lambda files: files | {name: files[name][:size]}


CHANGES: list[tuple[Change, str, int | None]] = [
    (without("checkpoint"), "checkpoint", None),
    (without("tile/entries/000"), "tile/entries/000", 0),
    (without("tile/entries/002"), "tile/entries/002", 512),
    (without("tile/0/001"), "tile/entries/001", 256),  # nothing is acknowledged from there on, against the checkpoint
    (without("tile/1/000"), "tile/1/000", None),
    (cut("tile/entries/001", 20_000), "tile/entries/001", None),
    (cut("tile/entries/002", 0), "tile/entries/002", 512),
    (cut("tile/0/002", 96), "tile/entries/002", 515),
    (cut("tile/1/000", 33), "tile/1/000", None),
    (cut("checkpoint", 80), "checkpoint", None),
    (with_more("checkpoint"), "checkpoint", None),
    (with_more("checkpoint", b"\n\xe2\x80\x94 someone c2ln\n"), "checkpoint", None),
    (with_more("tile/entries/000"), "tile/entries/000", None),
    (with_more("tile/0/000"), "tile/0/000", None),
    (with_more("tile/1/000"), "tile/1/000", None),
    (with_more("tile/1/001"), "tile/1/001", None),
    (with_more("tile/2/000"), "tile/2/000", None),
    (with_more("tile/0/003"), "tile/0/003", None),
    (with_more("tile/0/x001/000"), "tile/0/x001/000", None),
    (with_more("tile/entries/003"), "tile/entries/003", None),
    (with_more("tile/entries/004"), "tile/entries/004", None),
    (with_more("tile/entries/3"), "tile/entries/3", None),
    (with_more("lock"), "lock", None),
    (with_more("notes.txt"), "notes.txt", None),
    (with_more("snapshots/x"), "snapshots/x", None),
    (with_more("snapshots/7"), "snapshots/7", None),
    (with_more("snapshots/07"), "snapshots/07", None),
    (with_more("snapshots/sub/7"), "snapshots/sub/7", None),
]


@pytest.mark.parametrize(("change", "file", "entry"), CHANGES)
def test_what_is_missing_or_does_not_belong_there_is_named(whole: Files, change: Change, file: str, entry: int | None) -> None:
    report = verified(change(whole))
    assert not report.ok
    assert report.faults[0].file == file
    assert entry is None or report.faults[0].entry == entry


def test_each_strange_file_is_named_up_to_a_bound(whole: Files) -> None:
    report = verified(whole | {f"strange{n:02}": b"" for n in range(30)})
    assert [fault.file for fault in report.faults] == [f"strange{n:02}" for n in range(20)]


def test_snapshots_are_those_that_the_log_names(whole: Files) -> None:
    *_, older, newest = sorted((name for name in whole if name.startswith("snapshots/")), key=lambda n: int(n.split("/")[1]))
    assert verified(without(older)(whole)).ok
    assert verified(without(newest)(whole)).faults[0].file == newest
    for changed in (cut(newest, 499), with_more(newest, b"x"), cut(older, 0)):
        report = verified(changed(whole))
        assert report.faults[0].file in (older, newest)
        assert report.faults[0].entry is not None


def test_what_a_crash_leaves_is_noted_and_no_fault(whole: Files) -> None:
    more = record.frame([b'{"type":"Tick","t_ns":1}', b'{"type":"Ti'])[:-3]
    left = with_more("tile/entries/002", more)(with_more("tile/0/002", b"x" * 31)(whole))
    left |= {"checkpoint.new": b"forew", "snapshots/999999": b"state", "snapshots/999999.new": b"st"}
    report = verified(left)
    assert report.ok
    assert "1 entries, 10 bytes of one, 31 bytes of a leaf hash" in report.notes[0]
    assert [note.split()[0] for note in report.notes[1:]] == ["checkpoint.new", "snapshots/999999.new"]


def test_a_checkpoint_behind_the_end_is_held_against_the_root_there(whole: Files) -> None:
    leaves = [whole[f"tile/0/00{n}"][i : i + 32] for n in range(3) for i in range(0, len(whole[f"tile/0/00{n}"]), 32)]
    origin = whole["checkpoint"].decode().splitlines()[0]
    behind = record.checkpoint.to_text(record.Checkpoint(origin, 300, record.root(record.of_leaves(leaves), 300)))
    report = verified(whole | {"checkpoint": behind})
    assert report.ok
    assert report.checkpoint == 300
    wrong = record.checkpoint.to_text(record.Checkpoint(origin, 301, record.root(record.of_leaves(leaves), 300)))
    assert verified(whole | {"checkpoint": wrong}).faults[0].file == "checkpoint"


# -------------------------------------------------------------------------------- entries that hash well and say nonsense


def forged(tmp_path: Path, *messages: object) -> Files:
    path = tmp_path / "forged"
    with store.Store.create(path) as one:
        one.append(messages)  # type: ignore[arg-type]
    return contents(path)


def test_entries_out_of_order_are_named(tmp_path: Path) -> None:
    good = [line.message for line in islice(story(1), 20)]
    report = verified(forged(tmp_path, *good[:5], good[6], good[5]))
    fault = report.faults[0]
    assert (fault.entry, fault.file) == (5, "tile/entries/000")
    assert report.entries == 5


def test_an_entry_that_is_no_message_is_named() -> None:
    entry = b'{"type":"Nonsense"}'
    leaf = record.leaf_hash(entry)
    report = verified({"tile/entries/000": record.frame([entry]), "tile/0/000": leaf})
    assert (report.faults[0].entry, report.faults[0].expected) == (0, "a message")


def test_a_record_of_another_format_is_not_read(tmp_path: Path) -> None:
    later = Header(**{**msgspec.structs.asdict(header()), "format": 2})
    assert "expected format 1, found format 2" in str(verified(forged(tmp_path, later)))


def test_a_snapshot_of_absurd_size_is_not_read(tmp_path: Path) -> None:
    first = [line.message for line in islice(story(1), 2)]
    files = forged(tmp_path, *first, Snapshot(of=1, sha256="0" * 64, size=2**62))
    assert verified(files | {"snapshots/1": b"x"}).faults[0].found == "1 bytes"


def test_the_first_of_several_faults_is_told(whole: Files) -> None:
    report = verified(flip(flip(whole, "tile/entries/001", 9, 0), "tile/0/000", 64, 3))
    assert (report.faults[0].entry, report.faults[0].file) == (2, "tile/0/000")
    assert len(report.faults) == 1


def test_an_entry_and_its_hash_changed_together_are_found_by_the_hash_above(whole: Files) -> None:
    entries, _ = unframe(whole["tile/entries/000"])
    at = next(n for n, entry in enumerate(entries) if b'"Notice"' in entry)
    entries[at] = entries[at].replace(b"pier", b"quay")
    tile = whole["tile/0/000"]
    changed = {
        "tile/entries/000": record.frame(entries),
        "tile/0/000": tile[: 32 * at] + record.leaf_hash(entries[at]) + tile[32 * at + 32 :],
    }
    assert verified(whole | changed).faults[0].file == "tile/1/000"


def test_memory_does_not_grow_with_the_record(whole: Files) -> None:
    asked: list[int] = []

    class Bounded(InMemory):
        def read(self, name: str, limit: int) -> bytes | None:
            asked.append(limit)
            return super().read(name, limit)

    assert record.verify(Bounded(whole)).ok
    assert max(asked) <= record.tiles.MAX_BUNDLE + 1


def test_ticks_alone_are_a_record(tmp_path: Path) -> None:
    first = [line.message for line in islice(story(1), 2)]
    t_ns = first[1].t_ns  # type: ignore[attr-defined]
    assert verified(forged(tmp_path, *first, *(Tick(t_ns=t_ns, seq=n) for n in range(2, 300)))).ok
