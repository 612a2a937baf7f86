"""Places in the local frame, on the level or in space: linear, exact."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.track.models.measure.base import Line, Prior, resting

Array = NDArray[np.float64]


class Position(NamedTuple):
    """z: east, north (``axes`` 2), and up (``axes`` 3), in metres."""

    axes: int = 2

    def line(self, mean: Array, cov: Array, z: Array, noise: Array) -> Line:
        """See ``Measure.line``."""
        a = np.zeros((self.axes, self.axes, z.shape[1]))
        for axis in range(self.axes):
            a[axis, axis] = 1.0
        return Line(a, z, noise)

    def born(self, z: Array, noise: Array, prior: Prior) -> tuple[Array, Array]:
        """What one plot each, z (d, n) with noise (d, d, n), says of an object: mean (6, n), covariance (6, 6, n)."""
        place, cov = np.full((3, z.shape[1]), prior.height), np.zeros((3, 3, z.shape[1]))
        cov[2, 2] = prior.height_sd**2
        place[: self.axes], cov[: self.axes, : self.axes] = z, noise
        return resting(prior, place, cov)
