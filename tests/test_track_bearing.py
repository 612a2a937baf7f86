"""Bearings: the linearisation against sampling, far from the sensor, near it and across north's seam."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.track import bearing
from forewarn.track.belief import Belief
from forewarn.track.match import GATE
from tests.test_track_match import tracks

SPOT = (0.0, 0.0, 0.0)


def around(east: float, north: float, sigma: float) -> Belief:
    """One track about a place, round in the horizontal."""
    prior = tracks(1, 1)
    mean, cov = np.zeros_like(prior.mean), np.zeros_like(prior.cov)
    mean[:, 0], mean[:, 1] = east, north
    cov[:, range(cov.shape[1]), range(cov.shape[1])] = 1.0
    cov[:, 0, 0] = cov[:, 1, 1] = sigma**2
    return prior.but(mean=mean, cov=cov)


@pytest.mark.parametrize(("east", "north", "sigma"), [(500.0, 300.0, 20.0), (-400.0, -3.0, 60.0), (5.0, -300.0, 80.0), (60.0, 0.0, 20.0)])
def test_expected_azimuth_and_its_spread_are_those_of_samples(east: float, north: float, sigma: float) -> None:
    azimuth, spread, cross = bearing.regression(around(east, north, sigma), SPOT)
    rng = np.random.default_rng(1)
    x = np.array([[east], [north]]) + sigma * rng.normal(size=(2, 400_000))
    middle = np.arctan2(east, north)
    turn = (np.arctan2(x[0], x[1]) - middle + np.pi) % (2 * np.pi) - np.pi
    assert azimuth[0, 0] - middle == pytest.approx(turn.mean(), abs=0.02)
    assert np.sqrt(spread[0, 0]) == pytest.approx(turn.std(), rel=0.12)
    sampled = ((x - x.mean(axis=1, keepdims=True)) * (turn - turn.mean())).mean(axis=1)
    assert cross[0, :2, 0] == pytest.approx(sampled, rel=0.15, abs=0.05 * sigma * turn.std())


def test_far_away_it_is_the_plain_extended_kalman_filter() -> None:
    _, spread, cross = bearing.regression(around(0.0, 10_000.0, 10.0), SPOT)
    assert spread[0, 0] == pytest.approx((10.0 / 10_000.0) ** 2, rel=1e-4)
    assert cross[0, 0, 0] == pytest.approx(100.0 / 10_000.0, rel=1e-4)


def test_across_the_seam_at_south() -> None:
    """South is where arctan2(east, north) jumps: a track a little to one side, a bearing a little to the other."""
    prior = around(3.0, -500.0, 20.0)
    pair = bearing.pairs(prior, SPOT, np.array([-np.pi + 0.01]), np.full((1, 1), 0.01**2))
    assert pair.track.tolist() == [0]
    assert -10.0 < pair.mean[0, 0, 0] < 3.0


def test_a_track_over_the_sensor_learns_next_to_nothing() -> None:
    prior = around(2.0, 1.0, 50.0)
    pair = bearing.pairs(prior, SPOT, np.array([0.3]), np.full((1, 1), 0.02**2))
    cov = pair.cov[0, :2, :2, 0]
    assert (np.linalg.eigvalsh(cov) > 0.15 * 2500).all()


def test_an_update_takes_uncertainty_across_and_leaves_it_along() -> None:
    pair = bearing.pairs(around(0.0, 400.0, 40.0), SPOT, np.array([0.02]), np.full((1, 1), 0.02**2))
    assert np.sqrt(pair.cov[0, 0, 0, 0]) < 9.0
    assert np.sqrt(pair.cov[0, 1, 1, 0]) == pytest.approx(40.0, rel=0.02)


@given(st.integers(0, 300), st.floats(0.01, 1.0))
def test_pairs_are_those_inside_the_gate_with_the_kalman_update_of_each(seed: int, sigma: float) -> None:
    """Written out pair by pair, from the regression: K = C / S, m + K nu, P - K C'."""
    prior, lines = tracks(6, seed, spread=200.0), np.linspace(-3.1, 3.1, 4)
    variance = sigma**2 * np.linspace(1.0, 2.0, 24).reshape(6, 4)
    azimuth, spread, cross = bearing.regression(prior, SPOT)
    turn = np.angle(np.exp(1j * (lines - azimuth[:, :, None])))
    s = spread[:, :, None] + variance
    found = bearing.pairs(prior, SPOT, lines, variance)
    inside = np.nonzero((turn**2 / s < GATE[1]).any(axis=0))
    assert [found.track.tolist(), found.plot.tolist()] == [part.tolist() for part in inside]
    for k, (i, b) in enumerate(zip(*inside, strict=True)):
        for m in range(3):
            gain = cross[m, :, i] / s[m, i, b]
            assert found.log[m, k] == pytest.approx(-0.5 * (turn[m, i, b] ** 2 / s[m, i, b] + np.log(2 * np.pi * s[m, i, b])))
            assert found.mean[m, :, k] == pytest.approx(prior.mean[m, :, i] + gain * turn[m, i, b])
            assert found.cov[m, :, :, k] == pytest.approx(prior.cov[m, :, :, i] - np.outer(gain, cross[m, :, i]), abs=1e-9)
