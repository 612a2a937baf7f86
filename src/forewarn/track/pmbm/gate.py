"""Which plots could be whose: a grid over the plots, filled by counting, and the likelihood of every pair inside the gate."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from forewarn.track.pmbm.linear import Array, Index, factor, whiten

LOG_2PI = math.log(2.0 * math.pi)


@njit(cache=True)
def grid(z: Array, first: int, second: int) -> tuple[Array, Index, Index]:
    """Plots z (dz, m) sorted into square cells over two of their numbers (-1: that direction has one cell).

    Gives ``frame``: least of both, cell's side, columns, rows; ``start`` (cells + 1,); ``order`` (m,): cell c holds
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
    frame[2], frame[3], frame[4] = side, columns, rows
    cell, start = np.empty(m, np.int64), np.zeros(columns * rows + 1, np.int64)
    for j in range(m):
        x = int((z[first, j] - frame[0]) / side) if first >= 0 else 0
        y = int((z[second, j] - frame[1]) / side) if second >= 0 else 0
        cell[j] = y * columns + x
        start[cell[j] + 1] += 1
    for c in range(columns * rows):
        start[c + 1] += start[c]
    order, fill = np.empty(m, np.int64), start.copy()
    for j in range(m):
        order[fill[cell[j]]] = j
        fill[cell[j]] += 1
    return frame, start, order


@njit(cache=True)
def _grown(index: Index, value: Array) -> tuple[Index, Array]:
    """The same with room for twice as many."""
    more, values = np.empty(2 * index.size, np.int64), np.empty(2 * index.size)
    more[: index.size], values[: index.size] = index, value
    return more, values


@njit(cache=True)
def _cells(low: float, reach: float, side: float, count: int) -> tuple[int, int]:
    """First and last cell within ``reach`` of ``low`` (a distance from the grid's edge); last < first where there is none."""
    first, last = math.floor((low - reach) / side), math.floor((low + reach) / side)
    return int(max(first, 0.0)), int(min(last, count - 1.0))


@njit(cache=True)
def pairs(  # noqa: C901 -- a kernel
    z: Array, at: Array, spread: Array, model: Array, turn: Array, gate: float, axes: tuple[int, int]
) -> tuple[Index, Index, Array]:
    """All pairs within ``gate`` (squared Mahalanobis distance) under any model, by hypothesis: ``start`` (n + 1,), ``plot`` (p,),
    ``log`` (p,), the log likelihood over all models. ``axes``: the two measured numbers that the grid spans, no angles."""
    size, m = z.shape
    models, _, n = at.shape
    start = np.zeros(n + 1, np.int64)
    plot, log = np.empty(n + m + 16, np.int64), np.empty(n + m + 16)
    frame, cells, order = grid(z, axes[0], axes[1])
    g, half, y = np.zeros((models, size, size)), np.zeros(models), np.zeros(size)
    found = 0
    for i in range(n):
        x0, x1, y0, y1 = 1 << 60, -1, 1 << 60, -1
        for k in range(models):
            half[k] = factor(spread, k, i, g[k])
            a, b = 0, int(frame[3]) - 1
            if axes[0] >= 0:
                a, b = _cells(at[k, axes[0], i] - frame[0], math.sqrt(gate * spread[k, axes[0], axes[0], i]), frame[2], int(frame[3]))
            c, d = 0, int(frame[4]) - 1
            if axes[1] >= 0:
                c, d = _cells(at[k, axes[1], i] - frame[1], math.sqrt(gate * spread[k, axes[1], axes[1], i]), frame[2], int(frame[4]))
            x0, x1, y0, y1 = min(x0, a), max(x1, b), min(y0, c), max(y1, d)
        for row in range(y0, y1 + 1):
            base = row * int(frame[3])
            if x1 < x0:
                break
            for place in range(cells[base + x0], cells[base + x1 + 1]):
                j, near, top, total = order[place], False, -np.inf, 0.0
                for k in range(models):
                    square = whiten(g[k], z, j, at, k, i, turn, y)
                    near = near or square <= gate
                    one = -half[k] - 0.5 * square + math.log(max(model[k, i], 1e-300)) if models > 1 else -half[k] - 0.5 * square
                    if one > top:
                        total, top = total * math.exp(top - one) + 1.0, one
                    else:
                        total += math.exp(one - top)
                if near:
                    if found == plot.size:
                        plot, log = _grown(plot, log)
                    plot[found], log[found] = j, top + math.log(total) - 0.5 * size * LOG_2PI
                    found += 1
        start[i + 1] = found
    return start, plot[:found].copy(), log[:found].copy()
