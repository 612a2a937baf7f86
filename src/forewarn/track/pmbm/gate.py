"""Which plots could be whose: a grid over the plots, filled by counting, and the gain of every pair inside the gate."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from forewarn.track.pmbm.emit import room
from forewarn.track.pmbm.linear import per, square
from forewarn.track.pmbm.values import Array, Index

LOG_2PI = math.log(2.0 * math.pi)
TINY = 1e-300
BLOCK = 512  # pairs that are looked at together


@njit()
def log_ratio(one: float, two: float) -> float:
    """The log of one number over another, neither below 0, with one logarithm where the ratio is a plain number."""
    ratio = one / two if two > TINY else 0.0
    return math.log(ratio) if TINY < ratio < 1.0 / TINY else math.log(max(one, TINY)) - math.log(max(two, TINY))


@njit()
def _cell(place: float, last: int) -> int:
    """The cell, or the nearest. (Truncation is a tenth of the price of a floor.)"""
    return int(place) if 0.0 < place < last else last if place >= last else 0


@njit(cache=True)
def grid(z: Array, first: int, second: int) -> tuple[Array, Index, Index]:
    """Plots z (dz, m) sorted into square cells over two of their numbers (-1: that direction has one cell).

    Gives ``frame``: least of both, cells a unit, columns, rows; ``start`` (cells + 1,); ``order`` (m,): cell c holds
    order[start[c]:start[c + 1]].
    """
    m = z.shape[1]
    frame = np.zeros(5)
    wide = np.zeros(2)
    for axis, row in enumerate((first, second)):
        if row >= 0 and m > 0:
            frame[axis] = z[row].min()
            wide[axis] = z[row].max() - frame[axis]
    side = math.sqrt(max(wide[0], 1e-9) * max(wide[1], 1e-9) / max(m, 1)) if second >= 0 else wide[0] / max(m, 1)
    side = max(side, max(wide[0], wide[1]) / (2.0 * m + 1.0), 1e-9)
    columns, rows = int(wide[0] / side) + 1, int(wide[1] / side) + 1
    frame[2], frame[3], frame[4] = 1.0 / side, columns, rows
    cell, start = np.empty(m, np.int64), np.zeros(columns * rows + 1, np.int64)
    for j in range(m):
        x = _cell((z[first, j] - frame[0]) * frame[2], columns - 1) if first >= 0 else 0
        y = _cell((z[second, j] - frame[1]) * frame[2], rows - 1) if second >= 0 else 0
        cell[j] = y * columns + x
        start[cell[j] + 1] += 1
    for c in range(columns * rows):
        start[c + 1] += start[c]
    order, fill = np.empty(m, np.int64), start.copy()
    for j in range(m):
        order[fill[cell[j]]] = j
        fill[cell[j]] += 1
    return frame, start, order


@njit()
def _span(at: Array, spread: Array, noise: float, gate: float, low: float, scale: float, last: int, span: Index) -> None:
    """Widens ``span`` (2, n), the first and last cell along one axis, by what the gates reach under one model."""
    first, final = span[0], span[1]
    for i in range(at.size):
        reach, place = math.sqrt(gate * (spread[i] + noise)), at[i] - low
        first[i] = min(first[i], _cell((place - reach) * scale, last))
        final[i] = max(final[i], _cell((place + reach) * scale, last))


@njit()
def _spans(at: Array, spread: Array, noise: Array, gate: float, frame: Array, axes: tuple[int, int]) -> tuple[Index, Index]:
    """Columns and rows (2, n) of the grid that each hypothesis's gate reaches under any model."""
    across, along, n = int(frame[3]) - 1, int(frame[4]) - 1, at.shape[2]
    columns, rows = np.empty((2, n), np.int64), np.empty((2, n), np.int64)
    for span, last, axis, low in ((columns, across, axes[0], frame[0]), (rows, along, axes[1], frame[1])):
        span[0], span[1] = (last, 0) if axis >= 0 else (0, last)
        for k in range(at.shape[0] if axis >= 0 else 0):
            _span(at[k, axis], spread[k, axis, axis], noise[axis, axis], gate, low, frame[2], last, span)
    return columns, rows


@njit(cache=True)
def pairs(
    z: Array, at: Array, spread: Array, noise: Array, root: Array, peak: Array, odds: Array, rate: Array, turn: Array,
    gate: float, cut: float, axes: tuple[int, int],
) -> tuple[Index, Index, Array]:  # fmt: skip
    """All pairs within ``gate`` (squared Mahalanobis distance) under any model that are worth a thought, by hypothesis and falling
    gain: ``start`` (n + 1,), ``plot`` (p,), ``gain`` (p,).

    The gain is the log of odds times the plot's density over all models, over ``rate`` (m,), the intensity of plots that are no
    track's. Those below -``cut`` are dropped: the same child without the pair weighs e^cut times as much. What is expected: ``at``
    (M, dz, n), ``spread`` + ``noise`` and of it ``root``, ``peak`` as `linear.roots` gives them; ``odds`` (M, n): each model's chance
    times the odds of being seen. ``axes``: the two measured numbers that the grid spans, no angles.
    """
    (size, m), (models, n) = z.shape, peak.shape
    owner, plot, gain = np.empty(n + m + 16, np.int64), np.empty(n + m + 16, np.int64), np.empty(n + m + 16)
    frame, cells, order = grid(z, axes[0], axes[1])
    near, turns, unit = z[:, order], per(turn), 0.5 * size * LOG_2PI
    columns, rows = _spans(at, spread, noise, gate, frame, axes)
    who, where, apart, off = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64), np.empty((models, BLOCK)), np.empty(size)
    count, found, wide = 0, 0, int(frame[3])
    for i in range(n):
        for row in range(rows[0, i], rows[1, i] + 1):
            for place in range(cells[row * wide + columns[0, i]], cells[row * wide + columns[1, i] + 1]):
                if count == BLOCK:
                    count = _within(count, who, where, near, at, root, turn, turns, off, gate, apart)
                    found, owner, plot, gain = _weighed(
                        count, who, where, order, apart, peak, odds, rate, unit, cut, found, owner, plot, gain
                    )
                    count = 0
                who[count], where[count] = i, place
                count += 1
    count = _within(count, who, where, near, at, root, turn, turns, off, gate, apart)
    found, owner, plot, gain = _weighed(count, who, where, order, apart, peak, odds, rate, unit, cut, found, owner, plot, gain)
    start = np.zeros(n + 1, np.int64)
    for p in range(found):
        start[owner[p] + 1] += 1
    for i in range(n):
        start[i + 1] += start[i]
    return start, plot[:found], gain[:found]


@njit()
def _within(
    count: int, who: Index, where: Index, near: Array, at: Array, root: Array, turn: Array, turns: Array, off: Array, gate: float,
    apart: Array,
) -> int:  # fmt: skip
    """Squares of the distances of some hypotheses ``who`` (c,) and plots ``where`` (c,), by model into ``apart`` (M, c). Those within
    the gate under any model are moved to the front; gives how many. No step depends on where a plot lies, so that none is guessed
    wrongly."""
    for k in range(apart.shape[0]):
        for c in range(count):
            apart[k, c] = square(root, k, who[c], near, where[c], at, turn, turns, off)
    kept = 0
    for c in range(count):
        least = apart[0, c]
        for k in range(1, apart.shape[0]):
            least = min(least, apart[k, c])
        who[kept], where[kept] = who[c], where[c]
        for k in range(apart.shape[0]):
            apart[k, kept] = apart[k, c]
        kept += least <= gate
    return kept


@njit()
def _weighed(
    count: int, who: Index, where: Index, order: Index, apart: Array, peak: Array, odds: Array, rate: Array, unit: float, cut: float,
    found: int, owner: Index, plot: Index, gain: Array,
) -> tuple[int, Index, Index, Array]:  # fmt: skip
    """Writes what `_within` has left, with their gains, behind ``found`` pairs, in order in each hypothesis. Gives how many there are
    then, and ``owner``, ``plot``, ``gain``, which may have grown. ``unit``: log of a density's unit, (2 pi)^(dz/2)."""
    owner, plot, gain = room(owner, found + count), room(plot, found + count), room(gain, found + count)
    for c in range(count):
        i, j, least, total = who[c], order[where[c]], apart[0, c], 0.0
        for k in range(1, peak.shape[0]):
            least = min(least, apart[k, c])
        for k in range(peak.shape[0]):
            share = odds[k, i] * peak[k, i]
            total += share * math.exp(0.5 * (least - apart[k, c])) if apart[k, c] > least else share
        value = log_ratio(total, rate[j]) - 0.5 * least - unit
        if value < -cut:
            continue
        to = found
        while to > 0 and owner[to - 1] == i and gain[to - 1] < value:
            gain[to], plot[to] = gain[to - 1], plot[to - 1]
            to -= 1
        gain[to], plot[to], owner[found] = value, j, i
        found += 1
    return found, owner, plot, gain
