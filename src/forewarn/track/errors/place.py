"""How a sensor's errors in azimuth, range and clock move the places that it gives, and how they are taken off again."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]


@njit(cache=True)
def of_place(away: Array, rate: Array) -> Array:
    """(2, 3, k): how places move with their sensors' errors; ``away`` and ``rate`` (2, k): from the sensor, and of the object."""
    slope = np.zeros((2, 3, away.shape[1]))
    for j in range(away.shape[1]):
        distance = np.hypot(away[0, j], away[1, j])
        slope[0, 0, j], slope[1, 0, j] = away[1, j], -away[0, j]
        for a in range(2):
            slope[a, 1, j] = away[a, j] / distance if distance > 1.0 else 0.0
            slope[a, 2, j] = -rate[a, j]
    return slope


@njit(cache=True)
def true(away: Array, off: Array) -> Array:
    """Places (2, k) about their sensors, turned and drawn back by the sensors' errors ``off`` (3, k), or (3, 1) for all."""
    placed = np.empty_like(away)
    for j in range(away.shape[1]):
        azimuth, reach, _ = off[:, j if off.shape[1] > 1 else 0]
        distance = np.hypot(away[0, j], away[1, j])
        share = max(1.0 - reach / distance, 0.0) if distance > 1.0 else 1.0
        c, s = np.cos(azimuth), np.sin(azimuth)
        placed[0, j] = share * (c * away[0, j] - s * away[1, j])
        placed[1, j] = share * (s * away[0, j] + c * away[1, j])
    return placed
