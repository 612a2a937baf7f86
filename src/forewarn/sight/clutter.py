"""Where a sensor's false plots come from, learned as it looks: shores, roads and trees give more of them than open water does, and so does
rain that drifts by.

Squares of ground, a look's plots in each a Poisson number. The stated density is a Gamma prior worth one plot (the conjugate prior:
Gelman et al., "Bayesian Data Analysis", 3rd ed. 2013, 2.6), so after n false plots in a square in which the stated density foresaw
e, the density is f = (1 + n) / (1 + e) times the stated one. What is older than about ``MEMORY`` looks is forgotten.

Rain moves, and comes where there was none. So a second count keeps some looks only (``LATELY``), and a square is of one of two kinds: as
usual, f; or in a cell (``CELLS`` of all squares), where the density is exponential, on the average ``RAIN`` times the stated one. n plots
lately where e were foreseen have likelihoods (f e)^n exp(-f e) / n! and (RAIN e)^n / (1 + RAIN e)^(n + 1), Poisson and geometric (ibid.,
2.6), and in a cell the density is then RAIN (1 + n) / (1 + RAIN e) times the stated one. So a few plots too many make it jump.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.sight import echo
from forewarn.sight.echo import Echo, Near

Array = NDArray[np.float64]
SIDE = 32  # squares each way: from the middle twice as far as the sensor reaches
MEMORY = 300.0
LATELY = 10.0  # looks; a radar's twenty seconds, in which rain drifts by less than a cell's size
CELLS = 0.03  # some cells of a square kilometre in a radar's hundred
RAIN = 100.0  # ten plots a look in such a cell, of a radar with ten in a hundred square kilometres
CELL_M = 150.0  # least side of the quick count's squares; in smaller ones what an object shows before it is followed looks like a cell


class Count(msgspec.Struct, frozen=True):
    """False plots of late. ``square_m``: a square's side; ``plots`` (SIDE, SIDE): how many, by east and north; ``foreseen``: how many the
    stated density gave a square."""

    square_m: float
    plots: np.ndarray
    foreseen: float = 0.0


class Clutter(msgspec.Struct, frozen=True):
    """One sensor's map. ``middle``: metres east, north of the site's origin; ``ground``: what stays; ``rain``: what drifts by;
    ``echo``: what is seen behind near objects, and moves with them."""

    middle: tuple[float, float]
    ground: Count
    rain: Count
    echo: Echo


def start(middle: tuple[float, float], reach_m: float) -> Clutter:
    """Nothing learned yet, for a sensor that stands at ``middle`` and reaches so far."""
    square_m, nothing = 4.0 * reach_m / SIDE, np.zeros((SIDE, SIDE))
    return Clutter(middle, Count(square_m, nothing), Count(max(square_m, CELL_M), nothing), echo.start())


def factor(clutter: Clutter, enu: Array, near: Near | None = None) -> Array:
    """Density of false plots at places (2 or 3, n) against the stated one, shape (n,); ``near``: objects that give echoes."""
    ground, rain = msgspec.structs.astuple(clutter.ground), msgspec.structs.astuple(clutter.rain)
    found = np.asarray(_factors(*clutter.middle, ground, rain, enu))
    return found if near is None else np.maximum(found, echo.factor(clutter.echo, near, enu))


def learn(clutter: Clutter, enu: Array, false: Array, density: float, near: Near | None = None) -> Clutter:
    """The map after a look with plots at ``enu`` (2 or 3, m), false with chances ``false`` (m,); ``density``: stated, a square metre."""
    ground = _learned(clutter.ground, MEMORY, clutter.middle, enu, false, density)
    rain = _learned(clutter.rain, LATELY, clutter.middle, enu, false, density)
    behind = clutter.echo if near is None else echo.learn(clutter.echo, near, enu, false, density)
    return Clutter(clutter.middle, ground, rain, behind)


def _learned(count: Count, memory: float, middle: tuple[float, float], enu: Array, false: Array, density: float) -> Count:
    """See ``learn``, of one count that keeps about ``memory`` looks."""
    keep = math.exp(-1.0 / memory)
    plots = count.plots * keep
    _add(plots, *middle, count.square_m, enu, false)
    return Count(count.square_m, plots, count.foreseen * keep + density * count.square_m**2)


@njit(cache=True)
def _factors(east: float, north: float, ground: tuple[float, Array, float], rain: tuple[float, Array, float], enu: Array) -> Array:
    """See ``factor``; the counts as in ``Count``, their middle at ``east`` and ``north``."""
    found = np.ones(enu.shape[1])
    for i in range(enu.shape[1]):
        row, column = square(enu[0, i] - east, enu[1, i] - north, ground[0])
        if row >= 0:
            found[i] = (1.0 + ground[1][row, column]) / (1.0 + ground[2])
        row, column = square(enu[0, i] - east, enu[1, i] - north, rain[0])
        if row >= 0 and rain[2] > 0.0:
            found[i] = _either(found[i], rain[1][row, column], rain[2])
    return found


@njit(cache=True)
def _either(usual: float, plots: float, foreseen: float) -> float:
    """Density against the stated one in a square with ``plots`` lately where ``foreseen`` were stated: the ``usual``, or a cell's."""
    spread = 1.0 + RAIN * foreseen
    log = math.lgamma(1.0 + plots) + plots * math.log(RAIN / (usual * spread)) - math.log(spread) + usual * foreseen
    odds = CELLS / (1.0 - CELLS) * math.exp(min(max(log, -50.0), 50.0))
    return float((usual + odds * RAIN * (1.0 + plots) / spread) / (1.0 + odds))


@njit(cache=True)
def _add(plots: Array, east: float, north: float, square_m: float, enu: Array, false: Array) -> None:
    """Add chances ``false`` (m,) to the squares of a count in which ``enu`` (2 or 3, m) lie."""
    for i in range(enu.shape[1]):
        row, column = square(enu[0, i] - east, enu[1, i] - north, square_m)
        if row >= 0:
            plots[row, column] += false[i]


@njit(cache=True)
def square(east: float, north: float, square_m: float) -> tuple[int, int]:
    """The square, by row and column, of a place ``east`` and ``north`` of the map's middle; -1, -1 beyond the map."""
    row, column = math.floor(east / square_m) + SIDE // 2, math.floor(north / square_m) + SIDE // 2
    return (row, column) if 0 <= row < SIDE and 0 <= column < SIDE else (-1, -1)
