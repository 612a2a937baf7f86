"""The values of one row as a plot, a claim or a state of the sensor. Values are in degrees, metres, metres a second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from forewarn.decode.columns import identity, word, wrapped
from forewarn.decode.refusals import Unusable
from forewarn.messages import KINDS, Claim, Kind, Offset, Place, Plot, Polar, Position, Sector, SensorStatus
from forewarn.site import Table

Values = Mapping[str, Any]  # meaning -> value; an empty cell is not there
Names = Mapping[str, str]  # meaning -> the column's name in the file


def measured(values: Values, names: Names) -> Position | Offset | Polar:
    """Where the row says that the thing is; raises ``Unusable``."""
    if "lat" in values or "lon" in values:
        _both(values, names, "lat", "lon")
        return Position(lat_deg=values["lat"], lon_deg=values["lon"], alt_m=values.get("alt"))
    if "east" in values or "north" in values:
        _both(values, names, "east", "north")
        return Offset(east_m=values["east"], north_m=values["north"], up_m=values.get("up"))
    if "azimuth" in values:
        return Polar(azimuth_deg=values["azimuth"], range_m=values.get("range"), elevation_deg=values.get("elevation"))
    wanted = [names[m] for m in ("lat", "lon", "east", "north", "azimuth") if m in names]
    raise Unusable("no_position", ", ".join(wanted) or "position", "nothing", "a place or a direction")


def plot(values: Values, names: Names) -> Plot:
    """One plot; raises ``Unusable``."""
    return Plot(
        t_ns=values["time"], measured=measured(values, names), course_deg=values.get("course"), speed_mps=values.get("speed"),
        sigma_m=values.get("sigma") or None, sigma_azimuth_deg=values.get("sigma_azimuth") or None,
        sigma_range_m=values.get("sigma_range") or None, reflection_db=values.get("reflection"), label=values.get("label"),
        score=values.get("score"), alarm=values.get("alarm"), emitter=values.get("emitter"),
    )  # fmt: skip


def claim(values: Values, names: Names, table: Table, sensor: str, t_arrival_ns: int) -> Claim:
    """One claim; raises ``Unusable``."""
    if "identity" not in values:
        raise Unusable("missing", names.get("identity", "identity"), "nothing", "who claims")
    kind = values.get("kind")
    return Claim(
        sensor=sensor, t_ns=values["time"], t_arrival_ns=t_arrival_ns,
        identity=identity(table.identity_scheme, values["identity"], names["identity"]), place=place(values, names, ""),
        sigma_m=values.get("sigma") or None, course_deg=values.get("course"), speed_mps=values.get("speed"),
        climb_mps=values.get("climb"), callsign=values["callsign"].strip() or None if "callsign" in values else None,
        kind=None if kind is None else cast(Kind, word(kind, KINDS, names["kind"])), on_ground=values.get("on_ground"),
    )  # fmt: skip


def status(values: Values, names: Names, table: Table, sensor: str, t_arrival_ns: int) -> SensorStatus:
    """What the sensor says of itself; raises ``Unusable``."""
    states = dict(table.states) or {s: s for s in ("operational", "degraded", "down")}
    if "state" not in values:
        raise Unusable("missing", names.get("state", "state"), "nothing", ", ".join(states))
    word(values["state"], tuple(states), names["state"])
    return SensorStatus(
        sensor=sensor, t_ns=values["time"], t_arrival_ns=t_arrival_ns, state=states[values["state"]],
        place=place(values, names, "sensor_") or place(values, names, ""), blank=blank(values), detail=values["state"],
    )  # fmt: skip


def place(values: Values, names: Names, whose: str) -> Place | None:
    """The place in the columns ``<whose>lat``, ``<whose>lon``, ``<whose>alt``; None where the row has none."""
    lat, lon = whose + "lat", whose + "lon"
    if lat not in values and lon not in values:
        return None
    _both(values, names, lat, lon)
    return Place(lat_deg=values[lat], lon_deg=values[lon], alt_m=values.get(whose + "alt"))


def blank(values: Values) -> tuple[Sector, ...] | None:
    """The blank sector from its centre and width, its start and width, or its ends; none of zero width; None: not said."""
    width = values.get("blank_width")
    if "blank_centre" in values and width is not None:
        return _sector(values["blank_centre"] - width / 2, width)
    if "blank_from" in values and width is not None:
        return _sector(values["blank_from"], width)
    if "blank_from" in values and "blank_to" in values:
        return _sector(values["blank_from"], (values["blank_to"] - values["blank_from"]) % 360.0)
    return None


def _sector(start: float, width: float) -> tuple[Sector, ...]:
    if width >= 360.0:
        return (Sector(from_deg=0.0, to_deg=360.0),)
    return (Sector(from_deg=wrapped(start), to_deg=wrapped(start + width)),) if width > 0 else ()


def _both(values: Values, names: Names, one: str, other: str) -> None:
    for meaning in (one, other):
        if meaning not in values:
            raise Unusable("missing", names.get(meaning, meaning), "nothing", f"goes with {names.get(one if meaning == other else other)}")
