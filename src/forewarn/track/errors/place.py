"""How a sensor's errors in azimuth, range and clock move the places that it gives, and how they are taken off again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def of_place(away: Array, rate: Array) -> Array:
    """(2, 3, k): how places move with their sensors' errors; ``away`` and ``rate`` (2, k): from the sensor, and of the object."""
    distance, slope = np.hypot(*away), np.zeros((2, 3, away.shape[1]))
    slope[0, 0], slope[1, 0], slope[:, 2] = away[1], -away[0], -rate
    np.divide(away, distance, out=slope[:, 1], where=distance > 1.0)
    return slope


def true(away: Array, off: Array) -> Array:
    """Places (2, k) about their sensors, turned and drawn back by the sensors' errors ``off`` (3, k)."""
    distance = np.hypot(*away)
    share = np.where(distance > 1.0, np.maximum(1.0 - off[1] / np.maximum(distance, 1.0), 0.0), 1.0)
    c, s = np.cos(off[0]), np.sin(off[0])
    return np.asarray(share * np.stack([c * away[0] - s * away[1], s * away[0] + c * away[1]]))
