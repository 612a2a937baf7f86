"""A world made by hand for tests of the suite: one radar, one zone, objects on straight lines, and what became of them known beforehand."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa

from forewarn.evaluate.suite import kept
from forewarn.evaluate.suite.result import Run
from forewarn.evaluate.suite.run import Job
from forewarn.geo import to_place
from forewarn.messages import Chunk
from tests.small import SECOND_NS, SITE, START_NS

STARTS_S = START_NS / SECOND_NS
ORIGIN = (52.0, 5.0, 0.0)
COSTS = """
people = 30.0
costs = { false_alarm = 1.0, missed = { drone = 20.0, bird = 0.0, other = 5.0 }, conforming = 0.25 }
"""
TOML = SITE.replace("tell = []\n", "tell = []\n" + COSTS)
Straight = tuple[str, tuple[float, float, float], tuple[float, float, float], float, float]
"""Kind, place at its start, velocity, when it comes and when it goes."""


def objects(straight: Mapping[str, Straight]) -> pa.Table:
    """The truth of objects on straight lines, ten rows a second."""
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for name, (kind, start, velocity, from_s, to_s) in straight.items():
        t = np.arange(round(from_s * 10), round(to_s * 10) + 1) / 10
        enu = np.array(start)[:, None] + np.array(velocity)[:, None] * (t - from_s)
        lat, lon, alt = to_place(enu, ORIGIN)
        speeds = np.repeat(np.array(velocity)[:, None], len(t), axis=1)
        own = (STARTS_S + t, lat, lon, alt, *enu, *speeds, np.zeros(len(t), dtype=bool))
        for column, values in zip(COLUMNS, ([name] * len(t), [kind] * len(t), *(v.tolist() for v in own)), strict=True):
            columns[column] += values
    return pa.table(columns)


COLUMNS = (
    "object", "kind", "time_s", "lat_deg", "lon_deg", "alt_m", "east_m", "north_m", "up_m", "east_mps", "north_mps", "up_mps", "on_ground",
)  # fmt: skip


def world(
    straight: Mapping[str, Straight],
    lasts_s: int = 80,
    seen: Sequence[str] | None = None,
    faults: Sequence[Any] = (),
    authorised: Mapping[str, Any] | None = None,
    identities: Mapping[str, Any] | None = None,
    toml: str = TOML,
) -> Any:
    """A world; ``seen``: the objects that the radar shows, each once a second (all, if not given)."""
    table = objects(straight)
    shown = straight if seen is None else seen
    rows = list(zip(*(table[name].to_pylist() for name in ("time_s", "object", "lat_deg", "lon_deg")), strict=True))
    at: dict[int, list[tuple[str, float, float]]] = {}
    for time_s, name, lat, lon in rows:
        if name in shown and abs(time_s - round(time_s)) < 1e-3:
            at.setdefault(round(time_s - STARTS_S), []).append((name, round(lat, 7), round(lon, 7)))
    stalled = [second for fault in faults for second in range(int(fault.from_s), int(min(fault.to_s, lasts_s)))]
    chunks, plots, offset = [], [], 0
    for second in range(lasts_s):
        t_ns = START_NS + second * SECOND_NS
        own = [] if second in stalled else at.get(second, [])
        cells = [f"{lat:.7f},{lon:.7f}" for _, lat, lon in own] or [","]
        text = ("time,lat,lon\n" if second == 0 else "") + "".join(f"{t_ns // SECOND_NS},{cell}\n" for cell in cells)
        if second not in stalled:
            chunks.append(Chunk(t_ns=t_ns + SECOND_NS // 4, feed="radar", data=text.encode(), offset=offset, whole=True))
            offset += len(text)
        plots += [("radar", t_ns, lat, lon, name) for name, lat, lon in own]
    names = ("sensor", "t_ns", "first", "second", "object")
    schema = pa.schema(zip(names, (pa.string(), pa.int64(), pa.float64(), pa.float64(), pa.string()), strict=True))
    truth = SimpleNamespace(
        objects=table,
        plots=pa.table([[row[i] for row in plots] for i in range(5)], schema=schema),
        story=SimpleNamespace(authorised=authorised or {}, identities=identities or {}, falls_s={}),
    )
    scenario = SimpleNamespace(name="by-hand", starts_ns=START_NS, lasts_s=float(lasts_s), faults=tuple(faults))
    return SimpleNamespace(
        scenario=scenario, seed=1, toml=toml, chunks=tuple(chunks), truth=truth, desk=SimpleNamespace(reply=lambda message, t_ns: ())
    )


# ------------------------------------------------------------------------------------------------- runs that end their process


def dying(job: Job) -> Run:
    """Stands for `make` in processes: seed 2 ends its process the first time, seed 5 every time. Each try leaves a line behind."""
    tries = job.out / f"tries-{job.seed}"
    with tries.open("a", encoding="utf-8") as file:
        file.write("tried\n")
    if job.seed == 5 or (job.seed == 2 and len(tries.read_text(encoding="utf-8").split()) == 1):
        os._exit(1)
    made = Run(scenario=job.scenario.stem, seed=job.seed, key=job.key, build="")
    kept.write(kept.path(job.out, job.scenario.stem, job.seed), made)
    return made
