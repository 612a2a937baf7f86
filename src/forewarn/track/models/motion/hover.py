"""Hover: the velocity decays to nought within seconds, and what is left is a small sway (integrated Ornstein-Uhlenbeck)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.track.models.linear import fading, matrices, move

Array = NDArray[np.float64]


class Hover(NamedTuple):
    """``tau``: how fast an object comes to rest (s); ``sway``: spread of its rates at rest (m/s)."""

    tau: float
    sway: float

    @property
    def extra(self) -> tuple[tuple[float, float], ...]:
        """None."""
        return ()

    def matrices(self, dt: Array) -> tuple[Array, Array]:
        """F and Q (6, 6, n)."""
        axis = fading(self.tau, self.sway, dt)
        return matrices(axis, axis)

    def advance(self, mean: Array, cov: Array, dt: Array) -> None:
        """See ``Motion.advance``."""
        axis = fading(self.tau, self.sway, dt)
        move(mean, cov, axis, axis)
