"""The tracks that one object's plots begin: an old one, and new ones beside it, as long as they are not alike (``track.tidy``)."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from forewarn.plan.numbers import Watch
from forewarn.track.belief import SPOT
from forewarn.track.tidy import SAME, like

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST = 4
"""So many at once; over the harbour the tracker itself has three of one object at the most, and mostly one or two."""
LEVEL = (0, 1, 3, 4)


class Tracks(NamedTuple):
    """N = ``MOST`` places for tracks, free where ``real`` is 0.

    ``mean`` (N, 2, D), ``cov`` (N, 2, D, D), ``model`` (N, 2): calm and agile, the state that of ``track.motion``; ``real``, ``ghost``
    (N,): chances to be there, and to be a ghost of sensor ``origin`` (N,); ``fixed`` (N,): chance to stand, at ``spot`` (N, 5)
    (``track.fixture``); ``follows`` (N, S): chance that a sensor follows it; ``published`` (N,); ``placed_s`` (N,): when a place was
    last probably its own; ``shown`` (N, S): the number of the look of each sensor that last showed it, ``hit_s`` (N, S): when."""

    mean: Array
    cov: Array
    model: Array
    real: Array
    ghost: Array
    fixed: Array
    spot: Array
    origin: Ints
    follows: Array
    published: NDArray[np.bool_]
    placed_s: Array
    shown: Ints
    hit_s: Array


@numba.njit(cache=True, nogil=True)
def none(size: int, sensors: int) -> Tracks:
    """No track, of states of ``size`` and so many sensors."""
    return Tracks(
        np.zeros((MOST, 2, size)), np.zeros((MOST, 2, size, size)), np.zeros((MOST, 2)), np.zeros(MOST), np.zeros(MOST), np.zeros(MOST),
        np.zeros((MOST, SPOT)), np.zeros(MOST, dtype=np.int64), np.zeros((MOST, sensors)), np.zeros(MOST, dtype=np.bool_), np.zeros(MOST),
        np.zeros((MOST, sensors), dtype=np.int64), np.full((MOST, sensors), -np.inf),
    )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def free(tracks: Tracks, real: float) -> int:
    """A place for a track that is there with chance ``real``: a free one, or that of the least likely; -1: all are likelier."""
    there = tracks.real + tracks.fixed
    i = int(np.argmin(there))
    return i if there[i] < real else -1


@numba.njit(cache=True, nogil=True)
def tidy(watch: Watch, tracks: Tracks, looks: Ints, now: float) -> None:
    """Forget and merge. A track ends when for ``coast_s`` no place was probably its own; of two that are alike, and were not shown apart by
    the last of a sensor's ``looks`` (S,), the likelier stays."""
    for i in range(MOST):
        if tracks.real[i] + tracks.fixed[i] < watch.drop_below or now - tracks.placed_s[i] > watch.coast_s:
            tracks.real[i] = tracks.fixed[i] = 0.0
    for i in range(MOST):
        for j in range(i + 1, MOST):
            if tracks.real[i] == 0.0 or tracks.real[j] == 0.0 or _shown_apart(tracks, looks, i, j) or apart(tracks, i, j) >= SAME:
                continue
            if not like(tracks.fixed[i] > tracks.real[i], tracks.fixed[j] > tracks.real[j], tracks.spot[i], tracks.spot[j]):
                continue
            stays, goes = (i, j) if tracks.real[i] + tracks.fixed[i] >= tracks.real[j] + tracks.fixed[j] else (j, i)
            either = 1.0 - (1.0 - tracks.real[i]) * (1.0 - tracks.real[j])
            stand = 1.0 - (1.0 - tracks.fixed[i]) * (1.0 - tracks.fixed[j])
            tracks.real[stays], tracks.real[goes] = min(either, 1.0 - tracks.ghost[stays]), 0.0
            tracks.fixed[stays], tracks.fixed[goes] = min(stand, 1.0 - tracks.ghost[stays] - tracks.real[stays]), 0.0


@numba.njit(cache=True, nogil=True)
def _shown_apart(tracks: Tracks, looks: Ints, i: int, j: int) -> bool:
    """Whether the last look of a sensor showed both."""
    found = False
    for s in range(len(looks)):
        found |= looks[s] > 0 and tracks.shown[i, s] == looks[s] and tracks.shown[j, s] == looks[s]
    return found


@numba.njit(cache=True, nogil=True)
def apart(tracks: Tracks, i: int, j: int) -> float:
    """Squared distance of two tracks' places and velocities over ground, against their errors."""
    gap, spread = np.zeros(4), np.zeros((4, 4))
    for k, sign in ((i, 1.0), (j, -1.0)):
        calm, mean, cov = tracks.model[k, 0], tracks.mean[k], tracks.cov[k]
        for a in range(4):
            p = LEVEL[a]
            gap[a] += sign * (mean[1, p] + calm * (mean[0, p] - mean[1, p]))
            for b in range(4):
                q = LEVEL[b]
                both = (mean[0, p] - mean[1, p]) * (mean[0, q] - mean[1, q])
                spread[a, b] += calm * cov[0, p, q] + (1.0 - calm) * cov[1, p, q] + calm * (1.0 - calm) * both
    return float(gap @ np.linalg.solve(spread, gap))
