"""Coordinated turn: the level velocity turns at an unknown rate, the seventh state; the upward axis is near-constant velocity.

Given its turn rate w, an object under white level acceleration of power q moves linearly, and in complex numbers (east + i north) over h:

    p' = p + v (exp(i w h) - 1) / (i w)    v' = v exp(i w h)
    Q_vv = q h    Q_pp = 2 q (h - sin(w h) / w) / w^2    Q_pv = q [(1 - cos w h) - i (w h - sin w h)] / w^2

(Bar-Shalom, Li and Kirubarajan 2001, 11.7; Q by integrating its white noise through the turn). So only the turn rate needs points: three
of Gauss and Hermite, each with its exact mean and covariance of all the rest (a Rao-Blackwellised sigma-point prediction). The rate
itself is an Ornstein-Uhlenbeck process, half of it before and half after the turn (Strang splitting), in steps short against its memory
and spread.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]
MOST_STEPS = 256  # a longer interval is cut into this many; by then nothing but the spread is known
WIDTHS = (-math.sqrt(3.0), 0.0, math.sqrt(3.0))
WEIGHTS = (1.0 / 6.0, 2.0 / 3.0, 1.0 / 6.0)


class Turn(NamedTuple):
    """``level``, ``climb``: power of the acceleration (m^2/s^3). ``rate``, ``tau``: the turn rate's long-run spread (rad/s), memory (s).

    The seventh state is the turn rate in rad/s, positive to the left (from east to north).
    """

    level: float
    climb: float
    rate: float
    tau: float

    @property
    def extra(self) -> tuple[tuple[float, float], ...]:
        """The turn rate, nought at first."""
        return ((0.0, self.rate),)

    def advance(self, mean: Array, cov: Array, dt: Array) -> None:
        """See ``Motion.advance``."""
        quick = 2.0 * np.maximum(np.sqrt(cov[6, 6]), self.rate) + 4.0 / self.tau
        steps = np.minimum(np.ceil(dt * quick), MOST_STEPS).astype(np.int64)
        _advance(mean, cov, dt, steps, np.array(self))


@njit(cache=True)
def _advance(mean: Array, cov: Array, dt: Array, steps: Index, said: Array) -> None:
    m, p, room = np.empty(7), np.empty((7, 7)), (np.empty(6), np.empty((3, 6)), np.empty((5, 4)), np.empty(3))
    for j in range(mean.shape[1]):
        for a in range(7):
            m[a] = mean[a, j]
            for b in range(7):
                p[a, b] = cov[a, b, j]
        h = dt[j] / max(steps[j], 1)
        keep = math.exp(-0.5 * h / said[3])
        for _ in range(steps[j]):
            _wander(m, p, keep, said[2])
            _step(m, p, h, said[0], said[1], room)
            _wander(m, p, keep, said[2])
        for a in range(7):
            mean[a, j] = m[a]
            for b in range(a + 1):
                cov[a, b, j] = cov[b, a, j] = p[a, b]


@njit(cache=True)
def _wander(m: Array, p: Array, keep: float, spread: float) -> None:
    """The turn rate half a step later."""
    m[6] *= keep
    for a in range(6):
        p[6, a] *= keep
        p[a, 6] = p[6, a]
    p[6, 6] = keep * keep * p[6, 6] + spread**2 * (1.0 - keep * keep)


@njit(cache=True)
def _step(m: Array, p: Array, h: float, level: float, climb: float, room: tuple[Array, Array, Array, Array]) -> None:
    """One step of everything but the turn rate, in place; of p the lower triangle counts.

    Given the turn rate, the place moves by a + b J and the velocity by c + s J of the velocity, J a quarter turn to the left. So the
    covariance needs no more of the three points than the means of k = (a, b, c, s) and of its products.
    """
    spread = math.sqrt(max(p[6, 6], 1e-30))
    slope, moved, means, noise = room
    for a in range(6):
        slope[a] = p[6, a] / spread
        for b in range(a + 1):
            p[a, b] -= slope[a] * slope[b]
    _points(m, slope, spread, h, moved, means, noise)
    _carry(p, h, means)
    for axis in range(2):
        p[axis, axis] += 2.0 * level * h**3 * noise[0]
        p[axis + 3, axis] += level * h**2 * noise[1]
        p[axis + 3, axis + 3] += level * h
    p[3, 1] -= level * h**2 * noise[2]
    p[4, 0] += level * h**2 * noise[2]
    p[2, 2] += climb * h**3 / 3.0
    p[5, 2] += climb * h**2 / 2.0
    p[5, 5] += climb * h
    for a in range(6):
        m[a] = WEIGHTS[0] * moved[0, a] + WEIGHTS[1] * moved[1, a] + WEIGHTS[2] * moved[2, a]
    for a in range(6):
        for b in range(a + 1):
            for i in range(3):
                p[a, b] += WEIGHTS[i] * (moved[i, a] - m[a]) * (moved[i, b] - m[b])
        p[6, a] = spread * WIDTHS[2] * WEIGHTS[2] * (moved[2, a] - moved[0, a])


@njit(cache=True)
def _points(m: Array, slope: Array, spread: float, h: float, moved: Array, means: Array, noise: Array) -> None:
    """Fill in the three points moved (3, 6), the means of k and of its products (5, 4), and those of (t - sin t) / t^3, (1 - cos t) / t^2
    and (t - sin t) / t^2, t the angle turned.
    """
    means[:], noise[:] = 0.0, 0.0
    for i in range(3):
        w, rate = WEIGHTS[i], m[6] + spread * WIDTHS[i]
        theta = rate * h
        s3, c2 = _shapes(theta)
        k = (h * (1.0 - theta**2 * s3), h * theta * c2, math.cos(theta), math.sin(theta))
        noise[0], noise[1], noise[2] = noise[0] + w * s3, noise[1] + w * c2, noise[2] + w * theta * s3
        for a in range(4):
            means[0, a] += w * k[a]
            for b in range(4):
                means[1 + a, b] += w * k[a] * k[b]
        x = moved[i]
        for a in range(6):
            x[a] = m[a] + slope[a] * WIDTHS[i]
        ve, vn = x[3], x[4]
        x[0], x[1] = x[0] + k[0] * ve - k[1] * vn, x[1] + k[1] * ve + k[0] * vn
        x[3], x[4] = k[2] * ve - k[3] * vn, k[3] * ve + k[2] * vn
        x[2] += h * x[5]


@njit(cache=True)
def _carry(p: Array, h: float, means: Array) -> None:
    """The covariance (its lower triangle) given the turn rate, averaged over the points, in place."""
    a, b, c, s = means[0, 0], means[0, 1], means[0, 2], means[0, 3]
    aa, ab, ac, as_ = means[1, 0], means[1, 1], means[1, 2], means[1, 3]
    bb, bc, bs = means[2, 1], means[2, 2], means[2, 3]
    cc, cs, ss = means[3, 2], means[3, 3], means[4, 3]
    ve, vn = p[3, 2], p[4, 2]  # what the height shares with the level, then what the climb does
    p[2, 0], p[2, 1] = p[2, 0] + a * ve - b * vn, p[2, 1] + b * ve + a * vn
    p[3, 2], p[4, 2] = c * ve - s * vn, s * ve + c * vn
    ve, vn = p[5, 3], p[5, 4]
    p[5, 0], p[5, 1] = p[5, 0] + a * ve - b * vn, p[5, 1] + b * ve + a * vn
    p[5, 3], p[5, 4] = c * ve - s * vn, s * ve + c * vn
    ee, en, nn = p[3, 3], p[4, 3], p[4, 4]
    xe, xn, ye, yn = p[3, 0], p[4, 0], p[3, 1], p[4, 1]  # east and north with the velocity
    p[0, 0] += 2.0 * (a * xe - b * xn) + aa * ee - 2.0 * ab * en + bb * nn
    p[1, 1] += 2.0 * (b * ye + a * yn) + bb * ee + 2.0 * ab * en + aa * nn
    p[1, 0] += b * xe + a * xn + a * ye - b * yn + ab * (ee - nn) + (aa - bb) * en
    p[3, 0] = c * xe - s * xn + ac * ee - (as_ + bc) * en + bs * nn
    p[4, 0] = s * xe + c * xn + as_ * ee + (ac - bs) * en - bc * nn
    p[3, 1] = c * ye - s * yn + bc * ee + (ac - bs) * en - as_ * nn
    p[4, 1] = s * ye + c * yn + bs * ee + (as_ + bc) * en + ac * nn
    p[3, 3], p[4, 4] = cc * ee - 2.0 * cs * en + ss * nn, ss * ee + 2.0 * cs * en + cc * nn
    p[4, 3] = cs * (ee - nn) + (cc - ss) * en
    p[2, 2] += h * (2.0 * p[5, 2] + h * p[5, 5])
    p[5, 2] += h * p[5, 5]
    p[2, 0], p[2, 1] = p[2, 0] + h * p[5, 0], p[2, 1] + h * p[5, 1]
    p[3, 2], p[4, 2] = p[3, 2] + h * p[5, 3], p[4, 2] + h * p[5, 4]


@njit(cache=True)
def _shapes(theta: float) -> tuple[float, float]:
    """(t - sin t) / t^3 and (1 - cos t) / t^2."""
    if abs(theta) < 1e-2:
        return 1.0 / 6.0 - theta**2 / 120.0, 0.5 - theta**2 / 24.0 + theta**4 / 720.0
    return (theta - math.sin(theta)) / theta**3, (1.0 - math.cos(theta)) / theta**2
