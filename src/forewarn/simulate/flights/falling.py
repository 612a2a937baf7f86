"""Ballistic motion: rockets after a short burn, and whatever falls. Gravity, quadratic drag in air that thins out with height, wind.

Fourth-order Runge-Kutta of fixed step; a test holds it against scipy's ``solve_ivp``.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
G = 9.80665
THIN_M = 8500.0  # scale height of the air


@njit(cache=True)
def push(v: Array, up: float, wind: Array, drag: float, thrust: Array) -> Array:
    """Acceleration (3,) at velocity ``v``: ``drag`` is rho Cd A / 2 m at the origin's height, 1/m; ``thrust`` (3,) m/s^2."""
    through = v - wind
    a = thrust - through * (drag * math.exp(-up / THIN_M) * math.sqrt((through * through).sum()))
    a[2] -= G
    return a


@njit(cache=True)
def falling(
    start: Array, v0: Array, air: Array, dt: float, drag: float, thrust: Array, burn_s: float, floor: float
) -> tuple[Array, Array, int]:
    """From ``start`` (3,) at ``v0`` (3,) with constant ``thrust`` for ``burn_s``; ``air`` (3, n), one a step of ``dt``. Places (3, n),
    velocities (3, n), and how many of them there are until it is below ``floor``; five inner steps a step."""
    n = air.shape[1]
    enu, vel = np.empty((3, n)), np.empty((3, n))
    p, v, h = start.copy(), v0.copy(), dt / 5
    none = np.zeros(3)
    for i in range(n):
        enu[:, i], vel[:, i] = p, v
        if p[2] < floor:
            return enu, vel, i + 1
        for j in range(5):
            f = thrust if (5 * i + j) * h < burn_s - 1e-9 else none
            w = air[:, i]
            a1 = push(v, p[2], w, drag, f)
            v2 = v + a1 * (h / 2)
            a2 = push(v2, p[2] + v[2] * h / 2, w, drag, f)
            v3 = v + a2 * (h / 2)
            a3 = push(v3, p[2] + v2[2] * h / 2, w, drag, f)
            v4 = v + a3 * h
            a4 = push(v4, p[2] + v3[2] * h, w, drag, f)
            p = p + (v + 2 * v2 + 2 * v3 + v4) * (h / 6)
            v = v + (a1 + 2 * a2 + 2 * a3 + a4) * (h / 6)
    return enu, vel, n
