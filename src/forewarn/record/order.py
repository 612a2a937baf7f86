"""The order that entries keep, whatever they say (``design/river.md``, *Numbers on the record*).

A header first, then the site file, then events in the order of their numbers and times. Behind an event what is kept of its step, with
numbers that rise, then the step's digest, which says how many numbers the step took. Headers and snapshots lie between steps.
"""

from __future__ import annotations

from forewarn.messages import EVENTS, Event, Header, Message, SiteChanged, Snapshot, StepDigest

FORMAT = 1  # of the record; a header of another is not read
BETWEEN = (Header, Snapshot)


class Misplaced(Exception):
    """A message that cannot stand where it stands: ``expected``, ``found``."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"expected {expected}, found {found}")
        self.expected, self.found = expected, found


class Order:
    """Takes the messages of a record one by one. ``within``: the last step has no digest yet though messages of it are kept."""

    def __init__(self) -> None:
        self.t_ns = -(2**63)
        self.within = False
        self._event = 0  # number of the last event
        self._last = 0  # last number known to be given
        self._digested = True  # the last step has its digest
        self._empty = True

    def add(self, message: Message) -> None:
        """The next message. Raises ``Misplaced``."""
        if self._empty and not isinstance(message, Header):
            raise Misplaced("a Header first", type(message).__name__)
        self._empty = False
        if isinstance(message, EVENTS):
            self._take_event(message)
        elif isinstance(message, StepDigest):
            self._take_digest(message)
        elif isinstance(message, BETWEEN):
            self._take_between(message)
        else:
            self._take_kept(message)

    def _take_event(self, event: Event) -> None:
        self._closed(type(event).__name__)
        if not self._event and not isinstance(event, SiteChanged):
            raise Misplaced("a SiteChanged as the first event", type(event).__name__)
        if event.seq != self._last + 1:
            raise Misplaced(f"event {self._last + 1}", f"{type(event).__name__} {event.seq}")
        self._not_earlier(event.t_ns)
        self._event = self._last = event.seq
        self._digested = False

    def _take_kept(self, message: Message) -> None:
        if self._digested:
            raise Misplaced(f"an event, {self._last + 1}", f"{type(message).__name__} {message.seq} of no step")
        if message.seq <= self._last:
            raise Misplaced(f"a number above {self._last}", f"{type(message).__name__} {message.seq}")
        self._last, self.within = message.seq, True

    def _take_digest(self, digest: StepDigest) -> None:
        if self._digested or digest.of != self._event:
            raise Misplaced(f"the digest of {self._event}, behind its step" if self._event else "an event", f"that of {digest.of}")
        end = self._event + digest.messages
        if digest.seq or digest.messages < 1 or end < self._last:
            raise Misplaced(f"a digest of {max(1, self._last - self._event)} messages or more", f"one of {digest.messages}")
        self._last, self._digested, self.within = end, True, False

    def _take_between(self, message: Header | Snapshot) -> None:
        self._closed(type(message).__name__)
        if message.seq:
            raise Misplaced("the number 0", str(message.seq))
        if isinstance(message, Header):
            if message.format != FORMAT:
                raise Misplaced(f"format {FORMAT}", f"format {message.format}")
            self._not_earlier(message.t_ns)
        elif message.of != self._last:
            raise Misplaced(f"a snapshot after {self._last}", f"one after {message.of}")
        self._digested = True

    def _closed(self, name: str) -> None:
        if self.within:
            raise Misplaced(f"the digest of step {self._event}", name)

    def _not_earlier(self, t_ns: int) -> None:
        if t_ns < self.t_ns:
            raise Misplaced(f"a time from {self.t_ns} ns on", f"{t_ns} ns")
        self.t_ns = t_ns
