"""What is odd is judged again as more is known: a first wrong pair, taken while an error was ten degrees unsure, must not stay.

A comparison weighs (nu + d) / (nu + d2) of Student's t (see ``compare``) by its distance d2 from what is known of the errors. Found once,
when it came, that weight is of little use for the first ones, from which everything follows. So the last ``MOST`` comparisons are kept,
and whenever there are more, each is weighed anew by what is known by then: the fixed point is that of iteratively reweighted least
squares (Lange, Little and Taylor, J. American Statistical Association 84, 1989). The sums of ``joint`` are put right by the difference.
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
MOST = 64
NU = 4.0


def none() -> Recent:
    """No comparison yet."""
    whole, number = np.zeros((2, 0), dtype=np.int64), np.zeros(0)
    return Recent(whole, np.zeros((2, 2 * EACH, 0)), np.zeros((2, 0)), number, number, number, whole[0])


def weighed(d: int, d2: Array) -> Array:
    """Weights (k,) of comparisons of ``d`` numbers that lie at squared distances ``d2`` (k,)."""
    return np.minimum((NU + d) / (NU + d2), 1.0)


def judged(
    joint: Joint, now: Reading, own: int, others: Index, jacobian: Array, y: Array, inverse: Array, share: Array, weight: Array
) -> Joint:
    """With the kept comparisons weighed by what is known, ``now``, and k more to be kept: those of sensor ``own`` with ``others`` (k,), as
    they were added to ``joint`` (see ``joint.add``) with ``weight`` (k,), of which ``share`` (k,) is not theirs by being odd."""
    kept, information, pull, samples = joint.recent or none(), joint.information.copy(), joint.pull.copy(), joint.samples.copy()
    fresh = np.empty_like(kept.weight)
    _again(
        kept.who,
        kept.row,
        kept.y,
        kept.size,
        kept.share,
        kept.weight,
        kept.t_ns,
        joint.t_ns,
        now.mean,
        now.cov,
        information,
        pull,
        samples,
        fresh,
    )
    new = _rows(own, others, jacobian, y, inverse, share, weight, joint.t_ns)
    kept = msgspec.structs.replace(kept, weight=fresh)
    pairs = zip(msgspec.structs.astuple(kept), msgspec.structs.astuple(new), strict=True)
    both = (np.ascontiguousarray(np.concatenate(parts, axis=-1)[..., -MOST:]) for parts in pairs)
    return Joint(information, pull, samples, joint.t_ns, Recent(*both))


def _rows(own: int, others: Index, jacobian: Array, y: Array, inverse: Array, share: Array, weight: Array, t_ns: int) -> Recent:
    """Comparisons of noise one: multiplied by the root of the inverse of their noise."""
    d, k = y.shape
    who = np.stack([np.full(k, own), others])
    row, told = np.zeros((2, 2 * EACH, k)), np.zeros((2, k))
    for j in range(k):
        root = np.linalg.cholesky(inverse[:, :, j]).T
        for part, s in enumerate(who[:, j].tolist()):
            row[:d, EACH * part : EACH * part + EACH, j] = root @ jacobian[:, EACH * s : EACH * s + EACH, j]
        told[:d, j] = root @ y[:, j]
    return Recent(who, row, told, np.full(k, float(d)), share, weight, np.full(k, t_ns))


@njit(cache=True)
def _again(
    who: Index, row: Array, y: Array, size: Array, share: Array, weight: Array, t_ns: Index, now_ns: int, mean: Array, cov: Array,
    information: Array, pull: Array, samples: Array, fresh: Array,
) -> None:  # fmt: skip
    """The weights ``fresh`` (k,) of kept comparisons (see ``Recent``), and the sums of ``Joint`` put right, in place."""
    at = np.empty(2 * EACH, dtype=np.int64)
    for k in range(len(weight)):
        for e in range(EACH):
            at[e], at[EACH + e] = EACH * who[0, k] + e, EACH * who[1, k] + e
        h, told = np.ascontiguousarray(row[:, :, k]), np.ascontiguousarray(y[:, k])
        fresh[k] = share[k] * min((NU + size[k]) / (NU + _distance(h, told, mean[at], cov[at][:, at])), 1.0)
        more = (fresh[k] - weight[k]) * math.exp(-max(now_ns - t_ns[k], 0) / 1e9 / MEMORY_S)
        inside, towards = more * h.T @ h, more * h.T @ told
        for i in range(2 * EACH):
            pull[at[i]] += towards[i]
            for j in range(2 * EACH):
                information[at[i], at[j]] += inside[i, j]
        for part in range(2):
            if h[:, EACH * part : EACH * part + EACH].any():
                samples[who[part, k]] += more


@njit(cache=True)
def _distance(h: Array, told: Array, mean: Array, cov: Array) -> float:
    """Squared distance of a comparison of noise one, ``told`` (2,) with Jacobian ``h`` (2, 6), from errors of ``mean`` (6,) and ``cov``."""
    gap, s = told - h @ mean, h @ np.ascontiguousarray(cov) @ h.T + np.eye(2)
    return float((s[1, 1] * gap[0] ** 2 - 2.0 * s[0, 1] * gap[0] * gap[1] + s[0, 0] * gap[1] ** 2) / (s[0, 0] * s[1, 1] - s[0, 1] ** 2))
