"""Whether the chance of entry reaches what a warning needs: the sample paths of ``project`` for one object and one zone.

The same paths and the same solids as in ``project.entry``; here it is only asked whether enough of them touch the zone within its
horizon. Counting ends when that is clear: enough do, too few are left, or the first ``FIRST`` (an even choice of all, see
``numbers.samples``) miss the share by more than four of their own standard deviations. Held against ``project`` by tests.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from forewarn.plan.numbers import Place, Samples

Array = NDArray[np.float64]
FAR_SD = 3.5
FIRST = 48
CLEAR = 0.2
"""Four standard deviations of an even choice of 48, which has half the error of a random one."""


@numba.njit(cache=True, nogil=True)
def reaches(zone: Place, ways: Samples, mean: Array, cov: Array, model: Array, share: float) -> bool:
    """Whether at least ``share`` of the sample paths touch the zone within its horizon."""
    count = len(ways.choice)
    need = max(math.ceil(share * count - 1e-9), 1)
    if need > count or _far(zone, ways, mean, cov):
        return False
    roots = np.empty((2, 6, 6))
    for m in range(2):
        _root(cov[m], ways.order, roots[m])
    calm = model[0] / (model[0] + model[1])
    now, found = np.empty(6), 0
    for n in range(count):
        m = 0 if ways.choice[n] < calm else 1
        for k in range(6):
            i = ways.order[k]
            now[i] = mean[m, i]
            for j in range(k + 1):
                now[i] += roots[m, k, j] * ways.state[n, j]
        found += _touches(zone, ways, now, m, n)
        if found >= need:
            return True
        if found + count - n - 1 < need or (n + 1 == FIRST and found < (share - CLEAR) * FIRST):
            return False
    return False


@numba.njit(cache=True, nogil=True)
def _far(zone: Place, ways: Samples, mean: Array, cov: Array) -> bool:
    """Whether no model's path comes near the zone: its nearest point farther off than spread and radius."""
    t = zone.horizon_s
    for m in range(2):
        x, y = zone.centre[0] - mean[m, 0], zone.centre[1] - mean[m, 1]
        dx, dy = mean[m, 3] * t, mean[m, 4] * t
        square = dx * dx + dy * dy
        s = min(max((x * dx + y * dy) / max(square, 1e-12), 0.0), 1.0)
        off = math.hypot(x - s * dx, y - s * dy)
        spread = 2.0 * ways.spread_m[m] ** 2
        for a in (0, 1):
            spread += cov[m, a, a] + 2.0 * t * abs(cov[m, a, a + 3]) + t * t * cov[m, a + 3, a + 3]
        if off <= zone.radius_m + FAR_SD * math.sqrt(spread):
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _root(cov: Array, order: NDArray[np.int64], root: Array) -> None:
    """Cholesky's root (6, 6) of a covariance, the state taken in an order; singular ones are filled up by a hair."""
    for i in range(6):
        for j in range(i + 1):
            left = cov[order[i], order[j]]
            for k in range(j):
                left -= root[i, k] * root[j, k]
            if i == j:
                root[i, i] = math.sqrt(max(left, 1e-12))
            else:
                root[i, j] = left / root[j, j]


@numba.njit(cache=True, nogil=True)
def _touches(zone: Place, ways: Samples, now: Array, m: int, n: int) -> int:
    """Whether one sample path touches the zone within its horizon: 1 or 0."""
    noise = ways.noise
    x, y, z = now[0] + noise[m, n, 0, 0], now[1] + noise[m, n, 0, 1], now[2] + noise[m, n, 0, 2]
    for k in range(len(ways.knots_s) - 1):
        begins, ends = ways.knots_s[k], ways.knots_s[k + 1]
        if begins > zone.horizon_s:
            return 0
        u, v = now[0] + now[3] * ends + noise[m, n, k + 1, 0], now[1] + now[4] * ends + noise[m, n, k + 1, 1]
        w = now[2] + now[5] * ends + noise[m, n, k + 1, 2]
        if piece(zone, x, y, z, u, v, w, min((zone.horizon_s - begins) / (ends - begins), 1.0)):
            return 1
        x, y, z = u, v, w
    return 0


@numba.njit(cache=True, nogil=True)
def piece(zone: Place, x: float, y: float, z: float, u: float, v: float, w: float, last: float) -> bool:
    """Whether a straight piece from (x, y, z) to (u, v, w) touches the zone before its share ``last``."""
    x, y, u, v, reach = x - zone.centre[0], y - zone.centre[1], u - zone.centre[0], v - zone.centre[1], zone.radius_m
    if min(x, u) > reach or max(x, u) < -reach or min(y, v) > reach or max(y, v) < -reach:
        return False
    low, high = _between(zone.floor_m, zone.ceiling_m, z, w, last)
    dx, dy = u - x, v - y
    square, half = dx * dx + dy * dy, x * dx + y * dy
    left = half * half - square * (x * x + y * y - reach * reach)
    if low > high or left < 0.0 or square == 0.0:
        return False
    low, high = max(low, (-half - math.sqrt(left)) / square), min(high, (-half + math.sqrt(left)) / square)
    if low > high:
        return False
    east, north = x + zone.centre[0], y + zone.centre[1]
    return zone.corners.shape[1] == 0 or bool(
        _crosses(zone.corners, east + low * dx, north + low * dy, east + high * dx, north + high * dy)
    )


@numba.njit(cache=True, nogil=True)
def _between(floor_m: float, ceiling_m: float, z: float, w: float, last: float) -> tuple[float, float]:
    """From which share of a piece to which it is between floor and ceiling; the second is less than the first if it never is."""
    climb = w - z
    if climb == 0.0:
        return (0.0, last) if floor_m <= z <= ceiling_m else (1.0, 0.0)
    one, two = (floor_m - z) / climb, (ceiling_m - z) / climb
    return max(0.0, min(one, two)), min(last, max(one, two))


@numba.njit(cache=True, nogil=True)
def _crosses(corners: Array, x0: float, y0: float, x1: float, y1: float) -> bool:
    """Whether a line touches a polygon: begins in it, or crosses a side."""
    count, inside = corners.shape[1], False
    dx, dy = x1 - x0, y1 - y0
    for i in range(count):
        j = (i + 1) % count
        px, py, qx, qy = corners[0, i], corners[1, i], corners[0, j], corners[1, j]
        if (py <= y0) != (qy <= y0) and x0 < px + (y0 - py) * (qx - px) / (qy - py):
            inside = not inside
        across = dx * (qy - py) - dy * (qx - px)
        if across != 0.0:
            s = ((px - x0) * (qy - py) - (py - y0) * (qx - px)) / across
            along = ((px - x0) * dy - (py - y0) * dx) / across
            if 0.0 <= s <= 1.0 and 0.0 <= along <= 1.0:
                return True
    return inside
