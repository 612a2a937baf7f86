"""A sensor's map of false plots (``sight.clutter``) as a watch has it that has run for long: some squares hold more than others.

False plots fall on a square as a Poisson number, mu over the map's memory, and each counts for less with every look. The sum of what is
left of them is U1^(1/mu) (1 + U2^(1/mu) (1 + ...)), with even numbers U: the time between two is exponential. What a sensor that tracks by
itself shows again and again is taken for a track, a ghost of its own, and so counts once. Rain is left out: warning times are those of dry
weather, and one object's plots hardly make a cell of a square.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from forewarn.plan import chance
from forewarn.plan.chance import uniform
from forewarn.plan.numbers import Senses
from forewarn.sight import clutter
from forewarn.sight.clutter import SIDE

Array = NDArray[np.float64]
LITTLE = 0.02
"""What is left of older plots is taken for its mean from here on."""


@numba.njit(cache=True, nogil=True)
def nothing(sensors: int) -> Array:
    """Maps (S, SIDE, SIDE) of false plots, of which no square has been looked up yet."""
    return np.full((sensors, SIDE, SIDE), -1.0)


@numba.njit(cache=True, nogil=True)
def square(senses: Senses, s: int, east: float, north: float) -> tuple[int, int]:
    """Row and column of the square that a place falls in; -1, -1 beyond the map."""
    row, column = clutter.square(east - senses.spot[s, 0], north - senses.spot[s, 1], senses.square_m[s])
    return row, column


@numba.njit(cache=True, nogil=True)
def density(senses: Senses, s: int, plots: Array, row: int, column: int, seed: int) -> float:
    """False plots a square metre in a square of the sensor's map ``plots`` (SIDE, SIDE), which is looked up the first time."""
    if row < 0:
        return float(senses.density[s])
    if plots[row, column] < 0.0:
        plots[row, column] = remembered(senses.remembered[s], seed, s, row * SIDE + column)
    return float(senses.density[s] * (1.0 + plots[row, column]) / (1.0 + senses.foreseen[s]))


@numba.njit(cache=True, nogil=True)
def remembered(mu: float, seed: int, s: int, place: int) -> float:
    """What is left of the false plots of a square, ``mu`` of them over the map's memory."""
    found, left, n = 0.0, 1.0, 0
    while left > LITTLE and mu > 0.0:
        left *= uniform(seed, s, place * 65536 + n, chance.REMEMBERED) ** (1.0 / mu)
        found += left
        n += 1
    return found + left * mu
