"""Intervals against the exact binomial distribution, SciPy's, and how often they hold what they ought to."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from forewarn.evaluate.intervals import between, clopper_pearson, draws, stepdown, upper_bound, wilson

cases = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(cases)
def test_shares_against_scipy(case: tuple[int, int]) -> None:
    hits, n = case
    theirs = stats.binomtest(hits, n)
    wilsons, exact = (theirs.proportion_ci(0.95, method=method) for method in ("wilson", "exact"))
    assert wilson(hits, n) == pytest.approx((wilsons.low, wilsons.high), abs=1e-9)
    assert clopper_pearson(hits, n) == pytest.approx((exact.low, exact.high), abs=1e-9)


@given(cases)
def test_the_upper_bound_solves_the_binomial_distribution(case: tuple[int, int]) -> None:
    hits, n = case
    bound = upper_bound(hits, n)
    if hits == n:
        assert bound == 1.0
    else:
        assert stats.binom.cdf(hits, n, bound) == pytest.approx(0.05, abs=1e-9)


def test_no_miss_in_n_has_the_closed_form_bound() -> None:
    assert upper_bound(0, 59) == pytest.approx(1 - 0.05 ** (1 / 59))  # the "rule of three", exactly
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("hits", "n"), [(2, 1), (-1, 3)])
def test_what_is_no_share_is_refused(hits: int, n: int) -> None:
    for interval in (wilson, clopper_pearson, upper_bound):
        with pytest.raises(ValueError, match="wanted a share"):
            interval(hits, n)


def test_draws_keep_each_stratum_at_its_size() -> None:
    strata = ["a"] * 3 + ["b"] * 5
    weights = draws(strata, 200)
    for stratum, size in (("a", 3), ("b", 5)):
        own = weights[:, [s == stratum for s in strata]]
        assert (own.sum(axis=1) == size).all()
    np.testing.assert_array_equal(weights, draws(strata, 200))


def test_runs_that_are_alone_in_their_stratum_are_drawn_among_each_other() -> None:
    weights = draws(["a", "b", "b", "c", "d"], 300)
    assert (weights[:, [0, 3, 4]].sum(axis=1) == 3).all()
    assert weights[:, 0].std() > 0
    assert (draws(["a"], 5) == 1).all()


def test_the_bootstraps_spread_is_that_of_the_mean() -> None:
    rng = np.random.Generator(np.random.PCG64(2))
    values = rng.normal(size=400)
    low, high = between(draws([""] * 400, 4000) @ values / 400)
    assert low is not None
    assert high is not None
    half = 1.96 * values.std() / 20
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.01)


def test_the_bootstrap_of_whole_runs_is_wider_where_a_runs_cases_are_alike() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    each = np.repeat(rng.integers(0, 2, size=60), 10).reshape(60, 10)  # ten like cases a run
    low, high = between(draws([""] * 60, 2000) @ each.sum(axis=1) / 600)
    assert low is not None
    assert high is not None
    least, most = wilson(each.sum(), 600)
    assert high - low > 2 * (most - least)


def test_values_that_are_none_are_left_out() -> None:
    assert between(np.array([np.nan, 1.0, 1.0])) == (1.0, 1.0)
    assert between(np.array([np.nan, np.nan, 1.0])) == (None, None)
    assert between(np.array([])) == (None, None)


def stepped(found: list[float], chance: list[list[float]]) -> list[float]:
    """Westfall and Young's rule as they put it: one finding after the other, the greatest first."""
    scale = [math.sqrt(sum(row[k] ** 2 for row in chance) / len(chance)) or math.inf for k in range(len(found))]
    left = sorted(range(len(found)), key=lambda k: -abs(found[k]) / scale[k])
    p, last = [0.0] * len(found), 0.0
    while left:
        size = abs(found[left[0]]) / scale[left[0]]
        more = sum(max(abs(row[k]) / scale[k] for k in left) >= size * (1 - 1e-9) for row in chance)
        last = p[left[0]] = max(last, (1 + more) / (1 + len(chance)))
        left = left[1:]
    return p


@given(st.integers(1, 6), st.integers(1, 12), st.integers(0, 1000))
def test_stepdown_by_its_definition(findings: int, times: int, seed: int) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    found, chance = rng.integers(-9, 10, size=findings).astype(float), rng.integers(-5, 6, size=(times, findings)).astype(float)
    assert stepdown(found, chance).tolist() == pytest.approx(stepped(found.tolist(), chance.tolist()))


def test_a_real_finding_hides_no_other_and_lifts_none() -> None:
    """One hundred findings, two of them real: those are named, the others hardly ever."""
    rng = np.random.Generator(np.random.PCG64(8))
    wrong = 0
    for _ in range(200):
        chance, found = rng.normal(size=(400, 100)), rng.normal(size=100)
        found[:2] = 9.0, -7.0
        p = stepdown(found, chance)
        assert (p[:2] <= 0.05).all()
        wrong += bool((p[2:] <= 0.05).any())
    assert wrong <= 20, "5 % of 200, and three deviations"


def test_what_is_not_a_number_is_no_finding() -> None:
    assert stepdown(np.array([np.nan, 0.0]), np.array([[np.nan, 1.0], [2.0, 0.0]])).tolist() == [1.0, 1.0]
