"""The vocabulary: every event that goes into the watch and every message that comes out of it.

All are frozen values, compared by value. Units stand in the names: ``_m`` metres, ``_mps`` metres a second, ``_deg``
degrees, ``_ns`` integer nanoseconds since 1970-01-01T00:00:00 UTC (leap seconds not counted, as POSIX), ``_s`` seconds.
``lat_deg``/``lon_deg`` are WGS 84; ``alt_m`` is height above the WGS 84 ellipsoid, unless the site file says that its
sensors give another (then all of them do); azimuth, bearing and course run clockwise from true north, 0 to 360.
Every field is defined in ``docs/data-contract.md``, which a test holds against these classes.
"""

from __future__ import annotations

import msgspec

from forewarn.messages.base import (
    KINDS,
    Kind,
    Message,
    Value,
)
from forewarn.messages.events import (
    Answer,
    Chunk,
    DeliveryReport,
    Event,
    OperatorAction,
    Outcome,
    SiteChanged,
    Tick,
)
from forewarn.messages.judging import (
    Alert,
    Ask,
    BearingTrack,
    Decision,
    Deliver,
    Estimate,
    Identity,
    Level,
    Notice,
    SensorError,
    Share,
    Threat,
    Track,
    Warning,
)
from forewarn.messages.keeping import (
    Header,
    Snapshot,
    StepDigest,
)
from forewarn.messages.sensing import (
    Blind,
    BlindAt,
    Claim,
    Health,
    Observation,
    Offset,
    Place,
    Plot,
    Polar,
    Position,
    Reason,
    Refusal,
    Sector,
    SensorStatus,
)

Any = (
    Chunk | Tick | SiteChanged | OperatorAction | Answer | Outcome | DeliveryReport
    | Observation | Claim | SensorStatus | Refusal | Health | Blind | Track | BearingTrack | SensorError | Identity | Ask | Threat
    | Decision | Warning | Notice | Alert | Deliver | Header | StepDigest | Snapshot
)  # fmt: skip
EVENTS = (Chunk, Tick, SiteChanged, OperatorAction, Answer, Outcome, DeliveryReport)

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Any)


def encode(message: Message) -> bytes:
    """Canonical bytes: UTF-8 JSON (RFC 8259), fields in the order of this file, no white space, maps sorted by key,
    floats in shortest round-trip form, bytes as base64 (RFC 4648 section 4). The bytes that were written are what is hashed."""
    return _encoder.encode(message)


def decode(data: bytes) -> Any:
    """The message that ``encode`` wrote; ``msgspec.DecodeError`` or ``msgspec.ValidationError`` for anything else."""
    return _decoder.decode(data)


__all__ = [
    "EVENTS",
    "KINDS",
    "Alert",
    "Answer",
    "Any",
    "Ask",
    "BearingTrack",
    "Blind",
    "BlindAt",
    "Chunk",
    "Claim",
    "Decision",
    "Deliver",
    "DeliveryReport",
    "Estimate",
    "Event",
    "Header",
    "Health",
    "Identity",
    "Kind",
    "Level",
    "Message",
    "Notice",
    "Observation",
    "Offset",
    "OperatorAction",
    "Outcome",
    "Place",
    "Plot",
    "Polar",
    "Position",
    "Reason",
    "Refusal",
    "Sector",
    "SensorError",
    "SensorStatus",
    "Share",
    "SiteChanged",
    "Snapshot",
    "StepDigest",
    "Threat",
    "Tick",
    "Track",
    "Value",
    "Warning",
    "decode",
    "encode",
]
