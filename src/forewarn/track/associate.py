"""Which plot is whose: marginal chances of every pair of a track and a plot, given that each has at most one of the other.

Weights are against nothing: a track that shows no plot has weight 1, a plot of no track has weight 1, a pair has ``weight``. The
chance of a whole assignment is proportional to the product. Marginals come from belief propagation (Williams and Lau,
"Approximate evaluation of marginal association probabilities with belief propagation", IEEE Trans. Aerospace and Electronic
Systems 50 (4), 2014), which is exact where the pairs form a tree; small clusters that do not are summed exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]

ROUNDS = 200
CLOSE = 1e-9
EXACT_STATES = 64  # sets of plots that the exact sum may tell apart
EXACT_TRACKS = 8


class Marginals(NamedTuple):
    """Chances: ``pair`` (p,), the plot is the track's; ``none`` (n,), the track shows none; ``new`` (m,), the plot is no track's."""

    pair: Array
    none: Array
    new: Array


def marginals(track: Index, plot: Index, weight: Array, n: int, m: int) -> Marginals:
    """Marginals of ``p`` pairs (``track`` < n, ``plot`` < m, ``weight`` > 0, all (p,)); no pair comes twice."""
    if len(weight) == 0:
        return Marginals(np.zeros(0), np.ones(n), np.ones(m))
    pair = propagate(track, plot, weight, n, m)
    for cluster in loops(track, plot, n, m):
        exact = enumerate_exactly(track[cluster], plot[cluster], weight[cluster])
        if exact is not None:
            pair[cluster] = exact
    return Marginals(pair, np.maximum(1.0 - np.bincount(track, pair, n), 0.0), np.maximum(1.0 - np.bincount(plot, pair, m), 0.0))


@njit(cache=True, error_model="numpy")
def propagate(track: Index, plot: Index, weight: Array, n: int, m: int) -> Array:
    """Chances (p,) of the pairs by belief propagation."""
    back = np.ones_like(weight)  # plot to track
    for _ in range(ROUNDS):
        drawn = weight * back
        ahead = weight / np.maximum(1.0 + np.bincount(track, drawn, n)[track] - drawn, 1.0)  # huge weights cancel: never below nothing
        fresh = 1.0 / np.maximum(1.0 + np.bincount(plot, ahead, m)[plot] - ahead, 1.0)
        done = np.abs(fresh - back).max() < CLOSE
        back = fresh
        if done:
            break
    drawn = weight * back
    return drawn / (1.0 + np.bincount(track, drawn, n)[track])


def loops(track: Index, plot: Index, n: int, m: int) -> list[Index]:
    """The pairs, as indices, of each cluster that is no tree."""
    if len(track) < 4:
        return []
    of = _cyclic(track, plot, n, m)
    return [np.flatnonzero(of == c) for c in np.unique(of[of >= 0]).tolist()]


@njit(cache=True)
def _cyclic(track: Index, plot: Index, n: int, m: int) -> Index:
    """The lowest track of each pair's cluster (p,); -1 where the cluster is a tree. A pair that joins what is joined closes a circle
    (union-find: Tarjan, J. ACM 22 (2), 1975)."""
    above, closed, of = np.arange(n + m), np.zeros(n + m, dtype=np.bool_), np.empty(len(track), dtype=np.int64)
    for p in range(len(track)):
        one, two = root(above, track[p]), root(above, n + plot[p])
        low, high = min(one, two), max(one, two)
        closed[low] |= closed[high] or low == high
        above[high] = low
    for p in range(len(track)):
        top = root(above, track[p])
        of[p] = top if closed[top] else -1
    return of


@njit(cache=True)
def root(above: Index, node: int) -> int:
    """The node that stands for all that are joined with ``node``."""
    while above[node] != node:
        node = above[node]
    return node


def enumerate_exactly(track: Index, plot: Index, weight: Array) -> Array | None:
    """Chances (p,) of one cluster's pairs, summed over all assignments track by track; None where that is too much."""
    rows, row = np.unique(track, return_inverse=True)
    plots, bit = np.unique(plot, return_inverse=True)
    if len(rows) > EXACT_TRACKS or 1 << len(plots) > EXACT_STATES:
        return None
    ahead = [_nothing(len(plots))]
    step = [_matrix(row, bit, weight, r, len(plots)) for r in range(len(rows))]
    for matrix in step:
        ahead.append(ahead[-1] @ matrix)
    behind = [np.ones(1 << len(plots))]
    for matrix in reversed(step):
        behind.append(matrix @ behind[-1])
    behind.reverse()
    total = ahead[-1].sum()
    states = np.arange(1 << len(plots))
    out = np.empty(len(weight))
    for p, (r, b) in enumerate(zip(row.tolist(), bit.tolist(), strict=True)):
        free = states[states >> b & 1 == 0]
        out[p] = weight[p] * (ahead[r][free] @ behind[r + 1][free | 1 << b]) / total
    return out


def _nothing(plots: int) -> Array:
    start = np.zeros(1 << plots)
    start[0] = 1.0
    return start


def _matrix(row: Index, bit: Index, weight: Array, r: int, plots: int) -> Array:
    """How one track leads from each set of plots taken (rows) to each other: by none of them, or by one that is free."""
    size = 1 << plots
    states = np.arange(size)
    matrix = np.eye(size)
    for b, w in zip(bit[row == r].tolist(), weight[row == r].tolist(), strict=True):
        free = states[states >> b & 1 == 0]
        matrix[free, free | 1 << b] += w
    return matrix
