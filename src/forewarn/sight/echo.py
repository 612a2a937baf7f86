"""False plots behind near objects, learned as a sensor looks: echoes that went by way of an object, or of the sensor's own platform.

A strong echo near a radar comes with false ones farther off in about its direction, which move as the object moves; no map of the ground
can learn these. They are counted where they lie as seen from the object: by how near it is, by how far from its direction, and by how many
times its distance. Each cell's plots are a Poisson number about a Gamma prior worth one plot of the stated density, as in ``clutter.py``;
what is older than about ``MEMORY`` looks at an object is forgotten.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec
import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
NEAR_M = (30.0, 60.0, 120.0)
"""An object's distance, metres: three cells; farther ones give no echoes."""
SIDE_DEG = (4.0, 10.0, 20.0)
"""How far from its direction: three cells."""
TIMES = (1.5, 2.5, 4.5)
"""From how many times its distance on: three cells, the last without end."""
MEMORY = 300.0


class Near(NamedTuple):
    """What may give a sensor echoes: objects at ``places`` (2, k), east and north; ``spot``: where the sensor is; metres of the site's
    origin. It reaches ``reach_m``."""

    spot: tuple[float, float, float]
    places: Array
    reach_m: float


class Echo(msgspec.Struct, frozen=True):
    """``plots`` and ``foreseen`` (3, 3, 3) by distance, direction and times the distance."""

    plots: np.ndarray
    foreseen: np.ndarray


def start() -> Echo:
    """Nothing learned yet."""
    return Echo(np.zeros((3, 3, 3)), np.zeros((3, 3, 3)))


def factor(echo: Echo, near: Near, enu: Array) -> Array:
    """Density of false plots at places ``enu`` (2 or 3, m) against the stated one, (m,)."""
    return np.asarray(_factors(echo.plots, echo.foreseen, near.spot[0], near.spot[1], near.places, enu))


def learn(echo: Echo, near: Near, enu: Array, false: Array, density: float) -> Echo:
    """The count after a look with plots at ``enu`` (2 or 3, m), false with chances ``false`` (m,); ``density``: stated, a square metre."""
    plots, foreseen = echo.plots.copy(), echo.foreseen.copy()
    _add(plots, foreseen, near.spot[0], near.spot[1], near.places, enu, false, density, near.reach_m)
    return Echo(plots, foreseen)


@njit(cache=True)
def _cell(east: float, north: float, to_east: float, to_north: float) -> tuple[int, int, int]:
    """The cell of a place, ``east`` and ``north`` of the sensor, behind an object that is ``to_east`` and ``to_north`` of it; -1: none."""
    near, far = math.hypot(to_east, to_north), math.hypot(east, north)
    row = 0
    while row < 3 and near >= NEAR_M[row]:
        row += 1
    if row == 3 or far < TIMES[0] * near:
        return -1, 0, 0
    turn = abs(math.atan2(east * to_north - north * to_east, east * to_east + north * to_north))
    side = 0
    while side < 3 and turn >= math.radians(SIDE_DEG[side]):
        side += 1
    if side == 3:
        return -1, 0, 0
    return row, side, (0 if far < TIMES[1] * near else 1 if far < TIMES[2] * near else 2)


@njit(cache=True)
def _factors(plots: Array, foreseen: Array, east: float, north: float, near: Array, enu: Array) -> Array:
    found = np.ones(enu.shape[1])
    for j in range(enu.shape[1]):
        for k in range(near.shape[1]):
            row, side, times = _cell(enu[0, j] - east, enu[1, j] - north, near[0, k] - east, near[1, k] - north)
            if row >= 0:
                found[j] = max(found[j], (1.0 + plots[row, side, times]) / (1.0 + foreseen[row, side, times]))
    return found


@njit(cache=True)
def _add(
    plots: Array, foreseen: Array, east: float, north: float, near: Array, enu: Array, false: Array, density: float, reach_m: float
) -> None:
    """Add a look's false plots, each to the object whose direction is nearest, and what the stated density gives the cells."""
    keep = math.exp(-1.0 / MEMORY)
    for k in range(near.shape[1]):
        away = math.hypot(near[0, k] - east, near[1, k] - north)
        row = 0
        while row < 3 and away >= NEAR_M[row]:
            row += 1
        if row == 3:
            continue
        plots[row] *= keep
        foreseen[row] *= keep
        for side in range(3):
            width = math.radians(SIDE_DEG[side] - (SIDE_DEG[side - 1] if side else 0.0))
            for times in range(3):
                low = min(TIMES[times] * away, reach_m)
                high = min(TIMES[times + 1] * away, reach_m) if times < 2 else reach_m
                foreseen[row, side, times] += density * width * (high**2 - low**2)
    for j in range(enu.shape[1]):
        best = (-1, 9, 0)
        for k in range(near.shape[1]):
            cell = _cell(enu[0, j] - east, enu[1, j] - north, near[0, k] - east, near[1, k] - north)
            if cell[0] >= 0 and cell[1] < best[1]:
                best = cell
        if best[0] >= 0:
            plots[best[0], best[1], best[2]] += false[j]
