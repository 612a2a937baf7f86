"""The warning-time map: against approaches flown through the rooms themselves, and how long a city takes.

``plan.error.SITE``: root-mean-square difference of the mean warning time by cell (ring and quadrant) between the map and the rooms,
over its mean. The rooms' means are of so many approaches a cell, so part of it is their own sampling error, given as the peer
``sampling``. An approach costs the rooms up to half a second: results are kept in ``build/plan`` and gone on from; throw that away to
measure anew, as after a change of the tracker.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench import Figure, Value, measures
from bench.approaches import Approach, Warm, warm, warning_s
from forewarn.plan import Options, make
from forewarn.plan.approach import Chosen, Table, table
from forewarn.plan.numbers import Place, place
from forewarn.plan.sites import placed
from forewarn.site import Site, parse

Array = NDArray[np.float64]
ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "build" / "plan"
WARMS = 6


class Case(NamedTuple):
    """One site, its first zone, one object: rings (seconds to the entry where it appears), sides, approaches a cell."""

    name: str
    site: Path
    chosen: Chosen
    rings_s: tuple[float, ...]
    sides: int
    approaches: int


CASES = (
    Case("harbour", ROOT / "examples/harbour.toml", Chosen("boat", 5.0, 0.0, 10.0), (10.0, 18.0, 30.0, 45.0), 1, 300),
    Case("embassy", ROOT / "examples/scenarios/sites/embassy.toml", Chosen(), (8.0, 16.0, 26.0, 40.0, 70.0), 4, 40),
)


def by_map(case: Case, found: Table) -> Array:
    """The map's mean in each cell, (rings, sides)."""
    side = (found.azimuth_deg * case.sides / 360.0).astype(int) % case.sides
    at = np.stack([[np.interp(ring, found.ahead_s, row) for ring in case.rings_s] for row in found.mean_s])
    return np.stack([at[side == k].mean(axis=0) for k in range(case.sides)], axis=1)


def site_of(case: Case) -> Site:
    """The case's site; its sensors' clocks are right, as both the map and the approaches take them."""
    site, _ = placed(parse(case.site.read_text(encoding="utf-8")))
    return site.model_copy(update={"sensors": tuple(s.model_copy(update={"bias_clock_s": 0.0}) for s in site.sensors)})


def by_rooms(case: Case, approaches: int | None = None, keep: bool = True) -> Array:
    """Warning times by the rooms, (rings, sides, approaches)."""
    site = site_of(case)
    where, count = place(site, site.zones[0]), approaches or case.approaches
    file = KEPT / f"{case.name}.json"
    known: dict[str, list[float]] = json.loads(file.read_text()) if keep and file.exists() else {}
    ready: list[Warm] = []
    for key in (f"{ring:g} {side}" for ring in case.rings_s for side in range(case.sides)):
        done = known.setdefault(key, [])
        while len(done) < count:
            ready = ready or warms(site)
            done.append(_one(case, site, where, key, ready[len(done) % len(ready)], len(done)))
        if keep:
            KEPT.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(known))
    return np.array([[known[f"{ring:g} {side}"][:count] for side in range(case.sides)] for ring in case.rings_s])


def warms(site: Site, most: int = WARMS, seconds: float | None = None) -> list[Warm]:
    """Watches that have run a while and in which nobody is warned of anything; the first that are so."""
    before = seconds or 300 * max(s.interval_s for s in site.sensors if s.scan and s.reports != "claims")
    found: list[Warm] = []
    for seed in range(4 * most):
        one = warm(site, seed, before)
        if all(standing.level in ("quiet", "watched") for standing in one.rooms[3].zones.values()):
            found.append(one)
        if len(found) == most:
            break
    return found


def _one(case: Case, site: Site, where: Place, key: str, ready: Warm, number: int) -> float:
    """One approach to the zone, from somewhere in the cell's side."""
    ring, side = (float(part) for part in key.split())
    seed = [int(ring * 10), int(side), number]
    azimuth = (side + np.random.Generator(np.random.PCG64(seed)).random()) * 360.0 / case.sides
    centre = (float(where.centre[0]), float(where.centre[1]))
    one = Approach(centre, where.radius_m, azimuth, ring, case.chosen.speed_mps, case.chosen.height_m, case.chosen.size_m2)
    return warning_s(site, site.zones[0], one, ready, int(np.random.SeedSequence(seed).generate_state(1)[0]))


def error(ours: Array, theirs: Array) -> tuple[float, float]:
    """Of cells (rings, sides) against approaches (rings, sides, n): the root-mean-square difference over the mean, and how much of it
    their sampling alone would give."""
    mean, own = theirs.mean(axis=2), theirs.std(axis=2, ddof=1) / np.sqrt(theirs.shape[2])
    return float(np.sqrt(((ours - mean) ** 2).mean()) / mean.mean()), float(np.sqrt((own**2).mean()) / mean.mean())


@measures(Figure("plan.error", "", at_most=0.05), *(Figure(f"plan.error.{case.name}", "", at_most=0.05) for case in CASES))
def errors() -> Iterator[Value]:
    """The map against the rooms, at 2,000 approaches in all; ``plan.error`` is the greater of the two sites'."""
    found: list[tuple[float, float, int]] = []
    for case in CASES:
        site, theirs = site_of(case), by_rooms(case)
        off, sampling = error(by_map(case, table(site, site.zones[0], case.chosen, directions=36, runs=24)), theirs)
        found.append((off, sampling, theirs.size))
        yield Value(f"plan.error.{case.name}", off, peer={"sampling": sampling}, runs=theirs.size)
    off, sampling, _ = max(found)
    yield Value("plan.error", off, peer={"sampling": sampling}, runs=sum(one[2] for one in found))


CITY_KM = 20.0


def city() -> Site:
    """The embassy-like site with two more radars and half ranges, so that eight sensors look at three zones."""
    site = parse((ROOT / "examples/scenarios/sites/embassy.toml").read_text(encoding="utf-8"))
    radar = site.sensors[0]
    cover = radar.coverage.model_copy(update={"half_range_m": 3000.0})
    places = [radar.position.model_copy(update={"lat_deg": radar.position.lat_deg + step}) for step in (0.01,)] if radar.position else []
    more = [radar.model_copy(update={"id": f"hill-{k}", "position": at, "coverage": cover}) for k, at in enumerate(places)]
    return site.model_copy(update={"sensors": (*site.sensors, *more)})


def relief(folder: Path) -> Path:
    """A made height model, 24 x 24 km at 30 m about the city: a river's valley between hills of up to 150 m."""
    import rasterio
    from rasterio.crs import CRS

    side = np.arange(-12_000.0, 12_000.0, 30.0)
    east, north = np.meshgrid(side, side[::-1])
    hills = 60.0 + 50.0 * np.sin(east / 1700.0) * np.cos(north / 2300.0) + 40.0 * np.sin((east + north) / 900.0)
    low = np.exp(-np.hypot(east, north) / 1500.0)  # the middle of the city lies level at nought
    path = folder / "relief.tif"
    crs = CRS.from_proj4("+proj=aeqd +lat_0=48.2 +lon_0=16.36 +datum=WGS84 +units=m +no_defs")
    shape = {"count": 1, "height": len(side), "width": len(side), "dtype": "float32"}
    with rasterio.open(
        path, "w", driver="GTiff", crs=crs, transform=rasterio.Affine(30.0, 0.0, -12_015.0, 0.0, -30.0, 11_985.0), **shape
    ) as out:
        out.write((hills * (1.0 - low) - 20.0).astype(np.float32)[None])
    return path


@measures(Figure("plan.city_s", "s", at_most=60.0))
def city_time() -> Iterator[Value]:
    """A city of 20 x 20 km at 50 m: eight sensors that see, three zones that are entered, ground that hides; skylines, map and table, on
    two threads. Kernels are compiled before; their first compilation takes half a minute more, once a machine."""
    KEPT.mkdir(parents=True, exist_ok=True)
    model, site = relief(KEPT), city()
    make(site, Options(directions=1, runs=1, cell_m=1000.0))
    begun = time.perf_counter()
    plan = make(site, Options(cell_m=50.0, across_m=CITY_KM * 1e3, height_model=model, workers=2))
    taken = time.perf_counter() - begun
    if plan.found.seconds.shape[1:] != (400, 400):
        raise AssertionError(plan.found.seconds.shape)
    yield Value("plan.city_s", taken, runs=1)
