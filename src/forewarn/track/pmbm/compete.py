"""Which pairs matter, and who competes with whom: pairs pruned without changing what survives, nodes joined by the plots they share.

A node is a settled track (one local hypothesis) or a contended cluster (several tracks, several global hypotheses). A pair's gain is
the log ratio of "the track shows this plot" to "it shows nothing and the plot is new or false".
"""

from __future__ import annotations

import numpy as np
from numba import njit

from forewarn.track.pmbm.values import Array, Index


@njit(cache=True)
def yielded(settled: int, first: Index, plot: Index, gain: Array, plots: int, cut: float) -> tuple[Index, Index, Array]:
    """The pairs of hypotheses, by falling gain in each (`gate.pairs`), without those that a settled track's claim outweighs.

    If a settled track has a plot for its best option and loses ``margin`` by taking its next best, then a child that gives the plot to
    another pair of gain below margin - cut weighs less than e^-cut of the child in which the two trade: that pair can never survive.
    """
    margin, owner = np.full(plots, -np.inf), np.full(plots, -1, np.int64)
    for i in range(settled):
        if first[i + 1] > first[i]:
            top, j = first[i], plot[first[i]]
            second = max(0.0, gain[top + 1]) if first[i + 1] > top + 1 else 0.0
            if gain[top] - second > margin[j]:
                margin[j], owner[j] = gain[top] - second, i
    kept, whose, value = np.zeros_like(first), np.empty_like(plot), np.empty_like(gain)
    found = 0
    for i in range(first.size - 1):
        for p in range(first[i], first[i + 1]):
            j = plot[p]
            if owner[j] == i or gain[p] >= margin[j] - cut:
                whose[found], value[found] = j, gain[p]
                found += 1
        kept[i + 1] = found
    return kept, whose[:found], value[:found]


@njit(cache=True)
def root(up: Index, node: int) -> int:
    """A node's representative; shortens the way to it."""
    while up[node] != node:
        up[node] = up[up[node]]
        node = up[node]
    return node


@njit(cache=True)
def components(node: Index, nodes: int, first: Index, plot: Index, plots: int) -> tuple[Index, Index, Index]:
    """Nodes joined by the plots they share: ``start`` (c + 1,), ``member`` (nodes,) by component; ``owner`` (plots,), a node or -1.
    ``node`` (n,): the node of each hypothesis."""
    up, owner = np.arange(nodes), np.full(plots, -1, np.int64)
    for i in range(node.size):
        for p in range(first[i], first[i + 1]):
            j = plot[p]
            if owner[j] < 0:
                owner[j] = node[i]
            elif owner[j] != node[i]:
                a, b = root(up, owner[j]), root(up, node[i])
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
