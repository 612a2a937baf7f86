"""A running watch: events in, record written, warnings sent, in the order that the house keeps.

Append the event; step; append what is kept; make durable; deliver. Starting anew and starting after a crash run the same
code: the newest snapshot is thawed, the events behind it are taken again, and the watch goes on. If the record cannot be
written, warnings go out all the same and that is said loudly.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from forewarn import watch
from forewarn.edge.build import header
from forewarn.edge.problem import Problem
from forewarn.edge.store import Store, StoreError
from forewarn.freeze import freeze, thaw
from forewarn.messages import EVENTS, Alert, Deliver, Event, Header, Message, SiteChanged, StepDigest

PART = 10_000  # characters of a site file in one event: as JSON never more than an entry holds
SNAPSHOT_EVERY_S = 60.0


class Courier(Protocol):
    """Who sends: ``edge.deliver`` or a stand-in."""

    def send(self, deliver: Deliver, alert: Alert) -> None: ...


def site_events(toml: str, t_ns: int) -> tuple[SiteChanged, ...]:
    """A site file as the events that put it in force."""
    cuts = [toml[i : i + PART] for i in range(0, len(toml), PART)] or [""]
    return tuple(SiteChanged(t_ns=t_ns, toml=cut, part=part, parts=len(cuts)) for part, cut in enumerate(cuts))


def _same_watch(state: watch.State, toml: str) -> None:
    if state.toml and watch.site_of(state.toml).name != watch.site_of(toml).name:
        names = watch.site_of(state.toml).name, watch.site_of(toml).name
        raise Problem(f"the record is of the watch `{names[0]}`, the site file of `{names[1]}`: give another folder to --record")


class Watching:
    """One watch with its record (or none) and its courier (or none).

    ``durable_every``: how many events may pass before they are made durable when nothing has to be sent; 1 for live feeds.
    """

    def __init__(
        self,
        store: Store | None = None,
        courier: Courier | None = None,
        say: Callable[[str], None] = print,
        durable_every: int = 1,
    ) -> None:
        self.state = watch.State()
        self.store = store
        self.courier = courier
        self.say = say
        self.durable_every = durable_every
        self._snapshot_t_ns = 0
        self._since_commit = 0
        self._failing = False
        self._recording = store is not None

    def begin(self, toml: str, t_ns: int, recipients_hash: str = "") -> None:
        """Put a site file in force on a new record; ``t_ns`` is when the watch begins, by the arrival clock."""
        self._snapshot_t_ns = t_ns
        self._append((header(t_ns, recipients_hash, resumed=False),))
        for event in site_events(toml, t_ns):
            self.take(event)
        self.commit()

    def resume(self, toml: str, recipients_hash: str = "") -> None:
        """Go on with the record: from the newest snapshot, by the events behind it. Another site file takes effect now.

        What the crash kept off the record (messages of the last step) is written now; what it kept from being sent is sent now.
        """
        assert self.store is not None
        position = self._thaw(*self.store.last_snapshot())
        for note in self.store.notes:
            self.say(f"record: {note}")
        last_ns, differs = self.state.t_ns, False
        missing: tuple[Message, ...] = ()
        for entry in self.store.entries(position):
            if isinstance(entry, EVENTS):
                self.state, _, missing = watch.account(watch.renumbered(self.state, entry.seq - 1), entry)
            elif isinstance(entry, StepDigest):
                if missing and missing[-1] != entry and not differs:
                    self.say(f"record: event {entry.of} gives other messages now than were written; another build wrote it")
                    differs = True
                self.state, missing = watch.renumbered(self.state, entry.of + entry.messages), ()
            elif missing and entry == missing[0]:
                missing = missing[1:]
            last_ns = max(last_ns, entry.t_ns if isinstance(entry, Header) else self.state.t_ns)
        _same_watch(self.state, toml)
        self._append((*missing, header(last_ns, recipients_hash, resumed=True)))
        self._snapshot_t_ns = self.state.t_ns
        if toml != self.state.toml:
            self.say("the site file is another than before: it takes effect now")
            for event in site_events(toml, last_ns):
                self.take(event)
        self.commit()
        self._send(self.state.pending)

    def take(self, event: Event) -> tuple[Message, ...]:
        """One event through the watch. Its time is moved up to the watch's clock where it lies behind."""
        if event.t_ns < self.state.t_ns:
            event = msgspec.structs.replace(event, t_ns=self.state.t_ns)
        event = watch.stamped(self.state, event)
        self._append((event,))
        self.state, messages, entries = watch.account(self.state, event)
        self._append(entries)
        due = watch.due(messages)
        self._since_commit += 1
        if due or self._since_commit >= self.durable_every:
            self.commit()
        self._send(due)
        if (self.state.t_ns - self._snapshot_t_ns) / 1e9 >= SNAPSHOT_EVERY_S:
            self.snapshot()
        return messages

    @property
    def whole(self) -> bool:
        """Whether all that was to be recorded is on the disk, as far as anyone knows."""
        return not self._failing and (self.store is not None or not self._recording)

    def snapshot(self) -> None:
        """Write the state, so that the next start need not go further back than here."""
        self._snapshot_t_ns = self.state.t_ns
        if self.store is not None:
            self._durable(lambda store: store.snapshot(self.state.seq, freeze(self.state)))

    def commit(self) -> None:
        """Make durable what was appended; where that fails it is said, and tried again with the next."""
        self._since_commit = 0
        self._durable(lambda store: store.commit())

    def close(self) -> None:
        """What waits to the disk, and the record closed."""
        self._durable(lambda store: store.close())

    def _thaw(self, position: int, snapshot: bytes | None) -> int:
        """The newest snapshot's state; where another build wrote it in another shape, all events are taken again from the first."""
        if snapshot is None:
            return 0
        try:
            self.state = thaw(snapshot, watch.State)
        except msgspec.MsgspecError as error:
            self.say(f"record: the snapshot is of another build ({error}); all events are taken again")
            return 0
        return position

    def _send(self, due: tuple[watch.Due, ...]) -> None:
        for one in due if self.courier is not None else ():
            self.courier.send(one.deliver, one.alert)  # type: ignore[union-attr]

    def _append(self, entries: tuple[Message, ...]) -> None:
        """Entries wait in memory for the next commit; when no more can wait, the record ends here: it may have no holes."""
        if self.store is None:
            return
        try:
            self.store.append(entries)
        except StoreError as error:
            self.say(f"THE RECORD ENDS HERE: {error}. Warnings still go out; nothing is on the record from here on.")
            self._durable(lambda store: store.close())
            self.store = None

    def _durable(self, write: Callable[[Store], object]) -> None:
        if self.store is None:
            return
        try:
            write(self.store)
        except StoreError as error:
            if not self._failing:
                self.say(f"THE RECORD CANNOT BE WRITTEN: {error}. Warnings still go out; writing is tried again.")
            self._failing = True
        else:
            if self._failing:
                self.say("The record is written again; nothing of it was lost.")
            self._failing = False
