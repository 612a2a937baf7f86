"""What the ground hides from a sensor: for each step of azimuth a staircase of range and elevation.

Farther away than a step's range, what is lower than the step's elevation lies behind the ground. Ranges are over the ground and
elevations above the level plane, both from where the sensor stands in the site's level frame, as ``View`` has it. So the height
model itself is not needed while the watch runs, and what stands in the site file is all that it goes by.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from forewarn.site import Coverage

Array = NDArray[np.float64]
Stairs = tuple[tuple[float, float], ...]
STEPS = 16
NONE = 1e9  # range of a step that is not there


@lru_cache(maxsize=256)
def table(cover: Coverage) -> NDArray[np.float32] | None:
    """A coverage's skyline as (azimuths, steps, 2): range in metres, elevation in radians; None: the ground is flat."""
    steps = max((len(stairs) for stairs in cover.skyline), default=0)
    if not steps:
        return None
    found = np.full((len(cover.skyline), steps, 2), NONE, dtype=np.float32)
    for row, stairs in zip(found, cover.skyline, strict=True):
        for step, (range_m, elevation_deg) in zip(row, stairs, strict=False):
            step[:] = range_m, np.radians(elevation_deg)
    return found


def hidden(skyline: NDArray[np.float32], away: Array) -> NDArray[np.bool_]:
    """Whether the ground hides places, shape (n,): ``away`` (3, n), metres east, north and up of the sensor."""
    level = np.hypot(away[0], away[1])
    azimuth = np.arctan2(away[0], away[1]) % (2 * np.pi)
    sector = np.minimum((azimuth * (len(skyline) / (2 * np.pi))).astype(np.int64), len(skyline) - 1)
    steps = skyline[sector]
    highest = np.where(steps[..., 0] < level[:, None], steps[..., 1], -np.pi).max(axis=1)
    return np.asarray(np.arctan2(away[2], level) < highest)


def staircase(range_m: Array, elevation_rad: Array, steps: int = STEPS) -> Stairs:
    """The staircase (metres, degrees) of the ground along one ray: ``range_m`` (k,) rising, ``elevation_rad`` (k,) of the ground there.

    A step begins where the ground falls under the line over what lies before it: only behind such a place is anything hidden. If
    these are too many, steps that rise by little are left out, the least rise that gives few enough.
    """
    line = np.maximum.accumulate(elevation_rad)
    begins = np.flatnonzero(elevation_rad[1:] < line[:-1])
    candidates = [(float(range_m[k]), float(np.degrees(line[k]))) for k in begins.tolist()]
    low, high = 1e-3, 90.0
    found = _rising(candidates, low)
    while len(found) > steps:
        middle = (low * high) ** 0.5
        tried = _rising(candidates, middle)
        low, high = (middle, high) if len(tried) > steps else (low, middle)
        if high / low < 1.05:
            found = _rising(candidates, high)
    return found


def _rising(candidates: list[tuple[float, float]], least_deg: float) -> Stairs:
    """Those steps that rise by so much over the last one kept, to a metre and a thousandth of a degree."""
    kept: list[tuple[float, float]] = []
    for range_m, elevation_deg in candidates:
        step = (round(range_m, 0), round(elevation_deg, 3))
        if not kept or (step[1] - kept[-1][1] >= least_deg and step[0] > kept[-1][0]):
            kept.append(step)
    return tuple(kept)
