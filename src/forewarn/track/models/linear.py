"""Linear motion of three uncoupled axes: each keeps a share of its rate, moves by a reach of it, and is shaken.

State, the first six of every model: east, north, up (m) and their rates (m/s) in the local level frame. One axis over an interval t:
x' = x + reach v, v' = keep v, with covariance [xx, xv; xv, vv] of what shook it. Near-constant velocity: keep 1, reach t, and
xx, xv, vv = q t^3/3, q t^2/2, q t (Bar-Shalom, Li and Kirubarajan, "Estimation with Applications to Tracking and Navigation", 2001, 6.2.2).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]


def wandering(power: float, dt: Array) -> Array:
    """keep, reach, xx, xv, vv (5, n) of a rate under white acceleration of ``power`` (m^2/s^3) over ``dt`` (n,) seconds."""
    return np.stack([np.ones_like(dt), dt, power * dt**3 / 3.0, power * dt**2 / 2.0, power * dt])


def fading(tau: float, spread: float, dt: Array) -> Array:
    """keep, reach, xx, xv, vv (5, n) of an Ornstein-Uhlenbeck rate: forgotten with ``tau`` (s), in the long run of ``spread`` (m/s).

    The integrated process (Vasicek, J. Financial Economics 5, 1977): with x = t / tau and g = 1 - exp(-x),
    xx = s^2 tau^2 (2 x - 2 g - g^2), xv = s^2 tau g^2, vv = s^2 g (2 - g).
    """
    x = dt / tau
    gone = -np.expm1(-x)
    short = x < 1e-3  # the closed form cancels: its series to x^4
    xx = np.where(short, x**3 * (2.0 / 3.0 - 0.5 * x), 2.0 * x - 2.0 * gone - gone**2)
    return np.stack([1.0 - gone, tau * gone, (spread * tau) ** 2 * xx, spread**2 * tau * gone**2, spread**2 * gone * (2.0 - gone)])


def matrices(level: Array, climb: Array) -> tuple[Array, Array]:
    """F and Q (6, 6, n) of axes that move as ``level`` (east, north) and ``climb`` (up), (5, n) each."""
    f, q = np.zeros((2, 6, 6, level.shape[1]))
    for axis, (keep, reach, xx, xv, vv) in enumerate((level, level, climb)):
        rate = axis + 3
        f[axis, axis], f[axis, rate], f[rate, rate] = 1.0, reach, keep
        q[axis, axis], q[axis, rate], q[rate, axis], q[rate, rate] = xx, xv, xv, vv
    return f, q


@njit(cache=True)
def move(mean: Array, cov: Array, level: Array, climb: Array) -> None:
    """Mean (s >= 6, n) and covariance (s, s, n) an interval later, in place: states behind the sixth stay, with what they share."""
    for j in range(mean.shape[1]):
        for a in range(3):
            by = climb if a == 2 else level
            keep, reach = by[0, j], by[1, j]
            mean[a, j] += reach * mean[a + 3, j]
            mean[a + 3, j] *= keep
            for b in range(a, 3):
                on = climb if b == 2 else level
                k, r = on[0, j], on[1, j]
                xx, xv, vx, vv = cov[a, b, j], cov[a, b + 3, j], cov[a + 3, b, j], cov[a + 3, b + 3, j]
                xx += r * xv + reach * (vx + r * vv)
                xv, vx, vv = k * (xv + reach * vv), keep * (vx + r * vv), keep * k * vv
                if a == b:
                    xx, xv, vx, vv = xx + by[2, j], xv + by[3, j], vx + by[3, j], vv + by[4, j]
                cov[a, b, j] = cov[b, a, j] = xx
                cov[a, b + 3, j] = cov[b + 3, a, j] = xv
                cov[a + 3, b, j] = cov[b, a + 3, j] = vx
                cov[a + 3, b + 3, j] = cov[b + 3, a + 3, j] = vv
            for e in range(6, mean.shape[0]):
                cov[a, e, j] += reach * cov[a + 3, e, j]
                cov[a + 3, e, j] *= keep
                cov[e, a, j], cov[e, a + 3, j] = cov[a, e, j], cov[a + 3, e, j]
