"""The search for the best global hypotheses, against enumeration."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from forewarn.track.pmbm import search
from forewarn.track.pmbm.search import MISS, NONE

BEST: Any = search.best  # called with its arguments unpacked


def brute(rows: np.ndarray, base: np.ndarray, start: np.ndarray, stop: np.ndarray, bit: np.ndarray, gain: np.ndarray) -> list[float]:
    """Weights of all children of all parents, falling."""
    out = []
    for row, weight in zip(rows, base, strict=True):
        options = [[MISS, *range(start[h], stop[h])] if h >= 0 else [MISS] for h in row]
        for child in itertools.product(*options):
            used = [bit[p] for p in child if p >= 0]
            if len(used) == len(set(used)):
                out.append(weight + sum(gain[p] for p in child if p >= 0))
    return sorted(out, reverse=True)


@st.composite
def clusters(draw: st.DrawFn) -> tuple[np.ndarray, ...]:
    rng = np.random.Generator(np.random.PCG64(draw(st.integers(0, 2**32))))
    columns, parents, plots = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    hypotheses = 2 * columns
    rows = 2 * np.arange(columns) + rng.integers(0, 2, (parents, columns))
    rows[rng.random(rows.shape) < 0.15] = NONE
    start, stop = np.zeros(hypotheses, np.int64), np.zeros(hypotheses, np.int64)
    bit: list[int] = []
    gain: list[float] = []
    for h in range(hypotheses):
        some = rng.permutation(plots)[: rng.integers(0, plots + 1)]
        start[h], stop[h] = len(bit), len(bit) + len(some)
        bit += some.tolist()
        gain += sorted(rng.normal(0.5, 3.0, len(some)).tolist(), reverse=True)
    return rows, -np.sort(rng.exponential(2.0, parents)), start, stop, np.array(bit, np.int64), np.array(gain)


@given(clusters())
@settings(max_examples=60)
def test_children_are_all_there_and_in_order(cluster: Any) -> None:
    found, weight, child = BEST(*cluster, 20_000, 1e9)
    assert weight[:found] == pytest.approx(brute(*cluster), abs=1e-9)
    rows, base, start, stop, bit, gain = cluster
    for w, (parent, *picks) in zip(weight[:found], child[:found].tolist(), strict=True):
        own = [p for p in picks if p >= 0]
        assert len({int(bit[p]) for p in own}) == len(own)
        assert all(start[h] <= p < stop[h] for h, p in zip(rows[parent], picks, strict=True) if p >= 0)
        assert all((h < 0) == (p == NONE) for h, p in zip(rows[parent], picks, strict=True))
        assert w == pytest.approx(base[parent] + sum(gain[p] for p in own))


@given(clusters(), st.integers(1, 12), st.floats(0.1, 8.0))
@settings(max_examples=40)
def test_fewer_are_the_best_of_all(cluster: Any, keep: int, cut: float) -> None:
    found, weight, _ = BEST(*cluster, keep, cut)
    every = [w for w in brute(*cluster) if w >= brute(*cluster)[0] - cut][:keep]
    assert weight[:found] == pytest.approx(every, abs=1e-9)


def test_heap_gives_the_largest_first() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    values = rng.normal(size=200)
    key, item, size = np.empty(200), np.empty(200, np.int64), 0
    for k, value in enumerate(values):
        size = search.push(key, item, size, value, k)
    out = []
    while size:
        out.append(values[item[0]])
        size = search.pop(key, item, size)
    assert out == sorted(values, reverse=True)


@given(st.integers(0, 10_000), st.integers(2, 24), st.floats(1.0, 12.0))
@settings(max_examples=40)
def test_in_a_crowd_the_best_child_is_the_best_assignment(seed: int, columns: int, width: float) -> None:
    """Objects with errors of 1 within a square of ``width``, nine tenths of them shown; each may have shown each plot near it."""
    rng = np.random.default_rng(seed)
    where = rng.uniform(0.0, width, (columns, 2))
    plots = (where + rng.normal(size=where.shape))[rng.random(columns) < 0.9]
    gain = 8.0 - 0.25 * ((plots[None] - where[:, None]) ** 2).sum(axis=2)
    order = [[j for j in np.argsort(-row).tolist() if row[j] > -4.0] for row in gain]
    ends = np.cumsum([0, *map(len, order)])
    bit, worth = np.array([j for row in order for j in row], np.int64), np.array([gain[i, j] for i, row in enumerate(order) for j in row])
    found, weight, child = BEST(np.arange(columns)[None], np.zeros(1), ends[:-1], ends[1:], bit, worth, 60, 5.0)
    table = np.concatenate([np.where(gain > -4.0, gain, -1e3), np.zeros((columns, columns))], axis=1)
    assert weight[0] == pytest.approx(table[linear_sum_assignment(table, maximize=True)].sum())
    assert (np.diff(weight[:found]) <= 1e-9).all()
    assert len({tuple(row) for row in child[:found].tolist()}) == found
    for row in child[:found, 1:].tolist():
        used = [int(bit[p]) for p in row if p >= 0]
        assert len(used) == len(set(used))
