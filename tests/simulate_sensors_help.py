"""A made-up place for the simulated sensors: objects on straight lines, a wall or none, one sensor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from forewarn.simulate.scenario_parts import ClaimKeys, WeatherKeys
from forewarn.simulate.seeds import Seeds
from forewarn.simulate.sensors import Rows, Scene, SensorKeys, look
from forewarn.simulate.sensors.rig import Rig, rig_up
from forewarn.site import Position, Sensor, Site, parse

STARTS_NS = 1_772_398_800_000_000_000
ORIGIN = (52.0, 5.0, 30.0)
ROOF = Position(lat_deg=52.0, lon_deg=5.0, alt_m=30.0)
Array = np.ndarray


@dataclass(frozen=True)
class Line:
    """An object on a straight line: ``start`` and ``vel`` in metres and m/s east, north, up."""

    id: str = "one"
    kind: str = "multirotor"
    start: tuple[float, float, float] = (1000.0, 0.0, 0.0)
    vel: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rcs_m2: float = 0.01
    size_m: float = 0.5
    sound_db: float = 80.0
    radio: str = "drone_link"
    claims: tuple[ClaimKeys, ...] = ()
    there: tuple[float, float] = (-1e9, 1e9)

    def at(self, t_s: Array) -> tuple[Array, Array, Array]:
        t = np.asarray(t_s, dtype=float)
        start, vel = np.array(self.start)[:, None], np.array(self.vel)[:, None]
        return start + vel * t, np.repeat(vel, len(t), axis=1), (t >= self.there[0]) & (t < self.there[1])


@dataclass(frozen=True)
class Wall:
    """Hides all that lies beyond a distance to the east."""

    east_m: float = 1e9

    def visible(self, spot: Array, enu: Array) -> Array:
        return np.asarray(enu[0] < self.east_m)


def sensor(**given: Any) -> Sensor:
    """A radar on the roof unless told otherwise."""
    base = {
        "id": "radar", "kind": "radar", "reports": "polar", "position": ROOF, "interval_s": 1.0, "p_detection": 1.0, "clutter": 0.0,
        "coverage": {"max_range_m": 5000.0},
    }  # fmt: skip
    return Sensor.model_validate(base | given)


def scene(flights: Sequence[Line] = (Line(),), lasts_s: float = 60.0, wall_m: float = 1e9, light: str = "day", **weather: Any) -> Scene:
    """A place with these objects."""
    return Scene(flights, Wall(wall_m), WeatherKeys(**({"wind_mps": 0.0} | weather)), light, ORIGIN, STARTS_NS, lasts_s)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def keys(**given: Any) -> SensorKeys:
    return SensorKeys(id="radar", **given)


def rows(stated: Sensor, at: Scene, seed: int = 1, **given: Any) -> Rows:
    """What the sensor tells."""
    return look(keys(**given), stated, at, rng(seed))


def rig(stated: Sensor, at: Scene, seed: int = 1, **given: Any) -> Rig:
    """The sensor as it really is."""
    return rig_up(keys(**given), stated, at, rng(seed))


def measured_s(told: Rows) -> Array:
    """Times of measurement, seconds from the start."""
    return (told.t_ns - STARTS_NS) / 1e9


def number(told: Rows, meaning: str) -> Array:
    return np.asarray(told.values[meaning], dtype=float)


def turned(degrees: Array) -> Array:
    """Angles from -180 to 180."""
    return (np.asarray(degrees) + 180.0) % 360.0 - 180.0


def table_site(stated: dict[str, Any], columns: str, table: str = 'scan_time = { column = "scan" }', holds: str = "plots") -> Site:
    """A site of one sensor and one feed: ``columns`` and the rest of ``table`` as TOML."""
    lines = [f"{key} = {_toml(value)}" for key, value in ({"id": "radar", "kind": "radar", "reports": "polar"} | stated).items()]
    return parse(
        'version = 1\nname = "made-up"\norigin = { lat_deg = 52.0, lon_deg = 5.0, alt_m = 30.0 }\n[[sensors]]\n'
        + "\n".join(lines)
        + "\nposition = { lat_deg = 52.0, lon_deg = 5.0, alt_m = 30.0 }\n"
        + f'[[feeds]]\nid = "feed"\nsensor = "radar"\nformat = "table"\nfile = "feed.csv"\n[feeds.table]\nholds = "{holds}"\n'
        + f'time = {{ column = "time" }}\n{table}\n[feeds.table.columns]\n{columns}\n'
    )


def _toml(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def seeds(seed: int = 1) -> Any:
    return Seeds(seed, "made-up").rng
