"""What `identify` remembers: the newest claim of each identity, and for each track how its claim fared and what people said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from forewarn.messages import Answer, Ask, Claim, Kind, Outcome
from forewarn.sight import timely
from forewarn.site import Site

MAX_IDENTITIES = 4096  # the one heard longest ago is forgotten first
MAX_TRACKS = 4096  # the lowest numbers are forgotten first

Standing = Literal["authorised", "cooperative", "unknown", "conflict"]


class Known(msgspec.Struct, frozen=True):
    """What an identity last claimed; place and movement can come in claims of their own."""

    placed: Claim | None = None
    moving: Claim | None = None
    kind: Kind | None = None
    heard_ns: int = 0


class Memory(msgspec.Struct, frozen=True):
    """One track, by its number. ``log_odds``: that the claim under test is the object's own, cumulated over claims; ``tested_ns``,
    ``distance_m`` and ``p`` are of the last claim that was tested. ``asked``: the standings that were asked about."""

    track: int
    identity: str | None = None
    log_odds: float = 0.0
    tested_ns: int = 0
    distance_m: float = 0.0
    p: float = 1.0
    answer: Literal["ours", "not_ours", "unknown"] | None = None
    answer_seq: int = 0
    outcome: Literal["impact", "landed", "brought_down", "nothing_found"] | None = None
    asked: tuple[Standing, ...] = ()


class State(msgspec.Struct, frozen=True):
    """Claims by identity; memories in order of their track numbers, those only that have something to remember."""

    claims: dict[str, Known] = {}
    tracks: tuple[Memory, ...] = ()


def start(site: Site) -> State:
    """Nothing claimed, nothing asked."""
    return State()


def claim(state: State, site: Site, said: Claim) -> State:
    """Remember what an object says of itself; one that came too late or from too far ahead is let go (``track`` refuses it)."""
    if not timely(site, said):
        return state
    known = state.claims.get(said.identity, Known())
    claims = {**state.claims, said.identity: _newer(known, said)}
    if len(claims) > MAX_IDENTITIES:
        del claims[min(claims, key=lambda name: (claims[name].heard_ns, name))]
    return msgspec.structs.replace(state, claims=claims)


def _newer(known: Known, said: Claim) -> Known:
    placed, moving = known.placed, known.moving
    if said.place is not None and (placed is None or said.t_ns >= placed.t_ns):
        placed = said
    if said.speed_mps is not None and said.course_deg is not None and (moving is None or said.t_ns >= moving.t_ns):
        moving = said
    return Known(placed=placed, moving=moving, kind=said.kind or known.kind, heard_ns=max(known.heard_ns, said.t_ns))


def answer(state: State, site: Site, said: Answer, ask: Ask) -> State:
    """Somebody answered a question; their newest word holds."""
    memory = recall(state).get(ask.track, Memory(track=ask.track))
    return remember(state, [msgspec.structs.replace(memory, answer=said.answer, answer_seq=said.seq)])


def outcome(state: State, site: Site, said: Outcome) -> State:
    """A person reports what became of an object: it is named among the reasons from then on, and no more asked about."""
    if said.track is None:
        return state
    memory = recall(state).get(said.track, Memory(track=said.track))
    return remember(state, [msgspec.structs.replace(memory, outcome=said.outcome)])


def recall(state: State) -> dict[int, Memory]:
    """Memories by track number."""
    return {memory.track: memory for memory in state.tracks}


def remember(state: State, memories: Iterable[Memory], ended: frozenset[int] = frozenset()) -> State:
    """The state with these memories, without those of tracks that ended or have nothing to remember."""
    tracks = recall(state) | {memory.track: memory for memory in memories}
    kept = [tracks[number] for number in sorted(tracks.keys() - ended) if tracks[number] != Memory(track=number)]
    return msgspec.structs.replace(state, tracks=tuple(kept[-MAX_TRACKS:]))
