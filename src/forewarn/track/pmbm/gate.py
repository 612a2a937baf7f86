"""Which plots could be whose: a grid over the plots, filled by counting, and the gain of every pair inside the gate."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from forewarn.track.pmbm.linear import per, square
from forewarn.track.pmbm.values import Array, Index

LOG_2PI = math.log(2.0 * math.pi)
TINY = 1e-300


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
def _grown(index: Index, value: Array) -> tuple[Index, Array]:
    """The same with room for twice as many."""
    more, values = np.empty(2 * index.size, np.int64), np.empty(2 * index.size)
    more[: index.size], values[: index.size] = index, value
    return more, values


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
    z: Array, at: Array, spread: Array, noise: Array, root: Array, peak: Array, odds: Array, new: Array, turn: Array,
    gate: float, cut: float, axes: tuple[int, int],
) -> tuple[Index, Index, Array]:  # fmt: skip
    """All pairs within ``gate`` (squared Mahalanobis distance) under any model that are worth a thought, by hypothesis and falling
    gain: ``start`` (n + 1,), ``plot`` (p,), ``gain`` (p,).

    The gain is the log of odds times the plot's density over all models, less ``new`` (m,), the log intensity of plots that are no
    track's. Those below -``cut`` are dropped: the same child without the pair weighs e^cut times as much. What is expected: ``at``
    (M, dz, n), ``spread`` + ``noise`` and of it ``root``, ``peak`` as `linear.roots` gives them; ``odds`` (M, n): each model's chance
    times the odds of being seen. ``axes``: the two measured numbers that the grid spans, no angles.
    """
    (size, m), (models, n) = z.shape, peak.shape
    start, plot, gain = np.zeros(n + 1, np.int64), np.empty(n + m + 16, np.int64), np.empty(n + m + 16)
    frame, cells, order = grid(z, axes[0], axes[1])
    near, off, turns, less = z[:, order], np.empty(size), per(turn), new + 0.5 * size * LOG_2PI
    columns, rows = _spans(at, spread, noise, gate, frame, axes)
    apart, found, wide = np.empty(models), 0, int(frame[3])
    for i in range(n):
        for row in range(rows[0, i], rows[1, i] + 1):
            for place in range(cells[row * wide + columns[0, i]], cells[row * wide + columns[1, i] + 1]):
                least = np.inf
                for k in range(models):
                    apart[k] = square(root, k, i, near, place, at, turn, turns, off)
                    least = min(least, apart[k])
                if least > gate:
                    continue
                total = 0.0
                for k in range(models):
                    share = odds[k, i] * peak[k, i]
                    total += share * math.exp(0.5 * (least - apart[k])) if apart[k] > least else share
                value = math.log(max(total, TINY)) - 0.5 * least - less[order[place]]
                if value < -cut:
                    continue
                if found == plot.size:
                    plot, gain = _grown(plot, gain)
                to = found
                while to > start[i] and gain[to - 1] < value:
                    gain[to], plot[to] = gain[to - 1], plot[to - 1]
                    to -= 1
                gain[to], plot[to] = value, order[place]
                found += 1
        start[i + 1] = found
    return start, plot[:found], gain[:found]
