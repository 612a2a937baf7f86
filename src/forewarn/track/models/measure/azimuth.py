"""Azimuth alone: a radio direction finder, a camera that looks along the level."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.track.models.measure.base import Line, Sensor, azimuth
from forewarn.track.models.measure.curved import straighten

Array = NDArray[np.float64]


class Azimuth(NamedTuple):
    """z: azimuth (rad). It tells no place by itself: see ``bearings``."""

    sensor: Sensor
    angles: tuple[int, ...] = (0,)
    axes: int = 2

    def of(self, p: Array) -> Array:
        """See ``Curved.of``."""
        return azimuth(self.sensor, p)[None]

    def by_rate(self, p: Array) -> Array | None:
        """It reads no rates."""
        return None

    def line(self, mean: Array, cov: Array, z: Array, noise: Array) -> Line:
        """See ``Measure.line``."""
        return straighten(self, mean, cov, z, noise)
