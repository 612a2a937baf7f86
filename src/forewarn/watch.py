"""The river itself: ``step(state, event) -> (state, messages)``, a fold with no other memory than its state.

An observation's way is told in ``design/river.md``. Rooms give messages without numbers; they are stamped here, in order, so
that every message names what it follows from. The watch judges at ticks: tracks are published, identified, projected and
decided on. ``account`` is ``step`` and the choice of what the record keeps of it; live running, recovery and replay all run it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import cast

import msgspec

from forewarn import decode, identify, project, sight, track, warn
from forewarn import record as log
from forewarn.messages import (
    Alert,
    Answer,
    Ask,
    BearingTrack,
    Blind,
    Chunk,
    Claim,
    Deliver,
    DeliveryReport,
    Event,
    Health,
    Identity,
    Message,
    Observation,
    OperatorAction,
    Outcome,
    Refusal,
    SensorError,
    SensorStatus,
    SiteChanged,
    Threat,
    Tick,
)
from forewarn.site import BadSite, Site, parse

MAX_ASKS = 256  # questions that an answer may still come to; the oldest is forgotten first
MAX_SITE_PARTS = 64
MAX_PENDING = 256  # deliveries not reported of; the oldest is forgotten first

Batch = tuple[Message, ...]


class Rooms(msgspec.Struct, frozen=True):
    """The state of each room under one site file."""

    decoders: dict[str, decode.State]
    sight: sight.State
    track: track.State
    identify: identify.State
    warn: warn.State


class Due(msgspec.Struct, frozen=True):
    """A delivery, and the alert that it is to deliver."""

    deliver: Deliver
    alert: Alert


class State(msgspec.Struct, frozen=True):
    """All that the watch remembers.

    ``toml`` is the site file in force, ``parts`` one that is still coming in, ``positions`` how far each feed has been read, in bytes,
    ``ticked_ns`` the last tick, ``pending`` what is to be sent and not reported of yet.
    """

    toml: str = ""
    parts: tuple[str, ...] = ()
    seq: int = 0
    t_ns: int = 0
    rooms: Rooms | None = None
    positions: dict[str, int] = {}
    ticked_ns: int = 0
    asks: tuple[Ask, ...] = ()
    pending: tuple[Due, ...] = ()
    told: log.Told = log.Told()


class OutOfOrder(ValueError):
    """Our bug, or a record that was changed: an event that could not have come then."""


@lru_cache(maxsize=4)
def site_of(toml: str) -> Site:
    """The parsed site file; the same text gives the same value."""
    return parse(toml)


def step(state: State, event: Event) -> tuple[State, Batch]:
    """Take one event. Messages come numbered ``state.seq + 2`` and on; the event itself has the number before them.

    Raises ``OutOfOrder`` where the event's time lies behind the state's, or comes before any site file.
    """
    if event.t_ns < state.t_ns:
        raise OutOfOrder(f"event at {event.t_ns} after {state.t_ns}")
    if state.rooms is None and not isinstance(event, SiteChanged):
        raise OutOfOrder(f"{type(event).__name__} before a site file")
    state, messages = _handle(msgspec.structs.replace(state, seq=state.seq + 1, t_ns=event.t_ns), event)
    return msgspec.structs.replace(state, pending=_pending(state.pending, event, messages)), messages


def _handle(state: State, event: Event) -> tuple[State, Batch]:
    if isinstance(event, SiteChanged):
        return _site_changed(state, event)
    handler = cast("Callable[[State, Site, Event], tuple[State, Batch]]", _HANDLERS[type(event)])
    return handler(state, site_of(state.toml), event)


def due(messages: Batch) -> tuple[Due, ...]:
    """The deliveries of a step, each with its alert."""
    alerts = {message.seq: message for message in messages if isinstance(message, Alert)}
    return tuple(Due(message, alerts[message.alert]) for message in messages if isinstance(message, Deliver))


def _pending(pending: tuple[Due, ...], event: Event, messages: Batch) -> tuple[Due, ...]:
    if isinstance(event, DeliveryReport):
        pending = tuple(one for one in pending if one.deliver.seq != event.deliver)
    return (*pending, *due(messages))[-MAX_PENDING:]


def stamped(state: State, event: Event) -> Event:
    """The event with its number and the watch's name, as it goes on the record before it is taken."""
    return msgspec.structs.replace(event, seq=state.seq + 1, site=site_of(state.toml).name if state.toml else "")


def account(state: State, event: Event) -> tuple[State, Batch, Batch]:
    """``step`` on a stamped event, and what is recorded behind the event: the kept messages, the digest of all.

    Raises ``OutOfOrder`` where the event's number is not the next one.
    """
    if event.seq != state.seq + 1:
        raise OutOfOrder(f"event {event.seq} after {state.seq}")
    state, messages = step(state, event)
    told, kept = log.select(state.told, messages)
    digest = (log.digest(event.seq, messages),) if messages else ()
    return msgspec.structs.replace(state, told=told), messages, (*kept, *digest)


# ------------------------------------------------------------------------------------------------------------ numbers


def renumbered(state: State, seq: int) -> State:
    """The state with the last number that a record gave, where another build wrote more or fewer messages than this one would."""
    return msgspec.structs.replace(state, seq=seq) if state.seq != seq else state


def stamp(state: State, site: Site, batch: Sequence[Message], cause: int) -> tuple[State, Batch]:
    """Number a batch. A message without causes follows from ``cause``; ``-k`` means the k-th message before it."""
    if not batch:
        return state, ()
    stamped: list[Message] = []
    for seq, message in enumerate(batch, state.seq + 1):
        causes = tuple(sorted({seq + c if c < 0 else c for c in message.causes})) or (cause,)
        message = msgspec.structs.replace(message, site=site.name, seq=seq, causes=causes[-64:])
        alert = getattr(message, "alert", 0)
        stamped.append(msgspec.structs.replace(message, alert=seq + alert) if alert < 0 else message)
    return msgspec.structs.replace(state, seq=state.seq + len(batch)), tuple(stamped)


def _with(state: State, **rooms: object) -> State:
    return msgspec.structs.replace(state, rooms=msgspec.structs.replace(cast(Rooms, state.rooms), **rooms))


def _rooms(state: State) -> Rooms:
    return cast(Rooms, state.rooms)


def _refused(state: State, event: Event, field: str, value: str, allowed: str) -> tuple[State, Batch]:
    """An event that names what is not there: said on the record, and the watch goes on."""
    refusal = Refusal(
        feed="", t_ns=event.t_ns, reason="unknown_value", field=field, value=value[:120], allowed=allowed, causes=(state.seq,)
    )
    name = site_of(state.toml).name if state.toml else ""
    refusal = msgspec.structs.replace(refusal, site=name, seq=state.seq + 1)
    return msgspec.structs.replace(state, seq=state.seq + 1), (refusal,)


# ------------------------------------------------------------------------------------------------------------- events


def _site_changed(state: State, event: SiteChanged) -> tuple[State, Batch]:
    """Gather the parts; with the last, start the rooms afresh under the new site. A bad one is refused, the old stays."""
    parts = (*(state.parts if event.part else ()), event.toml)
    if len(parts) != event.part + 1 or not event.part < event.parts <= MAX_SITE_PARTS:
        return _refused(
            msgspec.structs.replace(state, parts=()), event, "part", str(event.part), f"part {len(parts) - 1} of at most {MAX_SITE_PARTS}"
        )
    if len(parts) < event.parts:
        return msgspec.structs.replace(state, parts=parts), ()
    toml = "".join(parts)
    try:
        site = site_of(toml)
    except BadSite as error:
        fault = error.faults[0]
        return _refused(msgspec.structs.replace(state, parts=()), event, fault.key, fault.found, fault.wanted)
    state, said = _leave_zones(state, site, event)
    before = state.rooms
    kept = {feed.id for feed in site_of(state.toml).feeds if feed in site.feeds} if before else set()
    rooms = Rooms(
        decoders={f.id: before.decoders[f.id] if before and f.id in kept else decode.start(f, site) for f in site.feeds},
        sight=sight.start(site),
        track=track.start(site, before.track if before else None),
        identify=identify.start(site),
        warn=warn.start(site, before.warn if before else None),
    )
    positions = {feed: position for feed, position in state.positions.items() if feed in kept}
    return msgspec.structs.replace(state, toml=toml, parts=(), rooms=rooms, positions=positions, asks=()), said


def _leave_zones(state: State, site: Site, event: SiteChanged) -> tuple[State, Batch]:
    """A warning of a zone that the new site file does not have is withdrawn: nobody would ever end it."""
    said: list[Message] = []
    gone = [zone.id for zone in site_of(state.toml).zones if zone.id not in {z.id for z in site.zones}] if state.rooms else []
    for zone in gone:
        reason = "the zone is in the site file no longer"
        action = OperatorAction(t_ns=event.t_ns, role="site file", action="withdraw", zone=zone, reason=reason)
        warned, told = warn.act(_rooms(state).warn, site_of(state.toml), action)
        state, told = stamp(_with(state, warn=warned), site_of(state.toml), told, state.seq)
        said += told if not any(isinstance(m, Refusal) for m in told) else ()
    return state, tuple(said)


def _chunk(state: State, site: Site, event: Chunk) -> tuple[State, Batch]:
    decoder = _rooms(state).decoders.get(event.feed)
    if decoder is None:
        return _refused(state, event, "feed", event.feed, ", ".join(feed.id for feed in site.feeds))
    decoder, items = decode.decode(decoder, site, event)
    state = _with(state, decoders={**_rooms(state).decoders, event.feed: decoder})
    state = msgspec.structs.replace(state, positions={**state.positions, event.feed: event.offset + len(event.data)})
    return _take(state, site, items, event)


def _take(state: State, site: Site, items: Sequence[Message], event: Event) -> tuple[State, Batch]:
    """What decoders gave: let sight hear it, then the tracker and identification have it."""
    state, batch = stamp(state, site, items, event.seq)
    out = list(batch)
    for item in batch:
        state, more = _sense(state, site, item)
        state, more = stamp(state, site, more, item.seq)
        out.extend(more)
    return state, tuple(out)


def _sense(state: State, site: Site, item: Message) -> tuple[State, Sequence[Message]]:
    if isinstance(item, SensorStatus):
        seen, news = sight.status(_rooms(state).sight, site, item)
        return _notice(_with(state, sight=seen), site, news)
    if isinstance(item, Claim):
        seen, news = sight.heard(_rooms(state).sight, site, item)
        tracks, refused = track.claim(_rooms(state).track, site, item)
        who = identify.claim(_rooms(state).identify, site, item)
        return _notice(_with(state, sight=seen, track=tracks, identify=who), site, (*news, *refused))
    if isinstance(item, Observation):
        seen, news = sight.heard(_rooms(state).sight, site, item)
        view = sight.view(seen, site, item.sensor, item.t_ns, item.pose)
        tracks, refused = track.observe(_rooms(state).track, site, view, item)
        return _notice(_with(state, sight=seen, track=tracks), site, (*news, *refused))
    return state, ()


def _notice(state: State, site: Site, news: Sequence[Message]) -> tuple[State, Sequence[Message]]:
    """What operators are to hear follows right behind the news that it is about."""
    out: list[Message] = []
    for item in news:
        out.append(item)
        if isinstance(item, Health | Blind | BearingTrack | SensorError):
            warned, told = warn.notice(_rooms(state).warn, site, item)
            state = _with(state, warn=warned)
            out.extend(told)
    return state, out


def _tick(state: State, site: Site, event: Tick) -> tuple[State, Batch]:
    """Close what is open, look to the sensors, then judge."""
    items: list[Message] = []
    decoders = {}
    for feed in site.feeds:  # not the map's own order, which a freeze changes
        decoders[feed.id], late = decode.flush(_rooms(state).decoders[feed.id], site, event.t_ns)
        items.extend(late)
    state, out = _take(_with(state, decoders=decoders), site, items, event)
    seen, news = sight.tick(_rooms(state).sight, site, event.t_ns)
    state, more = _notice(_with(state, sight=seen), site, news)
    state, told = stamp(state, site, more, event.seq)
    state, judged = _judge(msgspec.structs.replace(state, ticked_ns=event.t_ns), site, event)
    return state, (*out, *told, *judged)


def _judge(state: State, site: Site, event: Event) -> tuple[State, Batch]:
    """Tracks, identities, threats, decisions: each follows from the one before."""
    tracks, picture = track.publish(_rooms(state).track, site, event.t_ns)
    state, published = stamp(_with(state, track=tracks), site, picture.messages, event.seq)
    picture = msgspec.structs.replace(picture, messages=published)
    state, news = _notice(state, site, (*picture.bearings, *picture.errors))
    state, news = stamp(state, site, news, event.seq)
    who, told = identify.judge(_rooms(state).identify, site, picture, event.t_ns)
    state, identities = stamp(_with(state, identify=who), site, told, event.seq)
    state = msgspec.structs.replace(state, asks=(*state.asks, *(m for m in identities if isinstance(m, Ask)))[-MAX_ASKS:])
    state, threats = stamp(state, site, project.project(site, picture, event.t_ns), event.seq)
    known = tuple(m for m in identities if isinstance(m, Identity))
    warned, decided = warn.decide(_rooms(state).warn, site, event.t_ns, picture.messages, known, cast(tuple[Threat, ...], threats))
    state, decisions = stamp(_with(state, warn=warned), site, decided, event.seq)
    return state, (*published, *news, *identities, *threats, *decisions)


def _answer(state: State, site: Site, event: Answer) -> tuple[State, Batch]:
    ask = next((a for a in state.asks if a.seq == event.ask), None)
    if ask is None:
        return _refused(state, event, "ask", str(event.ask), "the number of an open question")
    return _with(state, identify=identify.answer(_rooms(state).identify, site, event, ask)), ()


def _outcome(state: State, site: Site, event: Outcome) -> tuple[State, Batch]:
    return _with(state, identify=identify.outcome(_rooms(state).identify, site, event)), ()


def _action(state: State, site: Site, event: OperatorAction) -> tuple[State, Batch]:
    warned, told = warn.act(_rooms(state).warn, site, event)
    return stamp(_with(state, warn=warned), site, told, event.seq)


def _delivered(state: State, site: Site, event: DeliveryReport) -> tuple[State, Batch]:
    warned, told = warn.delivered(_rooms(state).warn, site, event)
    return stamp(_with(state, warn=warned), site, told, event.seq)


_HANDLERS = {
    Chunk: _chunk,
    Tick: _tick,
    Answer: _answer,
    Outcome: _outcome,
    OperatorAction: _action,
    DeliveryReport: _delivered,
}
