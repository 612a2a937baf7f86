"""Files that are written whole or torn at their end; and the lock."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from forewarn.edge import disk


def test_bytes_are_put_where_they_belong_and_folders_made(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b" / "file"
    disk.put(file, 0, b"12345")
    disk.put(file, 5, b"678")
    disk.put(file, 2, b"xx")
    disk.put(file, 8, b"")
    assert file.read_bytes() == b"12xx5678"
    assert disk.size(file) == 8


def test_a_write_that_is_taken_in_pieces_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, offset: write(fd, data[:3], offset))
    disk.put(tmp_path / "file", 0, b"0123456789")
    assert (tmp_path / "file").read_bytes() == b"0123456789"


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk.replace(tmp_path / "file", b"first")
    (tmp_path / "file.new").write_bytes(b"left by a crash, and longer than what comes")
    disk.replace(tmp_path / "file", b"second")
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(OSError, match="No space left"):
        disk.replace(tmp_path / "file", b"third")
    assert (tmp_path / "file").read_bytes() == b"second"


def test_cut_and_drop(tmp_path: Path) -> None:
    file = tmp_path / "file"
    disk.put(file, 0, b"12345")
    disk.cut(file, 3)
    assert file.read_bytes() == b"123"
    disk.cut(file, 0)
    assert not file.exists()
    disk.drop(file)
    assert disk.size(file) == 0


def test_a_lock_is_held_until_it_is_closed(tmp_path: Path) -> None:
    held = disk.lock(tmp_path / "lock")
    with pytest.raises(disk.Held, match="another writer"):
        disk.lock(tmp_path / "lock")
    os.close(held)
    os.close(disk.lock(tmp_path / "lock"))
    assert (tmp_path / "lock").read_bytes() == b""


def test_a_folder_is_listed_in_order_with_what_is_no_file(tmp_path: Path) -> None:
    for name in ("b/2", "b/1", "a", "c"):
        disk.put(tmp_path / name, 0, name.encode())
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "b")
    folder = disk.Folder(tmp_path)
    assert [name for name, _ in folder.files()] == ["a", "b/1", "b/2", "c", "link"]
    assert dict(folder.files())["b/2"] == 3
    assert folder.read("b/2", 2) == b"b/"
    assert folder.read("b/2", 1 << 40) == b"b/2"
    assert folder.read("b", 2) is None
    assert folder.read("d", 2) is None
    assert list(disk.Folder(tmp_path / "d").files()) == []
