"""What one scan tells of its sensor: plots that are objects', detections of firm tracks, and how many were due (``learn.py``)."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from forewarn.track.pmbm.values import Array, Clusters, Index

FIRM = 0.5  # detection is learned on tracks that were likelier than this to exist before the scan


@njit(cache=True)
def chances(settled: int, count: int, contest: Clusters) -> tuple[Array, Index]:
    """The marginal chance (n,) of each of ``count`` local hypotheses, and the track (n,) that it belongs to."""
    track, row, entry, hypothesis, weight = contest
    chance, whose = np.zeros(count), np.arange(count)
    chance[:settled] = 1.0
    for c in range(row.size - 1):
        wide, at = track[c + 1] - track[c], entry[c]
        for r in range(row[c], row[c + 1]):
            share = math.exp(weight[r])
            for t in range(wide):
                h = hypothesis[at + t]
                if h >= 0:
                    chance[h] += share
                    whose[h] = settled + track[c] + t
            at += wide
    return chance, whose


@njit(cache=True)
def tally(
    settled: int, contest: Clusters, r: Array, stated: Array,
    lone: int, children: Clusters, parent: Index, plot: Index, exist: Array,
) -> tuple[float, float, float]:  # fmt: skip
    """Of one association: plots that are objects'; firm tracks' detections, and how many were due.

    ``settled``, ``contest``, ``r`` (n,) and ``stated`` (n,) are of the hypotheses before it: their existence, and the stated chance that
    the sensor shows each; ``lone``, ``children``, ``parent``, ``plot``, ``exist`` (k,) as in `associate.Children`."""
    before, whose = chances(settled, r.size, contest)
    there = np.zeros(r.size + 1)
    for h in range(r.size):
        there[whose[h]] += before[h] * r[h]
    after, _ = chances(lone, parent.size, children)
    objects = hits = due = 0.0
    for k in range(parent.size):
        real, h = after[k] * exist[k], parent[k]
        firm = h >= 0 and there[whose[h]] > FIRM
        if plot[k] >= 0:
            objects += real
            hits += real if firm else 0.0
        due += real * stated[h] if firm else 0.0
    return objects, hits, due
