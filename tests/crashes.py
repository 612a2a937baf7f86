"""A disk that stops in the middle: of any one write, cut or removal, with what a crash of the machine may leave of it."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forewarn.edge import disk

SECTOR = 512


class Crash(BaseException):
    """The machine stopped."""


def beginning(chance: random.Random, data: bytes) -> bytes:
    """Of a write, its beginning came to the disk: what a killed process leaves."""
    return data[: chance.randrange(len(data) + 1)]


def sectors(chance: random.Random, data: bytes) -> bytes:
    """Of a write, some sectors came to the disk, and the file's length: what a power cut may leave."""
    kept = bytearray(data)
    for at in range(0, len(data), SECTOR):
        if chance.random() < 0.5:
            kept[at : at + SECTOR] = bytes(len(kept[at : at + SECTOR]))
    return bytes(kept)


class Stopping:
    """Counts what is done to the disk, and stops at step ``at`` with ``left`` of the write that it is in."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int, left: Callable[[random.Random, bytes], bytes], seed: int) -> None:
        self.at, self.left, self.chance, self.steps = at, left, random.Random(seed), 0
        for name in ("_write", "sync", "cut", "drop"):
            patch.setattr(disk, name, self._stopping(getattr(disk, name)))

    def _stopping(self, do: Callable[..., None]) -> Callable[..., None]:
        def step(*arguments: Any) -> None:
            self.steps += 1
            if self.steps == self.at:
                if do.__name__ == "_write":
                    fd, offset, data = arguments
                    os.pwrite(fd, self._left(fd, offset, data), offset)
                raise Crash
            do(*arguments)

        return step

    def _left(self, fd: int, offset: int, data: bytes) -> bytes:
        """Bytes of the first sector that were there before are there still."""
        begun = offset % SECTOR
        return self.left(self.chance, bytes(begun) + data)[begun:]


def stopped(act: Callable[[], object]) -> bool:
    """Whether a crash came."""
    try:
        act()
    except Crash:
        return True
    return False


def let_go(path: Path) -> None:
    """What the system does for a process that is gone: its files are closed, and with them its locks."""
    for open_file in Path("/proc/self/fd").iterdir():
        try:
            if open_file.readlink() == path / "lock":
                os.close(int(open_file.name))
        except FileNotFoundError:  # the listing's own descriptor
            continue
