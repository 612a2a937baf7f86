"""One scan's association, knowing nothing of what a track is: local hypotheses, pairs and weights in, the best global hypotheses out.

Settled tracks have one local hypothesis; contended clusters hold tracks that competed before, with several global hypotheses
(``Contest``). Nodes that compete for the same plots are joined. A track alone takes a closed form; a joined cluster one best-first
search over the product of its parents (``search.py``); one too large for the search belief propagation, on itself alone
(``spread.py``). What comes out is split again: a track whose local hypothesis is the same in every child is settled.

Weights follow Garcia-Fernandez, Williams, Granstrom, Svensson, "Poisson multi-Bernoulli mixture filter: direct derivation and
implementation", IEEE Trans. Aerospace and Electronic Systems 54 (4), 2018, section III: a Bernoulli with existence r and detection p
shows plot z with weight r p l(z) and nothing with 1 - r p; a plot that is no track's is false or new with weight c(z) + rho(z), and is
then an object with chance rho / (c + rho).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from forewarn.track.pmbm import compete, search, spread
from forewarn.track.pmbm.emit import emit
from forewarn.track.pmbm.search import NONE
from forewarn.track.pmbm.values import Array, Contest, Index

COLUMNS, PLOTS = 24, 60  # a cluster with more tracks or plots is not searched


class Weights(NamedTuple):
    """A scan against n hypotheses (those of settled tracks first): pairs by hypothesis and falling gain, ``start`` (n + 1,), ``plot``
    (p,), ``gain`` (p,), the log of r p_D l / ((1 - r p_D) (c + rho)); ``miss`` (n,) = log(1 - r p_D), not read of settled tracks;
    ``left`` (n,) existence after a miss; ``fresh`` (m,) existence of a new track."""

    start: Index
    plot: Index
    gain: Array
    miss: Array
    left: Array
    fresh: Array


class Children(NamedTuple):
    """What a scan makes of the hypotheses: ``parent`` (k,), -1 for a new track; ``plot`` (k,), -1 for none; ``exist`` (k,); ``track``
    (t,), the parent track of each, or -1 - plot for a new one. The first ``settled`` of both are settled tracks, the rest belong to
    ``contest``. Children of settled old tracks come before new ones."""

    settled: int
    parent: Index
    plot: Index
    exist: Array
    track: Index
    contest: Contest


def associate(settled: int, contest: Contest, weights: Weights, keep: int, cut: float, least: tuple[float, float]) -> Children:
    """The children of one scan. ``settled``: how many tracks are. Kept: ``keep`` global hypotheses a cluster, none ``cut`` (log) below
    the best, no track less likely to exist than ``least``:
    the first for those that were there, the second for new ones."""
    out = associated(settled, *contest, *weights, keep, cut, least)  # type: ignore[arg-type] # NamedTuples unpacked
    return Children(*out[:5], Contest(*out[5:]))


@njit(cache=True)
def associated(  # noqa: C901 -- a kernel
    settled: int, c_track: Index, c_row: Index, c_entry: Index, c_hypothesis: Index, c_weight: Array,
    first: Index, plot: Index, gain: Array, miss: Array, left: Array, fresh: Array,
    keep: int, cut: float, least: tuple[float, float],
) -> tuple[int, Index, Index, Array, Index, Index, Index, Index, Index, Array]:  # fmt: skip
    """`associate` with the fields of its values one by one, and a `Contest`'s at the end of what it gives."""
    n, m, clusters = left.size, fresh.size, c_track.size - 1
    first, plot, gain, whose = compete.yielded(settled, first, plot, gain, m, cut)
    node = np.arange(n)
    for c in range(clusters):
        for e in range(c_entry[c], c_entry[c + 1]):
            if c_hypothesis[e] >= 0:
                node[c_hypothesis[e]] = settled + c
    begin, member, owner = compete.components(node, settled + clusters, whose, plot, m)
    pairs = plot.size
    room = n + pairs + m
    # what each outcome is: a pair's hit, a hypothesis's miss (pairs + h), a plot's new track (pairs + n + j)
    exist = np.empty(room)
    exist[:pairs], exist[pairs : pairs + n], exist[pairs + n :] = 1.0, left, fresh
    lone_key, lone_track = np.empty(n + m + 1, np.int64), np.empty(n + m + 1, np.int64)  # one more: written before it is known to stay
    many_key, many_track = np.empty(room, np.int64), np.empty(n + m, np.int64)
    o_track, o_row, o_entry = np.zeros(n + m + 1, np.int64), np.zeros(n + m + 1, np.int64), np.zeros(n + m + 1, np.int64)
    o_hypothesis, o_weight = np.empty(64 + 4 * clusters, np.int64), np.empty(64 + 4 * clusters)
    child = np.full(room, -1, np.int64)
    bit, number = np.zeros(pairs, np.int64), np.full(m, -1, np.int64)
    lone = many = o = 0
    for c in range(begin.size - 1):
        k = member[begin[c]]
        if begin[c + 1] == begin[c] + 1 and k < settled:
            q = first[k + 1] - first[k]
            if q == 0 or (q == 1 and gain[first[k]] > cut):
                key = first[k] if q else pairs + k
                lone_key[lone], lone_track[lone] = key, k
                lone += exist[key] >= least[0]
                continue
            plots = plot[first[k] : first[k + 1]]
            cells, weight = _alone(k, first, gain, plots, pairs, n)
            column = np.empty(1 + q, np.int64)
            column[0] = k
        else:
            members = member[begin[c] : begin[c + 1]]
            tracks, rows, base, plots = _join(
                members, settled, c_track, c_row, c_entry, c_hypothesis, c_weight, miss, first, plot, number, keep
            )
            columns, q = tracks.size, plots.size
            column = np.empty(columns + q, np.int64)
            column[:columns] = tracks
            found = 0
            if columns <= COLUMNS and q <= PLOTS:
                for p in range(q):
                    number[plots[p]] = p
                for g in range(rows.shape[0]):
                    for t in range(columns):
                        h = rows[g, t]
                        if h >= 0:
                            for p in range(first[h], first[h + 1]):
                                bit[p] = number[plot[p]]
                found, weight, choice = search.best(rows, base, first[:-1], first[1:], bit, gain, keep, cut)
                weight = weight[:found]
                cells = _cells(found, choice, rows, plots, plot, number, pairs, n)
                for p in range(q):
                    number[plots[p]] = -1
            if found == 0:  # too large, or the search found no end
                lone, many, o, o_hypothesis, o_weight = spread.apart(
                    tracks, rows, base, plots, number, first, plot, gain, pairs, n, exist, least, cut, child,
                    lone, lone_key, lone_track, many, many_key, many_track, o, o_track, o_row, o_entry, o_hypothesis, o_weight,
                )  # fmt: skip
                continue
        for p in range(q):
            column[column.size - q + p] = -1 - plots[p]
        for r in range(cells.shape[0]):
            for t in range(cells.shape[1]):
                if cells[r, t] >= 0 and exist[cells[r, t]] < 0.1 * least[0]:
                    cells[r, t] = NONE
        lone, many, o, o_hypothesis, o_weight = emit(
            cells, weight, column, exist, least, child,
            lone, lone_key, lone_track, many, many_key, many_track, o, o_track, o_row, o_entry, o_hypothesis, o_weight,
        )  # fmt: skip
    for j in range(m):
        lone_key[lone], lone_track[lone] = pairs + n + j, -1 - j
        lone += owner[j] < 0 and fresh[j] >= least[1]
    order = old_first(lone_key[:lone], pairs + n)
    parent, shows, there = _read(lone_key, order, many_key[:many], whose, plot, n, exist)
    tracks = np.empty(lone + o_track[o], np.int64)
    for k in range(lone):
        tracks[k] = lone_track[order[k]]
    tracks[lone:] = many_track[: o_track[o]]
    for e in range(o_entry[o]):
        if o_hypothesis[e] >= 0:
            o_hypothesis[e] += lone
    return (
        lone, parent, shows, there, tracks,
        o_track[: o + 1].copy(), o_row[: o + 1].copy(), o_entry[: o + 1].copy(), o_hypothesis[: o_entry[o]].copy(),
        o_weight[: o_row[o]].copy(),
    )  # fmt: skip


@njit()
def old_first(key: Index, new: int) -> Index:
    """The order in which numbers below ``new`` come before the others."""
    order, at = np.empty(key.size, np.int64), 0
    for late in (False, True):
        for k in range(key.size):
            if (key[k] >= new) == late:
                order[at] = k
                at += 1
    return order


@njit(cache=True)
def _read(lone: Index, order: Index, many: Index, whose: Index, plot: Index, n: int, exist: Array) -> tuple[Index, Index, Array]:
    """What outcomes are, those of settled tracks in an order and then the others: parent, plot, existence."""
    pairs, count = plot.size, order.size + many.size
    parent, shows, there = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count)
    for k in range(count):
        key = lone[order[k]] if k < order.size else many[k - order.size]
        there[k] = exist[key]
        if key < pairs:
            parent[k], shows[k] = whose[key], plot[key]
        elif key < pairs + n:
            parent[k], shows[k] = key - pairs, -1
        else:
            parent[k], shows[k] = -1, key - pairs - n
    return parent, shows, there


@njit(cache=True)
def _alone(h: int, first: Index, gain: Array, plots: Index, pairs: int, n: int) -> tuple[Index, Array]:
    """A settled track that competes with nobody: one row for each plot, one for none; the plots it does not take may be new tracks."""
    q = plots.size
    cells, weight = np.empty((q + 1, q + 1), np.int64), np.empty(q + 1)
    nothing = 0
    while nothing < q and gain[first[h] + nothing] > 0.0:
        nothing += 1
    for r in range(q + 1):
        p = r if r < nothing else r - 1
        taken = p if r != nothing else -1
        weight[r] = gain[first[h] + p] if taken >= 0 else 0.0
        cells[r, 0] = first[h] + p if taken >= 0 else pairs + h
        for j in range(q):
            cells[r, 1 + j] = NONE if j == taken else pairs + n + plots[j]
    return cells, weight


@njit(cache=True)
def _join(
    members: Index, settled: int, c_track: Index, c_row: Index, c_entry: Index, c_hypothesis: Index, c_weight: Array,
    miss: Array, first: Index, plot: Index, number: Index, keep: int,
) -> tuple[Index, Index, Array, Index]:  # fmt: skip
    """The joined cluster of some nodes: its tracks (c,), its parents (g, c) with log weights (g,) if nothing is shown (but for a
    constant), and its plots (q,).

    Of the product of the nodes' parents the best ``keep``: with both lists falling, pair (a, b) can be among them only if (a + 1)(b +
    1) <= keep.
    """
    columns = 0
    for k in members:
        columns += 1 if k < settled else c_track[k - settled + 1] - c_track[k - settled]
    tracks, plots, found = np.empty(columns, np.int64), np.empty(number.size, np.int64), 0
    rows, base = np.full((1, columns), NONE, np.int64), np.zeros(1)
    column = 0
    for k in members:
        if k < settled:
            tracks[column] = k
            rows[:, column] = k
            column += 1
            found = _collect(k, first, plot, number, plots, found)
            continue
        c = k - settled
        wide, many = c_track[c + 1] - c_track[c], c_row[c + 1] - c_row[c]
        own, weight = np.empty((many, wide), np.int64), c_weight[c_row[c] : c_row[c + 1]].copy()
        for g in range(many):
            for t in range(wide):
                own[g, t] = c_hypothesis[c_entry[c] + g * wide + t]
                if own[g, t] >= 0:
                    weight[g] += miss[own[g, t]]
                    found = _collect(own[g, t], first, plot, number, plots, found)
        for t in range(wide):
            tracks[column + t] = settled + c_track[c] + t
        if rows.shape[0] > 1:
            own, weight = _sorted(own, weight, many)
        rows, base = _product(rows, base, own, weight, column, keep)
        column += wide
    for p in range(found):
        number[plots[p]] = -1
    return tracks, rows, base, plots[:found].copy()


@njit(cache=True)
def _collect(h: int, first: Index, plot: Index, number: Index, plots: Index, found: int) -> int:
    """Adds a hypothesis's plots to a list, each once; ``number`` marks those that are in it."""
    for p in range(first[h], first[h + 1]):
        if number[plot[p]] < 0:
            number[plot[p]] = found
            plots[found] = plot[p]
            found += 1
    return found


@njit(cache=True)
def _sorted(rows: Index, weight: Array, keep: int) -> tuple[Index, Array]:
    """The heaviest ``keep`` rows, heaviest first."""
    order = np.argsort(-weight, kind="mergesort")[:keep]
    return rows[order], weight[order]


@njit(cache=True)
def _product(rows: Index, base: Array, own: Index, weight: Array, column: int, keep: int) -> tuple[Index, Array]:
    """The best ``keep`` of all pairs of rows; the second's hypotheses go to ``column`` and on."""
    a, b = base.size, weight.size
    room = 0
    for i in range(min(a, keep)):
        room += min(b, keep // (i + 1))
    out, total, k = np.empty((room, rows.shape[1]), np.int64), np.empty(room), 0
    for i in range(min(a, keep)):
        for j in range(min(b, keep // (i + 1))):
            out[k] = rows[i]
            out[k, column : column + own.shape[1]] = own[j]
            total[k] = base[i] + weight[j]
            k += 1
    return _sorted(out, total, keep) if room > 1 else (out, total)


@njit(cache=True)
def _cells(found: int, choice: Index, rows: Index, plots: Index, plot: Index, number: Index, pairs: int, n: int) -> Index:
    """What each child gives to each track, and which plots it leaves to new ones."""
    columns, q = rows.shape[1], plots.size
    cells = np.empty((found, columns + q), np.int64)
    for r in range(found):
        for p in range(q):
            cells[r, columns + p] = pairs + n + plots[p]
        for t in range(columns):
            pick = choice[r, 1 + t]
            cells[r, t] = pick if pick >= 0 else NONE if pick == NONE else pairs + rows[choice[r, 0], t]
            if pick >= 0:
                cells[r, columns + number[plot[pick]]] = NONE
    return cells
