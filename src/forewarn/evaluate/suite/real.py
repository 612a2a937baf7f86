"""What really was, in the shape that judging needs: every object at every whole second, who may be where, what was broken.

An object *conforms* at a moment if it is authorised then (the story says so) and, where the site file has a flight authorisation
for one of its identities, keeps to that one's times, outline and heights. An object's last place is held until the
next whole second, so that what comes down between two of them is seen to have come down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from forewarn.evaluate.aligned import At, Flags, at
from forewarn.evaluate.of_record import judged_zone
from forewarn.evaluate.suite.result import FaultRow
from forewarn.evaluate.tables import Array, Truth, TruthObject
from forewarn.evaluate.warnings import within
from forewarn.messages import KINDS, Kind
from forewarn.simulate.world import World
from forewarn.site import Authorisation as Flight
from forewarn.site import Site, Zone

CALLED: dict[str, Kind] = {"multirotor": "drone", "fixed_wing": "drone", "flock": "bird", "crewed": "aircraft", "debris": "other"}
"""What the watch calls a scenario's kinds of objects; those that are not here go by the same name in both."""
FALLS = ("rocket", "debris")
SURFACE: tuple[Kind, ...] = ("boat", "vehicle")


class Real(NamedTuple):
    """One world's truth. Objects (k), whole ``seconds`` (s,) of unix time from its start to its end.

    ``enu`` (3, k, s) metres about the site's origin, NaN where absent; ``asked`` (k, s): there, and not on the ground (or of the surface);
    ``authorised`` and ``conforming`` (k, s). ``falls_s`` (k,): from when on it only falls, unix time (a rocket always; inf: never), and
    whether it has come ``down`` by the end. ``first_s``: when each was first measured by a sensor, unix time.
    """

    site: Site
    starts_s: float
    seconds: Array
    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    truth: Truth
    here: tuple[At, ...]
    enu: Array
    asked: Flags
    authorised: Flags
    conforming: Flags
    falls_s: tuple[float, ...]
    down: tuple[bool, ...]
    first_s: Mapping[str, float]
    faults: tuple[FaultRow, ...]


def real(world: World, site: Site) -> Real:
    """The truth of a world on whole seconds."""
    starts_s = world.scenario.starts_ns / 1e9
    seconds = np.arange(np.ceil(starts_s), np.floor(starts_s + world.scenario.lasts_s) + 1.0)
    rows = _by_object(world.truth.objects)
    names = tuple(rows)
    truth = tuple(_object(name, own) for name, own in rows.items())
    here = tuple(at(obj, seconds) for obj in truth)
    shape = len(names), len(seconds)
    enu = np.array([[_held(own, column, h, seconds) for own, h in zip(rows.values(), here, strict=True)] for column in ENU])
    told = [str(own["kind"][0]) for own in rows.values()]
    kinds = tuple(called(kind) for kind in told)
    asked = np.array([_asked(own, kind, h, seconds) for own, kind, h in zip(rows.values(), kinds, here, strict=True)], dtype=bool)
    story = world.truth.story
    authorised = np.array([_during(story.authorised.get(n, ()), seconds - starts_s) for n in names], dtype=bool).reshape(shape)
    falls_s = tuple(starts_s + (0.0 if kind in FALLS else story.falls_s.get(n, np.inf)) for n, kind in zip(names, told, strict=True))
    keeping = np.array([_keeps(site, story.identities.get(n, ()), h, seconds) for n, h in zip(names, here, strict=True)], dtype=bool)
    falling = seconds >= np.array(falls_s).reshape(-1, 1)  # what falls threatens whoever owns it
    return Real(
        site, starts_s, seconds, names, kinds, truth, here,
        enu=enu.reshape(3, *shape),
        asked=asked.reshape(shape),
        authorised=authorised,
        conforming=authorised & keeping.reshape(shape) & ~falling,
        falls_s=falls_s,
        down=tuple(bool(own["on_ground"][-1]) or bool(own["time_s"][-1] < seconds[-1]) for own in rows.values()),
        first_s=_first(world.truth.plots, {obj.name: float(obj.time_s[0]) for obj in truth}),
        faults=tuple(FaultRow(sensor=f.sensor, what=f.what, from_s=f.from_s, to_s=f.to_s) for f in world.scenario.faults),
    )  # fmt: skip


ENU = ("east_m", "north_m", "up_m")


def called(kind: str) -> Kind:
    """The watch's word for a scenario's kind of object."""
    return CALLED.get(kind, kind if kind in KINDS else "other")


def counts(real: Real, zone: Zone, dangerous: Mapping[tuple[Kind, bool], bool]) -> Flags:
    """When each object matters to a zone, (k, s), by its kind and whether it conforms."""
    flags = [
        np.where(conforming, dangerous[kind, True], dangerous[kind, False])
        for kind, conforming in zip(real.kinds, real.conforming, strict=True)
    ]
    return np.array(flags, dtype=bool).reshape(real.conforming.shape)


Columns = Mapping[str, Array]


def _by_object(table: pa.Table) -> dict[str, Columns]:
    """The rows of each object, in the order in which the table first names them."""
    columns = {name: table[name].to_numpy() for name in table.column_names}
    names = table["object"].combine_chunks().dictionary_encode()
    codes = names.indices.to_numpy()
    rows = [(name, np.flatnonzero(codes == code)) for code, name in enumerate(names.dictionary.to_pylist())]
    return {name: {key: column[own] for key, column in columns.items()} for name, own in rows}


def _object(name: str, own: Columns) -> TruthObject:
    time = own["time_s"].astype(float)
    end = np.ceil(time[-1])
    held = {key: own[key].astype(float) for key in ("lat_deg", "lon_deg", "alt_m")}
    if end > time[-1]:
        time, held = np.append(time, end), {key: np.append(column, column[-1]) for key, column in held.items()}
    return TruthObject(name, time, held["lat_deg"], held["lon_deg"], held["alt_m"], np.full(time.shape, np.nan))


def _held(own: Columns, column: str, here: At, seconds: Array) -> Array:
    return np.where(here.present, np.interp(seconds, own["time_s"], own[column]), np.nan)


def _asked(own: Columns, kind: Kind, here: At, seconds: Array) -> Flags:
    """There, and in the air or of the surface: what an observer is asked to track."""
    row = np.clip(np.searchsorted(own["time_s"], seconds), 0, len(own["time_s"]) - 1)
    up: Flags = np.asarray(own["on_ground"][row] == 0)
    return here.present if kind in SURFACE else np.asarray(here.present & up)


def _during(spans: Iterable[Sequence[float]], since_s: Array) -> Flags:
    flags = np.zeros(since_s.shape, dtype=bool)
    for from_s, to_s in spans:
        flags |= (since_s >= from_s) & (since_s <= to_s)
    return flags


def _keeps(site: Site, identities: Iterable[str], here: At, seconds: Array) -> Flags:
    """Whether an object is where its authorisation lets it, (s,); True where the site file has none for it."""
    own = [a for a in site.authorisations if a.identity in set(identities)]
    if not own:
        return np.ones(seconds.shape, dtype=bool)
    return np.asarray(np.any([_within(site, a, here, seconds) for a in own], axis=0))


def _within(site: Site, flight: Flight, here: At, seconds: Array) -> Flags:
    zone = judged_zone(
        Zone(id=flight.id, name={}, circle=flight.circle, polygon=flight.polygon, floor_m=flight.floor_m, ceiling_m=flight.ceiling_m),
        site.origin.alt_m,
    )
    flags: Flags = within(zone, here) & (seconds >= flight.starts.timestamp()) & (seconds < flight.ends.timestamp())
    return flags


def _first(plots: pa.Table, appeared_s: Mapping[str, float]) -> dict[str, float]:
    """When each object was first measured by a sensor, unix time; a clock so slow that it was not there yet does not count."""
    t_s, names = plots["t_ns"].to_numpy() / 1e9, plots["object"].to_numpy()
    own = {str(name): t_s[names == name] for name in dict.fromkeys(names.tolist()) if name}
    there = {name: t[t >= appeared_s.get(name, -np.inf)] for name, t in own.items()}
    return {name: float(t.min()) for name, t in there.items() if len(t)}
