"""What speaks for an all clear, and whether it is enough: absence is evidence only where somebody looks.

A track of the episode counts as seen if a sensor has told of it within ``SEEN_S``: that it threatens no more is then known. One that has
ended, or that only coasts, is out of sight: it is gone only if a sensor that scans works, and looks to where the track was last. Where it
was looked at when the warning was raised and is not now, the all clear waits.
"""

from __future__ import annotations

import msgspec

from forewarn import geo
from forewarn.messages import Sector
from forewarn.sight.health import WORKING, scans
from forewarn.site import Site
from forewarn.warn.state import Seen, Standing, State
from forewarn.warn.words import WINDS

SEEN_S = 10.0
MOVING_MPS = 1.0


class Evidence(msgspec.Struct, frozen=True):
    """``enough``: the all clear may be given. ``lines``: what was seen, or what is missing."""

    enough: bool
    lines: tuple[str, ...]


def evidence(state: State, site: Site, zone: str, standing: Standing, t_ns: int) -> Evidence:
    """What is known of the episode's tracks now."""
    looking = tuple(s.id for s in site.sensors if scans(s) and state.sensors.get(s.id) in WORKING)
    lines, enough = [], True
    for seen in standing.seen:
        age_s = (t_ns - seen.t_updated_ns) / 1e9
        if age_s <= SEEN_S:
            lines.append(f"track {seen.track} was seen {age_s:.0f} s ago, {_where(seen)}, {_going(seen)}")
        elif looking and not _lost(state, zone, standing, seen):
            lines.append(f"track {seen.track} was last seen {age_s:.0f} s ago, {_where(seen)}; {', '.join(looking)} show it no more")
        else:
            lines.append(f"track {seen.track} was last seen {age_s:.0f} s ago, {_where(seen)}, and {_blindness(looking)}")
            enough = False
    if not standing.seen and not looking:
        return Evidence(False, (_blindness(looking),))
    return Evidence(enough, tuple(lines))


def _lost(state: State, zone: str, standing: Standing, seen: Seen) -> bool:
    """Whether the direction in which a track was seen has become blind since the warning was raised."""
    return _in(state.blind.get(zone, ()), seen.azimuth_deg) and not _in(standing.blind, seen.azimuth_deg)


def _in(sectors: tuple[Sector, ...], azimuth_deg: float) -> bool:
    return any(bool(geo.in_sector(azimuth_deg, s.from_deg, s.to_deg)) for s in sectors)


def _blindness(looking: tuple[str, ...]) -> str:
    return "nobody looks there now" if looking else "no sensor that scans is working"


def _where(seen: Seen) -> str:
    return f"{seen.away_m:.0f} m to the {WINDS['en'][round(seen.azimuth_deg / 45.0) % 8]}"


def _going(seen: Seen) -> str:
    if abs(seen.closing_mps) < MOVING_MPS:
        return "keeping off"
    return "moving away" if seen.closing_mps < 0 else "nearing, but not on a way into it"
