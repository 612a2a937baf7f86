"""Tracks that contend, taken together: chances against every assignment, order against every permutation, and objects that fly together."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.bench_track_watch import watched
from bench.bench_track_williams import follow, squares, world
from forewarn.track import relabel
from forewarn.track.associate import marginals
from forewarn.track.relabel import Outcomes
from tests.test_track_associate import brute

CUT = 5e-3  # assignments that are left out weigh less than this together


def outcomes(rng: np.random.Generator, track: list[int], plot: list[int], chance: np.ndarray, there: np.ndarray) -> Outcomes:
    """Made-up estimates, two models, two kinds."""
    e = len(track)
    root = rng.normal(size=(2, 6, 6, e)) + 4.0 * np.eye(6)[None, :, :, None]
    kind = rng.dirichlet([1.0, 1.0], e).T
    model = rng.dirichlet([2.0, 2.0], e).T
    cov = np.einsum("mace,mbce->mabe", root, root)
    mean, still = rng.normal(0.0, 8.0, (2, 6, e)), (np.zeros(e), np.ones(e), np.zeros((5, e)))
    return Outcomes(np.array(track), np.array(plot), chance, there, np.ones(e), *still, model, kind, mean, cov)


def problem(seed: int, n: int, m: int) -> tuple[np.ndarray, Outcomes, Outcomes, relabel.Marginals]:
    """Every track may have shown every plot."""
    rng = np.random.default_rng(seed)
    track, plot = [i for i in range(n) for _ in range(m)], list(range(m)) * n
    weight = np.exp(rng.normal(1.0, 1.5, n * m))
    chance = marginals(np.array(track), np.array(plot), weight, n, m)
    shown = outcomes(rng, track, plot, chance.pair, np.ones(n * m))
    return weight, shown, outcomes(rng, list(range(n)), [-1] * n, chance.none, rng.uniform(0.2, 0.95, n)), chance


@given(st.integers(0, 10_000), st.integers(2, 4), st.integers(1, 3))
def test_chances_are_those_of_all_assignments(seed: int, n: int, m: int) -> None:
    weight, shown, idle, before = problem(seed, n, m)
    chance, made = relabel.together(weight, shown, idle, before)
    assert chance.pair == pytest.approx(brute(shown.track.tolist(), shown.plot.tolist(), weight.tolist(), n, m), abs=CUT)
    assert chance.new == pytest.approx(1.0 - np.bincount(shown.plot, chance.pair, m))
    assert (np.diff(made.track) >= 0).all()
    # each track takes one outcome in every assignment, so what it takes sums to one
    assert chance.none + np.bincount(made.track, made.chance / made.there, n) == pytest.approx(np.ones(n))


def crossed(reference: int, outcome: int, real: np.ndarray, mean: np.ndarray, cov: np.ndarray, kinds: np.ndarray) -> float:
    """Cross-entropy of one Bernoulli with another, by the book: -r E log(r' N' k') - (1 - r) log(1 - r')."""
    was, now = min(max(real[reference], relabel.LOW), relabel.HIGH), real[outcome]
    spread, gap = cov[:, :, reference], mean[:, outcome] - mean[:, reference]
    normal = 0.5 * (
        np.linalg.slogdet(spread)[1] + np.trace(np.linalg.solve(spread, cov[:, :, outcome])) + gap @ np.linalg.solve(spread, gap)
    )
    kind = -float(kinds[:, outcome] @ np.log(np.maximum(kinds[:, reference], relabel.LOW)))
    return float(now * (normal + kind - math.log(was)) - (1.0 - now) * math.log(1.0 - was))


@given(st.integers(0, 10_000))
def test_two_tracks_take_outcomes_in_the_order_that_costs_least(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, h = 2, 6
    real, mean = rng.uniform(0.3, 1.0, h), rng.normal(0.0, 5.0, (6, h))
    root = rng.normal(size=(6, 6, h)) + 3.0 * np.eye(6)[:, :, None]
    cov, kinds = np.einsum("ace,bce->abe", root, root), rng.dirichlet([1.0, 1.0, 1.0], h).T
    rows = np.array(list(itertools.permutations(range(h), n))[:20])
    share = rng.dirichlet(np.ones(len(rows)))
    expected = np.zeros((n, h))
    for row, part in zip(rows.tolist(), share.tolist(), strict=True):
        cost = {(t, o): crossed(k, o, real, mean, cov, kinds) for t, k in enumerate(rows[0].tolist()) for o in row}
        order = min(itertools.permutations(range(n)), key=lambda turn: sum(cost[turn[c], row[c]] for c in range(n)))
        for c in range(n):
            expected[order[c], row[c]] += part
    assert relabel.shares(rows, share, real, mean, cov, kinds) == pytest.approx(expected)


def test_what_does_not_contend_stays_as_it_was() -> None:
    weight, shown, idle, _ = problem(1, 2, 2)
    weight[[1, 2]] = 1e-6  # track 0 with plot 1, track 1 with plot 0
    chance = marginals(shown.track, shown.plot, weight, 2, 2)
    after, made = relabel.together(weight, shown, idle, chance)
    assert after is chance
    assert made is shown


def test_a_crowd_keeps_its_marginal_chances() -> None:
    weight, shown, idle, _ = problem(2, relabel.TRACKS + 1, 3)
    weight[:] = 1.0
    chance = marginals(shown.track, shown.plot, weight, relabel.TRACKS + 1, 3)
    assert relabel.together(weight, shown, idle, chance)[1] is shown


def test_objects_that_meet_and_part_are_kept_apart_as_by_the_mixture() -> None:
    runs = range(8)
    ours = sum(squares(truth, watched(field)) for truth, field in map(world, runs))
    mixture = sum(squares(truth, follow(field)[0]) for truth, field in map(world, runs))
    assert math.sqrt(ours / mixture) < 1.15


def test_no_track_takes_the_ghost_of_another() -> None:
    weight, shown, idle, before = problem(3, 3, 2)
    shown, idle = shown._replace(object=np.full(6, 0.6)), idle._replace(object=np.full(3, 0.6))
    chance, made = relabel.together(weight, shown, idle, before)
    here = chance.none * idle.there * 0.6 + np.bincount(made.track, made.chance * made.object, 3)
    shares = np.bincount(shown.track, chance.pair, 3)
    assert here.sum() == pytest.approx(0.6 * (shares + (1.0 - shares) * idle.there).sum())  # no object is lost, none comes to be
    ghosts = np.bincount(made.track, made.chance * (1.0 - made.object), 3)
    assert 0.0 < ghosts.sum() < 0.4 * shares.sum()
