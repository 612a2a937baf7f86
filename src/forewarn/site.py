"""The site file: one TOML file describes a watch. Parsed once, frozen; every fault is told at once.

This module parses text; ``edge`` reads the file. ``docs/site-file.md`` documents each key, ``docs/site.schema.json`` is its
JSON Schema for editors, and tests hold both against these classes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from forewarn.messages import KINDS, Kind

Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Metres = Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Natural = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Chance = Annotated[float, Field(ge=0, le=1)]
Degrees = Annotated[float, Field(ge=-360, le=360)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]


class Part(BaseModel):
    """A table of the site file: frozen, and a key it does not know is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Origin(Part):
    """The centre of the local level frame, and the height that heights in this file are counted from."""

    lat_deg: Lat
    lon_deg: Lon
    alt_m: Metres = Field(0.0, description="height above the WGS 84 ellipsoid")


class Position(Part):
    """A place."""

    lat_deg: Lat
    lon_deg: Lon
    alt_m: Metres = Field(0.0, description="height above the WGS 84 ellipsoid")


class Sector(Part):
    """Clockwise from one direction to another, degrees from true north."""

    from_deg: Degrees
    to_deg: Degrees


class Coverage(Part):
    """Where a sensor can see at all."""

    min_range_m: Natural = 0.0
    max_range_m: Positive = 5000.0
    sectors: tuple[Sector, ...] = Field((), description="directions it looks in; none given: all")
    blank: tuple[Sector, ...] = Field((), description="directions it does not transmit or look in")
    min_height_m: Metres = Field(-1000.0, description="above the site's origin")
    max_height_m: Metres = Field(20000.0, description="above the site's origin")


class Normal(Part):
    """A normal distribution."""

    mean: Annotated[float, Field(allow_inf_nan=False)]
    sd: Positive


class Opinions(Part):
    """What a sensor's own labels and readings are worth. Each is P(reading | kind), and for ``false`` P(reading | false plot)."""

    labels: dict[str, dict[Kind | Literal["false"], Chance]] = Field(
        {}, description="label as the sensor writes it; a kind that is left out takes `other`, else 1"
    )
    reflection_db: dict[Kind | Literal["false"], Normal] = Field({}, description="spread of the reflection for each kind")
    score: dict[Literal["true", "false"], Normal] = Field({}, description="spread of the score of true and of false plots")


class Sensor(Part):
    """One sensor: where it is, what it reports, how well."""

    id: Name
    kind: Literal["radar", "lidar", "camera", "radio_finder", "microphone", "receiver", "person"]
    position: Position | None = None
    moves: bool = Field(False, description="its position comes with each look or with its status")
    reports: Literal["position", "polar", "bearing", "claims"]
    sigma_m: Positive = Field(20.0, description="position: one standard deviation, each axis")
    sigma_alt_m: Positive | None = Field(None, description="height; not given: heights it reports are not used")
    sigma_range_m: Positive = 20.0
    sigma_azimuth_deg: Positive = 2.0
    sigma_elevation_deg: Positive | None = Field(None, description="not given: elevations it reports are not used")
    bias_azimuth_deg: Degrees = Field(0.0, description="stated bias: what it reports minus what is true")
    bias_sigma_azimuth_deg: Natural = Field(0.0, description="how sure that is; 0: the bias is known")
    correlation_s: Natural = Field(
        0.0, description="the sensor tracks by itself: its errors stay alike for this long; 0: each plot errs anew"
    )
    p_detection: Chance = Field(0.9, description="of an object well inside the coverage, each look")
    clutter: Natural = Field(1.0, description="false plots a look, over the whole coverage")
    interval_s: Positive = Field(1.0, description="expected time between looks")
    silent_after_s: Positive | None = Field(None, description="no word for so long: silent; not given: 5 intervals, at least 5 s")
    scan: bool = Field(True, description="an object it does not show was not detected; false: lone reports, whose absence says nothing")
    coverage: Coverage = Coverage()
    opinions: Opinions = Opinions()

    @model_validator(mode="after")
    def _placed(self) -> Self:
        if self.position is None and not self.moves and self.reports in ("polar", "bearing"):
            raise ValueError("a sensor that reports angles needs `position`, or `moves = true`")
        return self


class Column(Part):
    """A column and its unit."""

    column: str
    unit: Literal["", "deg", "rad", "m", "ft", "km", "NM", "mps", "kt", "kmh", "s", "ms", "us", "ns", "iso8601", "dB", "%"] = ""
    hold: bool = Field(False, description="an empty cell takes the value of the row above it")


class Table(Part):
    """How the columns of a CSV or Parquet file are to be read."""

    holds: Literal["plots", "status", "claims"] = "plots"
    time: Column = Field(description="measurement time; unix time, or ISO 8601 with a zone")
    scan_time: Column | None = Field(
        None, description="time of the look; rows that share it are one look, and its row without a measurement saw nothing"
    )
    arrival: Literal["time", "scan_time"] = Field("time", description="which of them the arrival time is derived from")
    columns: dict[
        Literal[
            "lat", "lon", "alt", "range", "azimuth", "elevation", "east", "north", "up", "course", "speed", "climb", "label", "score",
            "reflection", "alarm", "emitter", "sigma", "sigma_azimuth", "sigma_range", "sensor_lat", "sensor_lon", "sensor_alt",
            "state", "blank_centre", "blank_width", "blank_from", "blank_to", "identity", "callsign", "kind", "on_ground",
        ],
        Column,
    ] = Field(description="what each column means")  # fmt: skip
    identity_scheme: Literal["icao", "serial"] | None = Field(None, description="claims: what the identity column holds")
    states: dict[str, Literal["operational", "degraded", "down"]] = {}
    unused: tuple[str, ...] = Field((), description="columns that are there and not used; any other is an error")
    ignore: dict[str, tuple[str, ...]] = Field({}, description="rows whose column holds one of these are counted and not used")
    repeats: bool = Field(True, description="a row whose plot time and place were seen before is a repeat, and refused")


class Feed(Part):
    """Where one sensor's bytes come from and in which format."""

    id: Name
    sensor: Name
    format: Literal["table", "autoferry", "mode_s", "beast"]
    file: str = Field(description="below the data folder")
    live: bool = Field(False, description="the file is being written now: follow it; otherwise it is a recording")
    table: Table | None = None
    channel: int | None = Field(None, description="autoferry: which sensorID")

    @model_validator(mode="after")
    def _described(self) -> Self:
        if (self.format == "table") != (self.table is not None):
            raise ValueError('`format = "table"` and `[feeds.table]` go together')
        if (self.format == "autoferry") != (self.channel is not None):
            raise ValueError('`format = "autoferry"` and `channel` go together')
        return self


class Circle(Part):
    """A circle on the ground."""

    lat_deg: Lat
    lon_deg: Lon
    radius_m: Positive


class Costs(Part):
    """Rule 7: the decision is one comparison of these. Any unit, the same throughout."""

    false_alarm: Positive = Field(1.0, description="the harm of warning for nothing")
    missed: dict[Kind, Natural] = Field(
        {"other": 5.0}, description="the harm of an entry nobody was warned of; a kind left out takes `other`"
    )
    conforming: Natural = Field(0.0, description="the same for an object that keeps to its flight authorisation")


class Zone(Part):
    """A place where people are."""

    id: Name
    name: dict[Literal["en", "ar"], str]
    circle: Circle | None = None
    polygon: tuple[tuple[Lat, Lon], ...] | None = Field(None, max_length=200, description="corners (latitude, longitude), three to 200")
    floor_m: Metres = Field(-1000.0, description="above the site's origin")
    ceiling_m: Metres = Field(1000.0, description="above the site's origin")
    horizon_s: Annotated[float, Field(gt=0, le=600)] = Field(30.0, description="how far ahead to look")
    need_s: Natural = Field(10.0, description="the time its people need")
    clear_after_s: Natural = Field(20.0, description="how long the danger must be gone before the all clear")
    costs: Costs = Costs()
    tell: tuple[Name, ...] = Field((), description="recipients")

    @model_validator(mode="after")
    def _shaped(self) -> Self:
        if (self.circle is None) == (self.polygon is None):
            raise ValueError("give a circle or a polygon, one of them")
        if self.polygon is not None and len(self.polygon) < 3:
            raise ValueError("a polygon needs three corners")
        if self.floor_m >= self.ceiling_m:
            raise ValueError("`floor_m` must lie below `ceiling_m`")
        return self


class Elsewhere(Part):
    """Danger outside all zones: by default it is decided on and recorded, and nobody is told."""

    horizon_s: Annotated[float, Field(gt=0, le=600)] = 30.0
    costs: Costs = Costs(missed={"other": 0.0})
    tell: tuple[Name, ...] = ()


class Authorisation(Part):
    """A flight authorisation: which object may be where, when."""

    id: Name
    identity: Annotated[str, Field(pattern=r"^(icao:[0-9a-f]{6}|serial:[!-~]{1,64})$")]
    kind: Kind = "drone"
    starts: datetime
    ends: datetime
    circle: Circle | None = None
    polygon: tuple[tuple[Lat, Lon], ...] | None = None
    floor_m: Metres = -1000.0
    ceiling_m: Metres = 1000.0

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.starts.tzinfo is None or self.ends.tzinfo is None:
            raise ValueError("times need a zone: 2026-01-01T10:00:00Z")
        if self.starts >= self.ends:
            raise ValueError("`starts` must come before `ends`")
        if (self.circle is None) == (self.polygon is None):
            raise ValueError("give a circle or a polygon, one of them")
        if self.polygon is not None and len(self.polygon) < 3:
            raise ValueError("a polygon needs three corners")
        if self.floor_m >= self.ceiling_m:
            raise ValueError("`floor_m` must lie below `ceiling_m`")
        return self


class Priors(Part):
    """What is believed before anything is seen."""

    kinds: dict[Kind, Natural] = Field(
        {"drone": 1.0, "bird": 1.0, "aircraft": 0.5, "boat": 0.2, "vehicle": 0.5, "rocket": 0.01, "other": 1.0}
    )
    authorised: Chance = Field(0.05, description="of an object that claims nothing")
    authorised_ceiling: Chance = Field(0.8, description="the most that claims without authentication can lift P(authorised) to")
    births_per_min_km2: Positive = Field(0.05, description="new objects a minute and square kilometre")
    life_s: Positive = Field(600.0, description="mean time an object stays")


class Tracking(Part):
    """The tracker's settings."""

    speed_sd_mps: Positive = Field(10.0, description="spread of the speed of a new object, each horizontal axis")
    climb_sd_mps: Positive = 2.0
    height_m: Metres = Field(50.0, description="height above the site's origin where no sensor tells it")
    height_sd_m: Positive = 50.0
    calm: Positive = Field(0.5, description="power density of the calm model's acceleration, m^2/s^3")
    agile: Positive = Field(10.0, description="the same of the agile model")
    stay_s: Positive = Field(20.0, description="mean time in either model")
    publish_above: Chance = Field(0.1, description="existence from which a track is published")
    confirmed: Chance = Field(0.5, description="existence from which a track counts as confirmed")
    drop_below: Chance = Field(1e-3, description="existence below which it is forgotten")
    late_s: Natural = Field(15.0, description="measurements older than this are refused")
    coast_s: Positive = Field(20.0, description="a track without a report for so long ends")


class Site(Part):
    """One watch."""

    version: Literal[1]
    name: Name
    title: dict[Literal["en", "ar"], str] = {}
    origin: Origin
    sender: str = Field("forewarn@localhost", pattern=r"^[^\s,<&]+$", description="CAP sender")
    tick_s: Annotated[float, Field(ge=0.1, le=10)] = Field(0.5, description="how often the watch judges")
    future_s: Natural = Field(5.0, description="measurements further ahead of their arrival than this are refused")
    recipients: str | None = Field(None, description="file of recipients, beside the site file")
    sensors: tuple[Sensor, ...] = Field(min_length=1)
    feeds: tuple[Feed, ...] = Field(min_length=1)
    zones: tuple[Zone, ...] = ()
    elsewhere: Elsewhere = Elsewhere()
    authorisations: tuple[Authorisation, ...] = ()
    priors: Priors = Priors()
    tracking: Tracking = Tracking()

    def sensor(self, name: str) -> Sensor:
        """The sensor called so; KeyError."""
        return next((s for s in self.sensors if s.id == name), None) or _no(name)

    @property
    def recorded(self) -> bool:
        """Whether any feed is a recording: then every warning is an exercise (rule 9)."""
        return any(not feed.live for feed in self.feeds)


def _no(name: str) -> Sensor:
    raise KeyError(name)


class Fault(Part):
    """One thing wrong with a site file."""

    key: str
    found: str
    wanted: str


class BadSite(ValueError):
    """Bad configuration: all faults of a site file."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{f.key}: {f.found}: {f.wanted}" for f in faults))


def parse(toml: str) -> Site:
    """The site that a TOML text describes. Raises ``BadSite`` with every fault at once."""
    raw = _read(toml)
    faults = list(_misjoined(raw))
    try:
        site = Site.model_validate(raw)
    except ValidationError as error:
        told = (e for e in error.errors() if e["type"] != "too_short" or not e["input"])  # not short, but with a fault inside
        raise BadSite((*(_fault(raw, e) for e in told), *faults)) from None
    if faults:
        raise BadSite(tuple(faults))
    return site


def _read(toml: str) -> dict[str, Any]:
    """TOML as plain values. ``tomllib`` lets numbers of too many digits and too deep nesting escape as other errors."""
    try:
        return tomllib.loads(toml)
    except (ValueError, RecursionError) as error:
        raise BadSite((Fault(key="(file)", found="not TOML", wanted=str(error)),)) from None


def _misjoined(raw: dict[str, Any]) -> Iterator[Fault]:
    """Names used twice and references to what is not there, in a file that may have other faults."""
    tables = {what: _tables(raw, what) for what in ("sensors", "feeds", "zones", "authorisations")}
    names = {what: [part["id"] for part in parts if isinstance(part.get("id"), str)] for what, parts in tables.items()}
    for what, given in names.items():
        for name in sorted({n for n in given if given.count(n) > 1}):
            yield Fault(key=f"{what}.{name}.id", found=_shown(name), wanted="a name of its own; two have this one")
    for feed in tables["feeds"]:
        if isinstance(sensor := feed.get("sensor"), str) and sensor not in names["sensors"]:
            known = ", ".join(sorted(set(names["sensors"]))) or "there are none"
            yield Fault(key=f"feeds.{feed.get('id')}.sensor", found=_shown(sensor), wanted=f"one of the sensors: {known}")
    if "elsewhere" in names["zones"]:
        wanted = "another name: `elsewhere` is the place outside all zones, described in [elsewhere]"
        yield Fault(key="zones.elsewhere.id", found="'elsewhere'", wanted=wanted)


def _tables(raw: dict[str, Any], what: str) -> list[dict[str, Any]]:
    parts = raw.get(what)
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _fault(raw: dict[str, Any], error: Any) -> Fault:
    """One pydantic error as key, what is there, what is allowed."""
    found = "nothing" if error["type"] == "missing" else _shown(error["input"])
    return Fault(key=_key(raw, error["loc"]), found=found, wanted=error["msg"].removeprefix("Value error, "))


def _key(raw: Any, loc: tuple[int | str, ...]) -> str:
    """Where a fault is: ``zones.ferry.horizon_s``; a table without a name is told by its place, from 0."""
    steps = []
    for step in loc:
        if isinstance(step, int):
            raw = raw[step] if isinstance(raw, list) and step < len(raw) else None
            step = raw["id"] if isinstance(raw, dict) and isinstance(raw.get("id"), str) else step
        elif step != "[key]":
            raw = raw.get(step) if isinstance(raw, dict) else None
        steps.append(str(step))
    return ".".join(step for step in steps if step != "[key]") or "(file)"


def _shown(value: Any) -> str:
    """A value as a person may find it again, cut to 80 characters."""
    try:
        return repr(value)[:80]
    except (ValueError, RecursionError):
        return f"a {type(value).__name__} too large to show"


assert KINDS  # the vocabulary of kinds is the messages'
