"""Slant range and azimuth: a radar that knows no height."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.track.models import sigma
from forewarn.track.models.measure.base import Line, Prior, Sensor, azimuth, column, distance, resting
from forewarn.track.models.measure.curved import straighten

Array = NDArray[np.float64]


class RangeAzimuth(NamedTuple):
    """z: slant range (m), azimuth (rad)."""

    sensor: Sensor
    angles: tuple[int, ...] = (1,)
    axes: int = 3

    def of(self, p: Array) -> Array:
        """See ``Curved.of``."""
        return np.stack([distance(self.sensor, p), azimuth(self.sensor, p)])

    def by_rate(self, p: Array) -> Array | None:
        """It reads no rates."""
        return None

    def line(self, mean: Array, cov: Array, z: Array, noise: Array) -> Line:
        """See ``Measure.line``."""
        return straighten(self, mean, cov, z, noise)

    def born(self, z: Array, noise: Array, prior: Prior) -> tuple[Array, Array]:
        """What one plot each, z (2, n) with noise (2, 2, n), says of an object: mean (6, n), covariance (6, 6, n).

        The moments of the place over the plot's errors and the prior's height, by five points of Gauss and Hermite an axis.
        """
        standard, weights = sigma.hermite(3, 5)
        low = np.zeros((3, 3, z.shape[1]))
        low[:2, :2], low[2, 2] = sigma.root(noise), prior.height_sd
        middle = np.vstack([z - self._bias(), np.full((1, z.shape[1]), prior.height)])
        far, bearing, up = sigma.spread(middle, low, standard)
        over = up - column(self.sensor.place)[2]
        level = np.sqrt(np.maximum(far**2 - over**2, (0.01 * far) ** 2))  # an object higher than it is far away is overhead
        by = np.stack([level * np.sin(bearing), level * np.cos(bearing), over])
        return resting(prior, *sigma.moments(by + column(self.sensor.place), weights))

    def _bias(self) -> Array:
        return np.stack(np.broadcast_arrays(np.atleast_1d(self.sensor.range_bias), np.atleast_1d(self.sensor.azimuth_bias))).astype(float)
