"""False plots behind near objects, learned as a sensor looks: echoes that went by way of an object, or of the sensor's own platform.

A strong echo near a radar comes with false ones farther off in about its direction, which move as the object moves; no map of the ground
can learn these. They are counted where they lie as seen from the object: by how near it is, and by how far from its direction they are.
Each cell's plots are a Poisson number about a Gamma prior of the stated density, as in ``clutter.py``, but worth next to nothing, for
nobody knows beforehand; what is older than about ``MEMORY`` looks at an object is forgotten.
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
SIDE_DEG = (5.0, 20.0)
"""How far from its direction: two cells."""
LEAST_M = 5.0
"""What is nearer than this is the sensor's own platform."""
BEYOND = 1.5
"""From so many times its distance on."""
WORTH = 0.1
"""So many plots the stated density is worth."""
MEMORY = 300.0
CELLS = (len(NEAR_M), len(SIDE_DEG))


class Near(NamedTuple):
    """What may give a sensor echoes: objects at ``places`` (2, k), east and north; ``spot``: where the sensor is; metres of the site's
    origin. It reaches ``reach_m``."""

    spot: tuple[float, float, float]
    places: Array
    reach_m: float


class Echo(msgspec.Struct, frozen=True):
    """``plots`` and ``foreseen``, shape ``CELLS``, by distance and direction."""

    plots: np.ndarray
    foreseen: np.ndarray


def start() -> Echo:
    """Nothing learned yet."""
    return Echo(np.zeros(CELLS), np.zeros(CELLS))


def factor(echo: Echo, near: Near, enu: Array) -> Array:
    """Density of false plots at places ``enu`` (2 or 3, m) against the stated one, (m,), never below it."""
    return np.asarray(_factors(echo.plots, echo.foreseen, near.spot[0], near.spot[1], near.places, enu))


def learn(echo: Echo, near: Near, enu: Array, false: Array, density: float) -> Echo:
    """The count after a look with plots at ``enu`` (2 or 3, m), false with chances ``false`` (m,); ``density``: stated, a square metre."""
    plots, foreseen = echo.plots.copy(), echo.foreseen.copy()
    _add(plots, foreseen, near.spot[0], near.spot[1], near.places, enu, false, density, near.reach_m)
    return Echo(plots, foreseen)


@njit(cache=True)
def _first(number: float, limits: tuple[float, ...]) -> int:
    """The first of rising limits that is above a number; how many they are, if none is."""
    place = 0
    for limit in limits:
        place += number >= limit
    return place


@njit(cache=True)
def _cell(east: float, north: float, to_east: float, to_north: float) -> tuple[int, int]:
    """The cell of a place, ``east`` and ``north`` of the sensor, behind an object that is ``to_east`` and ``to_north`` of it; the second is
    the number of cells where it is in none."""
    near = math.hypot(to_east, to_north)
    row = _first(near, NEAR_M)
    if near < LEAST_M or row == CELLS[0] or math.hypot(east, north) < BEYOND * near:
        return 0, CELLS[1]
    turn = abs(math.atan2(east * to_north - north * to_east, east * to_east + north * to_north))
    return row, _first(math.degrees(turn), SIDE_DEG)


@njit(cache=True)
def _factors(plots: Array, foreseen: Array, east: float, north: float, near: Array, enu: Array) -> Array:
    found = np.ones(enu.shape[1])
    for j in range(enu.shape[1]):
        for k in range(near.shape[1]):
            row, side = _cell(enu[0, j] - east, enu[1, j] - north, near[0, k] - east, near[1, k] - north)
            if side < CELLS[1]:
                found[j] = max(found[j], (WORTH + plots[row, side]) / (WORTH + foreseen[row, side]))
    return found


@njit(cache=True)
def _add(
    plots: Array, foreseen: Array, east: float, north: float, near: Array, enu: Array, false: Array, density: float, reach_m: float
) -> None:
    """Add a look's false plots, each to the object whose direction is nearest, and what the stated density gives the cells."""
    keep = math.exp(-1.0 / MEMORY)
    for k in range(near.shape[1]):
        away = math.hypot(near[0, k] - east, near[1, k] - north)
        row, inner = _first(away, NEAR_M), 0.0
        if away >= LEAST_M and row < CELLS[0]:
            plots[row] *= keep
            foreseen[row] *= keep
            for side, outer in enumerate(SIDE_DEG):
                foreseen[row, side] += density * math.radians(outer - inner) * max(reach_m**2 - (BEYOND * away) ** 2, 0.0)
                inner = outer
    for j in range(enu.shape[1]):
        at = (0, CELLS[1])
        for k in range(near.shape[1]):
            cell = _cell(enu[0, j] - east, enu[1, j] - north, near[0, k] - east, near[1, k] - north)
            at = cell if cell[1] < at[1] else at
        if at[1] < CELLS[1]:
            plots[at[0], at[1]] += false[j]
