"""Tunes the Stone Soup peers on Autoferry scenarios 2 and 6, and on these alone: `python -m bench.tune_peers FOLDER [gnn|jpda]`.

FOLDER holds `2/` and `6/` of the Autoferry data set. The objective is the mean of the two scenarios' root-mean-square GOSPA
(c = 20 m, p = 2) on whole seconds. The search is coordinate descent over the grid below, from each of two starts: each setting in
the order written is tried at each of its values with the others held, the best is kept, and the rounds go on until one changes
nothing (at most four). Cameras are tried at the end. The grid was widened where the best lay at its edge. Every trial is printed;
the best of all searches are `TUNED` in `bench/peers.py`.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from bench.peers import Associator, Settings, score

GRID: dict[str, tuple[Any, ...]] = {
    "min_points": (3, 5, 8, 12, 16, 24, 32),
    "tentative_after_s": (1.2, 2.5, 5.0),
    "drop_after_s": (2.5, 5.0, 8.0, 12.0),
    "drop_above_m": (5.0, 10.0, 20.0),
    "gate": (1.0, 1.5, 2.0, 3.0, 4.0),
    "q": (0.03, 0.1, 0.3, 1.0),
    "noise.lidar": (3.0, 4.0, 6.0, 8.0, 10.0),
    "noise.radar": (2.0, 3.0, 4.0, 6.0, 8.0),
    "speed_sd_mps": (2.0, 4.0),
}
GRID_JPDA: dict[str, tuple[Any, ...]] = {
    "detection.lidar": (0.4, 0.6, 0.8),
    "detection.radar": (0.7, 0.9),
    "clutter.lidar": (1e-6, 1e-5, 1e-4),
    "clutter.radar": (1e-6, 1e-5, 1e-4),
}
STARTS = (
    Settings(),
    Settings(
        noise={**Settings().noise, "lidar": 8.0, "radar": 6.0}, gate=1.5, min_points=8, tentative_after_s=2.5, speed_sd_mps=4.0, q=0.3
    ),
)
SCENARIOS = (2, 6)


def put(settings: Settings, key: str, value: Any) -> Settings:
    """The settings with one of them changed; `noise.radar` is a key within `noise`."""
    name, _, inner = key.partition(".")
    changed: dict[str, Any] = {name: {**getattr(settings, name), inner: value} if inner else value}
    return replace(settings, **changed)


def cost(kind: Associator, settings: Settings, folder: Path) -> float:
    """Mean over the scenarios of root-mean-square GOSPA, metres."""
    return sum(score(kind, settings, folder / str(s)).rms_m for s in SCENARIOS) / len(SCENARIOS)


def tune(kind: Associator, start: Settings, folder: Path) -> tuple[Settings, float]:
    """The best settings found from a start, and their cost."""
    grid = {**GRID, **(GRID_JPDA if kind == "jpda" else {})}
    best = start
    least = cost(kind, best, folder)
    for _ in range(4):
        before = best
        for key, values in grid.items():
            for settings in (put(best, key, value) for value in values):
                if settings != before and (now := _tried(kind, settings, folder, key)) < least:
                    best, least = settings, now
        if best == before:
            break
    with_cameras = replace(best, cameras=True)
    now = _tried(kind, with_cameras, folder, "cameras")
    return (with_cameras, now) if now < least else (best, least)


def _tried(kind: Associator, settings: Settings, folder: Path, key: str) -> float:
    now = cost(kind, settings, folder)
    print(f"{kind} {key} {now:.3f} {settings}", flush=True)
    return now


def main() -> None:
    """Tunes the associators named, or both."""
    kinds: tuple[Associator, ...] = get_args(Associator)
    for kind in [kind for kind in kinds if kind in (sys.argv[2:] or kinds)]:
        for start in STARTS:
            best, least = tune(kind, start, Path(sys.argv[1]))
            print(f"{kind}: {least:.3f} m with {best}", flush=True)


if __name__ == "__main__":
    main()
