"""Where a sensor's false plots come from, learned as it looks: shores, roads and trees give more of them than open water does.

Squares of ground, a look's plots in each a Poisson number. The stated density is a Gamma prior worth one plot (the conjugate prior:
Gelman et al., "Bayesian Data Analysis", 3rd ed. 2013, 2.6), so after n false plots in a square in which the stated density foresaw
e, the density is (1 + n) / (1 + e) of the stated one. What is older than about ``MEMORY`` looks is forgotten.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
SIDE = 32  # squares each way: from the middle twice as far as the sensor reaches
MEMORY = 300.0


class Clutter(msgspec.Struct, frozen=True):
    """One sensor's map. ``plots`` (SIDE, SIDE): false plots so far, by east and north; ``middle``: metres east, north of the site's
    origin; ``square_m``: a square's side; ``foreseen``: plots that the stated density gave a square so far."""

    middle: tuple[float, float]
    square_m: float
    plots: np.ndarray
    foreseen: float = 0.0


def start(middle: tuple[float, float], reach_m: float) -> Clutter:
    """Nothing learned yet, for a sensor that stands at ``middle`` and reaches so far."""
    return Clutter(middle, 4.0 * reach_m / SIDE, np.zeros((SIDE, SIDE)))


def factor(clutter: Clutter, enu: Array) -> Array:
    """Density of false plots at places (2 or 3, n) against the stated one, shape (n,)."""
    return np.asarray(_factors(clutter.plots, clutter.foreseen, *clutter.middle, clutter.square_m, enu))


def learn(clutter: Clutter, enu: Array, false: Array, density: float) -> Clutter:
    """The map after a look with plots at ``enu`` (2 or 3, m), false with chances ``false`` (m,); ``density``: stated, a square metre."""
    keep = math.exp(-1.0 / MEMORY)
    plots = clutter.plots * keep
    _add(plots, *clutter.middle, clutter.square_m, enu, false)
    return Clutter(clutter.middle, clutter.square_m, plots, clutter.foreseen * keep + density * clutter.square_m**2)


@njit(cache=True)
def _factors(plots: Array, foreseen: float, east: float, north: float, square_m: float, enu: Array) -> Array:
    """See ``factor``; the map as in ``Clutter``, its middle at ``east`` and ``north``."""
    found = np.ones(enu.shape[1])
    for i in range(enu.shape[1]):
        row, column = square(enu[0, i] - east, enu[1, i] - north, square_m)
        if row >= 0:
            found[i] = (1.0 + plots[row, column]) / (1.0 + foreseen)
    return found


@njit(cache=True)
def _add(plots: Array, east: float, north: float, square_m: float, enu: Array, false: Array) -> None:
    """Add chances ``false`` (m,) to the squares of a map in which ``enu`` (2 or 3, m) lie."""
    for i in range(enu.shape[1]):
        row, column = square(enu[0, i] - east, enu[1, i] - north, square_m)
        if row >= 0:
            plots[row, column] += false[i]


@njit(cache=True)
def square(east: float, north: float, square_m: float) -> tuple[int, int]:
    """The square, by row and column, of a place ``east`` and ``north`` of the map's middle; -1, -1 beyond the map."""
    row, column = math.floor(east / square_m) + SIDE // 2, math.floor(north / square_m) + SIDE // 2
    return (row, column) if 0 <= row < SIDE and 0 <= column < SIDE else (-1, -1)
