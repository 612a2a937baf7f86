"""`[[faults]]` of a scenario: what goes wrong with a sensor or on the way from it, and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from forewarn.simulate.sensors.clutter import Specks, even, told
from forewarn.simulate.sensors.keys import SensorKeys
from forewarn.simulate.sensors.measure import placed
from forewarn.simulate.sensors.rig import Random, Rig, rig_up
from forewarn.simulate.sensors.rows import Rows, Values, joined
from forewarn.simulate.sensors.scene import MS_NS, SECOND_NS, Array, Bools, Ints, Scene
from forewarn.site import Sensor as Stated
from forewarn.site.base import Chance, Name, Part

What = Literal["outage", "stall", "clock_step", "clock_drift", "flood", "repeat", "jitter", "late", "lie"]
Seconds = Annotated[float, Field(ge=0, le=1e9)]
Offset = Annotated[float, Field(ge=-1e5, le=1e5)]


class Fault(Part):
    """One thing that goes wrong."""

    sensor: Name = Field(description="of the site file")
    what: What
    from_s: Seconds = 0.0
    to_s: Seconds = Field(1e9, description="after the end: it never ends")
    said: bool = Field(False, description="outage: whether the sensor's status says so")
    ends: bool = Field(True, description="stall: what was held back comes at `to_s`, all at once; false: it is lost")
    by_s: Annotated[float, Field(ge=-1e6, le=1e6)] = Field(
        5.0, description="clock_step: the clock is ahead by; late: arrives so much later; jitter: by up to so much"
    )
    by_s_per_s: Annotated[float, Field(ge=-0.5, le=0.5)] = Field(0.01, description="clock_drift: seconds gained in a second")
    plots: Annotated[int, Field(ge=1, le=4000)] = Field(200, description="flood: false plots a look")
    share: Chance = Field(0.3, description="repeat: old rows sent again, for each new row")
    offset_m: tuple[Offset, Offset, Offset] | None = Field(
        None, description="lie: all plots are moved by this (east, north, up); not given: something that is not there flies about"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to_s <= self.from_s:
            raise ValueError("`to_s` lies after `from_s`")
        if self.what in ("late", "jitter") and self.by_s < 0:
            raise ValueError("`by_s` of data that come late is not negative")
        return self


UNLIKE = {"flood": ("claims",), "lie": ("claims",)}
LIE_MPS, LIE_SHOWN, BEARING_M = 15.0, 0.9, 1000.0
RECENT = 50  # rows that may be sent again


def misfit(fault: Fault, stated: Stated) -> str:
    """Why a fault cannot befall a sensor; empty if it can."""
    return f"{fault.what}: not of a sensor that reports {stated.reports}" if stated.reports in UNLIKE.get(fault.what, ()) else ""


def upset(rows: Rows, faults: Sequence[Fault], stated: Stated, scene: Scene, rngs: Sequence[Random]) -> Rows:
    """The rows of a sensor after all that goes wrong with it, in the order: outages, what it says, its clock, the way."""
    stages = {"outage": 0, "lie": 1, "flood": 2, "repeat": 3, "clock_step": 4, "clock_drift": 4, "late": 5, "jitter": 5, "stall": 6}
    for fault, rng in sorted(zip(faults, rngs, strict=True), key=lambda pair: stages[pair[0].what]):
        match fault.what:
            case "outage":
                rows = _outage(rows, fault, scene)
            case "lie":
                rows = _moved(rows, fault, stated, scene) if fault.offset_m else _invented(rows, fault, stated, scene, rng)
            case "flood":
                rows = _flood(rows, fault, stated, scene, rng)
            case "repeat":
                rows = _again(rows, fault, scene, rng)
        rows = on_the_way(rows, fault, scene, rng)
    return rows.in_order()


def on_the_way(rows: Rows, fault: Fault, scene: Scene, rng: Random) -> Rows:
    """What befalls every word of a sensor, its status too: its clock, and how its bytes travel."""
    match fault.what:
        case "clock_step" | "clock_drift":
            return _clock(rows, fault, scene)
        case "late" | "jitter":
            return _late(rows, fault, scene, rng)
        case "stall":
            return _stall(rows, fault, scene)
    return rows


def _during(t_ns: Ints, fault: Fault, scene: Scene) -> Bools:
    t_s = (t_ns - scene.starts_ns) / SECOND_NS
    return np.asarray((t_s >= fault.from_s) & (t_s < fault.to_s))


def _kept(rows: Rows, row: Bools, look: Bools) -> Rows:
    return rows.at(row)._replace(looks_ns=rows.looks_ns[look], looks_sent_ns=rows.looks_sent_ns[look])


def _outage(rows: Rows, fault: Fault, scene: Scene) -> Rows:
    return _kept(rows, ~_during(rows.look_ns, fault, scene), ~_during(rows.looks_ns, fault, scene))


def _stall(rows: Rows, fault: Fault, scene: Scene) -> Rows:
    """Nothing arrives; at the end all that was held back, at once, or it is lost."""
    held, held_looks = _during(rows.sent_ns, fault, scene), _during(rows.looks_sent_ns, fault, scene)
    if not fault.ends or fault.to_s >= scene.lasts_s:
        return _kept(rows, ~held, ~held_looks)
    then = scene.ns(np.array([fault.to_s]))[0]
    return rows._replace(sent_ns=np.where(held, then, rows.sent_ns), looks_sent_ns=np.where(held_looks, then, rows.looks_sent_ns))


def _late(rows: Rows, fault: Fault, scene: Scene, rng: Random) -> Rows:
    """Later by ``by_s``; jitter: each look by its own part of it, so that looks overtake each other."""
    looks = np.unique(np.concatenate([rows.looks_ns, rows.look_ns]))
    share = rng.random(len(looks)) if fault.what == "jitter" else np.ones(len(looks))
    by_ns = np.where(_during(looks, fault, scene), np.rint(share * fault.by_s * 1000.0), 0.0).astype(np.int64) * MS_NS
    row, look = np.searchsorted(looks, rows.look_ns), np.searchsorted(looks, rows.looks_ns)
    return rows._replace(sent_ns=rows.sent_ns + by_ns[row], looks_sent_ns=rows.looks_sent_ns + by_ns[look])


def _clock(rows: Rows, fault: Fault, scene: Scene) -> Rows:
    """Times as a wrong clock tells them; arrival is by the watch's clock and stays."""

    def told(t_ns: Ints) -> Ints:
        gone_s = (t_ns - scene.starts_ns) / SECOND_NS - fault.from_s
        wrong_s = fault.by_s_per_s * gone_s if fault.what == "clock_drift" else np.full(len(t_ns), fault.by_s)
        return t_ns + np.where(_during(t_ns, fault, scene), np.rint(wrong_s * 1000.0), 0.0).astype(np.int64) * MS_NS

    return rows._replace(t_ns=told(rows.t_ns), look_ns=told(rows.look_ns), looks_ns=told(rows.looks_ns))


def _again(rows: Rows, fault: Fault, scene: Scene, rng: Random) -> Rows:
    """Old rows again, in later looks."""
    chosen = np.flatnonzero(_during(rows.look_ns, fault, scene) & (rng.random(len(rows.t_ns)) < fault.share))
    old = np.maximum(chosen - rng.integers(1, RECENT, len(chosen)), 0)
    return joined([rows, rows.at(old)._replace(look_ns=rows.look_ns[chosen], sent_ns=rows.sent_ns[chosen])])


def _false_rig(rows: Rows, fault: Fault, stated: Stated, scene: Scene, rng: Random) -> tuple[Rig, Rows]:
    """The sensor with its looks during the fault alone, and those looks."""
    during = _kept(rows, np.zeros(len(rows.t_ns), dtype=bool), _during(rows.looks_ns, fault, scene))
    looks_s = (during.looks_ns - scene.starts_ns) / SECOND_NS
    return rig_up(SensorKeys(id=stated.id), stated, scene, rng)._replace(looks_s=looks_s), during


def _flood(rows: Rows, fault: Fault, stated: Stated, scene: Scene, rng: Random) -> Rows:
    """False plots without number."""
    rig, during = _false_rig(rows, fault, stated, scene, rng)
    return _with(rows, told(rig, scene, (even(rig._replace(clutter=float(fault.plots)), rng),), rng), during)


def _invented(rows: Rows, fault: Fault, stated: Stated, scene: Scene, rng: Random) -> Rows:
    """Plots of something that is not there: it comes straight in from half the range, passes near the sensor and goes on."""
    rig, during = _false_rig(rows, fault, stated, scene, rng)
    azimuth, side = 2.0 * np.pi * rng.random(), rng.uniform(-200.0, 200.0)
    inwards, across = -np.array([np.sin(azimuth), np.cos(azimuth)]), np.array([np.cos(azimuth), -np.sin(azimuth)])
    gone_m = LIE_MPS * (rig.looks_s - fault.from_s) - min(0.5 * rig.reach_m, 2000.0)
    look = np.flatnonzero(rng.random(len(gone_m)) < LIE_SHOWN)
    sigma = rig.sigma_m if stated.reports == "position" else rig.sigma_range_m
    level = inwards[:, None] * gone_m[look] + across[:, None] * side + sigma * rng.standard_normal((2, len(look)))
    return _with(rows, told(rig, scene, (Specks(look, level, np.full(len(look), 60.0)),), rng), during)


def _with(rows: Rows, false: Rows, during: Rows) -> Rows:
    """Rows and false ones, which arrive with their looks."""
    if not len(false.t_ns):
        return rows
    return joined([rows, false._replace(sent_ns=during.looks_sent_ns[np.searchsorted(during.looks_ns, false.look_ns)])])


def _moved(rows: Rows, fault: Fault, stated: Stated, scene: Scene) -> Rows:
    """All plots moved alike; what is moved is no longer of its object. A bearing alone moves as if from a kilometre off."""
    rig = rig_up(SensorKeys(id=stated.id), stated, scene, np.random.default_rng(0))
    lies = _during(rows.look_ns, fault, scene)
    if not lies.any():
        return rows
    local = _local(rig, rows.values) + np.array(fault.offset_m)[:, None]
    moved: Values = {}
    for meaning, column in placed(rig, local).items():
        moved[meaning] = np.where(lies, column, rows.values.get(meaning, np.nan))
    return rows._replace(values=rows.values | moved, object=np.where(lies, "", rows.object))


def _local(rig: Rig, values: Values) -> Array:
    """Metres east, north, up of the sensor."""
    n = len(next(iter(values.values())))
    number = {meaning: np.asarray(column, dtype=float) for meaning, column in values.items() if column.dtype != object}
    if "east" in number:
        return np.stack([number["east"], number["north"], number.get("up", np.zeros(n))])
    azimuth, elevation = np.radians(number["azimuth"]), np.radians(np.nan_to_num(number.get("elevation", np.zeros(n))))
    range_m = number.get("range", np.full(n, BEARING_M))
    level = range_m * np.cos(elevation)
    return np.stack([level * np.sin(azimuth), level * np.cos(azimuth), range_m * np.sin(elevation)])
