"""The record's one writer: what is acknowledged, what is refused, what readers see."""

from __future__ import annotations

import base64
import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from forewarn import record
from forewarn.edge import disk, store
from forewarn.edge.store import Damaged, Locked, Store, StoreError, TooLong, Unwritable
from forewarn.messages import Chunk, Header, Message, Snapshot, Tick
from tests.record_help import T_NS, Line, contents, header, lines, story, write

LINES = lines(3, 600)


def told(some: list[Line]) -> list[Message]:
    return [line.message for line in some]


@pytest.fixture(autouse=True, scope="module")
def quick_disk() -> Iterator[None]:
    """No waiting for the disk: that fsync is called where it must be is tests/test_store_durable.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda fd: None)
        yield


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record"


# ---------------------------------------------------------------------------------------------------- write and read


def test_what_is_committed_is_read(path: Path) -> None:
    with write(path, LINES) as one:
        assert one.size == len(LINES)
        assert list(one.entries()) == told(LINES)
    assert list(store.entries(path)) == told(LINES)
    assert list(store.entries(path, 300)) == told(LINES)[300:]
    assert list(store.entries(path, 10_000)) == []


def test_only_what_is_committed_is_there(path: Path) -> None:
    with Store.create(path) as one:
        one.append(told(LINES[:5]))
        assert (one.size, one.commit(), one.commit()) == (0, 5, 5)
        one.append(told(LINES[5:9]))
        assert list(one.entries()) == told(LINES[:5])
    assert list(store.entries(path)) == told(LINES[:9])


def test_the_root_is_that_of_the_entries(path: Path) -> None:
    with write(path, LINES) as one:
        leaves = [record.leaf_hash(m) for n in range(3) for m in record.unframe((path / record.bundle_path(n)).read_bytes())[0]]
        assert one.root() == record.root(record.of_leaves(leaves), len(LINES))
    read = record.of_tiles(lambda name: (path / name).read_bytes())
    assert record.Tree.load(len(LINES), read).root() == record.root(read, len(LINES)) == one.root()


def test_however_entries_are_batched_the_record_is_the_same(tmp_path: Path) -> None:
    for batch in (1, 255, 256, 257, 1_000):
        write(tmp_path / str(batch), LINES, batch=batch).close()
    first, *others = [contents(tmp_path / str(batch)) for batch in (1, 255, 256, 257, 1_000)]
    assert all(other == first for other in others)


def test_a_record_goes_on_where_it_was(path: Path) -> None:
    write(path, LINES[:300]).close()
    for line in LINES[300:310]:
        with Store.open(path) as one:
            assert one.notes == []
            one.append([line.message])
    assert list(store.entries(path)) == told(LINES[:310])
    assert store.verify(path).ok


def test_the_checkpoint_comes_with_the_first_commit_and_then_on_a_cadence(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "CHECKPOINT_EVERY", 100)
    sizes = []
    with Store.create(path) as one:
        for at in range(0, 350, 10):
            one.append(told(LINES[at : at + 10]))
            one.commit()
            sizes.append(int((path / "checkpoint").read_text().split("\n")[1]))
    assert sorted(set(sizes)) == [10, 110, 210, 310]
    assert store.verify(path).checkpoint == 350


def test_partial_files_grow_under_the_name_of_the_whole(path: Path) -> None:
    with Store.create(path) as one:
        one.append(told(LINES[:100]))
        one.commit()
        before = contents(path)
        one.append(told(LINES[100:200]))
        one.commit()
    after = contents(path)
    for name in ("tile/entries/000", "tile/0/000"):
        assert after[name].startswith(before[name])
        assert len(after[name]) > len(before[name])


def test_a_torn_tail_is_not_read_and_said(path: Path) -> None:
    write(path, LINES[:20]).close()
    with (path / "tile/entries/000").open("ab") as file:
        file.write(b"\x00\x10torn")
    found = store.entries(path)
    assert list(found) == told(LINES[:20])
    assert found.torn == "6 bytes behind entry 19, torn and never acknowledged"


def test_an_entry_that_does_not_fit_is_never_read(path: Path) -> None:
    write(path, LINES).close()
    bundle = path / "tile/entries/001"
    data = bytearray(bundle.read_bytes())
    data[5_000] ^= 1
    bundle.write_bytes(data)
    read = []
    with pytest.raises(Damaged, match="tile/entries/001"):
        read += store.entries(path)
    assert list(store.entries(path, 512)) == told(LINES)[512:]


def test_entries_that_are_gone_with_their_hashes_are_missed(path: Path) -> None:
    write(path, LINES).close()
    os.truncate(path / "tile/entries/000", 0)
    os.truncate(path / "tile/0/000", 0)
    Store.open(path).close()  # which reads the end alone
    with pytest.raises(Damaged, match=f"the leaf hash of entry 0, one of {len(LINES)}"):
        list(store.entries(path))
    assert list(store.entries(path, 256)) == told(LINES[256:])


# -------------------------------------------------------------------------------------------------- create, open, lock


def test_a_record_needs_a_folder_of_its_own(path: Path) -> None:
    path.mkdir()
    Store.create(path).close()  # empty is fine
    (path / "thesis.doc").write_text("x")
    with pytest.raises(StoreError, match=r"is not empty \(thesis.doc\)"):
        Store.create(path)
    assert not Store.exists(path)


def test_a_record_is_not_written_over(path: Path) -> None:
    write(path, LINES[:3]).close()
    assert Store.exists(path)
    with pytest.raises(StoreError, match="holds a record already"):
        Store.create(path)
    (path / "checkpoint").unlink()
    with pytest.raises(StoreError, match="holds a record already"):
        Store.create(path)


def test_a_record_that_somebody_began_meanwhile_is_not_written_over(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = disk.lock

    def after_another(name: Path) -> int:
        monkeypatch.setattr(disk, "lock", lock)
        write(path, LINES[:3]).close()
        return lock(name)

    monkeypatch.setattr(disk, "lock", after_another)
    with pytest.raises(StoreError, match="holds a record already"):
        Store.create(path)
    assert list(store.entries(path)) == told(LINES[:3])


def test_a_file_in_the_way_is_said(path: Path) -> None:
    path.write_text("x")
    with pytest.raises(Unwritable):
        Store.create(path)
    assert not Store.exists(path)


@pytest.mark.parametrize("use", [Store.open, store.entries, store.verify])
def test_where_there_is_no_record_that_is_said(path: Path, use: Callable[[Path], object]) -> None:
    with pytest.raises(StoreError, match="there is no record there"):
        use(path)
    assert not path.exists()


def test_a_creation_that_a_crash_cut_short_is_begun_again(path: Path) -> None:
    Store.create(path).close()
    disk.put(path / "tile/entries/000", 0, b"\x01\x00{")
    disk.put(path / "checkpoint.new", 0, b"f")
    assert not Store.exists(path)
    write(path, LINES[:3]).close()
    assert store.verify(path).ok


def test_two_writers_are_refused(path: Path) -> None:
    with write(path, LINES[:3]) as one:
        for again in (Store.open, Store.create):
            with pytest.raises(StoreError, match=r"one writer|a record already"):
                again(path)
        one.append(told(LINES[3:4]))
    Store.open(path).close()


def test_a_second_process_is_told_who_writes(path: Path) -> None:
    code = """if True:
        import sys
        from pathlib import Path
        from forewarn.edge.store import Locked, Store
        try:
            Store.open(Path(sys.argv[1]))
        except Locked as locked:
            print(locked.pid, locked)
    """
    with write(path, LINES[:3]):
        answer = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True).stdout
    assert answer.startswith(f"{os.getpid()} {path}: process {os.getpid()} is writing this record")
    assert (path / "lock").read_bytes() == b""


def test_a_writer_that_failed_to_open_holds_no_lock(path: Path) -> None:
    write(path, LINES[:3]).close()
    good = (path / "checkpoint").read_bytes()
    (path / "checkpoint").write_bytes(b"x")
    with pytest.raises(Damaged):
        Store.open(path)
    (path / "checkpoint").write_bytes(good)
    Store.open(path).close()


def test_closing_twice_is_closing(path: Path) -> None:
    one = write(path, LINES[:3])
    one.close()
    one.close()


# ------------------------------------------------------------------------------------------------------- too much


def test_a_message_that_no_entry_holds_is_refused_with_its_batch(path: Path) -> None:
    long = Chunk(t_ns=T_NS, feed="radar", data=bytes(60_000))
    with write(path, LINES[:3]) as one:
        with pytest.raises(TooLong, match=r'at most: b.{"type":"Chunk"'):
            one.append([LINES[3].message, long])
        assert one.commit() == 3
        one.append(told(LINES[3:4]))
    assert list(store.entries(path)) == told(LINES[:4])


def test_the_longest_entry_is_taken(path: Path) -> None:
    bare = len(msgspec.json.encode(Chunk(t_ns=T_NS, feed="", data=b"")))
    longest = Chunk(t_ns=T_NS, feed="f" * (65_535 - bare), data=b"")
    with write(path, LINES[:2]) as one:
        one.append([longest])
    assert list(store.entries(path))[-1] == longest
    with Store.open(path) as one, pytest.raises(TooLong):
        one.append([msgspec.structs.replace(longest, data=b"1")])


def test_what_waits_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_WAITING", 1_000)
    with Store.create(path) as one:
        with pytest.raises(Unwritable, match="wait to be written already"):
            one.append(told(LINES[:200]))
        one.append(told(LINES[:3]))
        assert one.commit() == 3


# ------------------------------------------------------------------------------------------------------- a disk that fails


class FullDisk:
    """Takes ``room`` bytes, then none."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        self.room = room
        self._write = os.pwrite
        monkeypatch.setattr(os, "pwrite", self.pwrite)

    def pwrite(self, fd: int, data: memoryview, offset: int) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = self._write(fd, data[: self.room], offset)
        self.room -= done
        return done


@pytest.mark.parametrize("room", [0, 1, 100, 1_000])
def test_a_full_disk_is_told_and_survived(path: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    one = write(path, LINES[:10])
    before = one.size
    one.append(told(LINES[10:40]))
    full = FullDisk(monkeypatch, room)
    for _ in range(2):
        with pytest.raises(Unwritable, match="No space left"):
            one.commit()
        assert one.size == before
        assert list(one.entries()) == told(LINES[:before])
    one.append(told(LINES[40:41]))
    full.room = 1 << 30
    assert one.commit() == 41
    one.close()
    assert list(store.entries(path)) == told(LINES[:41])
    assert store.verify(path).entries == 41


def test_after_a_full_disk_the_acknowledged_is_there(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = write(path, LINES[:10])
    one.append(told(LINES[10:40]))
    full = FullDisk(monkeypatch, 700)
    with pytest.raises(Unwritable):
        one.close()
    full.room = 1 << 30
    with Store.open(path) as again:
        assert again.size >= 10
        assert list(again.entries()) == told(LINES[: again.size])
    assert store.verify(path).ok


def test_a_folder_that_cannot_be_written_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    write(path, LINES[:3]).close()
    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(Unwritable, match="Permission denied"):
        Store.open(path)
    with pytest.raises(Unwritable, match="Permission denied"):
        Store.create(path.parent / "other")


# ----------------------------------------------------------------------------------------------------------- snapshots


def test_the_newest_snapshot_and_what_follows_it(path: Path) -> None:
    ends = [n for n, line in enumerate(LINES, 1) if line.ends is not None]
    with Store.create(path) as one:
        assert one.last_snapshot() == (0, None)
        one.append(told(LINES[: ends[50]]))
        one.snapshot(LINES[ends[50] - 1].ends or 0, b"early")
        one.append(told(LINES[ends[50] : ends[90]]))
        one.snapshot(LINES[ends[90] - 1].ends or 0, b"late")
        one.append(told(LINES[ends[90] :]))
    with Store.open(path) as one:
        position, state = one.last_snapshot()
        assert state == b"late"
        assert list(one.entries(position)) == told(LINES[ends[90] :])
    assert store.verify(path).ok


def test_the_newest_few_snapshots_are_kept(path: Path) -> None:
    with write(path, LINES, snapshots=20) as one:
        kept = sorted(int(file.name) for file in (path / "snapshots").iterdir())
        named = [m.of for m in one.entries() if isinstance(m, Snapshot)]
    assert kept == named[-store.KEEP_SNAPSHOTS :]
    assert len(named) > 5


def test_a_snapshot_of_the_same_number_is_written_once(path: Path) -> None:
    with Store.create(path) as one:
        one.append(told(LINES[:2]))
        one.snapshot(1, b"state")
        one.snapshot(1, b"state")
        assert one.size == 3


def test_a_snapshot_that_was_damaged_is_passed_over_and_said(path: Path) -> None:
    write(path, LINES, snapshots=20).close()
    older, newest = sorted((path / "snapshots").iterdir(), key=lambda file: int(file.name))[-2:]
    newest.write_bytes(b"x" + newest.read_bytes()[1:])
    with Store.open(path) as one:
        position, state = one.last_snapshot()
        assert state == older.read_bytes()
        assert f"snapshot {newest.name} is not what entry" in one.notes[-1]
        assert isinstance(list(one.entries(position - 1))[0], Snapshot)  # noqa: RUF015
    shutil.rmtree(path / "snapshots")
    with Store.open(path) as one:
        assert one.last_snapshot() == (0, None)


@pytest.mark.parametrize("size", [0, 9_000])
def test_damage_behind_the_newest_snapshot_is_met_when_it_is_looked_for(path: Path, size: int) -> None:
    first = lines(3, 100)
    with write(path, first) as one:
        one.snapshot(first[-1].ends or 0, b"state")
        one.append(told(LINES[len(first) :]))
    os.truncate(path / "tile/entries/001", size)
    with pytest.raises(Damaged, match="tile/entries/001"):
        Store.open(path)
    assert (path / "snapshots" / str(first[-1].ends)).exists()


def test_a_snapshot_that_the_log_does_not_name_is_removed(path: Path) -> None:
    write(path, LINES, snapshots=100).close()
    before = contents(path)
    disk.put(path / "snapshots/99999999", 0, b"unnamed")
    disk.put(path / "snapshots/99999999.new", 0, b"half")
    disk.put(path / "checkpoint.new", 0, b"half")
    Store.open(path).close()
    assert contents(path) == before


# ----------------------------------------------------------------------------------------------------- recovery, by hand


def crashed(path: Path, monkeypatch: pytest.MonkeyPatch, count: int = 600) -> None:
    """A record whose checkpoint is far behind, as after a kill."""
    monkeypatch.setattr(store, "CHECKPOINT_EVERY", 1 << 30)
    one = write(path, LINES[:count])
    os.close(one._lock)


def test_a_killed_writer_leaves_a_record_that_opens(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crashed(path, monkeypatch)
    assert store.verify(path).checkpoint == 7
    with Store.open(path) as one:
        assert (one.size, one.notes) == (600, [])
    assert store.verify(path).checkpoint == 600
    assert (path / "tile/1/000").stat().st_size == 64


def test_whole_entries_without_their_hash_are_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crashed(path, monkeypatch)
    for n, size in ((0, 999), (1, None), (2, None)):
        tile = path / record.tile_path(0, n)
        tile.unlink() if size is None else os.truncate(tile, size)
    with Store.open(path) as one:
        assert list(one.entries()) == told(LINES[:600])
        assert one.notes == [f"{600 - 31} whole entries up to 599 were never acknowledged, and are kept"]
    assert store.verify(path).ok


def test_a_torn_entry_is_cut_off_and_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crashed(path, monkeypatch)
    with (path / "tile/entries/002").open("ab") as file:
        file.write(b"\x00\x05{")
    with Store.open(path) as one:
        assert one.size == 600
        assert one.notes == ["3 bytes behind entry 599 were cut off: torn, and never acknowledged"]
    assert store.verify(path).ok


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("tile/entries/002", 4_000),
        ("tile/entries/002", 0),
        ("tile/entries/001", 20_000),
        ("tile/entries/000", 100),
    ],
)
def test_an_acknowledged_entry_that_is_missing_is_refused_and_nothing_changed(
    path: Path, monkeypatch: pytest.MonkeyPatch, name: str, size: int
) -> None:
    crashed(path, monkeypatch)
    os.truncate(path / name, size)
    before = contents(path)
    with pytest.raises(Damaged, match=name):
        Store.open(path)
    assert contents(path) == before
    assert store.verify(path).faults[0].file == name


@pytest.mark.parametrize("beyond", ["tile/0/002", "tile/entries/002"])
def test_files_behind_one_that_is_not_full_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch, beyond: str) -> None:
    crashed(path, monkeypatch)
    for name, size in (("tile/0/001", 64), ("tile/entries/001", 5_000)):
        os.truncate(path / name, size)
    for name in {"tile/0/002", "tile/entries/002"} - {beyond}:
        (path / name).unlink()
    before = contents(path)
    with pytest.raises(Damaged, match=f"since {beyond} follows"):
        Store.open(path)
    assert contents(path) == before
    assert not store.verify(path).ok


def test_an_entry_that_a_power_cut_spoiled_is_cut_off_with_what_follows(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crashed(path, monkeypatch)
    os.truncate(path / "tile/0/002", 32 * 50)
    data = bytearray((path / "tile/entries/002").read_bytes())
    spoiled = len(record.frame(record.unframe(bytes(data))[0][:60])) + 9
    data[spoiled : spoiled + 20] = bytes(20)
    (path / "tile/entries/002").write_bytes(data)
    with Store.open(path) as one:
        assert list(one.entries()) == told(LINES[: 512 + 60])
        assert "torn, and never acknowledged" in one.notes[0]
    assert store.verify(path).ok


def test_a_record_without_a_checkpoint_is_read_from_its_start(path: Path) -> None:
    write(path, LINES, snapshots=100).close()
    before = contents(path)
    (path / "checkpoint").unlink()
    with Store.open(path) as one:
        assert one.notes == ["there was no checkpoint: every entry was read"]
    assert contents(path) == before


def test_a_checkpoint_that_the_tiles_do_not_bear_out_is_refused(path: Path) -> None:
    write(path, LINES).close()
    before = contents(path)
    text = before["checkpoint"].decode().split("\n")
    other = base64.b64encode(bytes(32)).decode()
    for bad in ([text[0], "599", text[2], ""], [*text[:2], other, ""], [text[0], "9999", *text[2:]], ["x"]):
        (path / "checkpoint").write_text("\n".join(bad))
        with pytest.raises(Damaged, match="checkpoint"):
            Store.open(path)
        assert {**contents(path), "checkpoint": b""} == {**before, "checkpoint": b""}


# --------------------------------------------------------------------------------------------------------------- verify


def test_a_root_may_be_noted_in_hex_or_base64_and_with_its_size(path: Path) -> None:
    with write(path, LINES[:100]) as one:
        early = one.root()
        one.append(told(LINES[100:]))
    for noted in (one.root().hex(), base64.b64encode(one.root()).decode(), f"100:{early.hex()}", f"{len(LINES)}:{one.root().hex()}"):
        assert store.verify(path, noted).ok
    assert not store.verify(path, f"101:{early.hex()}").ok
    assert not store.verify(path, early.hex()).ok
    for nonsense in ("root", "x" * 64, f"a:{early.hex()}", f"{early.hex()}00", "é"):
        with pytest.raises(StoreError, match="is not ROOT or SIZE:ROOT"):
            store.verify(path, nonsense)


def test_a_record_that_is_being_written_is_verified(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even while entries, tiles and snapshots come, and old snapshots go."""
    told_first, more = lines(3, 250), LINES[len(lines(3, 250)) :]
    ends = [n for n, line in enumerate(more, 1) if line.ends is not None][::25]
    with write(path, told_first, snapshots=20) as one:
        read = disk.Folder.read

        def and_meanwhile(folder: disk.Folder, name: str, limit: int) -> bytes | None:
            if name == "tile/0/000" and ends:
                monkeypatch.setattr(disk.Folder, "read", read)
                for begin, end in pairwise([0, *ends]):
                    one.append(told(more[begin:end]))
                    one.snapshot(more[end - 1].ends or 0, b"s" * end)
            return read(folder, name, limit)

        monkeypatch.setattr(disk.Folder, "read", and_meanwhile)
        report = store.verify(path)
        assert report.ok, str(report)
        assert report.entries == one.size > 500


def test_what_is_no_file_of_ours_is_named(path: Path) -> None:
    write(path, LINES[:3]).close()
    (path / "elsewhere").symlink_to("/")
    assert [fault.file for fault in store.verify(path).faults] == ["elsewhere"]


def test_the_errors_are_of_one_kind() -> None:
    assert all(issubclass(kind, StoreError) for kind in (Locked, Damaged, Unwritable, TooLong))


def test_resumed_headers_lie_between_steps(path: Path) -> None:
    ended = lines(3, 300)
    write(path, ended).close()
    last = ended[-1].ends or 0
    t_ns = T_NS * 2
    with Store.open(path) as one:
        one.append([header(t_ns, resumed=True), Tick(t_ns=t_ns, seq=last + 1)])
    assert store.verify(path).ok
    assert isinstance(next(iter(store.entries(path, len(ended)))), Header)
    assert next(iter(story(3))).message == header()
