"""The kernels' entries: a scan, a prediction, an estimate, each one call. ``forewarn.compiled`` compiles them.

Arguments and results go as ``arrays.py`` says; ``tracker.py`` packs and unpacks them, in the order in which they stand here.
"""

from __future__ import annotations

import numpy as np
from numba import carray, njit  # type: ignore[attr-defined]

from forewarn.track.pmbm.arrays import block, bytes_at, floats1, floats2, floats3, floats4, ints1, ints2, put, reals, sound
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
def _put_four(out: Index, at: int, of: Four) -> int:
    return int(put(out, put(out, put(out, put(out, at, of[0]), of[1]), of[2]), of[3]))


@njit()
def _size(of: Four) -> int:
    return of[0].size + of[1].size + of[2].size + of[3].size


def step(args: int, numbers: int) -> int:
    """`cycle.cycle`. Gives six numbers: settled tracks, tracks, words of the contest's ``track``, ``hypothesis`` and ``weight``,
    hypotheses; then `tally.tally`'s three as float64; labels; the contest; tracks; undetected."""
    if not sound(args, STEP):
        return 0
    f = carray(reals(numbers), (19,))
    out = cycle(
        int(f[0]), ints2(args, 0), _contest(args, 1), _four(args, 6), _four(args, 10), _four(args, 14), f[1], f[2],
        floats1(args, 18), floats2(args, 19), (floats3(args, 20), floats4(args, 21), floats4(args, 22)),
        (floats3(args, 23), floats4(args, 24), floats4(args, 25)), f[3] != 0.0, floats2(args, 26), floats1(args, 27),
        (int(f[4]), int(f[5])), f[6] != 0.0, floats2(args, 28), floats1(args, 29), floats1(args, 30), floats1(args, 31),
        f[7] != 0.0, int(f[8]), f[9], int(f[10]), f[11], (f[12], f[13]), int(f[14]), f[15], int(f[16]), f[17], f[18] != 0.0,
        floats1(args, 32),
    )  # fmt: skip
    settled, label, contest, tracks, hidden, counts = out
    clusters, entries, rows = contest[0].size, contest[3].size, contest[4].size
    made, words = block(9 + label.size + 3 * clusters + entries + rows + _size(tracks) + _size(hidden))
    words[0], words[1], words[2], words[3], words[4], words[5] = settled, label.shape[1], clusters, entries, rows, tracks[0].size
    for k in range(3):
        reals(bytes_at(made))[6 + k] = counts[k]
    at = put(words, 9, label)
    at = put(words, put(words, put(words, at, contest[0]), contest[1]), contest[2])
    at = put(words, put(words, at, contest[3]), contest[4])
    _put_four(words, _put_four(words, at, tracks), hidden)
    return made


def predict(args: int, numbers: int) -> int:
    """`cycle.moved` of tracks and undetected, and births into the latter; gives both."""
    if not sound(args, PREDICT):
        return 0
    f = carray(reals(numbers), (2,))
    noise, change = floats1(args, 12), floats2(args, 13)
    tracks, hidden = moved(_four(args, 0), f[0], f[1], noise, change), moved(_four(args, 4), f[0], f[1], noise, change)
    births = _four(args, 8)
    hidden = renewed(hidden[0], hidden[1], hidden[2], hidden[3], births[0] * f[0], births[1], births[2], births[3])
    made, words = block(_size(tracks) + _size(hidden))
    _put_four(words, _put_four(words, 0, tracks), hidden)
    return made


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


def estimate(args: int, numbers: int) -> int:
    """`likely`. Gives how many; labels, existence, means, covariances."""
    if not sound(args, ESTIMATE):
        return 0
    f = carray(reals(numbers), (4,))
    label, r, x, p = likely(int(f[0]), ints2(args, 0), _contest(args, 1), _four(args, 6), f[1], f[2], f[3])
    made, words = block(1 + label.size + r.size + x.size + p.size)
    words[0] = r.size
    put(words, put(words, put(words, put(words, 1, label), r), x), p)
    return made
