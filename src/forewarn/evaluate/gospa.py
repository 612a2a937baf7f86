"""GOSPA, the generalised optimal sub-pattern assignment metric, with its parts.

Source: Rahmathullah, Garcia-Fernandez, Svensson, "Generalized optimal sub-pattern assignment metric", 20th International
Conference on Information Fusion, 2017 (arXiv 1601.05585). With alpha = 2 (Proposition 1) it is

    d(X, Y) = min over assignments g of ( sum over (i, j) in g of d(x_i, y_j)^p + c^p / 2 (|X| + |Y| - 2 |g|) )^(1/p),

so its p-th power is the sum of a localisation part, a missed part and a false part. A pair at ``c`` or more costs as much as
a missed and a false object, and is counted as these.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment

from forewarn.evaluate.aligned import Flags, Indices, Plane, at, snapshot, to_plane, true_plane, up, whole_seconds
from forewarn.evaluate.tables import Array, Tracks, Truth
from forewarn.evaluate.yardstick import STANDARD, Yardstick


class Gospa(NamedTuple):
    """One comparison of two sets. ``distance`` is in metres; the parts are p-th powers of metres, and sum to ``distance ** p``.

    ``pairs`` are the assigned indices (of truth, of estimate), ascending.
    """

    distance: float
    localisation: float
    missed: float
    false: float
    pairs: tuple[tuple[int, int], ...]


class GospaOverTime(msgspec.Struct, frozen=True, kw_only=True):
    """GOSPA (p = 2) over the seconds of a run, metres. The squares of the three parts' RMS sum to the square of ``rms_m``.

    ``missed`` and ``false`` are mean numbers of objects a second.
    """

    c_m: float
    rms_m: float
    mean_m: float
    localisation_rms_m: float
    missed_rms_m: float
    false_rms_m: float
    missed: float
    false: float
    seconds: int


def gospa(truth: ArrayLike, estimate: ArrayLike, c: float, p: float = 2.0) -> Gospa:
    """GOSPA (alpha = 2) between two sets of points, shapes (n, dim) and (m, dim), either empty; cut-off ``c`` > 0, ``p`` >= 1."""
    if not (c > 0 and p >= 1):
        raise ValueError(f"c = {c}, p = {p}: wanted c > 0, p >= 1")
    x, y = (a.reshape(len(a), -1) if len(a) else np.empty((0, 1)) for a in (np.asarray(truth, float), np.asarray(estimate, float)))
    cost = _costs(x, y, p)
    cut = c**p
    rows, cols = linear_sum_assignment(np.minimum(cost, cut))
    near = cost[rows, cols] < cut
    pairs = tuple(zip(rows[near].tolist(), cols[near].tolist(), strict=True))
    localisation = float(cost[rows[near], cols[near]].sum())
    missed, false = cut / 2 * (len(x) - len(pairs)), cut / 2 * (len(y) - len(pairs))
    return Gospa((localisation + missed + false) ** (1 / p), localisation, missed, false, pairs)


def gospa_over_time(tracks: Tracks, truth: Truth, yardstick: Yardstick = STANDARD) -> GospaOverTime:
    """GOSPA (p = 2) between the real objects and the confirmed tracks at each whole second of the truth, horizontal.

    A track's row, at most ``hold_s`` old, is carried along its own course and speed to the second, where it states them. Real
    objects not above ``min_height_m`` are asked of nobody: they do not count, nor does a track within ``c_m`` of one of them that
    is within ``c_m`` of no other object.
    """
    seconds = whole_seconds(truth)
    plane = true_plane(float(truth[0].lat_deg[0]), float(truth[0].lon_deg[0]))
    here = [at(obj, seconds) for obj in truth]
    objects = np.stack([np.stack(to_plane(plane, h.lat_deg, h.lon_deg), axis=-1) for h in here])  # (k, s, 2)
    asked = np.stack([up(h, yardstick.min_height_m) for h in here])  # (k, s)
    low = np.stack([h.present for h in here]) & ~asked
    shot = snapshot(tracks, seconds - yardstick.hold_s, np.nextafter(seconds, np.inf), yardstick.confirmed)
    points = _carried(tracks, shot.row, seconds[shot.second], plane)
    cuts = itertools.pairwise(np.searchsorted(shot.second, np.arange(len(seconds) + 1)).tolist())
    return _summary(
        [at_second(objects[:, s], asked[:, s], low[:, s], points[a:b], yardstick.c_m) for s, (a, b) in enumerate(cuts)],
        yardstick.c_m,
    )


def _carried(tracks: Tracks, row: Indices, to_s: Array, plane: Plane) -> Array:
    """Where rows' tracks are at ``to_s`` (m,) if they keep course and speed: shape (m, 2), east and north."""
    course = np.radians(tracks.course_deg[row])
    run_m = tracks.speed_mps[row] * (to_s - tracks.time_s[row])
    run = np.nan_to_num(np.stack([run_m * np.sin(course), run_m * np.cos(course)], axis=-1))  # NaN: not stated, stays
    moved: Array = np.stack(to_plane(plane, tracks.lat_deg[row], tracks.lon_deg[row]), axis=-1) + run
    return moved


def at_second(objects: Array, asked: Flags, low: Flags, points: Array, c: float) -> Gospa:
    """GOSPA at one second: ``objects`` (k, 2), of which some are asked for and some too low, against ``points`` (m, 2)."""
    if low.any():
        by_low, by_asked = ((np.linalg.norm(points[:, None] - objects[which], axis=-1) < c).any(axis=1) for which in (low, asked))
        points = points[~by_low | by_asked]
    return gospa(objects[asked], points, c)


def _summary(each: Sequence[Gospa], c: float) -> GospaOverTime:
    localisation, missed, false = np.array([(g.localisation, g.missed, g.false) for g in each]).reshape(-1, 3).T
    seconds = max(len(each), 1)

    def rms(powers: Array) -> float:
        return math.sqrt(powers.sum() / seconds)

    return GospaOverTime(
        c_m=c,
        rms_m=rms(localisation + missed + false),
        mean_m=sum(g.distance for g in each) / seconds,
        localisation_rms_m=rms(localisation),
        missed_rms_m=rms(missed),
        false_rms_m=rms(false),
        missed=float(missed.sum() / (c**2 / 2) / seconds),
        false=float(false.sum() / (c**2 / 2) / seconds),
        seconds=len(each),
    )


def _costs(x: Array, y: Array, p: float) -> Array:
    """Distances between two sets of points, to the power ``p``: shape (n, m)."""
    if not len(x) or not len(y):
        return np.empty((len(x), len(y)))
    cost: Array = np.linalg.norm(x[:, None] - y[None], axis=-1) ** p
    return cost
