"""Writes into docs/simulated-sensors.md how a simulated radar compares with a recorded one. Run from the repository; needs ../shared/data.

Recorded: `alvira` of the ICMCIS trial, a 2-D radar that tracks by itself, against the drone's own GPS. Simulated: three rescue
helicopters' recorded ADS-B (state vectors, a place a second), each path shrunk so that it is as far from the radar as the drone was
(medians), flown through the simulated radar with the site file's statement of `alvira`. The form of the model was worked out on both
runs, and how long it follows an object and loses it on 1_1: neither run is an independent check.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forewarn import geo
from forewarn.simulate.scenario_parts import WeatherKeys
from forewarn.simulate.sensors import Scene, SensorKeys, look
from forewarn.site import parse

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
PAGE = ROOT / "docs" / "simulated-sensors.md"
SITE = ROOT / "examples" / "icmcis_1_1.toml"
START, END = "<!-- made by tools/compare_recording.py: -->", "<!-- end -->"
FLIGHTS = ("rega_sg", "rega_zh", "samu31")
FOLLOW_S, LOST_S = 50.0, 120.0  # run 1_1: runs of 30, 50 and 69 s, holes of 34 and 163 s
FLYING_KT, RUN_S, HOLE_S, NEAR_M, SEEDS = 10.0, 600.0, 5.0, 100.0, 70
RADAR = (51.52126391, 5.85862734, 5.0)
Array = np.ndarray

NAMES = {
    "rms": "root-mean-square error of a fresh plot, m",
    "median": "median error, m",
    "p90": "90 % of errors below, m",
    "jump": "median change of the error from one plot to the next, m",
    "run": "mean length of a run without a hole of 5 s, s",
    "hole": "mean length of a hole between runs, s",
    "share": "share of looks with a fresh plot",
    "repeats": "share of rows that repeat an old plot",
    "late": "median time from plot to look, s",
    "late_90": "90 % within, s",
    "late_most": "longest, s",
}


@dataclass(frozen=True)
class Path3:
    """A flown path as the simulated sensors want it."""

    t_s: Array
    enu: Array
    id: str = "helicopter"
    kind: str = "multirotor"
    rcs_m2: float = 0.05
    size_m: float = 0.5
    sound_db: float = 80.0
    radio: str = "none"
    claims: tuple[()] = ()

    def at(self, t_s: Array) -> tuple[Array, Array, Array]:
        """Places, velocities, whether it is there."""
        places = [np.stack([np.interp(t, self.t_s, axis) for axis in self.enu]) for t in (t_s, t_s + 0.5, t_s - 0.5)]
        return places[0], places[1] - places[2], (t_s >= self.t_s[0]) & (t_s <= self.t_s[-1])


class Flat:
    """Nothing hides anything."""

    def visible(self, spot: Array, enu: Array) -> Array:
        """All of it."""
        return np.ones(enu.shape[1], dtype=bool)


def figures(t_plot: Array, t_look: Array, off: Array, looks: int, interval_s: float) -> dict[str, float]:
    """The statistics of one run: rows (n,) with their times and their places less the object's (2, n), in order of look."""
    fresh = np.sort(np.unique(t_plot, return_index=True)[1])
    errors, at = np.hypot(*off[:, fresh]), t_plot[fresh]
    steps = np.diff(at)
    begins = np.flatnonzero(np.concatenate([[True], steps > HOLE_S]))
    ends = np.concatenate([begins[1:], [len(at)]]) - 1
    near = steps < HOLE_S
    jumps = np.hypot(*np.diff(off[:, fresh], axis=1))[near]
    late = t_look - t_plot
    return {
        "rms": float(np.sqrt((errors**2).mean())), "median": float(np.median(errors)), "p90": float(np.quantile(errors, 0.9)),
        "jump": float(np.median(jumps)), "run": float((at[ends] - at[begins] + interval_s).mean()),
        "hole": float(steps[~near].mean()) if (~near).any() else np.nan, "share": len(fresh) / looks,
        "repeats": 1.0 - len(fresh) / len(t_plot), "late": float(np.median(late)), "late_90": float(np.quantile(late, 0.9)),
        "late_most": float(late.max()),
    }  # fmt: skip


def recorded(folder: Path) -> dict[str, float]:
    """One recorded run: the radar's rows within 100 m of the drone, while the drone was in the air."""
    truth = np.array([[float(r[k]) for k in ("time_s", "lat_deg", "lon_deg")] for r in _rows(folder / "truth.csv")]).T
    truth = truth[:, np.argsort(truth[0])]
    path = geo.to_enu(truth[1], truth[2], np.full(truth.shape[1], 5.0), RADAR)
    rows = [[float(r[k] or "nan") for k in ("plot_time_s", "scan_time_s", "lat_deg", "lon_deg")] for r in _rows(folder / "alvira.csv")]
    every = np.array(rows).T
    looks = np.unique(every[1, (every[1] >= truth[0, 0]) & (every[1] <= truth[0, -1])])
    told = every[:, ~np.isnan(every[0])]
    places = geo.to_enu(told[2], told[3], np.full(told.shape[1], 5.0), RADAR)
    off = np.stack([places[axis] - np.interp(told[0], truth[0], path[axis]) for axis in (0, 1)])
    near = (np.hypot(*off) < NEAR_M) & (told[0] >= truth[0, 0]) & (told[0] <= truth[0, -1])
    return figures(told[0][near], told[1][near], off[:, near], len(looks), float(np.median(np.diff(looks))))


def distance_m(folder: Path) -> float:
    """How far the drone of a recorded run was from the radar: the median."""
    rows = _rows(folder / "truth.csv")
    lat, lon = (np.array([float(row[name]) for row in rows]) for name in ("lat_deg", "lon_deg"))
    return float(np.median(np.hypot(*geo.to_enu(lat, lon, np.full(len(lat), 5.0), RADAR)[:2])))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def flown(recording: Path, away_m: float) -> Path3:
    """The helicopter's path about the radar, shrunk in the plane; 60 m up, a second of the recording a second."""
    states = json.loads(gzip.decompress(recording.read_bytes()))
    known = {s["timestamp"] / 1000.0: s for s in states if s["latitude"] is not None and (s["groundspeed"] or 0.0) >= FLYING_KT}
    time = np.array(sorted(known))
    stretch = max(np.split(time, np.flatnonzero(np.diff(time) > HOLE_S) + 1), key=len)[: int(RUN_S)]  # the longest in flight
    lat, lon = (np.array([known[t][name] for t in stretch]) for name in ("latitude", "longitude"))
    enu = geo.to_enu(lat, lon, np.zeros(len(lat)), (float(np.median(lat)), float(np.median(lon)), 0.0))
    level = enu[:2] - enu[:2].mean(axis=1, keepdims=True)
    level *= away_m / np.median(np.hypot(*level))
    return Path3(stretch - stretch[0], np.vstack([level, np.full(len(lat), 60.0)]))


def simulated(path: Path3, seed: int) -> dict[str, float]:
    """One simulated run."""
    site = parse(SITE.read_text(encoding="utf-8"))
    stated = site.sensor("alvira").model_copy(update={"clutter": 0.0})
    place = stated.position
    if place is None:
        raise ValueError("alvira: no position")
    origin = (place.lat_deg, place.lon_deg, place.alt_m)
    scene = Scene([path], Flat(), WeatherKeys(), "day", origin, 1_600_000_000_000_000_000, float(path.t_s[-1]))
    rng = np.random.Generator(np.random.PCG64(seed))
    rows = look(SensorKeys(id="alvira", follow_s=FOLLOW_S, lost_s=LOST_S), stated, scene, rng)
    if len(np.unique(rows.t_ns)) < 10:
        return {}
    t_s = (rows.t_ns - scene.starts_ns) / 1e9
    there = path.at(t_s)[0]
    off = np.stack([np.asarray(rows.values["east"]) - there[0], np.asarray(rows.values["north"]) - there[1]])
    return figures(t_s, (rows.look_ns - scene.starts_ns) / 1e9, off, len(rows.looks_ns), stated.interval_s)


def runs(data: Path) -> list[dict[str, float]]:
    """All simulated runs in which it was seen at all."""
    away_m = distance_m(data / "icmcis" / "1_1")
    paths = [flown(data / "adsb" / f"{name}.json.gz", away_m) for name in FLIGHTS]
    return [run for path in paths for seed in range(SEEDS) if (run := simulated(path, seed))]


def spread(made: list[dict[str, float]]) -> dict[str, tuple[float, float, float]]:
    """Median, and where 5 and 95 % of the runs lie, of each figure."""
    return {name: tuple(np.nanquantile([run[name] for run in made], [0.5, 0.05, 0.95])) for name in NAMES}  # type: ignore[misc]


def table(real: Mapping[str, Mapping[str, float]], made: Mapping[str, tuple[float, float, float]]) -> str:
    """The comparison as Markdown."""
    lines = ["| | " + " | ".join(real) + " | simulated | 5 to 95 % of runs |", "| --- |" + " ---: |" * (len(real) + 2)]
    for name, text in NAMES.items():
        middle, low, high = made[name]
        lines.append(
            f"| {text} | " + " | ".join(f"{run[name]:.2f}" for run in real.values()) + f" | {middle:.2f} | {low:.2f} to {high:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Compare, and write the table into the page."""
    if not DATA.is_dir():
        sys.exit("needs ../shared/data: nothing done")
    real = {f"recorded {run}": recorded(DATA / "icmcis" / run) for run in ("1_1", "1_3")}
    text = table(real, spread(runs(DATA)))
    sys.stdout.write(text + "\n")
    if PAGE.exists():
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
        PAGE.write_text(before + START + "\n\n" + text + "\n\n" + END + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
