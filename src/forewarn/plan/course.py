"""The object's way, and how likely sensors show it along it: really, and as the tracker has it, which knows a track's place only."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from forewarn.plan.tracks import MOST, Tracks

Array = NDArray[np.float64]


class Course(NamedTuple):
    """Straight, from the appearance to the entry: ``path`` (6, k), places and rates every ``step_s``; ``shown`` (S, k): chances that a
    look shows the object there; ``expected`` (S, k): the same of one of the sensor's stated size that moves fast enough."""

    path: Array
    shown: Array
    expected: Array
    step_s: float


@numba.njit(cache=True, nogil=True)
def along(course: Course, east: float, north: float) -> int:
    """The number of the place on the course that is nearest to this one."""
    path = course.path
    ahead = (east - path[0, 0]) * path[3, 0] + (north - path[1, 0]) * path[4, 0]
    k = int(ahead / max(path[3, 0] ** 2 + path[4, 0] ** 2, 1e-12) / course.step_s + 0.5)
    return int(min(max(k, 0), path.shape[1] - 1))


@numba.njit(cache=True, nogil=True)
def expected(course: Course, s: int, tracks: Tracks) -> Array:
    """The chance (N,) that a look shows each track, were it there, by where the track is on the course."""
    found = np.zeros(MOST)
    for i in range(MOST):
        if tracks.real[i] > 0.0:
            calm, mean = tracks.model[i, 0], tracks.mean[i]
            east, north = mean[1, 0] + calm * (mean[0, 0] - mean[1, 0]), mean[1, 1] + calm * (mean[0, 1] - mean[1, 1])
            found[i] = course.expected[s, along(course, east, north)]
    return found
