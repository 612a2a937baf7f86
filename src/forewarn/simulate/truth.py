"""What really happened, apart from all that any feed brought: who was where, whose each plot is, and the story."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import pyarrow as pa

from forewarn import geo
from forewarn.simulate.flights import Flight
from forewarn.simulate.scenario import Scenario

NUMBERS = ("time_s", "lat_deg", "lon_deg", "alt_m", "east_m", "north_m", "up_m", "east_mps", "north_mps", "up_mps")
SCHEMA = pa.schema([
    ("object", pa.string()), ("kind", pa.string()), *((name, pa.float64()) for name in NUMBERS), ("on_ground", pa.bool_()),
])  # fmt: skip


class WrongThing(msgspec.Struct, frozen=True):
    """Something that goes wrong with a sensor, seconds from the start."""

    sensor: str
    what: str
    from_s: float
    to_s: float


class Story(msgspec.Struct, frozen=True):
    """What a judge must know beside where things were. ``authorised``: from when to when (seconds from the start) each object is,
    truly; ``identities``: what each says that it is; ``falls_s``: from when on it is debris; ``warned``: zones that must be
    warned, ``may``: zones that may."""

    name: str
    seed: int
    starts: str
    lasts_s: float
    happens: str
    follows: str
    kinds: dict[str, str]
    authorised: dict[str, tuple[tuple[float, float], ...]]
    identities: dict[str, tuple[str, ...]]
    falls_s: dict[str, float]
    faults: tuple[WrongThing, ...]
    warned: tuple[str, ...]
    may: tuple[str, ...]


class Truth(NamedTuple):
    """``objects``: a row every tenth of a second for each object that is there (``time_s`` unix time; ``kind`` is debris from when it
    falls); ``plots``: sensor, t_ns, first, second, object, "" of nothing."""

    objects: pa.Table
    plots: pa.Table
    story: Story


def told(scenario: Scenario, seed: int, flights: Sequence[Flight]) -> Story:
    """The story of one run."""
    there = [flight for flight in flights if len(flight.t_s)]
    return Story(
        name=scenario.name, seed=seed, starts=scenario.starts.isoformat(), lasts_s=scenario.lasts_s,
        happens=scenario.happens, follows=scenario.follows,
        kinds={f.id: f.kind for f in there},
        authorised={f.id: (f.authorised,) for f in there if f.authorised is not None},
        identities={f.id: tuple(dict.fromkeys(claim.identity for claim in f.claims)) for f in there if f.claims},
        falls_s={f.id: f.falls_s for f in there if f.falls_s is not None},
        faults=tuple(WrongThing(f.sensor, f.what, f.from_s, f.to_s) for f in scenario.faults),
        warned=scenario.expect.warned, may=scenario.expect.may,
    )  # fmt: skip


def objects(scenario: Scenario, flights: Sequence[Flight], origin: geo.Origin) -> pa.Table:
    """Where everything was; ghosts were nowhere."""
    parts = [_rows(flight, scenario.starts_ns / 1e9, origin) for flight in flights if flight.kind != "ghost" and flight.alive.any()]
    return pa.concat_tables(parts) if parts else SCHEMA.empty_table()


def _rows(flight: Flight, starts_s: float, origin: geo.Origin) -> pa.Table:
    there = flight.alive
    enu, vel, t_s = flight.enu[:, there], flight.vel[:, there], flight.t_s[there]
    falls_s = np.inf if flight.falls_s is None else flight.falls_s
    kinds = pa.DictionaryArray.from_arrays(pa.array((t_s >= falls_s).astype(np.int8)), [flight.kind, "debris"]).cast(pa.string())
    numbers = [np.round(starts_s + t_s, 3), *geo.to_place(enu, origin), *enu, *vel]
    return pa.Table.from_arrays(
        [
            pa.array([flight.id] * len(t_s), pa.string()),
            kinds,
            *(pa.array(column) for column in numbers),
            pa.array(flight.on_ground[there]),
        ],
        schema=SCHEMA,
    )
