"""Which rows or looks came before, in bounded memory: two generations, the older forgotten when the younger is full."""

from __future__ import annotations

import msgspec

REMEMBERED = 4096  # at least so many of the newest


class Seen(msgspec.Struct, frozen=True):
    """The marks that are remembered."""

    young: frozenset[str] = frozenset()
    old: frozenset[str] = frozenset()


class Memory:
    """``Seen``, open for change while one chunk is read."""

    def __init__(self, seen: Seen) -> None:
        self._was, self._old = seen.young, seen.old
        self._new: set[str] = set()

    def __contains__(self, mark: str) -> bool:
        return mark in self._new or mark in self._was or mark in self._old

    def add(self, mark: str) -> None:
        """Remember a mark."""
        if len(self._was) + len(self._new) >= REMEMBERED:
            self._was, self._new, self._old = frozenset(), set(), self._was | self._new
        self._new.add(mark)

    @property
    def seen(self) -> Seen:
        """What to keep; the same value where nothing was added."""
        return Seen(self._was | self._new if self._new else self._was, self._old)
