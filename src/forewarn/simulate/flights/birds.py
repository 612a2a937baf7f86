"""Birds: one that wanders and soars, and flocks that keep together.

A lone bird turns at a rate that itself wanders (an Ornstein-Uhlenbeck process), turns back where it strays too far, and now and then
circles upwards in rising air that drifts with the wind. A flock follows Reynolds ("Flocks, herds and schools", SIGGRAPH 1987): away from
those too near, along with those near by, towards their middle; and as one it is drawn to a place that wanders. A flock is made of plain
differential rules, no two alike in what they draw.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
TURN_S, TURN_SD = 3.0, 0.25
"""A wandering turn rate: how long it stays alike, and how large it is, rad/s."""
SOAR_TURN, SOAR_RISE = 0.35, 1.2
ROAM_M = 350.0


@njit(cache=True)
def wandering(start: Array, heading: float, speed: float, air: Array, drawn: Array, soars: Array, dt: float) -> tuple[Array, Array]:
    """Flies about ``start`` (3,). ``air`` (3, n) m/s; ``drawn`` (2, n) standard normal; ``soars`` (n,): circles upwards then.
    Places (3, n) and velocities (3, n)."""
    n = air.shape[1]
    enu, vel = np.empty((3, n)), np.empty((3, n))
    p, turn, rise = start.copy(), 0.0, 0.0
    keep = math.exp(-dt / TURN_S)
    spread = math.sqrt(1.0 - keep * keep)
    for i in range(n):
        enu[:, i] = p
        vel[0, i], vel[1, i], vel[2, i] = speed * math.sin(heading) + air[0, i], speed * math.cos(heading) + air[1, i], rise
        dx, dy = start[0] - p[0], start[1] - p[1]
        home = (math.atan2(dx, dy) - heading + math.pi) % (2.0 * math.pi) - math.pi
        pull = 0.4 * home / math.pi if math.hypot(dx, dy) > ROAM_M else 0.0
        turn = keep * turn + spread * TURN_SD * drawn[0, i] + pull * dt
        climb = 0.05 * (start[2] - p[2]) + 0.6 * drawn[1, i]
        if soars[i]:
            turn, climb = SOAR_TURN, SOAR_RISE
        rise += (min(max(climb, -3.0), 2.0) - rise) * (dt / 1.0)
        heading += (turn + pull) * dt
        p = p + vel[:, i] * dt
    return enu, vel


@njit(cache=True)
def flocking(  # noqa: C901  (a kernel: each bird against each other)
    starts: Array, headings: Array, lead: Array, air: Array, drawn: Array, speed: float, dt: float
) -> tuple[Array, Array]:
    """A flock from ``starts`` (3, m); ``lead`` (3, n): the place it is drawn to; ``air`` (3, n); ``drawn`` (3, m, n) standard normal.
    Places and velocities (3, m, n)."""
    m, n = starts.shape[1], air.shape[1]
    enu, vel = np.empty((3, m, n)), np.empty((3, m, n))
    p, v, a = starts.copy(), np.zeros((3, m)), np.zeros((3, m))
    v[0], v[1] = speed * np.sin(headings), speed * np.cos(headings)
    for i in range(n):
        if i % 2 == 0:
            for b in range(m):
                apart, along, middle, near = np.zeros(3), np.zeros(3), np.zeros(3), 0
                for o in range(m):
                    d0, d1, d2 = p[0, o] - p[0, b], p[1, o] - p[1, b], p[2, o] - p[2, b]
                    r2 = d0 * d0 + d1 * d1 + d2 * d2
                    if o == b or r2 > 2500.0:
                        continue
                    near += 1
                    away = 1.0 / max(r2, 0.25) if r2 < 36.0 else 0.0
                    apart[0], apart[1], apart[2] = apart[0] - d0 * away, apart[1] - d1 * away, apart[2] - d2 * away
                    middle[0], middle[1], middle[2] = middle[0] + d0, middle[1] + d1, middle[2] + d2
                    for j in range(3):
                        along[j] += v[j, o] - v[j, b]
                for j in range(3):
                    shared = (0.5 * along[j] + 0.05 * middle[j]) / max(near, 1)
                    a[j, b] = 6.0 * apart[j] + shared + 0.02 * (lead[j, i] - p[j, b]) + 1.5 * drawn[j, b, i]
        for b in range(m):
            now = math.sqrt(v[0, b] ** 2 + v[1, b] ** 2 + v[2, b] ** 2)
            for j in range(3):
                v[j, b] += (min(max(a[j, b], -6.0), 6.0) + v[j, b] * (0.5 * (speed / max(now, 1.0) - 1.0))) * dt
            v[2, b] = min(max(v[2, b], -2.5), 2.0)
            for j in range(3):
                enu[j, b, i], vel[j, b, i] = p[j, b], v[j, b] + air[j, i]
                p[j, b] += vel[j, b, i] * dt
    return enu, vel
