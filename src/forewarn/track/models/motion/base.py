"""What every motion model gives, and the two ways to use one."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class Motion(Protocol):
    """A motion model: a frozen value. The state is east, north, up, their rates (m, m/s), and then what ``extra`` lists."""

    @property
    def extra(self) -> tuple[tuple[float, float], ...]:
        """Mean and standard deviation of each state behind the sixth, of an object of which nothing is known yet."""

    def advance(self, mean: Array, cov: Array, dt: Array) -> None:
        """Mean (s, n) and covariance (s, s, n) after ``dt`` (n,) seconds, none below nought, in place."""


def size(model: Motion) -> int:
    """How many states a model has."""
    return 6 + len(model.extra)


def predict(model: Motion, mean: Array, cov: Array, dt: ArrayLike) -> tuple[Array, Array]:
    """Mean (s, n) and covariance (s, s, n) ``dt`` seconds later: one interval, or n of them. Refused: an interval below nought."""
    mean, cov = np.array(mean, dtype=float), np.array(cov, dtype=float)
    model.advance(mean, cov, intervals(dt, mean.shape[1]))
    return mean, cov


def intervals(dt: ArrayLike, n: int) -> Array:
    """``dt`` as n intervals in seconds; ValueError if one is below nought or no number."""
    whole = np.empty(n)
    whole[:] = dt
    if not (whole >= 0.0).all() or not np.isfinite(whole).all():
        raise ValueError(f"dt: {whole[~((whole >= 0.0) & np.isfinite(whole))][0]} s; allowed: finite and not below nought")
    return whole


def extend(model: Motion, mean: Array, cov: Array) -> tuple[Array, Array]:
    """A place and its rates, mean (6, n) and covariance (6, 6, n), as a state of the model."""
    n, s = mean.shape[1], size(model)
    more, wider = np.zeros((s, n)), np.zeros((s, s, n))
    more[:6], wider[:6, :6] = mean[:6], cov[:6, :6]
    for at, (value, spread) in enumerate(model.extra, 6):
        more[at], wider[at, at] = value, spread**2
    return more, wider
