"""Bytes of one wire format in; observations, claims, sensor status or a typed refusal out. Knows no sockets, files or clocks."""

from __future__ import annotations

from forewarn.decode import autoferry, beast, mode_s, table
from forewarn.decode.pieces import ELAPSED, Piece, cut
from forewarn.messages import Chunk, Claim, Observation, Refusal, SensorStatus
from forewarn.site import Feed, Site

Item = Observation | Claim | SensorStatus | Refusal
State = table.State | autoferry.State | mode_s.State | beast.State
__all__ = ["ELAPSED", "Item", "Piece", "State", "cut", "decode", "flush", "start"]


def start(feed: Feed, site: Site) -> State:
    """A feed of which nothing was read yet."""
    match feed.format:
        case "table":
            return table.State(feed=feed.id)
        case "autoferry":
            return autoferry.State(feed=feed.id)
        case "mode_s":
            return mode_s.State(feed=feed.id)
        case "beast":
            return beast.State(feed=feed.id)


def decode(state: State, site: Site, chunk: Chunk) -> tuple[State, tuple[Item, ...]]:
    """What the chunk says, wherever the stream was cut; what it leaves open stays in the state."""
    match state:
        case table.State():
            return table.decode(state, site, chunk)
        case autoferry.State():
            return autoferry.decode(state, site, chunk)
        case mode_s.State():
            return mode_s.decode(state, site, chunk)
        case beast.State():
            return beast.decode(state, site, chunk)


def flush(state: State, site: Site, t_ns: int) -> tuple[State, tuple[Item, ...]]:
    """At a tick: close a look that nothing was added to for an interval of its sensor."""
    match state:
        case table.State():
            return table.flush(state, site, t_ns)
        case autoferry.State():
            return autoferry.flush(state, site, t_ns)
        case mode_s.State():
            return mode_s.flush(state, site, t_ns)
        case beast.State():
            return beast.flush(state, site, t_ns)
