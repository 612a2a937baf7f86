"""What is odd is judged again as more is known: a first wrong pair, taken while an error was ten degrees unsure, must not stay.

A comparison weighs (nu + d) / (nu + d2) of Student's t (see ``compare``) by its distance d2 from what is known of the errors. Found once,
when it came, that weight is of little use for the first ones, from which everything follows. So the weightiest comparisons of each two
sensors are kept, and whenever one of them is compared again, each is weighed anew by what is known by then: the fixed point is that of
iteratively reweighted least squares (Lange, Little and Taylor, J. American Statistical Association 84, 1989). The sums of ``joint`` are
put right by the difference.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.track.errors.joint import EACH, MEMORY_S, Joint, Reading, Recent

Array = NDArray[np.float64]
Index = NDArray[np.int64]
EACH_PAIR = 16
"""So many comparisons of each two sensors are kept: those that tell the most that is new."""
NU = 4.0


def weighed(d: int, d2: Array) -> Array:
    """Weights (k,) of comparisons of ``d`` numbers that lie at squared distances ``d2`` (k,)."""
    return np.minimum((NU + d) / (NU + d2), 1.0)


def judged(
    joint: Joint, now: Reading, own: int, others: Index, jacobian: Array, y: Array, inverse: Array, share: Array, weight: Array
) -> Joint:
    """With the kept comparisons weighed by what is known, ``now``, and k more to be kept: those of sensor ``own`` with ``others`` (k,), as
    they were added to ``joint`` (see ``joint.add``) with ``weight`` (k,), of which ``share`` (k,) is not theirs by being odd."""
    kept, information, pull, samples = joint.recent, joint.information.copy(), joint.pull.copy(), joint.samples.copy()
    fresh = _again(msgspec.structs.astuple(kept), own, joint.t_ns, now.mean, now.cov, information, pull, samples)
    row, told = _whitened(own, others, np.ascontiguousarray(jacobian), np.ascontiguousarray(y), np.ascontiguousarray(inverse))
    who = np.stack([np.full(len(others), own), others])
    old = (kept.who, kept.row, kept.y, kept.share, fresh, kept.t_ns)
    new = (who, row, told, share, weight, np.full(len(others), joint.t_ns))
    both = [np.concatenate(parts, axis=-1) for parts in zip(old, new, strict=True)]
    stay = np.flatnonzero(_weighty(both[0], both[3], own))
    return Joint(information, pull, samples, Recent(*(part.take(stay, axis=-1) for part in both)), joint.t_ns)


@njit(cache=True)
def _weighty(who: Index, share: Array, own: int) -> NDArray[np.bool_]:
    """Which of comparisons of ``who`` (2, k) are among the ``EACH_PAIR`` of their two sensors that have the most ``share`` (k,), later ones
    first; none are too many but those of sensor ``own``."""
    keep = np.ones(len(share), dtype=np.bool_)
    for k in range(len(share)):
        better = 0
        for j in range(len(share) if who[0, k] == own else 0):
            if who[0, j] == own and who[1, j] == who[1, k]:
                better += share[j] > share[k] or (share[j] == share[k] and j > k)
        keep[k] = better < EACH_PAIR
    return keep


@njit(cache=True)
def _whitened(own: int, others: Index, jacobian: Array, y: Array, inverse: Array) -> tuple[Array, Array]:
    """Comparisons of noise one, ``row`` and ``y`` of ``Recent``: multiplied by the root of the inverse of their noise."""
    d, many = y.shape
    row, told = np.zeros((2, 2 * EACH, many)), np.zeros((2, many))
    for k in range(many):
        first = math.sqrt(max(inverse[0, 0, k], 0.0))
        across = inverse[0, 1, k] / first if d > 1 and first > 0.0 else 0.0
        second = math.sqrt(max(inverse[1, 1, k] - across * across, 0.0)) if d > 1 else 0.0
        told[0, k], told[1, k] = first * y[0, k] + (across * y[1, k] if d > 1 else 0.0), second * y[d - 1, k]
        for part, s in enumerate((own, others[k])):
            for e in range(EACH):
                one, two = jacobian[0, EACH * s + e, k], jacobian[d - 1, EACH * s + e, k]
                row[0, EACH * part + e, k], row[1, EACH * part + e, k] = first * one + across * two, second * two
    return row, told


@njit(cache=True)
def _again(
    kept: tuple[Index, Array, Array, Array, Array, Index], own: int, now_ns: int, mean: Array, cov: Array, information: Array, pull: Array,
    samples: Array,
) -> Array:  # fmt: skip
    """The weights (k,) of kept comparisons (see ``Recent``), those that sensor ``own`` had a part in anew, and the sums of ``Joint`` put
    right, in place."""
    who, row, y, share, weight, t_ns = kept
    fresh, at = weight.copy(), np.empty(2 * EACH, dtype=np.int64)
    for k in range(len(weight)):
        if who[0, k] != own and who[1, k] != own:
            continue
        for e in range(EACH):
            at[e], at[EACH + e] = EACH * who[0, k] + e, EACH * who[1, k] + e
        h, told = np.ascontiguousarray(row[:, :, k]), np.ascontiguousarray(y[:, k])
        size = 2.0 if h[1].any() else 1.0
        fresh[k] = share[k] * min((NU + size) / (NU + _distance(h, told, mean[at], cov[at][:, at])), 1.0)
        more = (fresh[k] - weight[k]) * math.exp(-max(now_ns - t_ns[k], 0) / 1e9 / MEMORY_S)
        inside, towards = more * h.T @ h, more * h.T @ told
        for i in range(2 * EACH):
            pull[at[i]] += towards[i]
            for j in range(2 * EACH):
                information[at[i], at[j]] += inside[i, j]
        for part in range(2):
            if h[:, EACH * part : EACH * part + EACH].any():
                samples[who[part, k]] += more
    return fresh


@njit(cache=True)
def _distance(h: Array, told: Array, mean: Array, cov: Array) -> float:
    """Squared distance of a comparison of noise one, ``told`` (2,) with Jacobian ``h`` (2, 6), from errors of ``mean`` (6,) and ``cov``."""
    gap, s = told - h @ mean, h @ np.ascontiguousarray(cov) @ h.T + np.eye(2)
    return float((s[1, 1] * gap[0] ** 2 - 2.0 * s[0, 1] * gap[0] * gap[1] + s[0, 0] * gap[1] ** 2) / (s[0, 0] * s[1, 1] - s[0, 1] ** 2))
