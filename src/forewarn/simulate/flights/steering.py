"""Motion of what must keep its way on, or its course: wings in the air that moves, boats and vehicles on the surface.

The state is heading and speed through the air (or over the surface). Turns are coordinated: rate g tan(bank) / speed at most, with the
lag of rolling. Course and speed over the ground follow from the wind triangle.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
ROLL_S, HEADING_S = 0.6, 1.0


@njit(cache=True)
def steering(
    points: Array, goal: int, start: Array, air: Array, dt: float, limits: tuple[float, float, float, float, float, float]
) -> tuple[Array, Array, int]:
    """Goes through ``points`` (k, 5) from ``start`` (3,), already under way. ``air`` (3, n): how the air moves, one a step of ``dt``; zero
    on the surface. ``limits``: acceleration, braking, bank's acceleration, climb, slowest, fastest turn (rad/s). Where it stays, and at the
    end, it stops if it can, else circles. Gives places (3, n), velocities (3, n), and the step at which point ``goal`` was reached and its
    stay over (n: never)."""
    n = air.shape[1]
    enu, vel = np.empty((3, n)), np.empty((3, n))
    accel, brake, bank, climb, slowest, fastest = limits
    p = start.copy()
    heading = math.atan2(points[0, 0] - p[0], points[0, 1] - p[1])
    speed, turn, rise, k, stayed, reached = max(points[0, 3], slowest), 0.0, 0.0, 0, 0.0, n
    for i in range(n):
        enu[:, i] = p
        vel[0, i] = speed * math.sin(heading) + air[0, i]
        vel[1, i] = speed * math.cos(heading) + air[1, i]
        vel[2, i] = rise
        dx, dy = points[k, 0] - p[0], points[k, 1] - p[1]
        far = max(math.hypot(dx, dy), 1e-6)
        stops = points[k, 4] > 0 or k == len(points) - 1
        wish, most = points[k, 3], min(fastest, bank / max(speed, 1.0))
        wx, wy = wish * dx / far - air[0, i], wish * dy / far - air[1, i]
        want_speed = max(math.hypot(wx, wy), slowest)
        rate = (math.atan2(wx, wy) - heading + math.pi) % (2.0 * math.pi) - math.pi
        if stops and slowest == 0.0:
            want_speed = min(want_speed, math.sqrt(2.0 * brake * max(far - 1.0, 0.0)))
        if stayed > 0.0:
            rate, want_speed = (0.6 * most * HEADING_S, want_speed) if slowest > 0.0 else (0.0, 0.0)
        turn += (min(max(rate / HEADING_S, -most), most) - turn) * (dt / ROLL_S)
        speed += min(max(want_speed - speed, -brake * dt), accel * dt)
        ground = max(math.hypot(vel[0, i], vel[1, i]), 1.0)
        lift = (points[k, 2] - p[2]) / max(far / ground, 3.0)
        rise += (min(max(lift, -climb), climb) - rise) * (dt / 1.0)
        heading += turn * dt
        p = p + vel[:, i] * dt
        behind = dx * vel[0, i] + dy * vel[1, i] < 0.0 and far < 3.0 * speed / max(most, 1e-3)
        there = far < (3.0 + 0.4 * speed if slowest == 0.0 and stops else 5.0 + 0.7 * speed) or behind
        stayed += dt if stayed > 0.0 or there else 0.0
        if stayed > points[k, 4]:
            reached = i if k == goal and reached == n else reached
            if k + 1 < len(points):
                k, stayed = k + 1, 0.0
    return enu, vel, reached
