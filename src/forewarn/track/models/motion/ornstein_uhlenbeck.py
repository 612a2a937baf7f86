"""Ornstein-Uhlenbeck velocity: near-constant velocity with so much drag that the rates keep a stated spread however long nobody looks.

Coraluppi and Carthel, "Stability and stationarity in target kinematic modeling", IEEE Aerospace Conference 2012.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.track.models.linear import fading, matrices, move

Array = NDArray[np.float64]


class OrnsteinUhlenbeck(NamedTuple):
    """``level`` and ``climb``: power of the acceleration (m^2/s^3); ``speed`` and ``sink``: long-run spread of the rates (m/s)."""

    level: float
    climb: float
    speed: float
    sink: float

    @property
    def extra(self) -> tuple[tuple[float, float], ...]:
        """None."""
        return ()

    def axes(self, dt: Array) -> tuple[Array, Array]:
        """How the level axes and the upward one move, (5, n) each: a power q and a spread s mean tau = 2 s^2 / q."""
        one = fading(2.0 * self.speed**2 / self.level, self.speed, dt)
        return one, fading(2.0 * self.sink**2 / self.climb, self.sink, dt)

    def matrices(self, dt: Array) -> tuple[Array, Array]:
        """F and Q (6, 6, n)."""
        return matrices(*self.axes(dt))

    def advance(self, mean: Array, cov: Array, dt: Array) -> None:
        """See ``Motion.advance``."""
        move(mean, cov, *self.axes(dt))
