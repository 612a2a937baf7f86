"""Global hypotheses of a cluster gathered into a few modes, each relabelled first so that tracks which crossed do not melt into one.

A multi-Bernoulli says nothing of who is who: hypotheses that differ only in which track has which place are the same set. So a row's
Bernoullis are put to the slots of a mode in the order of least cross-entropy; if that costs little more than the mode's own first row,
the row joins the mode, and the mode becomes the average of its rows (the bound is that of Williams, "An efficient, variational
approximation of the best fitting multi-Bernoulli filter", IEEE Trans. Signal Processing 63 (1), 2015, for each row by itself).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from forewarn.track.pmbm.emit import room
from forewarn.track.pmbm.search import NONE
from forewarn.track.pmbm.values import Array, Index

TINY = 1e-300
HARDLY = 1e-12  # chance of a model that nothing speaks for: none is quite 0, or its Gaussian would be nothing
LOW, HIGH = 1e-3, 1.0 - 1e-3  # existence in a reference, so that no order costs infinitely much


@njit(cache=True)
def _inverse(p: Array, h: int, inverse: Array, g: Array) -> float:  # noqa: C901 -- a kernel
    """Inverse of p[:, :, h] into ``inverse`` (s, s) by Cholesky; gives the log determinant. ``g`` (s, s): work."""
    s, root = g.shape[0], 1.0
    for a in range(s):
        for b in range(a + 1):
            left = p[a, b, h]
            for c in range(b):
                left -= g[a, c] * g[b, c]
            if a == b:
                left = math.sqrt(max(left, 1e-300))
                root *= left
                g[a, a] = 1.0 / left
            else:
                g[a, b] = left * g[b, b]
    for a in range(s):  # g, which has the inverse of its diagonal there, becomes its own inverse, row by row
        for b in range(a):
            left = 0.0
            for c in range(b, a):
                left -= g[a, c] * g[c, b]
            g[a, b] = left * g[a, a]
    for a in range(s):
        for b in range(a + 1):
            inverse[a, b] = 0.0
            for c in range(a, s):
                inverse[a, b] += g[c, a] * g[c, b]
            inverse[b, a] = inverse[a, b]
    return 2.0 * math.log(max(root, TINY))


@njit(cache=True)
def _apart(k: int, low: int, x: Array, p: Array, half: Array, inverse: Array, g: Array) -> None:
    """Into ``half`` (w,), for each of w hypotheses from ``low`` on: its cross-entropy in place k's Gaussian, but for a constant.
    ``inverse``, ``g`` (s, s): work."""
    half[:] = 0.5 * _inverse(p, k, inverse, g)
    for a in range(len(x)):
        for b in range(a + 1):  # each number of a matrix in a loop of its own over hypotheses
            share = inverse[a, b] if b < a else 0.5 * inverse[a, a]
            for h in range(half.size):
                half[h] += share * (p[a, b, low + h] + (x[a, low + h] - x[a, k]) * (x[b, low + h] - x[b, k]))


@njit(cache=True)
def _costs(
    row: Index, spare: Index, low: int, high: int, exist: Array, x: Array, p: Array, half: Array, known: Index, cost: Array, none: Array,
    inverse: Array, g: Array,
) -> None:  # fmt: skip
    """Cross-entropy of each hypothesis ``low`` to ``high`` in each slot of the mode that ``row`` (c,) began, into ``cost`` (c, high -
    low); ``none`` (c,): of no hypothesis there. Where the row has none, the slot is a Bernoulli that hardly exists, with the place
    of ``spare`` (c,). ``half`` (high - low, high - low): rows of `_apart`, made where ``known`` (high - low,) is 0 yet; ``inverse``,
    ``g`` (s, s): work."""
    for c in range(row.size):
        k = row[c] if row[c] >= 0 else spare[c]
        r = min(max(exist[k], LOW), HIGH) if row[c] >= 0 else LOW
        none[c], log = -math.log(1.0 - r), math.log(r)
        if not known[k - low]:
            _apart(k, low, x, p, half[k - low], inverse, g)
            known[k - low] = 1
        for h in range(high - low):
            cost[c, h] = exist[low + h] * (half[k - low, h] - log) + (1.0 - exist[low + h]) * none[c]


@njit(cache=True)
def order(row: Index, low: int, cost: Array, none: Array, slot: Index) -> float:
    """Slots (c,) of a row's columns, by swaps of two until none makes it cheaper; gives the cost."""
    slot[:] = np.arange(row.size)
    columns, better = row.size, True
    while better:
        better = False
        for a in range(columns):
            for b in range(a + 1, columns):
                if row[a] < 0 and row[b] < 0:
                    continue
                i, j = slot[a], slot[b]
                aa = cost[i, row[a] - low] if row[a] >= 0 else none[i]
                bb = cost[j, row[b] - low] if row[b] >= 0 else none[j]
                ab = cost[j, row[a] - low] if row[a] >= 0 else none[j]
                ba = cost[i, row[b] - low] if row[b] >= 0 else none[i]
                if ab + ba < aa + bb - 1e-9:
                    slot[a], slot[b] = j, i
                    better = True
    total = 0.0
    for c in range(columns):
        total += cost[slot[c], row[c] - low] if row[c] >= 0 else none[slot[c]]
    return total


@njit(cache=True)
def _gather(
    rows: Index, low: int, high: int, exist: Array, x: Array, p: Array, keep: int, apart: float, inverse: Array, g0: Array
) -> tuple[int, Index, Index]:
    """Each row's mode (g,) and slots (g, c), and how many modes."""
    many, columns = rows.shape
    mode, slots, slot = np.zeros(many, np.int64), np.zeros((many, columns), np.int64), np.empty(columns, np.int64)
    keep = min(keep, many)
    if columns == 1 and keep == 1:
        return 1, mode, slots
    cost, none, own = np.empty((keep, columns, high - low)), np.empty((keep, columns)), np.empty(keep)
    half, known = np.empty((high - low, high - low)), np.zeros(high - low, np.int64)
    spare, found = np.empty(columns, np.int64), 0
    for c in range(columns):
        g = 0
        while rows[g, c] < 0:
            g += 1
        spare[c] = rows[g, c]
    for g in range(many):
        best = np.inf
        for k in range(found):
            more = order(rows[g], low, cost[k], none[k], slot) - own[k]
            if more < best:
                best, mode[g] = more, k
                slots[g] = slot
        if found < keep and best > apart:
            slots[g], mode[g] = np.arange(columns), found
            _costs(rows[g], spare, low, high, exist, x, p, half, known, cost[found], none[found], inverse, g0)
            own[found] = 0.0
            for c in range(columns):
                own[found] += cost[found, c, rows[g, c] - low] if rows[g, c] >= 0 else none[found, c]
            found += 1
    return found, mode, slots


@njit(cache=True)
def gathered(  # noqa: C901 -- a kernel
    c_track: Index,
    c_row: Index,
    c_entry: Index,
    c_hypothesis: Index,
    c_weight: Array,
    shift: int,
    exist: Array,
    x: Array,
    p: Array,
    keep: int,
    apart: float,
    alone: int,
    least: float,
) -> tuple[int, Index, Index, Array, Index, Index, Index, Index, Index, Array]:
    """At most ``keep`` modes of each cluster; a row that costs more than ``apart`` (nats) in every mode begins one of its own, while
    there is room.

    The first five are a `values.Contest`, whose hypotheses are numbered from ``shift``; ``exist`` (n,), ``x`` (s, n), ``p`` (s, s,
    n) are theirs, over all motion models. Gives how many tracks are settled now; of each new hypothesis, those of settled tracks first,
    the mixture of old ones it is: ``start`` (k + 1,), ``of``, ``share``, which sums to its existence; the contended track that each
    settled track was, then each that is contended still; and the new contest.
    """
    clusters, tracks = c_track.size - 1, c_track[-1]
    # settled and contended hypotheses are written apart and joined at the end: (0) settled, (1) contended
    start0, start1 = np.zeros(tracks + 1, np.int64), np.zeros(c_hypothesis.size + 1, np.int64)
    of0, of1 = np.empty(64, np.int64), np.empty(64, np.int64)
    share0, share1 = np.empty(64), np.empty(64)
    track0, track1 = np.empty(tracks, np.int64), np.empty(tracks, np.int64)
    o_track, o_row, o_entry = np.zeros(clusters + 1, np.int64), np.zeros(clusters + 1, np.int64), np.zeros(clusters + 1, np.int64)
    o_hypothesis, o_weight = np.empty(c_hypothesis.size, np.int64), np.empty(c_weight.size)
    inverse, g0 = np.empty((len(x), len(x))), np.empty((len(x), len(x)))
    lone = many = o = 0
    for c in range(clusters):
        columns, count = c_track[c + 1] - c_track[c], c_row[c + 1] - c_row[c]
        rows, weight = np.empty((count, columns), np.int64), np.exp(c_weight[c_row[c] : c_row[c + 1]])
        low, high = 1 << 60, -1
        for g in range(count):
            for t in range(columns):
                rows[g, t] = c_hypothesis[c_entry[c] + g * columns + t]
                if rows[g, t] >= 0:
                    rows[g, t] -= shift
                    low, high = min(low, rows[g, t]), max(high, rows[g, t] + 1)
        found, mode, slots = _gather(rows, low, high, exist, x, p, keep if columns > alone else 1, apart, inverse, g0)
        mass, part = np.zeros(found), np.zeros((found, columns, high - low))
        for g in range(count):
            mass[mode[g]] += weight[g]
            for t in range(columns):
                if rows[g, t] >= 0:
                    part[mode[g], slots[g, t], rows[g, t] - low] += weight[g] * exist[rows[g, t]]
        if found == 1:
            for t in range(columns):
                if part[0, t].sum() < max(least, TINY):
                    continue
                end, of0, share0 = _write(part[0, t], 1.0 / mass[0], low, start0[lone], of0, share0)
                track0[lone], start0[lone + 1] = c_track[c] + t, end
                lone += 1
            continue
        order = np.argsort(-mass, kind="mergesort")
        pure = np.full(high - low, -1, np.int64)
        row, entry, wide = o_row[o], o_entry[o], 0
        columns = 0
        for t in range(part.shape[1]):
            columns += part[:, t].sum() >= max(least, TINY)
        for t in range(part.shape[1]):
            if part[:, t].sum() < max(least, TINY):
                continue
            track1[o_track[o] + wide] = c_track[c] + t
            for r in range(found):
                k, only, there = order[r], -1, 0
                for h in range(high - low):
                    if part[k, t, h] > 0.0:
                        only, there = h, there + 1
                place = entry + r * columns + wide
                if there == 0:
                    o_hypothesis[place] = NONE
                    continue
                single = there == 1 and part[k, t, only] >= exist[low + only] * mass[k] * (1.0 - 1e-12)
                if single and pure[only] >= 0:
                    o_hypothesis[place] = pure[only]
                    continue
                end, of1, share1 = _write(part[k, t], 1.0 / mass[k], low, start1[many], of1, share1)
                start1[many + 1] = end
                o_hypothesis[place] = many
                if single:
                    pure[only] = many
                many += 1
            wide += 1
        for r in range(found):
            o_weight[row + r] = math.log(mass[order[r]])
        o_track[o + 1], o_row[o + 1], o_entry[o + 1] = o_track[o] + columns, row + found, entry + found * columns
        o += 1
    e0, e1 = start0[lone], start1[many]
    for e in range(o_entry[o]):
        if o_hypothesis[e] >= 0:
            o_hypothesis[e] += lone
    return (
        lone, np.concatenate((start0[: lone + 1], start1[1 : many + 1] + e0)), np.concatenate((of0[:e0], of1[:e1])),
        np.concatenate((share0[:e0], share1[:e1])), np.concatenate((track0[:lone], track1[: o_track[o]])),
        o_track[: o + 1].copy(), o_row[: o + 1].copy(), o_entry[: o + 1].copy(),
        o_hypothesis[: o_entry[o]].copy(), o_weight[: o_row[o]].copy(),
    )  # fmt: skip


@njit(cache=True)
def _write(part: Array, scale: float, low: int, at: int, of: Index, share: Array) -> tuple[int, Index, Array]:
    """Writes one mixture behind the others; gives its end."""
    of, share = room(of, at + part.size), room(share, at + part.size)
    for h in range(part.size):
        if part[h] > 0.0:
            of[at], share[at] = low + h, part[h] * scale
            at += 1
    return at, of, share


@njit(cache=True)
def mixed(
    start: Index, of: Index, share: Array, mean: Array, cov: Array, model: Array, place: int,
    r: Array, means: Array, covs: Array, chances: Array,
) -> None:  # fmt: skip
    """Mixtures as one Gaussian a model, moments matched: existence into ``r`` (k,), then means (M, s, k), covs (M, s, s, k), models'
    chances (M, k), from column ``place`` on."""
    (models, s, _), part = mean.shape, np.empty(of.size)
    for k in range(start.size - 1):
        i = place + k
        r[i] = 0.0
        for m in range(models):
            total = 0.0
            for e in range(start[k], start[k + 1]):
                part[e] = share[e] * max(model[m, of[e]], HARDLY)
                total += part[e]
            for e in range(start[k], start[k + 1]):
                part[e] /= total
            for a in range(s):
                means[m, a, i] = 0.0
                for e in range(start[k], start[k + 1]):
                    means[m, a, i] += part[e] * mean[m, a, of[e]]
                for b in range(a + 1):
                    value = 0.0
                    for e in range(start[k], start[k + 1]):
                        apart = (mean[m, a, of[e]] - means[m, a, i]) * (mean[m, b, of[e]] - means[m, b, i])
                        value += part[e] * (cov[m, a, b, of[e]] + apart)
                    covs[m, a, b, i] = value
                    covs[m, b, a, i] = value
            chances[m, i] = total
            r[i] += total
        for m in range(models):
            chances[m, i] /= r[i]
        r[i] = min(r[i], 1.0)
