"""The sample paths: the lattice, the knots, and the noise against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.project.paths import GENERATOR, SAMPLES, _covariance, knots_s, lattice, paths
from forewarn.site import Tracking

NEVER_CHANGES = np.array([np.inf])


def wandered(q: float, tau_s: float, t_s: np.ndarray) -> np.ndarray:
    """Variance of the integral of an Ornstein-Uhlenbeck process that starts at 0 (Gillespie 1996, Phys. Rev. E 54, eq. 2.9b)."""
    e = np.exp(-t_s / tau_s)
    return np.asarray(q * tau_s**2 * (t_s - 2 * tau_s * (1 - e) + tau_s / 2 * (1 - e * e)))


@given(st.floats(0.1, 30), st.floats(3, 30), st.floats(2, 600))
def test_noise_has_the_variance_of_a_wandering_velocity(q: float, speed_sd: float, horizon_s: float) -> None:
    knots = knots_s(horizon_s)
    variance = np.diagonal(_covariance(knots, NEVER_CHANGES, (q, q), 20.0, speed_sd)[0])
    wanted = wandered(q, 2 * speed_sd**2 / q, knots[1:])
    assert variance == pytest.approx(wanted, rel=0.03)


def test_for_short_times_it_is_near_constant_velocity() -> None:
    """Displacement of near-constant velocity: q t^3 / 3; between two times t < u: q (t^2 u / 2 - t^3 / 6)."""
    knots = knots_s(30.0)
    covariance = _covariance(knots, NEVER_CHANGES, (2.0, 2.0), 20.0, 1e6)[0]
    t, u = np.minimum.outer(knots[1:], knots[1:]), np.maximum.outer(knots[1:], knots[1:])
    assert covariance == pytest.approx(2.0 * (t * t * u / 2 - t**3 / 6), rel=0.01)


def test_a_change_of_model_changes_the_noise_from_then_on() -> None:
    knots = knots_s(30.0)
    early, late, never = _covariance(knots, np.array([0.0, 15.0, np.inf]), (0.5, 10.0), 20.0, 10.0)
    end = early[-1, -1], late[-1, -1], never[-1, -1]
    assert end[0] > end[1] > end[2]
    before = knots[1:] < 15.0
    assert late[:, before][before] == pytest.approx(never[:, before][before], rel=1e-4)


def test_samples_have_the_noise_they_should() -> None:
    ways = paths(Tracking(), 30.0)
    for model in (0, 1):
        east, north, _ = ways.noise[model]
        assert np.abs(east.mean(axis=1)).max() < 0.1 * east.std(axis=1).max()
        assert east.std(axis=1)[1:] == pytest.approx(north.std(axis=1)[1:], rel=0.15)
        assert abs(np.corrcoef(east[-1], north[-1])[0, 1]) < 0.1
    steady = paths(Tracking(calm=3.0, agile=3.0), 30.0)
    assert steady.noise[0, 0].std(axis=1)[1:] == pytest.approx(np.sqrt(wandered(3.0, 200 / 3, steady.knots_s[1:])), rel=0.1)
    assert (steady.noise[0, 0].std(axis=1)[1:] <= steady.spread_m[0, 1:] * 1.1).all()


def test_upwards_noise_is_scaled_as_the_speeds_are() -> None:
    ways = paths(Tracking(calm=3.0, agile=3.0, speed_sd_mps=10.0, climb_sd_mps=2.0), 30.0)
    assert ways.noise[0, 2, -1].std() == pytest.approx(0.2 * ways.noise[0, 0, -1].std(), rel=0.1)


@pytest.mark.parametrize("horizon_s", [0.5, 2.0, 10.0, 30.0, 60.0, 600.0])
def test_knots_begin_now_and_end_at_the_horizon(horizon_s: float) -> None:
    knots = knots_s(horizon_s)
    assert knots[0] == 0.0
    assert knots[-1] == horizon_s
    assert (np.diff(knots) > 0).all()


def test_no_two_coordinates_of_the_lattice_go_together() -> None:
    dimensions = 8 + 3 * (len(knots_s(600.0)) - 1)
    cube = lattice(SAMPLES, dimensions)
    assert (np.sort(cube, axis=1) == (np.arange(SAMPLES) + 0.5) / SAMPLES).all()
    steps = [pow(GENERATOR, j, SAMPLES) for j in range(dimensions)]
    assert len({min(s, SAMPLES - s) for s in steps}) == dimensions


def test_the_same_settings_give_the_same_samples() -> None:
    assert paths(Tracking(), 30.0) is paths(Tracking(), 30.0)
    assert (paths(Tracking(), 30.0).noise != paths(Tracking(agile=11.0), 30.0).noise).any()
