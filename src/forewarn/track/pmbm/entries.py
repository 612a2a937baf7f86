"""The kernels' entries: a scan, a prediction, an estimate, each one call. ``forewarn.compiled`` compiles them.

Arguments and results go as ``arrays.py`` says; ``tracker.py`` packs and unpacks them, in the order in which they stand here.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from forewarn.track.pmbm.arrays import (
    FLOATS,
    INTS,
    all_there,
    floats1,
    floats2,
    floats3,
    floats4,
    ints1,
    ints2,
    new_tuple,
    numbers,
    put,
    sound,
)
from forewarn.track.pmbm.cycle import Four, cycle, moved
from forewarn.track.pmbm.linear import whole
from forewarn.track.pmbm.merge import gathered, mixed
from forewarn.track.pmbm.undetected import renewed
from forewarn.track.pmbm.values import Array, Clusters, Index

GAUSSIANS, CONTEST = (1, 3, 4, 2), (-1, -1, -1, -1, 1)
STEP = (-2, *CONTEST, *GAUSSIANS, *GAUSSIANS, *GAUSSIANS, 1, 2, 3, 4, 4, 3, 4, 4, 2, 1, 2, 1, 1, 1, 1)
PREDICT = (*GAUSSIANS, *GAUSSIANS, *GAUSSIANS, 1, 2)
ESTIMATE = (-2, *CONTEST, *GAUSSIANS)


@njit()
def _four(args: int, k: int) -> Four:
    return floats1(args, k), floats3(args, k + 1), floats4(args, k + 2), floats2(args, k + 3)


@njit()
def _contest(args: int, k: int) -> Clusters:
    return ints1(args, k), ints1(args, k + 1), ints1(args, k + 2), ints1(args, k + 3), floats1(args, k + 4)


@njit()
def _put_four(known: int, out: int, at: int, of: Four) -> int:
    at = put(known, out, put(known, out, at, FLOATS, of[0]), FLOATS, of[1])
    return int(put(known, out, put(known, out, at, FLOATS, of[2]), FLOATS, of[3]))


@njit()
def _put_contest(known: int, out: int, at: int, of: Clusters) -> int:
    at = put(known, out, put(known, out, put(known, out, at, INTS, of[0]), INTS, of[1]), INTS, of[2])
    return int(put(known, out, put(known, out, at, INTS, of[3]), FLOATS, of[4]))


def step(known: int, args: int) -> int:
    """`cycle.cycle`. Gives four numbers: how many tracks are settled, and `tally.tally`'s three; labels; the contest; tracks;
    undetected."""
    if not sound(known, args, STEP):
        return int(new_tuple(0))
    f = numbers(args, 33, 19)
    settled, label, contest, tracks, hidden, counts = cycle(
        int(f[0]), ints2(args, 0), _contest(args, 1), _four(args, 6), _four(args, 10), _four(args, 14), f[1], f[2],
        floats1(args, 18), floats2(args, 19), (floats3(args, 20), floats4(args, 21), floats4(args, 22)),
        (floats3(args, 23), floats4(args, 24), floats4(args, 25)), f[3] != 0.0, floats2(args, 26), floats1(args, 27),
        (int(f[4]), int(f[5])), f[6] != 0.0, floats2(args, 28), floats1(args, 29), floats1(args, 30), floats1(args, 31),
        f[7] != 0.0, int(f[8]), f[9], int(f[10]), f[11], (f[12], f[13]), int(f[14]), f[15], int(f[16]), f[17], f[18] != 0.0,
        floats1(args, 32),
    )  # fmt: skip
    out = new_tuple(15)
    if out == 0:
        return 0
    at = put(known, out, 0, FLOATS, np.array((float(settled), counts[0], counts[1], counts[2])))
    at = _put_contest(known, out, put(known, out, at, INTS, label), contest)
    _put_four(known, out, _put_four(known, out, at, tracks), hidden)
    return all_there(out, 15)


def predict(known: int, args: int) -> int:
    """`cycle.moved` of tracks and undetected, and births into the latter; gives both."""
    if not sound(known, args, PREDICT):
        return int(new_tuple(0))
    f = numbers(args, 14, 2)
    noise, change = floats1(args, 12), floats2(args, 13)
    tracks, hidden = moved(_four(args, 0), f[0], f[1], noise, change), moved(_four(args, 4), f[0], f[1], noise, change)
    births = _four(args, 8)
    hidden = renewed(hidden[0], hidden[1], hidden[2], hidden[3], births[0] * f[0], births[1], births[2], births[3])
    out = new_tuple(8)
    if out == 0:
        return 0
    _put_four(known, out, _put_four(known, out, 0, tracks), hidden)
    return all_there(out, 8)


@njit()
def likely(
    settled: int, label: Index, contest: Clusters, tracks: Four, report: float, apart: float, least: float
) -> tuple[Index, Array, Array, Array]:
    """Labels (2, k), existence (k,), means (s, k) and covariances (s, s, k) of tracks likelier than ``report``, each cluster's hypotheses
    gathered into one set."""
    r, mean, cov, model = tracks
    models, s, _ = mean.shape
    n = settled
    if contest[4].size > 0:
        x, p = whole(np.ascontiguousarray(mean[:, :, n:]), np.ascontiguousarray(cov[:, :, :, n:]), np.ascontiguousarray(model[:, n:]))
        found = gathered(contest[0], contest[1], contest[2], contest[3], contest[4], n, r[n:], x, p, 1, apart, 0, least)
        to, who = found[4].size, found[4]
        k = n + to
        one, two, three, four = np.empty(k), np.empty((models, s, k)), np.empty((models, s, s, k)), np.empty((models, k))
        one[:n], two[:, :, :n], three[:, :, :, :n], four[:, :n] = r[:n], mean[:, :, :n], cov[:, :, :, :n], model[:, :n]
        mixed(found[1], found[2] + n, found[3], mean, cov, model, n, one, two, three, four)
        r, mean, cov, model = one, two, three, four
        label = np.concatenate((label[:, :n], label[:, n + who]), axis=1)
    sure = np.flatnonzero(r > report)
    x, p = whole(mean[:, :, sure], cov[:, :, :, sure], model[:, sure])
    return label[:, sure], r[sure], x, p


def estimate(known: int, args: int) -> int:
    """`likely`. Gives labels, existence, means, covariances."""
    if not sound(known, args, ESTIMATE):
        return int(new_tuple(0))
    f = numbers(args, 10, 4)
    label, r, x, p = likely(int(f[0]), ints2(args, 0), _contest(args, 1), _four(args, 6), f[1], f[2], f[3])
    out = new_tuple(4)
    if out == 0:
        return 0
    at = put(known, out, put(known, out, 0, INTS, label), FLOATS, r)
    put(known, out, put(known, out, at, FLOATS, x), FLOATS, p)
    return all_there(out, 4)
