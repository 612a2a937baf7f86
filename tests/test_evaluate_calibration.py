"""Reliability against scikit-learn's curve, and against what a perfect observer must get."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from forewarn.evaluate.calibration import BINS, EDGES, Bins, added, as_array, binned, expected_error, greatest_error

samples = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200)


@given(samples)
def test_the_curve_is_scikit_learns(pairs: list[tuple[float, bool]]) -> None:
    said, came = zip(*pairs, strict=True)
    n, sums, hits = as_array(binned(said, came))
    theirs_came, theirs_said = calibration_curve(np.array(came, dtype=int), np.array(said), n_bins=BINS)
    full = n > 0
    np.testing.assert_allclose(hits[full] / n[full], theirs_came)
    np.testing.assert_allclose(sums[full] / n[full], theirs_said)


@given(samples)
def test_the_error_is_its_definition(pairs: list[tuple[float, bool]]) -> None:
    said, came = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    error = 0.0
    for i, (low, high) in enumerate(itertools.pairwise(EDGES)):
        own = (said > low) & (said <= high) if i else said <= high
        if own.any():
            error += own.sum() / len(said) * abs(said[own].mean() - came[own].mean())
    assert expected_error(as_array(binned(said, came))) == pytest.approx(error, abs=1e-12)


@settings(max_examples=30)
@given(samples, samples)
def test_runs_add_up(a: list[tuple[float, bool]], b: list[tuple[float, bool]]) -> None:
    both, one, two = (binned(*zip(*pairs, strict=True)) for pairs in (a + b, a, b))
    np.testing.assert_allclose(as_array(added([one, two])), as_array(both))


def test_whoever_says_what_is_so_has_no_error() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    said = rng.uniform(size=200_000)
    counts = as_array(binned(said, rng.uniform(size=said.size) < said))
    assert expected_error(counts) < 0.01
    assert greatest_error(counts) < 0.02


def test_the_greatest_error_takes_bins_with_enough_samples_alone() -> None:
    sure, few = binned(np.full(500, 0.95), np.full(500, True)), binned(np.full(499, 0.25), np.full(499, True))
    assert greatest_error(as_array(added([sure, few]))) == pytest.approx(0.05)
    assert np.isnan(greatest_error(as_array(few)))


def test_nothing_said_has_no_error_at_all() -> None:
    assert np.isnan(expected_error(as_array(Bins())))
    assert added([]) == Bins()


@pytest.mark.parametrize(("said", "came"), [([1.1], [True]), ([-0.1], [False]), ([float("nan")], [True]), ([0.5, 0.5], [True])])
def test_what_is_no_chance_is_refused(said: list[float], came: list[bool]) -> None:
    with pytest.raises(ValueError, match="chances from 0 to 1"):
        binned(said, came)
