"""Belief propagation for one cluster that is too large to search: marginal chances of each track's options, each track then on its own.

Williams and Lau, "Approximate evaluation of marginal association probabilities with belief propagation", IEEE Trans. Aerospace and
Electronic Systems 50 (4), 2014; here a track's options are pairs of a local hypothesis and a plot, and a local hypothesis counts with
its marginal weight.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from forewarn.track.pmbm.emit import emit
from forewarn.track.pmbm.search import NONE
from forewarn.track.pmbm.values import Array, Index

ROUNDS, CLOSE = 200, 1e-6


@njit(cache=True)
def marginals(track: Index, plot: Index, weight: Array, tracks: int, plots: int) -> tuple[Array, Array]:
    """Chances (p,) of the pairs ``track`` (p,), ``plot`` (p,), ``weight`` (p,) > 0 against the track showing none; and (plots,) that a
    plot is no track's. No pair comes twice."""
    back, drawn = np.ones(weight.size), np.empty(weight.size)
    for _ in range(ROUNDS):
        out, into, moved = np.ones(tracks), np.ones(plots), 0.0
        for p in range(weight.size):
            drawn[p] = weight[p] * back[p]
            out[track[p]] += drawn[p]
        for p in range(weight.size):
            drawn[p] = weight[p] / (out[track[p]] - drawn[p])
            into[plot[p]] += drawn[p]
        for p in range(weight.size):
            fresh = 1.0 / (into[plot[p]] - drawn[p])
            moved = max(moved, abs(fresh - back[p]))
            back[p] = fresh
        if moved < CLOSE:
            break
    out, free = np.ones(tracks), np.ones(plots)
    for p in range(weight.size):
        drawn[p] = weight[p] * back[p]
        out[track[p]] += drawn[p]
    for p in range(weight.size):
        drawn[p] /= out[track[p]]
        free[plot[p]] -= drawn[p]
    return drawn, np.maximum(free, 0.0)


@njit(cache=True)
def _options(rows: Index, base: Array, t: int) -> tuple[Index, Array]:
    """A track's local hypotheses (NONE among them) and their marginal weights, if nothing is shown."""
    kept, weight, count = np.empty(rows.shape[0], np.int64), np.zeros(rows.shape[0]), 0
    for g in range(rows.shape[0]):
        k = 0
        while k < count and kept[k] != rows[g, t]:
            k += 1
        if k == count:
            kept[k] = rows[g, t]
            count += 1
        weight[k] += base[g]
    return kept[:count].copy(), weight[:count].copy()


@njit(cache=True)
def apart(  # noqa: C901 -- a kernel
    tracks: Index, rows: Index, base: Array, plots: Index, number: Index, first: Index, plot: Index, gain: Array, pairs: int, n: int,
    exist: Array, least: tuple[float, float], cut: float, child: Index,
    lone: int, lone_key: Index, lone_track: Index, many: int, many_key: Index, many_track: Index,
    o: int, o_track: Index, o_row: Index, o_entry: Index, o_hypothesis: Index, o_weight: Array,
) -> tuple[int, int, int, Index, Array]:  # fmt: skip
    """Writes a component's children as if its tracks were independent: each with its options and their marginal chances, and each
    plot's new track."""
    columns, q = tracks.size, plots.size
    share = np.exp(base - base.max())
    share /= share.sum()
    for p in range(q):
        number[plots[p]] = p
    room = 0
    for t in range(columns):
        kept, _ = _options(rows, share, t)
        for h in kept:
            room += first[h + 1] - first[h] if h >= 0 else 0
    track, whose, weight = np.empty(room, np.int64), np.empty(room, np.int64), np.zeros(room)
    edge, begin, total = np.full(q, -1, np.int64), np.zeros(columns + 1, np.int64), 0
    for t in range(columns):
        kept, prior = _options(rows, share, t)
        for k in range(kept.size):
            h = kept[k]
            for p in range(first[h], first[h + 1] if h >= 0 else first[h]):
                j = number[plot[p]]
                if edge[j] < begin[t]:
                    edge[j], track[total], whose[total] = total, t, j
                    total += 1
                weight[edge[j]] += prior[k] * np.exp(gain[p])
        begin[t + 1] = total
    chance, free = marginals(track[:total], whose[:total], weight[:total], columns, q)
    edge[:] = -1
    for t in range(columns):
        kept, prior = _options(rows, share, t)
        for e in range(begin[t], begin[t + 1]):
            edge[whose[e]] = e
        none, count = max(1.0 - chance[begin[t] : begin[t + 1]].sum(), 1e-12), 0
        size = kept.size
        for h in kept:
            size += first[h + 1] - first[h] if h >= 0 else 0
        cells, value = np.empty((size, 1), np.int64), np.empty(size)
        for k in range(kept.size):
            h = kept[k]
            cells[count, 0], value[count] = pairs + h if h >= 0 and exist[pairs + h] >= 0.1 * least[0] else NONE, prior[k] * none
            count += 1
            for p in range(first[h], first[h + 1] if h >= 0 else first[h]):
                e = edge[number[plot[p]]]
                cells[count, 0], value[count] = p, prior[k] * np.exp(gain[p]) * chance[e] / weight[e]
                count += 1
        lone, many, o, o_hypothesis, o_weight = _one(
            cells, value, tracks[t], exist, least, cut, child,
            lone, lone_key, lone_track, many, many_key, many_track, o, o_track, o_row, o_entry, o_hypothesis, o_weight,
        )  # fmt: skip
    for p in range(q):
        number[plots[p]] = -1
        cells, value = np.empty((2, 1), np.int64), np.empty(2)
        cells[0, 0], cells[1, 0], value[0], value[1] = pairs + n + plots[p], NONE, free[p], 1.0 - free[p]
        lone, many, o, o_hypothesis, o_weight = _one(
            cells, value, -1 - plots[p], exist, least, cut, child,
            lone, lone_key, lone_track, many, many_key, many_track, o, o_track, o_row, o_entry, o_hypothesis, o_weight,
        )  # fmt: skip
    return lone, many, o, o_hypothesis, o_weight


@njit(cache=True)
def _one(
    cells: Index, value: Array, track: int, exist: Array, least: tuple[float, float], cut: float, child: Index,
    lone: int, lone_key: Index, lone_track: Index, many: int, many_key: Index, many_track: Index,
    o: int, o_track: Index, o_row: Index, o_entry: Index, o_hypothesis: Index, o_weight: Array,
) -> tuple[int, int, int, Index, Array]:  # fmt: skip
    """Writes one track's options, heaviest first, without those that weigh next to nothing."""
    order = np.argsort(-value, kind="mergesort")
    order = order[value[order] > value[order[0]] * np.exp(-cut)]
    return emit(
        cells[order], np.log(value[order]), np.full(1, track), exist, least, child,
        lone, lone_key, lone_track, many, many_key, many_track, o, o_track, o_row, o_entry, o_hypothesis, o_weight,
    )  # fmt: skip
