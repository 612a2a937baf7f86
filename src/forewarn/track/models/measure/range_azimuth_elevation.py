"""Slant range, azimuth and elevation: a radar that sees in three dimensions, a lidar."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.track.models import sigma
from forewarn.track.models.measure.base import Line, Prior, Sensor, azimuth, column, distance, elevation, resting
from forewarn.track.models.measure.curved import straighten

Array = NDArray[np.float64]


class RangeAzimuthElevation(NamedTuple):
    """z: slant range (m), azimuth (rad), elevation (rad)."""

    sensor: Sensor
    angles: tuple[int, ...] = (1, 2)
    axes: int = 3

    def of(self, p: Array) -> Array:
        """See ``Curved.of``."""
        return np.stack([distance(self.sensor, p), azimuth(self.sensor, p), elevation(self.sensor, p)])

    def by_rate(self, p: Array) -> Array | None:
        """It reads no rates."""
        return None

    def line(self, mean: Array, cov: Array, z: Array, noise: Array) -> Line:
        """See ``Measure.line``."""
        return straighten(self, mean, cov, z, noise)

    def born(self, z: Array, noise: Array, prior: Prior) -> tuple[Array, Array]:
        """What one plot each, z (3, n) with noise (3, 3, n), says: mean (6, n), covariance (6, 6, n); as ``RangeAzimuth.born``."""
        standard, weights = sigma.hermite(3, 5)
        said = sigma.spread(z, sigma.root(noise), standard)
        far, bearing = said[0] - np.asarray(self.sensor.range_bias), said[1] - np.asarray(self.sensor.azimuth_bias)
        level = far * np.cos(said[2])
        by = np.stack([level * np.sin(bearing), level * np.cos(bearing), far * np.sin(said[2])])
        return resting(prior, *sigma.moments(by + column(self.sensor.place), weights))
