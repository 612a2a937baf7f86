"""What could not be used: an inner exception that names it, and a tally that counts like ones together."""

from __future__ import annotations

from msgspec.structs import replace

from forewarn.messages import Reason, Refusal

VALUE_CHARS = 120
DATA_BYTES = 256


class Unusable(Exception):
    """A value that a decoder cannot use. Never leaves ``decode``: it becomes a ``Refusal``."""

    def __init__(self, reason: Reason, field: str, value: str = "", allowed: str = "") -> None:
        super().__init__(reason, field, value, allowed)
        self.reason: Reason = reason
        self.field, self.value, self.allowed = field, value, allowed


class Tally:
    """Refusals not told yet, those with the same reason and field counted in one; told in order of first appearance."""

    def __init__(self, feed: str, pending: tuple[Refusal, ...] = ()) -> None:
        self.feed = feed
        self._first = {(r.reason, r.field): r for r in pending} if pending else {}
        self._count = {kind: r.count for kind, r in self._first.items()}

    def add(self, bad: Unusable, t_ns: int, data: bytes, offset: int, count: int = 1) -> None:
        """Count one more; the first of its kind is the one that is shown."""
        kind = (bad.reason, bad.field[:VALUE_CHARS])
        self._count[kind] = self._count.get(kind, 0) + count
        if kind not in self._first:
            self._first[kind] = Refusal(
                feed=self.feed, t_ns=t_ns, reason=bad.reason, field=kind[1], value=bad.value[:VALUE_CHARS], allowed=bad.allowed,
                data=data[:DATA_BYTES], offset=max(offset, 0),
            )  # fmt: skip

    @property
    def pending(self) -> tuple[Refusal, ...]:
        """All of them, with their counts."""
        return tuple([replace(first, count=self._count[kind]) for kind, first in self._first.items()])

    def tell(self) -> tuple[Refusal, ...]:
        """All of them; they are told now, so the tally is empty again."""
        told = self.pending
        self._first, self._count = {}, {}
        return told
