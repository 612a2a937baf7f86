"""Motion of what can stand in the air: a point mass under an autopilot.

The autopilot asks for a velocity towards the next point, slow enough to brake before a stop or a corner; the acceleration that this
takes is limited by the bank (g tan of it) and by the motors, and comes with the lag of the attitude. Gusts push it about; it steers against
them.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Limits = tuple[float, float, float, float]
G = 9.80665
VELOCITY_S, ATTITUDE_S, PUSH_PER_S = 0.6, 0.2, 0.35
"""Time constants of the velocity loop and of the attitude; how much of a gust's speed reaches it in a second."""


@njit(cache=True)
def hovering(points: Array, goal: int, start: Array, speed: float, gusts: Array, dt: float, limits: Limits) -> tuple[Array, Array, int]:
    """Goes through ``points`` (k, 5) from ``start`` (3,), at first at ``speed`` towards the first, and stays at the last.

    ``gusts`` (3, n) m/s, one a step of ``dt``; ``limits``: acceleration, braking, bank's acceleration, climb. Gives places (3, n),
    velocities (3, n), and the step at which point ``goal`` was reached and its stay over (n: never).
    """
    n = gusts.shape[1]
    enu, vel = np.empty((3, n)), np.empty((3, n))
    p, a, d = start.copy(), np.zeros(3), points[0, :3] - start
    v = d * (speed / max(_length(d), 1e-9))
    k, stayed, reached = 0, 0.0, n
    for i in range(n):
        enu[:, i], vel[:, i] = p, v
        for _ in range(2):
            a += (_wanted(points, k, points[k, :3] - p, v, limits) - a) * (0.5 * dt / ATTITUDE_S)
            v = v + (a + gusts[:, i] * PUSH_PER_S) * (0.5 * dt)
            p = p + v * (0.5 * dt)
        far = _length(points[k, :3] - p)
        if stayed > 0.0 or far < (3.0 if points[k, 4] > 0 or k == len(points) - 1 else 2.0 + 0.4 * _length(v)):
            stayed += dt
        if stayed > points[k, 4]:
            reached = i if k == goal and reached == n else reached
            if k + 1 < len(points):
                k, stayed = k + 1, 0.0
    return enu, vel, reached


@njit(cache=True)
def _length(x: Array) -> float:
    return math.sqrt((x * x).sum())


@njit(cache=True)
def _wanted(points: Array, k: int, d: Array, v: Array, limits: Limits) -> Array:
    """The acceleration that the autopilot asks for."""
    accel, brake, bank, climb = limits
    far = max(_length(d), 1e-6)
    after = 0.0
    if points[k, 4] == 0 and k + 1 < len(points):
        onward = points[k + 1, :3] - points[k, :3]
        cos = (onward * d).sum() / (max(_length(onward), 1e-6) * far)
        after = min(points[k, 3], points[k + 1, 3]) * max(0.25, 0.5 + 0.5 * cos)
    speed = min(points[k, 3], math.sqrt(after * after + brake * far), after + 0.8 * far)
    wish = d * (speed / far)
    wish = wish * min(1.0, climb / max(abs(wish[2]), 1e-9))
    a = (wish - v) / VELOCITY_S
    most = min(bank, accel)
    level = math.sqrt(a[0] * a[0] + a[1] * a[1])
    if level > most:
        a[0], a[1] = a[0] * most / level, a[1] * most / level
    a[2] = min(max(a[2], -3.0), 3.0)
    return np.asarray(a)
