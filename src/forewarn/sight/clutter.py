"""Where a sensor's false plots come from, learned as it looks: shores, roads and trees give more of them than open water does.

Squares of ground, a look's plots in each a Poisson number. The stated density is a Gamma prior worth one plot (the conjugate prior:
Gelman et al., "Bayesian Data Analysis", 3rd ed. 2013, 2.6), so after n false plots in a square in which the stated density foresaw
e, the density is (1 + n) / (1 + e) of the stated one. What is older than about ``MEMORY`` looks is forgotten.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
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
    inside, row, column = _squares(clutter, enu)
    found = (1.0 + clutter.plots[row, column]) / (1.0 + clutter.foreseen)
    return np.where(inside, found, 1.0)


def learn(clutter: Clutter, enu: Array, false: Array, density: float) -> Clutter:
    """The map after a look with plots at ``enu`` (2 or 3, m), false with chances ``false`` (m,); ``density``: stated, a square metre."""
    keep = math.exp(-1.0 / MEMORY)
    inside, row, column = _squares(clutter, enu)
    plots = clutter.plots * keep
    np.add.at(plots, (row[inside], column[inside]), false[inside])
    return Clutter(clutter.middle, clutter.square_m, plots, clutter.foreseen * keep + density * clutter.square_m**2)


def _squares(clutter: Clutter, enu: Array) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
    """Whether places lie on the map, and in which square."""
    at = np.floor((enu[:2] - np.array(clutter.middle)[:, None]) / clutter.square_m).astype(np.int64) + SIDE // 2
    inside = ((at >= 0) & (at < SIDE)).all(axis=0)
    row, column = np.clip(at, 0, SIDE - 1)
    return inside, row, column
