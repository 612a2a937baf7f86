"""What sensors measured, what objects claim, and how well the sensors see: the messages of ``decode`` and ``sight``."""

from __future__ import annotations

from typing import Literal

from forewarn.messages.base import Kind, Message, Value


class Place(Value, frozen=True, kw_only=True):
    """A point on or above the WGS 84 ellipsoid; ``alt_m`` is None where nobody said."""

    lat_deg: float
    lon_deg: float
    alt_m: float | None = None


class Offset(Value, frozen=True, kw_only=True, tag="offset", tag_field="form"):
    """Metres east, north and up of the sensor, in the sensor's own local level frame with true north."""

    east_m: float
    north_m: float
    up_m: float | None = None


class Position(Value, frozen=True, kw_only=True, tag="position", tag_field="form"):
    """A place that the sensor worked out itself."""

    lat_deg: float
    lon_deg: float
    alt_m: float | None = None


class Polar(Value, frozen=True, kw_only=True, tag="polar", tag_field="form"):
    """Azimuth from the sensor, with range and elevation where the sensor has them; a bearing only where it has neither."""

    azimuth_deg: float
    range_m: float | None = None
    elevation_deg: float | None = None


class Plot(Value, frozen=True, kw_only=True):
    """One thing that a sensor measured in one look.

    ``t_ns`` is measurement time. ``sigma_*`` are one standard deviation where the sensor states its own; else the site
    file's hold. ``label``, ``score`` (0 to 1), ``reflection_db`` and ``alarm`` are the sensor's opinions; ``emitter`` is
    the sensor's own number or name for what it saw.
    """

    t_ns: int
    measured: Position | Offset | Polar
    sigma_m: float | None = None
    sigma_azimuth_deg: float | None = None
    sigma_range_m: float | None = None
    course_deg: float | None = None
    speed_mps: float | None = None
    reflection_db: float | None = None
    label: str | None = None
    score: float | None = None
    alarm: bool | None = None
    emitter: str | None = None


class Observation(Message, frozen=True, kw_only=True):
    """One look of one sensor: its plots, none of them twice; an empty look saw nothing.

    ``t_ns`` is the time of the look, ``t_arrival_ns`` when it came. ``scan``: the look covered all that the sensor covers, so what
    it does not show was not detected; otherwise the plots are lone reports, whose absence says nothing. ``pose``: where the
    sensor stood, where the look says so.
    """

    sensor: str
    t_ns: int
    t_arrival_ns: int
    plots: tuple[Plot, ...] = ()
    scan: bool = True
    pose: Place | None = None


class Claim(Message, frozen=True, kw_only=True):
    """What an object says of itself. ``identity`` is ``icao:hhhhhh`` or ``serial:...``; never proof of anything."""

    sensor: str
    t_ns: int
    t_arrival_ns: int
    identity: str
    authenticated: bool = False
    place: Place | None = None
    sigma_m: float | None = None
    course_deg: float | None = None
    speed_mps: float | None = None
    climb_mps: float | None = None
    callsign: str | None = None
    kind: Kind | None = None
    on_ground: bool | None = None


class Sector(Value, frozen=True, kw_only=True):
    """Clockwise from ``from_deg`` to ``to_deg``, true north; from 350 to 10 is 20 degrees wide."""

    from_deg: float
    to_deg: float


class SensorStatus(Message, frozen=True, kw_only=True):
    """What a sensor says of its own state."""

    sensor: str
    t_ns: int
    t_arrival_ns: int
    state: Literal["operational", "degraded", "down"]
    place: Place | None = None
    blank: tuple[Sector, ...] | None = None
    detail: str = ""


Reason = Literal[
    "malformed", "missing", "not_a_number", "out_of_range", "unknown_column", "unknown_value", "checksum", "too_long",
    "truncated", "repeat", "late", "future", "time_backwards", "ignored", "no_position", "unsupported", "too_many",
]  # fmt: skip


class Refusal(Message, frozen=True, kw_only=True):
    """Something that the watch could not use, and why. ``count`` like ones in one go are told in one message.

    ``field`` and ``value`` name what was wrong (the value cut to 120 characters), ``allowed`` what would do;
    ``data`` is the head of the bytes (at most 256) and ``offset`` where in the feed's stream they began.
    """

    feed: str
    t_ns: int
    reason: Reason
    field: str
    value: str = ""
    allowed: str = ""
    count: int = 1
    data: bytes = b""
    offset: int = 0


class Health(Message, frozen=True, kw_only=True):
    """A sensor's state as the watch sees it changed. ``silent``: nothing came for far longer than its interval."""

    sensor: str
    t_ns: int
    state: Literal["waiting", "seeing", "degraded", "silent", "down"]
    before: Literal["waiting", "seeing", "degraded", "silent", "down"]
    detail: str = ""


class BlindAt(Value, frozen=True, kw_only=True):
    """The blind directions of a zone at one height above the site's origin."""

    height_m: float
    sectors: tuple[Sector, ...]
    share: float


class Blind(Message, frozen=True, kw_only=True):
    """The directions from which a zone could be approached unseen; for operators only. Empty: none any more."""

    zone: str
    t_ns: int
    sectors: tuple[Sector, ...]
    share: float
    heights: tuple[BlindAt, ...] = ()
