"""Marginals against the sum over every assignment, written as plainly as can be."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from forewarn.track.associate import enumerate_exactly, loops, marginals, propagate


def brute(track: list[int], plot: list[int], weight: list[float], n: int, m: int) -> np.ndarray:
    """Chances of pairs by listing every choice of a plot or none for each track."""
    pairs = {(i, j): w for i, j, w in zip(track, plot, weight, strict=True)}
    total, share = 0.0, dict.fromkeys(pairs, 0.0)
    for choice in itertools.product([None, *range(m)], repeat=n):
        taken = [j for j in choice if j is not None]
        links = [(i, j) for i, j in enumerate(choice) if j is not None]
        if len(set(taken)) < len(taken) or any(link not in pairs for link in links):
            continue
        w = float(np.prod([pairs[link] for link in links]))
        total += w
        for link in links:
            share[link] += w
    return np.array([share[(i, j)] / total for i, j in zip(track, plot, strict=True)])


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[int], list[int], list[float], int, int]:
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    every = [(i, j) for i in range(n) for j in range(m)]
    links = sorted(draw(st.sets(st.sampled_from(every), min_size=1)))
    weight = [draw(st.floats(1e-3, 1e3)) for _ in links]
    return [i for i, _ in links], [j for _, j in links], weight, n, m


@given(problems())
def test_marginals_are_those_of_all_assignments(problem: tuple[list[int], list[int], list[float], int, int]) -> None:
    track, plot, weight, n, m = problem
    found = marginals(np.array(track), np.array(plot), np.array(weight), n, m)
    expected = brute(*problem)
    assert found.pair == pytest.approx(expected, abs=1e-6)
    assert found.none == pytest.approx(1 - np.bincount(track, expected, n), abs=1e-6)
    assert found.new == pytest.approx(1 - np.bincount(plot, expected, m), abs=1e-6)


def test_nothing_competes_closed_form() -> None:
    found = marginals(np.array([0]), np.array([0]), np.array([3.0]), 2, 2)
    assert found.pair == pytest.approx([0.75])
    assert found.none == pytest.approx([0.25, 1.0])
    assert found.new == pytest.approx([0.25, 1.0])


def test_no_pairs() -> None:
    empty = np.zeros(0, dtype=np.int64)
    found = marginals(empty, empty, np.zeros(0), 2, 1)
    assert found.none.tolist() == [1.0, 1.0]
    assert found.new.tolist() == [1.0]


def test_a_large_cluster_is_propagated_and_stays_a_distribution() -> None:
    n = m = 12
    track, plot = (a.ravel() for a in np.meshgrid(np.arange(n), np.arange(m), indexing="ij"))
    weight = np.random.default_rng(1).uniform(0.1, 50, n * m)
    assert enumerate_exactly(track, plot, weight) is None
    found = marginals(track, plot, weight, n, m)
    assert (np.bincount(track, found.pair, n) <= 1 + 1e-9).all()
    assert (np.bincount(plot, found.pair, m) <= 1 + 1e-6).all()


def test_only_clusters_that_are_no_tree_are_summed() -> None:
    chain = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 2])
    square = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert loops(*chain, 2, 3) == []
    assert [c.tolist() for c in loops(*square, 2, 2)] == [[0, 1, 2, 3]]


@given(st.integers(0, 100))
def test_propagation_is_exact_on_chains(seed: int) -> None:
    track, plot = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 1, 2, 2, 3])
    weight = np.random.default_rng(seed).uniform(0.01, 100, 6)
    expected = brute(track.tolist(), plot.tolist(), weight.tolist(), 3, 4)
    assert propagate(track, plot, weight, 3, 4) == pytest.approx(expected, abs=1e-6)


@given(st.integers(1, 8), st.integers(1, 8), st.data())
def test_clusters_that_are_no_tree_have_as_many_pairs_as_members(n: int, m: int, data: st.DataObject) -> None:
    """Against SciPy's connected components: a tree has one pair less than tracks and plots."""
    every = [(i, j) for i in range(n) for j in range(m)]
    links = sorted(data.draw(st.sets(st.sampled_from(every), min_size=1)))
    track, plot = (np.array(side) for side in zip(*links, strict=True))
    _, of = connected_components(coo_array((np.ones(len(links)), (track, plot + n)), shape=(n + m, n + m)), directed=False)
    full = [c for c in range(of.max() + 1) if (of[track] == c).sum() >= (of == c).sum()]
    expected = [np.flatnonzero(of[track] == c).tolist() for c in full]
    assert sorted(cluster.tolist() for cluster in loops(track, plot, n, m)) == sorted(expected)
