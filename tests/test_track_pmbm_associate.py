"""Association by itself: competition, pruning that changes nothing, closed forms, and belief propagation, against enumeration."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from forewarn.track.pmbm import associate as room
from forewarn.track.pmbm import compete, spread
from forewarn.track.pmbm.associate import Children, Weights, associate
from forewarn.track.pmbm.values import nobody


def weights(ratio: np.ndarray, miss: float = 0.2, fresh: float = 0.3) -> Weights:
    """n tracks against m plots: ``ratio`` (n, m) weights of pairs, 0 for none."""
    n, m = ratio.shape
    row, plot = np.nonzero(ratio)
    order = np.lexsort((-ratio[row, plot], row))
    row, plot = row[order], plot[order]
    start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n))]).astype(np.int64)
    gain = np.log(ratio[row, plot] / miss)
    return Weights(start, plot.astype(np.int64), gain, np.full(n, np.log(miss)), np.full(n, 0.5), np.full(m, fresh))


def exact(ratio: np.ndarray, miss: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    """Marginal chances of pairs (n, m), and of plots that are nobody's (m,), by enumeration."""
    n, m = ratio.shape
    pair, total, free = np.zeros((n, m)), 0.0, np.zeros(m)
    for choice in itertools.product(range(-1, m), repeat=n):
        taken = [j for j in choice if j >= 0]
        if len(taken) == len(set(taken)):
            w = float(np.prod([ratio[i, j] if j >= 0 else miss for i, j in enumerate(choice)]))
            total += w
            for i, j in enumerate(choice):
                if j >= 0:
                    pair[i, j] += w
            free += w * np.array([j not in taken for j in range(m)])
    return pair / total, free / total


def marginals(found: Children, n: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    """The same of what association gave, and the existence of new tracks (m,)."""
    share = np.zeros(len(found.parent))
    share[: found.settled] = 1.0
    track, row, entry, hypothesis, weight = found.contest
    for c in range(len(track) - 1):
        rows = hypothesis[entry[c] : entry[c + 1]].reshape(row[c + 1] - row[c], -1)
        assert np.exp(weight[row[c] : row[c + 1]]).sum() == pytest.approx(1.0)
        for g, own in enumerate(rows):
            share[own[own >= 0]] += np.exp(weight[row[c] + g])
    pair, new = np.zeros((n, m)), np.zeros(m)
    for h in range(len(share)):
        if found.parent[h] >= 0 and found.plot[h] >= 0:
            pair[found.parent[h], found.plot[h]] += share[h]
        elif found.parent[h] < 0:
            new[found.plot[h]] += share[h] * found.exist[h]
    return pair, new


@pytest.mark.parametrize("seed", range(6))
def test_marginals_are_exact(seed: int) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    ratio = rng.exponential(1.0, (4, 5)) * (rng.random((4, 5)) < 0.5)
    found = associate(4, nobody(), weights(ratio), 10_000, 600.0, (0.0, 0.0))
    pair, free = exact(ratio)
    got, new = marginals(found, 4, 5)
    np.testing.assert_allclose(got, pair, atol=1e-12)
    np.testing.assert_allclose(new, 0.3 * free, atol=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_pruning_before_the_search_changes_nothing_that_survives(seed: int) -> None:
    rng = np.random.Generator(np.random.PCG64([7, seed]))
    ratio = np.exp(rng.normal(0.0, 4.0, (4, 4)))
    every = weights(ratio)
    cut = 3.0
    fewer = compete.yielded(4, every.start, every.plot, every.gain, 4, cut)
    best, kept = -np.inf, []
    for choice in itertools.product(range(-1, 4), repeat=4):
        taken = [j for j in choice if j >= 0]
        if len(taken) == len(set(taken)):
            kept.append((sum(np.log(ratio[i, j] / 0.2) for i, j in enumerate(choice) if j >= 0), choice))
            best = max(best, kept[-1][0])
    left = {(i, int(j)) for i in range(4) for j in fewer[1][fewer[0][i] : fewer[0][i + 1]]}
    for weight, choice in kept:
        if weight > best - cut:
            assert {(i, j) for i, j in enumerate(choice) if j >= 0} <= left


def test_a_sure_track_is_settled_and_its_plot_begins_nothing() -> None:
    found = associate(1, nobody(), weights(np.array([[1e9, 0.0]])), 100, 5.0, (1e-3, 1e-3))
    assert found.settled == 2
    assert list(zip(found.parent.tolist(), found.plot.tolist(), found.track.tolist(), strict=True)) == [(0, 0, 0), (-1, 1, -2)]
    assert found.exist.tolist() == [1.0, 0.3]


def test_those_who_do_not_compete_stay_apart() -> None:
    found = associate(2, nobody(), weights(np.array([[1.0, 0.0], [0.0, 1.0]])), 100, 20.0, (1e-6, 1e-6))
    assert len(found.contest.track) - 1 == 2
    together = associate(2, nobody(), weights(np.array([[1.0, 1.0], [0.0, 1.0]])), 100, 20.0, (1e-6, 1e-6))
    assert len(together.contest.track) - 1 == 1


def test_belief_propagation_is_exact_on_a_tree() -> None:
    ratio = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.5], [0.0, 0.0, 1.5]])
    row, plot = np.nonzero(ratio)
    pair, free = spread.marginals(row, plot, ratio[row, plot] / 0.2, 3, 3)
    expected, alone = exact(ratio)
    np.testing.assert_allclose(pair, expected[row, plot], atol=1e-5)
    np.testing.assert_allclose(free, alone, atol=1e-5)


def test_a_cluster_too_large_to_search_falls_to_belief_propagation() -> None:
    n = room.COLUMNS + 6
    ratio = np.zeros((n, n))
    for i in range(n):
        ratio[i, i] = 2.0
        if i + 1 < n:
            ratio[i, i + 1] = 1.0  # a chain: a tree, on which belief propagation is exact
    found = associate(n, nobody(), weights(ratio), 100, 30.0, (0.0, 0.0))
    assert np.diff(found.contest.track).max() == 1
    got, new = marginals(found, n, n)
    ahead = np.zeros((n + 1, 2))  # weights of the chain's beginnings, by whether the next plot is taken
    ahead[0, 0] = 1.0
    for i in range(n):
        total = ahead[i].sum()
        ahead[i + 1] = [0.2 * total + 2.0 * ahead[i, 0], 1.0 * total if i + 1 < n else 0.0]
    chance = 2.0 * ahead[n - 1, 0] / ahead[n].sum()
    assert got[n - 1, n - 1] == pytest.approx(chance, abs=1e-5)
    assert new[n - 1] == pytest.approx(0.3 * (1.0 - got[:, n - 1].sum()), abs=1e-5)
