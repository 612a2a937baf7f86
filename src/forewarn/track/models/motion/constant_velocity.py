"""Near-constant velocity: white acceleration, of one power on the level and of another upwards."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.track.models.linear import matrices, move, wandering

Array = NDArray[np.float64]


class ConstantVelocity(NamedTuple):
    """``level`` and ``climb``: power of the white acceleration (m^2/s^3) along east and north, and up."""

    level: float
    climb: float

    @property
    def extra(self) -> tuple[tuple[float, float], ...]:
        """None."""
        return ()

    def matrices(self, dt: Array) -> tuple[Array, Array]:
        """F and Q (6, 6, n)."""
        return matrices(wandering(self.level, dt), wandering(self.climb, dt))

    def advance(self, mean: Array, cov: Array, dt: Array) -> None:
        """See ``Motion.advance``."""
        move(mean, cov, wandering(self.level, dt), wandering(self.climb, dt))
