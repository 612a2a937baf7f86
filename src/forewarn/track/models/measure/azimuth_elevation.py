"""Azimuth and elevation: a camera, a microphone array."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.track.models.measure.base import Line, Sensor, azimuth, elevation
from forewarn.track.models.measure.curved import straighten

Array = NDArray[np.float64]


class AzimuthElevation(NamedTuple):
    """z: azimuth (rad), elevation (rad). It tells no place by itself: see ``bearings``."""

    sensor: Sensor
    angles: tuple[int, ...] = (0, 1)
    axes: int = 3

    def of(self, p: Array) -> Array:
        """See ``Curved.of``."""
        return np.stack([azimuth(self.sensor, p), elevation(self.sensor, p)])

    def by_rate(self, p: Array) -> Array | None:
        """It reads no rates."""
        return None

    def line(self, mean: Array, cov: Array, z: Array, noise: Array) -> Line:
        """See ``Measure.line``."""
        return straighten(self, mean, cov, z, noise)
