"""When straight pieces of paths first touch an upright solid: the kernels, one piece at a time.

On a piece a + s (b - a), 0 <= s <= 1, the first touch is one of few places: the start, where the path comes through the floor or
ceiling, or where it crosses the outline. Each is tried, so that no crossing is too short to be seen. A solid is closed, so that
touching is entering; it comes as ``round`` (east, north, radius, floor, ceiling) of the circle, or of one that holds the polygon, and
``corners`` (2, corners), none for a circle.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Place = tuple[float, float, float]
Round = tuple[float, float, float, float, float]
SLACK_M = 0.5  # boxes are so much wider, for single precision


@njit(cache=True)
def first_times(place: NDArray[np.float32], knots_s: Array, pieces: NDArray[np.bool_], solid: Round, corners: Array) -> Array:
    """When each of N paths of c objects first touches a solid, (c, N): seconds, inf for never. ``place`` (c, 3, K + 1, N): east, north,
    up at the knots; ``pieces`` (K, c): those to be looked at."""
    objects, paths = place.shape[0], place.shape[3]
    times = np.full((objects, paths), np.inf)
    for i in range(objects):
        for k in range(len(knots_s) - 1):
            if pieces[k, i]:
                for n in range(paths):
                    a = (float(place[i, 0, k, n]), float(place[i, 1, k, n]), float(place[i, 2, k, n]))
                    b = (float(place[i, 0, k + 1, n]), float(place[i, 1, k + 1, n]), float(place[i, 2, k + 1, n]))
                    if times[i, n] == np.inf and near(solid, a, b):
                        times[i, n] = knots_s[k] + first_touch(solid, corners, a, b) * (knots_s[k + 1] - knots_s[k])
    return times


@njit(cache=True)
def near(solid: Round, a: Place, b: Place) -> bool:
    """Whether the piece from ``a`` to ``b`` may touch the solid, by boxes about both: never wrongly no."""
    reach = solid[2] + SLACK_M
    beside = max(a[0], b[0]) >= solid[0] - reach and min(a[0], b[0]) <= solid[0] + reach
    return beside and max(a[1], b[1]) >= solid[1] - reach and min(a[1], b[1]) <= solid[1] + reach


@njit(cache=True)
def first_touch(solid: Round, corners: Array, a: Place, b: Place) -> float:
    """The least s at which the piece from ``a`` to ``b`` is in the solid; inf if it never is."""
    level = solid[3] <= a[2] <= solid[4]
    if level and inside(solid, corners, a[0], a[1]):
        return 0.0
    s = _through_circle(solid, a, b) if corners.shape[1] == 0 else _through_sides(solid, corners, a, b)
    return s if level else min(s, _through_level(solid, corners, a, b))


@njit(cache=True)
def inside(solid: Round, corners: Array, east: float, north: float) -> bool:
    """Whether a place lies in the outline. For a polygon by the even-odd rule (a ray east; each side half-open)."""
    if corners.shape[1] == 0:
        return (east - solid[0]) ** 2 + (north - solid[1]) ** 2 <= solid[2] ** 2
    odd = False
    for one in range(corners.shape[1]):
        x0, y0 = corners[0, one - 1], corners[1, one - 1]
        x1, y1 = corners[0, one], corners[1, one]
        if (y0 <= north) != (y1 <= north) and east < x0 + (north - y0) * (x1 - x0) / (y1 - y0):
            odd = not odd
    return odd


@njit(cache=True)
def _through_level(solid: Round, corners: Array, a: Place, b: Place) -> float:
    """The s at which a piece that starts above or below comes in through the ceiling or the floor."""
    climb = b[2] - a[2]
    if climb == 0.0:
        return np.inf
    s = ((solid[3] if a[2] < solid[3] else solid[4]) - a[2]) / climb
    met = 0.0 <= s <= 1.0 and inside(solid, corners, a[0] + s * (b[0] - a[0]), a[1] + s * (b[1] - a[1]))
    return s if met else np.inf


@njit(cache=True)
def _through_circle(solid: Round, a: Place, b: Place) -> float:
    """Where a piece comes into the circle between floor and ceiling: the lesser root of |a + s d - centre|^2 = radius^2."""
    dx, dy, x, y = b[0] - a[0], b[1] - a[1], a[0] - solid[0], a[1] - solid[1]
    square, half = dx * dx + dy * dy, x * dx + y * dy
    root = half * half - square * (x * x + y * y - solid[2] ** 2)
    if root < 0.0 or square == 0.0:
        return np.inf
    s = (-half - math.sqrt(root)) / square
    return s if 0.0 <= s <= 1.0 and solid[3] <= a[2] + s * (b[2] - a[2]) <= solid[4] else np.inf


@njit(cache=True)
def _through_sides(solid: Round, corners: Array, a: Place, b: Place) -> float:
    """The least s at which a piece crosses a side of the polygon between floor and ceiling."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    least = np.inf
    for one in range(corners.shape[1]):
        px, py = corners[0, one - 1], corners[1, one - 1]
        ex, ey = corners[0, one] - px, corners[1, one] - py
        across = dx * ey - dy * ex
        if across != 0.0:
            s = ((px - a[0]) * ey - (py - a[1]) * ex) / across
            along = ((px - a[0]) * dy - (py - a[1]) * dx) / across
            if 0.0 <= s < least and s <= 1.0 and 0.0 <= along <= 1.0 and solid[3] <= a[2] + s * (b[2] - a[2]) <= solid[4]:
                least = s
    return least
