"""Reasons and questions in plain English."""

from __future__ import annotations

import math

from forewarn.identify.state import Memory, Standing
from forewarn.messages import Kind, Track

NAMES: dict[Kind, str] = {
    "drone": "a drone", "aircraft": "an aircraft", "bird": "a bird", "boat": "a boat", "vehicle": "a vehicle", "rocket": "a rocket",
    "other": "something else",
}  # fmt: skip
CHIEFLY = ("the site's priors", "what sensors say of it", "how it moves", "what it claims to be", "whether it falls")
MOVES = 2
HERE_M = 20.0
_WINDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
_ANSWERS = {"ours": "An operator says that it is ours.", "not_ours": "An operator says that it is not ours."}
_OUTCOMES = {
    "impact": "A person reports its impact.",
    "landed": "A person reports that it landed.",
    "brought_down": "A person reports that it was brought down.",
    "nothing_found": "A person looked and found nothing.",
}


def kind_reason(first: tuple[Kind, float], second: tuple[Kind, float], part: int, speed: float, height: float) -> str:
    """The two likeliest kinds with their chances, and the part of the evidence that tells them apart most."""
    chiefly = CHIEFLY[part]
    if part == MOVES:
        chiefly += f" ({speed:.0f} m/s, {height:.0f} m above the origin)"
    return f"Most likely {NAMES[first[0]]} ({percent(first[1])}), then {NAMES[second[0]]} ({percent(second[1])}): chiefly by {chiefly}."


def claim_reason(memory: Memory, standing: Standing, sensed: bool) -> str:
    """What it claims, and how that fared."""
    if memory.identity is None:
        return "It claims nothing."
    if not sensed:
        return f"It claims to be {memory.identity}; no sensor tells of it."
    if memory.tested_ns == 0:
        return f"It claims to be {memory.identity}; not tested yet."
    verdict = "that conflicts with what is sensed" if standing == "conflict" else "tested against what is sensed"
    return (
        f"It claims to be {memory.identity}, at last {memory.distance_m:.0f} m from where it is sensed (p {memory.p:.2g}): "
        f"{verdict}, the claim is its own with {percent(1.0 / (1.0 + math.exp(-memory.log_odds)))}."
    )


def authorisation_reason(authorisation: str | None, inside: float) -> str:
    """Which flight authorisation there is for it, and whether it keeps to that."""
    if authorisation is None:
        return "No flight authorisation is in force for it."
    return f"Flight authorisation {authorisation} is in force for that identity; it is inside the volume with {percent(inside)}."


def people_reasons(memory: Memory) -> tuple[str, ...]:
    """What people said of it."""
    said = (_ANSWERS.get(memory.answer or ""), _OUTCOMES.get(memory.outcome or ""))
    return tuple(s for s in said if s)


def question(track: Track, memory: Memory, standing: Standing, east: float, north: float, speed: float) -> str:
    """`Track 7, 1.2 km north-east of the origin, moves at 12 m/s and claims nothing. Is it ours?`"""
    claims = "claims nothing"
    if memory.identity is not None:
        claims = f"claims to be {memory.identity}"
        if standing == "conflict":
            claims += ", which conflicts with what is sensed"
    return f"Track {track.track}, {where(east, north)}, moves at {speed:.0f} m/s and {claims}. Is it ours?"


def where(east: float, north: float) -> str:
    """Distance and one of eight directions, as seen from the site's origin."""
    distance = math.hypot(east, north)
    if distance < HERE_M:
        return "at the origin"
    wind = _WINDS[round(math.degrees(math.atan2(east, north)) / 45.0) % 8]
    return f"{f'{distance / 1000:.1f} km' if distance >= 1000.0 else f'{distance:.0f} m'} {wind} of the origin"


def percent(chance: float) -> str:
    """A chance as people read it; never all nor nothing unless it is."""
    if 0.0 < chance < 0.005 or 0.995 <= chance < 1.0:
        return "under 1 %" if chance < 0.5 else "over 99 %"
    return f"{100.0 * chance:.0f} %"
