"""Which pairs matter, and who competes with whom: pairs pruned without changing what survives, nodes joined by the plots they share.

A node is a settled track (one local hypothesis) or a contended cluster (several tracks, several global hypotheses). A pair's gain is
the log ratio of "the track shows this plot" to "it shows nothing and the plot is new or false".
"""

from __future__ import annotations

import numpy as np
from numba import njit

from forewarn.track.pmbm.values import Array, Index


@njit(cache=True)
def owners(first: Index, pairs: int) -> Index:
    """The hypothesis (p,) of each pair, of ``first`` (n + 1,)."""
    whose = np.zeros(pairs + 1, np.int64)
    for i in range(1, first.size):
        whose[first[i]] += 1
    for p in range(pairs):
        whose[p + 1] += whose[p]
    return whose[:pairs]


@njit(cache=True)
def yielded(settled: int, first: Index, plot: Index, gain: Array, plots: int, cut: float) -> tuple[Index, Index, Array, Index]:
    """The pairs of hypotheses, by falling gain in each (`gate.pairs`), without those that a settled track's claim outweighs; and the
    hypothesis of each.

    If a settled track has a plot for its best option and loses ``margin`` by taking its next best, then a child that gives the plot to
    another pair of gain below margin - cut weighs less than e^-cut of the child in which the two trade: that pair can never survive.
    """
    margin, owner, whose = np.full(plots, -np.inf), np.full(plots, -1, np.int64), owners(first, plot.size)
    for p in range(first[settled]):
        i, j = whose[p], plot[p]
        if p == first[i]:
            second = max(0.0, gain[p + 1]) if first[i + 1] > p + 1 else 0.0
            if gain[p] - second > margin[j]:
                margin[j], owner[j] = gain[p] - second, i
    kept, who, what, value = np.zeros_like(first), np.empty_like(plot), np.empty_like(plot), np.empty_like(gain)
    found = 0
    for p in range(plot.size):
        i, j = whose[p], plot[p]
        if owner[j] == i or gain[p] >= margin[j] - cut:
            who[found], what[found], value[found] = i, j, gain[p]
            kept[i + 1] += 1
            found += 1
    for i in range(first.size - 1):
        kept[i + 1] += kept[i]
    return kept, what[:found], value[:found], who[:found]


@njit(cache=True)
def root(up: Index, node: int) -> int:
    """A node's representative; shortens the way to it."""
    while up[node] != node:
        up[node] = up[up[node]]
        node = up[node]
    return node


@njit(cache=True)
def components(node: Index, nodes: int, whose: Index, plot: Index, plots: int) -> tuple[Index, Index, Index]:
    """Nodes joined by the plots they share: ``start`` (c + 1,), ``member`` (nodes,) by component; ``owner`` (plots,), a node or -1.
    ``node`` (n,): the node of each hypothesis; ``whose`` (p,), ``plot`` (p,): each pair's hypothesis and plot."""
    up, owner = np.arange(nodes), np.full(plots, -1, np.int64)
    for p in range(plot.size):
        i, j = node[whose[p]], plot[p]
        if owner[j] < 0:
            owner[j] = i
        elif owner[j] != i:
            a, b = root(up, owner[j]), root(up, i)
            up[max(a, b)] = min(a, b)
    of, count = np.empty(nodes, np.int64), 0
    for k in range(nodes):
        r = root(up, k)
        if r == k:
            of[k] = count
            count += 1
        else:
            of[k] = of[r]
    start = np.zeros(count + 1, np.int64)
    for k in range(nodes):
        start[of[k] + 1] += 1
    for c in range(count):
        start[c + 1] += start[c]
    member, fill = np.empty(nodes, np.int64), start[:-1].copy()
    for k in range(nodes):
        member[fill[of[k]]] = k
        fill[of[k]] += 1
    return start, member, owner
