"""What `design/project.md` reports: how near the projected chances are to the truth, how calibrated on real flights, how fast.

    python design/project.py [folder with icmcis/1_1 and icmcis/1_3]

About five minutes on one core. Random choices are seeded, so that another run gives the same figures (times apart).
"""

from __future__ import annotations

import csv
import sys
import time
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np

from forewarn import geo
from forewarn.project import paths as samples
from forewarn.project import project
from forewarn.project.entry import may_reach
from forewarn.project.shapes import Solid, inside, solid
from forewarn.site import Tracking
from tests.project_help import ORIGIN, Picture, circle, covariance, of, one, picture, polygon, site, walked

Array = np.ndarray


# ------------------------------------------------------------------------------------------------ against brute force


def cases(n: int) -> list[tuple[dict[str, object], Picture]]:
    """Circles, polygons and walls 2 m thick, some between a floor and a ceiling; flights near them, of all kinds."""
    random = np.random.default_rng(11)
    found = []
    for _ in range(n):
        away, angle, radius = random.uniform(50, 450), random.uniform(-np.pi, np.pi), random.uniform(30, 150)
        at = np.array([away * np.cos(angle), away * np.sin(angle)])
        levels = {"floor_m": 0.0, "ceiling_m": random.uniform(40, 120)} if random.random() < 0.4 else {}
        shape = random.integers(3)
        if shape == 0:
            zone = circle("a", float(at[0]), float(at[1]), radius, **levels)
        elif shape == 1:
            turns = np.sort(random.uniform(0, 2 * np.pi, random.integers(3, 7)))
            reach = radius * random.uniform(0.2, 1.3, len(turns))
            zone = polygon("a", [(at[0] + r * np.cos(t), at[1] + r * np.sin(t)) for r, t in zip(reach, turns, strict=True)], **levels)
        else:
            turn = random.uniform(0, np.pi)
            along, across = radius * np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
            zone = polygon("a", [tuple(at + s * along + q * across) for s, q in ((-1, -1), (1, -1), (1, 1), (-1, 1))], **levels)
        cov = covariance(random.uniform(5, 35), random.uniform(0.5, 4), random.uniform(0, 0.8), random.choice([5.0, 50.0]))
        seen = one((0.0, 0.0, random.uniform(10, 150), random.uniform(2, 18), 0.0, random.normal()), cov, random.choice([0.95, 0.6, 0.1]))
        found.append((zone, seen))
    return found


def within(shape: Solid, x: Array) -> Array:
    return np.asarray(inside(shape, x[0], x[1]) & (x[2] >= shape.floor_m) & (x[2] <= shape.ceiling_m))


def brute(n: int, paths: int, step_s: float) -> list[tuple[float, float]]:
    """Chance and median time of each case, by many paths in fine steps."""
    found = []
    for zone, seen in cases(n):
        watch = site(zone)
        shape = solid(watch, watch.zones[0])
        first = walked(seen, watch.tracking, 30.0, partial(within, shape), paths, step_s)
        hit = first[first < np.inf]
        found.append((len(hit) / paths, float(np.median(hit)) if len(hit) > 50 else np.nan))
    return found


def errors(n: int, truth: list[tuple[float, float]]) -> str:
    chance, median = [], []
    for (zone, seen), (p, t) in zip(cases(n), truth, strict=True):
        found = of(project(site(zone), seen, 0), "a")
        chance.append((found.entry if found else 0.0) - p)
        if found is not None and found.in_s is not None and p > 0.05:
            median.append(found.in_s[1] - t)
    c, m = np.array(chance), np.array(median)
    return f"{np.sqrt((c**2).mean()):.4f} | {abs(c).max():.3f} | {c.mean():+.4f} | {np.sqrt((m**2).mean()):.2f} | {m.mean():+.2f}"


def tune(count: int, generator: int, first_s: float, growth: float) -> None:
    samples.SAMPLES, samples.GENERATOR, samples.FIRST_S, samples.GROWTH = count, generator, first_s, growth
    samples._paths.cache_clear()


def best(count: int, dimensions: int = 24, decay: float = 0.5) -> int:
    """The Korobov generator with the least worst-case error P2 in the space of smooth periodic functions whose coordinates matter less and
    less (Sloan and Joe 1994, section 4.3; product weights ``decay`` ^ j)."""
    weights = decay ** np.arange(dimensions)
    found = []
    for g in range(2, count):
        z = np.array([pow(g, j, count) for j in range(dimensions)])
        if len(set(np.minimum(z, count - z).tolist())) < dimensions:
            continue
        x = np.arange(count)[:, None] * z % count / count
        found.append((float(np.prod(1 + weights * 2 * np.pi**2 * (x * x - x + 1 / 6), axis=1).mean()), g))
    return min(found)[1]


def against_brute_force(n: int = 80, paths: int = 30_000) -> None:
    truth = brute(n, paths, 0.05)
    lattice = samples.lattice
    print(f"\n{n} cases, {paths} paths each in steps of 0.05 s\n")
    print("| samples | knots | chance: rms | greatest | mean | median time, s: rms | mean |\n| --- | --- | --- | --- | --- | --- | --- |")
    for first_s, growth in ((2.0, 1.6), (1.0, 1.6), (1.0, 1.25)):
        tune(257, best(257), first_s, growth)
        print(f"| lattice of 257, g = {best(257)} | {len(samples.knots_s(30.0)) - 1} | {errors(n, truth)} |")
    for count in (127, 509, 1021):
        tune(count, best(count), 2.0, 1.6)
        print(f"| lattice of {count}, g = {best(count)} | 5 | {errors(n, truth)} |")
    tune(257, best(257), 2.0, 1.6)
    random = np.random.default_rng(5)
    samples.lattice = lambda samples, dimensions: random.random((dimensions, samples))
    print(f"| random, 257 | 5 | {errors(n, truth)} |")
    samples.lattice = lattice
    samples._paths.cache_clear()


# ------------------------------------------------------------------------------------------------ on real flights


def flights(path: Path) -> tuple[Array, Array]:
    """The truth on half seconds: times, and east, north, up; gaps of more than 1.5 s are NaN."""
    rows = list(csv.DictReader(path.open()))
    t = np.array([float(r["time_s"]) for r in rows])
    lat, lon = (np.array([float(r[k]) for r in rows]) for k in ("lat_deg", "lon_deg"))
    enu = geo.to_enu(lat, lon, np.zeros(len(t)), ORIGIN)
    enu[2] = [float(r["height_above_takeoff_m"]) for r in rows]
    grid = np.arange(np.ceil(t[0]), t[-1], 0.5)
    at = np.stack([np.interp(grid, t, axis) for axis in enu])
    at[:, np.abs(grid[:, None] - t).min(axis=1) > 1.5] = np.nan
    return grid, at


def calibration(folder: Path, speed_sd: float, tries: int = 6000) -> tuple[Array, Array]:
    """Projected chances, and whether it came so: circles put at random about the real drone, the track as a tracker would have it."""
    random = np.random.default_rng(3)
    tracking = {"speed_sd_mps": speed_sd, "climb_sd_mps": 2.0 * speed_sd / 10.0}
    chances, came = [], []
    for name in ("1_1", "1_3"):
        _, at = flights(folder / name / "truth.csv")
        for _ in range(tries // 2):
            i, offset, radius = int(random.integers(4, at.shape[1] - 64)), random.uniform(-450, 450, 2), float(random.uniform(40, 130))
            noise = random.standard_normal(4)
            way = at[:, i : i + 61]
            if np.isnan(at[:, i - 1 : i + 61]).any() or at[2, i] < 10:
                continue
            cov = covariance()
            truth = np.r_[at[:, i], (at[:, i + 1] - at[:, i - 1])]
            truth[[0, 1, 3, 4]] += np.linalg.cholesky(cov[np.ix_([0, 1, 3, 4], [0, 1, 3, 4])]) @ noise
            centre = at[:2, i] + offset
            watch = site(circle("a", float(centre[0]), float(centre[1]), radius), tracking=tracking)
            found = of(project(watch, one(tuple(truth), cov), 0), "a")
            chances.append(found.entry if found else 0.0)
            came.append(bool((np.hypot(*(way[:2] - centre[:, None])) <= radius).any()))
    return np.array(chances), np.array(came)


def on_real_flights(folder: Path) -> None:
    bins = [0, 0.01, 0.03, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 1.01]
    for speed_sd, what in ((10.0, "velocity wanders within 10 m/s (as built)"), (1e4, "near-constant velocity, no bound")):
        chances, came = calibration(folder, speed_sd)
        sure = np.clip(chances, 1e-3, 1 - 1e-3)
        loss = -(came * np.log(sure) + (1 - came) * np.log(1 - sure)).mean()
        print(f"\n{what}: {len(came)} cases, Brier {((chances - came) ** 2).mean():.4f}, log loss {loss:.4f}\n")
        print("| projected | mean | came so | cases |\n| --- | --- | --- | --- |")
        for low, high in pairwise(bins):
            some = (chances >= low) & (chances < high)
            if some.any():
                print(f"| {low:.0%} to {min(high, 1):.0%} | {chances[some].mean():.3f} | {came[some].mean():.3f} | {some.sum()} |")


# ------------------------------------------------------------------------------------------------ how fast


def how_fast() -> None:
    print("\n| objects | zones | across, km | may reach | ms, median of 50 |\n| --- | --- | --- | --- | --- |")
    random = np.random.default_rng(0)
    for n, count, half_m in ((10, 3, 400.0), (10, 3, 3000.0), (300, 5, 3000.0), (300, 5, 1500.0)):
        watch = site(
            *(
                circle(f"z{i}", random.uniform(-half_m / 3, half_m / 3), random.uniform(-half_m / 3, half_m / 3), 100.0)
                for i in range(count)
            )
        )
        states = np.stack([*random.uniform(-half_m, half_m, (2, n)), np.full(n, 50.0), *random.uniform(-12, 12, (2, n)), np.zeros(n)])
        seen = picture(states, np.repeat(covariance()[:, :, None], n, axis=2), 0.7)
        project(watch, seen, 0)
        taken = []
        for _ in range(50):
            begun = time.perf_counter()
            project(watch, seen, 0)
            taken.append(time.perf_counter() - begun)
        solids = [solid(watch, zone) for zone in watch.zones]
        pairs = int(may_reach(seen, samples.paths(Tracking(), 30.0), solids).any(axis=1).sum())
        print(f"| {n} | {count} | {2 * half_m / 1000:g} | {pairs} | {np.median(taken) * 1e3:.2f} |")


if __name__ == "__main__":
    how_fast()
    if len(sys.argv) > 1:
        on_real_flights(Path(sys.argv[1]))
    against_brute_force()
