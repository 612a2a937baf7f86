"""What the record keeps of a step in full; the rest is one digest, since replay gives it back.

Events, refusals, news of sensors, decisions and all that leaves the house are kept always. A threat is kept when its chance crosses
one of ``FLOORS`` either way, a track when it is first published, confirmed or ended, a bearing track when it is first and last said, an
identity when its standing changes, a sensor's error when it has moved by more than its sigma or its flag changes.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import msgspec

from forewarn.messages import (
    Alert,
    Ask,
    BearingTrack,
    Blind,
    Decision,
    Deliver,
    Health,
    Identity,
    Message,
    Notice,
    Refusal,
    SensorError,
    SensorStatus,
    StepDigest,
    Threat,
    Track,
    Warning,
    encode,
)

ALWAYS = (Refusal, SensorStatus, Health, Blind, Ask, Decision, Warning, Notice, Alert, Deliver)
FLOORS = (0.01, 0.1, 0.5, 0.9)
CONFIRMED = 0.5


class Told(msgspec.Struct, frozen=True):
    """What was last recorded of each track (by its number, as text): its state, its standing, the floor of its chance for each zone;
    and of each sensor's error."""

    tracks: dict[str, bool] = {}
    standings: dict[str, str] = {}
    floors: dict[str, dict[str, int]] = {}
    errors: dict[str, SensorError] = {}


def select(told: Told, messages: Sequence[Message]) -> tuple[Told, tuple[Message, ...]]:
    """The messages of one step that are kept, in order, and the memory for the next step."""
    tracks, standings = dict(told.tracks), dict(told.standings)
    floors, errors = _fallen(told, messages), dict(told.errors)
    kept = tuple(m for m in messages if isinstance(m, ALWAYS) or _changed(m, tracks, standings, floors) or _moved(m, errors))
    for message in messages:
        if isinstance(message, Track) and message.ended:
            for memory in (tracks, standings, floors):
                memory.pop(str(message.track), None)
    return Told(tracks=tracks, standings=standings, floors=floors, errors=errors), kept


def digest(of: int, messages: Sequence[Message]) -> StepDigest:
    """SHA-256 over the canonical bytes of a step's messages, one behind the other."""
    sha256 = hashlib.sha256()
    for message in messages:
        sha256.update(encode(message))
    return StepDigest(of=of, messages=len(messages), sha256=sha256.hexdigest())


def _fallen(told: Told, messages: Sequence[Message]) -> dict[str, dict[str, int]]:
    """The floors, without those of tracks that were judged in this step and threaten a zone no more."""
    judged = {str(m.track) for m in messages if isinstance(m, Track)}
    threatened = {(str(m.track), m.zone) for m in messages if isinstance(m, Threat)}
    return {
        track: {zone: floor for zone, floor in zones.items() if track not in judged or (track, zone) in threatened}
        for track, zones in told.floors.items()
    }


def _changed(message: Message, tracks: dict[str, bool], standings: dict[str, str], floors: dict[str, dict[str, int]]) -> bool:
    if isinstance(message, Track):
        return message.ended or _news(tracks, str(message.track), message.existence >= CONFIRMED)
    if isinstance(message, BearingTrack):
        return message.begun or message.ended
    if isinstance(message, Identity):
        return _news(standings, str(message.track), message.standing)
    if isinstance(message, Threat):
        floor = bisect_right(FLOORS, message.entry)
        return _news(floors.setdefault(str(message.track), {}), message.zone, floor) and (floor > 0 or message.zone != "elsewhere")
    return False


def _moved(message: Message, errors: dict[str, SensorError]) -> bool:
    """Whether a sensor's error is another than the one last recorded; remembers it."""
    if not isinstance(message, SensorError):
        return False
    last = errors.get(message.sensor)
    if last is not None and last.beyond == message.beyond and not any(abs(a - b) > sd for a, b, sd in _pairs(last, message)):
        return False
    errors[message.sensor] = message
    return True


def _pairs(one: SensorError, two: SensorError) -> tuple[tuple[float, float, float], ...]:
    """Each error before and now, with what it is unsure by now."""
    return (
        (one.azimuth_deg, two.azimuth_deg, two.azimuth_sigma_deg),
        (one.range_m, two.range_m, two.range_sigma_m),
        (one.clock_s, two.clock_s, two.clock_sigma_s),
    )


def _news(memory: dict[Any, Any], key: Any, value: Any) -> bool:
    """Whether the value differs from the one remembered; remembers it."""
    if memory.get(key) == value:
        return False
    memory[key] = value
    return True
