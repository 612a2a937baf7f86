"""A record through the live code again: what it gives, and whether that is what was written."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from forewarn import watch
from forewarn.edge import store
from forewarn.edge.build import header
from forewarn.messages import EVENTS, Decision, Event, Header, Message, Snapshot, Warning, encode

MAX_CHANGED = 100


class Step(msgspec.Struct, frozen=True):
    """One event of a record, what the watch gives for it now, what of it was and would be recorded.
    ``event_follows``: it is not the record's last."""

    event: Event
    messages: tuple[Message, ...]
    written: tuple[Message, ...]
    given: tuple[Message, ...]
    event_follows: bool


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """How a replay compares with its record. ``cut_short``: the record ends inside a step, as after a crash."""

    events: int
    messages: int
    entries: int
    identical: bool
    same_build: bool
    first_difference: str | None
    largest_difference: float
    changed_decisions: tuple[str, ...]
    cut_short: bool


def steps(record: Path) -> Iterator[Step]:
    """Fold the record's events again, from the first."""
    state = watch.State()
    event: Event | None = None
    written: list[Message] = []
    for entry in store.entries(record):
        if isinstance(entry, EVENTS):
            if event is not None:
                state, step = _again(state, event, tuple(written), True)
                yield step
            event, written = entry, []
        elif not isinstance(entry, Header | Snapshot):
            written.append(entry)
    if event is not None:
        yield _again(state, event, tuple(written), False)[1]


def _again(state: watch.State, event: Event, written: tuple[Message, ...], follows: bool) -> tuple[watch.State, Step]:
    state, messages, given = watch.account(watch.renumbered(state, event.seq - 1), event)
    return state, Step(event, messages, written, given, follows)


def replay(record: Path) -> Replay:
    """Compare a whole record with what the live code gives now. A last step that was only begun is no difference."""
    events = messages = entries = 0
    unlike: list[str] = []
    changed: list[str] = []
    largest, short = 0.0, False
    for step in steps(record):
        events, messages, entries = events + 1, messages + len(step.messages), entries + len(step.written)
        if _same(step):
            continue
        short = not step.event_follows and step.given[: len(step.written)] == step.written
        if not short:
            unlike = unlike or [_difference(step)]
            largest = max(largest, largest_difference(step))
            changed += _changed(step) if len(changed) < MAX_CHANGED else ()
    return Replay(
        events=events,
        messages=messages,
        entries=entries,
        identical=not unlike,
        same_build=_same_build(record),
        first_difference=unlike[0] if unlike else None,
        largest_difference=largest,
        changed_decisions=tuple(changed[:MAX_CHANGED]),
        cut_short=short,
    )


def _same(step: Step) -> bool:
    return len(step.written) == len(step.given) and all(encode(a) == encode(b) for a, b in zip(step.written, step.given, strict=True))


def _difference(step: Step) -> str:
    for old, new in zip(step.written, step.given, strict=False):
        if encode(old) != encode(new):
            return (
                f"event {step.event.seq}: {type(old).__name__} {old.seq} was {encode(old).decode()[:300]}, is {encode(new).decode()[:300]}"
            )
    return f"event {step.event.seq}: {len(step.written)} entries were written, {len(step.given)} are given"


def largest_difference(step: Step) -> float:
    """The largest difference between two numbers of the same field, over the entries of the same type in order."""
    pairs = zip(step.written, step.given, strict=False)
    return max((_apart(msgspec.to_builtins(a), msgspec.to_builtins(b)) for a, b in pairs if type(a) is type(b)), default=math.inf)


def _apart(a: Any, b: Any) -> float:
    if isinstance(a, float) and isinstance(b, float | int):
        return abs(a - b)
    if isinstance(a, dict) and isinstance(b, dict):
        return max((_apart(a[k], b[k]) for k in sorted(a.keys() & b.keys())), default=0.0)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return max((_apart(x, y) for x, y in zip(a, b, strict=False)), default=0.0)
    return 0.0


def _changed(step: Step) -> Iterator[str]:
    """What was decided or said otherwise."""

    def gist(messages: tuple[Message, ...]) -> dict[tuple[str, str], str]:
        return {
            (type(m).__name__, m.zone): m.level if isinstance(m, Decision) else m.action
            for m in messages
            if isinstance(m, Decision | Warning)
        }

    old, new = gist(step.written), gist(step.given)
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield f"event {step.event.seq}: {key[0]} for {key[1]} was {old.get(key, 'none')}, is {new.get(key, 'none')}"


def _same_build(record: Path) -> bool:
    now = header(0, "", resumed=False)
    found = [e for e in store.entries(record) if isinstance(e, Header)]
    return all((e.build, e.python, e.numpy, e.processor) == (now.build, now.python, now.numpy, now.processor) for e in found)
