"""Which track is which object, at each whole second: one to one, as many as can be, then by the least total distance.

A track may be an object that lies within ``cut_m`` of it on the ground: three times its stated error, at least 50 m (a
warning of something half a street off is no false one) and at most 300 m. A second track on the same object is therefore nobody.
Each second stands alone; nobody is carried over.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from forewarn.evaluate.aligned import Flags
from forewarn.evaluate.gospa import gospa
from forewarn.evaluate.ospa import ospa
from forewarn.evaluate.suite.notes import Published
from forewarn.evaluate.suite.real import Real
from forewarn.evaluate.tables import Array

LEAST_M, MOST_M, TIMES = 50.0, 300.0, 3.0
CUT_M = 50.0  # of GOSPA and OSPA


def cut_m(sigma_m: Array) -> Array:
    """How far from an object a track of such an error may be and still be it, metres."""
    return np.clip(TIMES * sigma_m, LEAST_M, MOST_M)


def assigned(away_m: Array, cuts_m: Array) -> NDArray[np.intp]:
    """The object of each track, -1 for nobody: from distances (tracks, objects), NaN where absent, and each track's cut (tracks,)."""
    found = np.full(len(cuts_m), -1, dtype=np.intp)
    near = away_m <= cuts_m[:, None]
    if near.any():
        rows, cols = linear_sum_assignment(np.where(near, away_m, 1e9))
        good = near[rows, cols]
        found[rows[good]] = cols[good]
    return found


def objects(real: Real, published: Published) -> NDArray[np.intp]:
    """The object of each published row (n,), -1 for nobody."""
    found = np.full(len(published.second), -1, dtype=np.intp)
    cuts = cut_m(published.sigma_m)
    for s, a, b in _seconds(real, published):
        if a < b:
            away = np.hypot(*(published.enu[:2, a:b, None] - real.enu[:2, None, :, s]))
            found[a:b] = assigned(away, cuts[a:b])
    return found


class Distances(NamedTuple):
    """Sums over ``seconds``: GOSPA's parts (p = 2), squared metres; OSPA, metres."""

    localisation: float
    missed: float
    false: float
    ospa_m: float
    seconds: int


def distances(real: Real, published: Published, confirmed: float) -> Distances:
    """GOSPA and OSPA (both c = 50 m, p = 2) between the objects that are asked for and the confirmed tracks, on the ground plane. A track
    within the cut-off of an object on the ground, and of no other, counts for neither."""
    live = published.existence >= confirmed
    points = published.enu[:2].T
    present = ~np.isnan(real.enu[0])
    sums = np.zeros(4)
    for s, a, b in _seconds(real, published):
        where, asked, own = real.enu[:2, :, s].T, real.asked[:, s], points[a:b][live[a:b]]
        if not len(own) and not asked.any():
            continue
        own = _airborne(where, asked, present[:, s] & ~asked, own)
        g = gospa(where[asked], own, CUT_M)
        sums += (g.localisation, g.missed, g.false, ospa(where[asked], own, CUT_M))
    localisation, missed, false, apart = sums.tolist()
    return Distances(localisation, missed, false, apart, len(real.seconds))


def _airborne(where: Array, asked: Flags, low: Flags, points: Array) -> Array:
    """The points without those near an object on the ground alone."""
    if not low.any() or not len(points):
        return points
    by_low, by_asked = ((np.linalg.norm(points[:, None] - where[which], axis=-1) < CUT_M).any(axis=1) for which in (low, asked))
    kept: Array = points[~by_low | by_asked]
    return kept


def _seconds(real: Real, published: Published) -> list[tuple[int, int, int]]:
    """Each second's place among ``real.seconds``, and the rows of it."""
    edges = np.searchsorted(published.second, np.append(real.seconds, real.seconds[-1:] + 1)).tolist()
    return [(s, a, b) for s, (a, b) in enumerate(pairwise(edges))]
