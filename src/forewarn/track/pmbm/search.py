"""The k best global hypotheses over all parents of a cluster, in order, by one best-first search.

A parent is a row: one local hypothesis for each column (a track), or none. A child gives every column one of its hypothesis's options:
a plot, or no plot. No plot goes to two columns. Weights are logarithms; an option's ``gain`` is against showing nothing, so a row in
which nothing is shown has its parent's weight ``base``. The search opens the most promising partial child first, where the promise is
what it has plus the best that each column still to come could add if it had the plots for itself. That never underestimates, so
children come out in order of weight, over all parents together (Hart, Nilsson, Raphael, "A formal basis for the heuristic determination
of minimum cost paths", 1968). A partial child that is opened gives its best continuation and its next sibling, so the heap stays small.

Where many columns want the same plots that promise is far too much, and a crowd would be searched without end. There plots have prices: a
column gains what a plot is worth above its price, and the prices of all plots are added to the promise. Whatever they are, that is never
too little; at best, from the dual of the assignment problem (Jonker and Volgenant, "A shortest augmenting path algorithm for dense and
sparse linear assignment problems", Computing 38, 1987), it is the weight of the best child itself.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.track.pmbm.values import Array, Index

FEW = 5  # columns up to which plots have no prices
PLOTS = 63  # no cluster has more
NONE, MISS = -1, -2  # what a column holds in a child besides a pair: no hypothesis, or its hypothesis without a plot


@njit(cache=True)
def push(key: Array, item: Index, size: int, value: float, what: int) -> int:
    """Adds to a heap with the largest on top; gives its new size."""
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if key[above] >= value:
            break
        key[place], item[place] = key[above], item[above]
        place = above
    key[place], item[place] = value, what
    return size + 1


@njit(cache=True)
def pop(key: Array, item: Index, size: int) -> int:
    """Takes the top away (read it before); gives the heap's new size."""
    size -= 1
    value, what, place = key[size], item[size], 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        if below + 1 < size and key[below + 1] > key[below]:
            below += 1
        if key[below] <= value:
            break
        key[place], item[place] = key[below], item[below]
        place = below
    if size > 0:
        key[place], item[place] = value, what
    return size


@njit(cache=True)
def _free(first: int, stop: int, begin: int, bit: Index, gain: Array, used: int) -> tuple[int, float]:
    """The best option from rank ``begin`` on whose plot is free: its rank and gain. Options are pairs ``first`` to ``stop`` by falling
    gain, with showing nothing (gain 0) in its place among them. Rank -1: none left."""
    rank = begin
    while rank <= stop - first:
        nothing = 0  # how many options come before showing nothing
        while first + nothing < stop and gain[first + nothing] > 0.0:
            nothing += 1
        if rank == nothing:
            return rank, 0.0
        pair = first + rank if rank < nothing else first + rank - 1
        if not (used >> bit[pair]) & 1:
            return rank, gain[pair]
        rank += 1
    return -1, 0.0


@njit(cache=True)
def option(first: int, stop: int, rank: int, gain: Array) -> int:
    """The pair at a rank, or MISS."""
    nothing = 0
    while first + nothing < stop and gain[first + nothing] > 0.0:
        nothing += 1
    if rank == nothing:
        return MISS
    return first + rank if rank < nothing else first + rank - 1


@njit(cache=True)
def best(row: Index, base: Array, start: Index, stop: Index, bit: Index, gain: Array, keep: int, cut: float) -> tuple[int, Array, Index]:
    """The best children of parents ``row`` (g, c), hypotheses or NONE, with log weights ``base`` (g,).

    Hypothesis h has the pairs ``start[h]`` to ``stop[h]``, by falling ``gain``, each with its plot's ``bit`` (0 to 62). At most
    ``keep`` children, none more than ``cut`` below the best; at most 8 (c + 1) partial ones for each are looked at. Gives how many,
    ``weight`` (k,), falling, and ``child`` (k, 1 + c): the parent, and for each column a pair, MISS or NONE.
    """
    parents, columns = row.shape
    price = np.zeros((parents, PLOTS))
    if columns <= FEW:
        return _searched(row, base, start, stop, bit, gain, price, keep, cut)
    # each parent's columns for themselves: their pairs by falling gain above the parent's prices
    whose, first, many = np.full((parents, columns), NONE), np.zeros(parents * columns + 1, np.int64), 0
    for g in range(parents):
        for h in row[g]:
            many += stop[h] - start[h] if h >= 0 else 0
    pair, worth = np.empty(many, np.int64), np.empty(many)
    for g in range(parents):
        _priced(row[g], start, stop, bit, gain, price[g])
        for c in range(columns):
            k, h = g * columns + c, row[g, c]
            first[k + 1] = first[k]
            if h >= 0:
                whose[g, c] = k
                first[k + 1] += stop[h] - start[h]
                _fill(pair[first[k] : first[k + 1]], worth[first[k] : first[k + 1]], start[h], bit, gain, price[g])
    found, weight, child = _searched(whose, base, first[:-1], first[1:], bit[pair], worth, price, keep, cut)
    for k in range(found):
        for c in range(1, 1 + columns):
            if child[k, c] >= 0:
                child[k, c] = pair[child[k, c]]
    return found, weight, child


@njit(cache=True)
def _fill(pair: Index, worth: Array, first: int, bit: Index, gain: Array, price: Array) -> None:
    """The pairs from ``first`` on, by falling gain above the price, into ``pair`` (p,), and that gain into ``worth`` (p,)."""
    for p in range(pair.size):
        value, place = gain[first + p] - price[bit[first + p]], p
        while place > 0 and worth[place - 1] < value:
            pair[place], worth[place] = pair[place - 1], worth[place - 1]
            place -= 1
        pair[place], worth[place] = first + p, value


@njit(cache=True)
def _priced(  # noqa: C901 -- as the search
    row: Index, start: Index, stop: Index, bit: Index, gain: Array, price: Array
) -> None:
    """Prices (PLOTS,) of plots that bring the bound of a row down to its best child: the dual of the assignment, by shortest augmenting
    paths, one column after the other. Beside the plots each column has a place of its own for showing nothing."""
    plots = 0
    for h in row:
        for p in range(start[h], stop[h]) if h >= 0 else range(0):
            plots = max(plots, bit[p] + 1)
    places = plots + row.size
    owner, least, came = np.full(places + 1, -1), np.empty(places), np.empty(places, np.int64)
    rent, own, done = np.zeros(places + 1), np.zeros(row.size), np.empty(places + 1, np.bool_)
    for c in range(row.size):
        if row[c] < 0:
            continue
        place, owner[places] = places, c
        least[:], came[:], done[:] = np.inf, places, False
        while owner[place] >= 0:
            done[place] = True
            k, best, to = owner[place], np.inf, -1
            for p in range(start[row[k]], stop[row[k]]):
                _nearer(bit[p], -gain[p] - own[k] - rent[bit[p]], place, least, came, done)
            _nearer(plots + k, -own[k] - rent[plots + k], place, least, came, done)
            for j in range(places):
                if not done[j] and least[j] < best:
                    best, to = least[j], j
            for j in range(places + 1):
                if done[j]:
                    own[owner[j]] += best
                    rent[j] -= best
                elif j < places:
                    least[j] -= best
            place = to
        while place != places:
            owner[place] = owner[came[place]]
            place = came[place]
    price[:plots] = -rent[:plots]


@njit(cache=True)
def _nearer(to: int, length: float, via: int, least: Array, came: Index, done: NDArray[np.bool_]) -> None:
    """Notes a way to a place, if it is the shortest so far."""
    if not done[to] and length < least[to]:
        least[to], came[to] = length, via


@njit(cache=True)
def _searched(  # noqa: C901 -- the search is one loop
    row: Index, base: Array, start: Index, stop: Index, bit: Index, gain: Array, price: Array, keep: int, cut: float
) -> tuple[int, Array, Index]:
    """``best``, of gains above each parent's prices (g, PLOTS), by which each hypothesis's pairs fall."""
    parents, columns = row.shape
    bound = np.zeros((parents, columns + 1))
    room = parents + 64 + 8 * keep * (columns + 1)
    key, item = np.empty(room + 1), np.empty(room + 1, np.int64)
    score, used, before = np.empty(room), np.empty(room, np.int64), np.empty(room, np.int64)
    at, rank = np.empty(room, np.int64), np.empty(room, np.int64)  # column and rank of a partial child's newest choice
    weight, child = np.empty(keep), np.empty((keep, 1 + columns), np.int64)
    heap = made = count = 0
    every = price.sum(axis=1)
    for p in range(parents):
        for c in range(columns - 1, -1, -1):
            h = row[p, c]
            more = max(0.0, gain[start[h]]) if h >= 0 and stop[h] > start[h] else 0.0
            bound[p, c] = bound[p, c + 1] + more
        score[made], used[made], before[made], at[made], rank[made] = base[p], 0, -1 - p, -1, 0
        heap = push(key, item, heap, base[p] + bound[p, 0] + every[p], made)
        made += 1
    while heap > 0 and count < keep:
        node = item[0]
        promise = key[0]
        heap = pop(key, item, heap)
        if count > 0 and promise < weight[0] - cut:
            break
        whole = node < 0  # a child that is whole, put back until its turn comes
        if whole:
            node = -1 - node
        p = node
        while before[p] >= 0:
            p = before[p]
        p = -1 - before[p]
        if whole:
            weight[count] = promise
            _read(row, start, stop, gain, before, at, rank, node, p, child[count])
            count += 1
        while not whole:
            c = at[node]
            if c >= 0 and made < room:  # its next sibling
                h, last = row[p, c], before[node]
                taken = used[last]
                r, more = _free(start[h], stop[h], rank[node] + 1, bit, gain, taken)
                if r >= 0:
                    _put(score, used, before, at, rank, made, score[last] + more, taken, last, c, r)
                    pair = option(start[h], stop[h], r, gain)
                    if pair >= 0:
                        used[made] |= 1 << bit[pair]
                    hope = score[made] + bound[p, c + 1] + every[p]
                    if count == 0 or hope >= weight[0] - cut:
                        heap = push(key, item, heap, hope, made)
                        made += 1
            c += 1
            while c < columns and (row[p, c] < 0 or stop[row[p, c]] == start[row[p, c]]):
                c += 1
            if c == columns:
                total = score[node] + _spent(used[node], price[p]) if every[p] > 0.0 else score[node]
                if count > 0 and total < weight[0] - cut:
                    break
                if heap > 0 and key[0] > total:
                    heap = push(key, item, heap, total, -1 - node)
                    break
                weight[count] = total
                _read(row, start, stop, gain, before, at, rank, node, p, child[count])
                count += 1
                break
            if made >= room:
                break
            h = row[p, c]
            r, more = _free(start[h], stop[h], 0, bit, gain, used[node])
            _put(score, used, before, at, rank, made, score[node] + more, used[node], node, c, r)
            pair = option(start[h], stop[h], r, gain)
            if pair >= 0:
                used[made] |= 1 << bit[pair]
            node = made
            made += 1
            hope = score[node] + bound[p, c + 1] + every[p]
            if heap > 0 and key[0] > hope:
                heap = push(key, item, heap, hope, node)
                break
    return count, weight, child


@njit(cache=True)
def _spent(used: int, price: Array) -> float:
    """The prices of the plots whose bits are set."""
    total = 0.0
    for b in range(price.size):
        if used >> b & 1:
            total += price[b]
    return total


@njit(cache=True)
def _put(
    score: Array, used: Index, before: Index, at: Index, rank: Index, node: int, value: float, taken: int, last: int, c: int, r: int
) -> None:
    """Writes a partial child."""
    score[node], used[node], before[node], at[node], rank[node] = value, taken, last, c, r


@njit(cache=True)
def _read(row: Index, start: Index, stop: Index, gain: Array, before: Index, at: Index, rank: Index, node: int, p: int, out: Index) -> None:
    """What a whole child holds: its parent, and each column's pair, MISS or NONE."""
    out[0] = p
    for c in range(row.shape[1]):
        out[1 + c] = MISS if row[p, c] >= 0 else NONE
    while before[node] >= 0:
        c = at[node]
        h = row[p, c]
        out[1 + c] = option(start[h], stop[h], rank[node], gain)
        node = before[node]
