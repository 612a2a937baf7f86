"""The children of one component, split again into settled tracks and one contended cluster, and written behind those before it."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from forewarn.track.pmbm.search import NONE
from forewarn.track.pmbm.values import Array, Index


@njit(cache=True)
def emit(  # noqa: C901 -- a kernel
    cells: Index, weight: Array, column: Index, exist: Array, least: tuple[float, float], child: Index,
    lone: int, lone_key: Index, lone_track: Index, many: int, many_key: Index, many_track: Index,
    o: int, o_track: Index, o_row: Index, o_entry: Index, o_hypothesis: Index, o_weight: Array,
) -> tuple[int, int, int, Index, Array]:  # fmt: skip
    """Writes one component's children: tracks that hardly exist are dropped, those that are the same in every row settled, equal rows
    made one."""
    rows, width = cells.shape
    share, total = np.empty(rows), 0.0
    for r in range(rows):
        share[r] = math.exp(weight[r] - weight[0])
        total += share[r]
    share /= total
    kept, wide = np.empty(width, np.int64), 0
    for t in range(width):
        there, same = 0.0, True
        for r in range(rows):
            there += share[r] * exist[cells[r, t]] if cells[r, t] >= 0 else 0.0
            same = same and cells[r, t] == cells[0, t]
        limit = least[0] if column[t] >= 0 else least[1]
        if there < limit or there <= 0.0:
            continue
        if same:
            lone_key[lone], lone_track[lone] = cells[0, t], column[t]
            lone += 1
        else:
            kept[wide] = t
            wide += 1
    if wide == 0:
        return lone, many, o, o_hypothesis, o_weight
    unlike, heap = np.empty(rows, np.int64), np.zeros(rows)
    mark, height = np.empty(rows, np.int64), 0
    for r in range(rows):
        code = 0
        for t in range(wide):
            code = code * 1_000_003 + cells[r, kept[t]] + 7
        place = 0
        while place < height:
            if mark[place] == code and _equal(cells, kept, wide, r, unlike[place]):
                break
            place += 1
        if place == height:
            unlike[height], mark[height], height = r, code, height + 1
        heap[place] += share[r]
    order = falling(heap[:height])
    row, entry = o_row[o], o_entry[o]
    o_weight = room(o_weight, row + height)
    o_hypothesis = room(o_hypothesis, entry + height * wide)
    for t in range(wide):
        for r in range(height):
            key = cells[unlike[order[r]], kept[t]]
            if key >= 0 and child[key] < 0:
                child[key], many_key[many] = many, key
                many += 1
            o_hypothesis[entry + r * wide + t] = child[key] if key >= 0 else NONE
        many_track[o_track[o] + t] = column[kept[t]]
    for r in range(height):
        o_weight[row + r] = math.log(heap[order[r]])
    o_track[o + 1], o_row[o + 1], o_entry[o + 1] = o_track[o] + wide, row + height, entry + height * wide
    return lone, many, o + 1, o_hypothesis, o_weight


@njit(cache=True)
def falling(value: Array) -> Index:
    """The order of values that fall, or nearly; equal ones stay in theirs."""
    order = np.arange(value.size)
    for k in range(1, value.size):
        to = k
        while to > 0 and value[order[to - 1]] < value[k]:
            order[to] = order[to - 1]
            to -= 1
        order[to] = k
    return order


@njit(cache=True)
def _equal(cells: Index, kept: Index, wide: int, a: int, b: int) -> bool:
    for t in range(wide):  # noqa: SIM110 -- numba has no generators
        if cells[a, kept[t]] != cells[b, kept[t]]:
            return False
    return True


@njit(cache=True)
def room(array, size):  # type: ignore[no-untyped-def]  # for both kinds of array
    """The same array, or a larger one with its contents."""
    if size <= array.size:
        return array
    more = np.empty(2 * size, array.dtype)
    more[: array.size] = array
    return more
