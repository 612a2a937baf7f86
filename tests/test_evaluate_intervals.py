"""Intervals against the exact binomial distribution, SciPy's, and how often they hold what they ought to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from forewarn.evaluate.intervals import between, clopper_pearson, draws, holm, upper_bound, wilson

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


@given(st.lists(st.floats(0, 1), max_size=30))
def test_holm_by_its_definition(p: list[float]) -> None:
    sure, m = holm(p), len(p)
    ranked = sorted(p)
    least_kept = next((k for k, value in enumerate(ranked) if value > 0.05 / (m - k)), m)
    assert sum(sure) == least_kept
    assert all(p[i] <= p[j] for i in range(m) for j in range(m) if sure[i] and not sure[j])
