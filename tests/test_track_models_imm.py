"""Interacting models against enumeration, against a plain Kalman filter, and for what mixing must not do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from forewarn.track.models import imm
from forewarn.track.models.measure import Position, Prior, RangeAzimuth, Sensor, WithRangeRate, update
from forewarn.track.models.motion import Ballistic, ConstantVelocity, Hover, Turn, predict

ALL = (ConstantVelocity(0.1, 0.1), ConstantVelocity(10.0, 1.0), Turn(1.0, 0.1, 0.2, 15.0), Hover(2.0, 0.3), Ballistic(0.1, 0.1))
STAY = (60.0, 10.0, 20.0, 20.0, 30.0)


def bank(suite: imm.Suite, seed: int, n: int = 6) -> imm.Bank:
    """Tracks that differ from model to model."""
    rng = np.random.Generator(np.random.PCG64(seed))
    noise = np.repeat(np.diag([25.0, 25.0, 100.0])[:, :, None], n, axis=2)
    started = imm.start(
        suite, *Position(3).born(rng.normal(0, 1000, (3, n)), noise, Prior()), rng.dirichlet(np.ones(len(suite.models)), n).T
    )
    mean = started.mean.copy()
    mean[:, :6] += rng.normal(0, 5, mean[:, :6].shape)
    return started._replace(mean=mean)


@given(dt=st.floats(0.0, 1e4), seed=st.integers(0, 50))
def test_chances_of_change_are_the_exponential_of_the_rates(dt: float, seed: int) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    suite = imm.suite(ALL, rng.uniform(1, 100, 5), rng.uniform(0.1, 1, 5))
    change = imm.switching(suite, np.array([dt]))[..., 0]
    assert change == pytest.approx(expm(suite.rates * dt), abs=1e-9)
    assert change.sum(axis=1) == pytest.approx(np.ones(5))
    assert -1.0 / np.diag(suite.rates) == pytest.approx(1.0 / (-np.diag(suite.rates)))


def test_a_model_is_left_after_its_mean_time() -> None:
    suite = imm.suite(ALL, STAY)
    assert -1.0 / np.diag(suite.rates) == pytest.approx(STAY)


@pytest.mark.parametrize(
    ("stay", "prior", "wrong"),
    [
        ((1.0,), None, "stay_s"),
        ((1.0, 0.0, 1.0, 1.0, 1.0), None, "stay_s"),
        (STAY, (1.0,), "prior"),
        (STAY, (1.0, 1.0, 0.0, 1.0, 1.0), "prior"),
    ],
)
def test_times_and_shares_must_make_sense(stay: tuple[float, ...], prior: tuple[float, ...] | None, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        imm.suite(ALL, stay, prior)


@given(seed=st.integers(0, 100))
def test_prediction_is_the_mixture_over_all_changes(seed: int) -> None:
    """Models of one size: mean and covariance of the enumerated pairs (before, after), moved by the model after."""
    models = ALL[:2]
    suite = imm.suite(models, (8.0, 3.0))
    before = bank(suite, seed)
    after = imm.predict(before, 2.0)
    change = imm.switching(suite, np.array([2.0]))[..., 0]
    for m, model in enumerate(models):
        weight = before.weight * change[:, m, None]
        total = weight.sum(axis=0)
        moved = [predict(model, before.mean[i], before.cov[i], 2.0) for i in range(2)]
        mean = sum(weight[i] * moved[i][0] for i in range(2)) / total
        spread = sum(weight[i] * (moved[i][1] + (moved[i][0] - mean)[:, None] * (moved[i][0] - mean)) for i in range(2)) / total
        assert after.weight[m] == pytest.approx(total)
        assert after.mean[m] == pytest.approx(mean)
        assert after.cov[m] == pytest.approx(spread)


@given(seed=st.integers(0, 100))
def test_mixing_biases_no_state_that_others_have_not(seed: int) -> None:
    suite = imm.suite(ALL, STAY)
    before = bank(suite, seed)
    before.mean[2, 6], before.mean[4, 6] = 0.15, -7.0
    after = imm.predict(before, 1e-9)
    assert after.mean[2, 6] == pytest.approx(np.full(6, 0.15))
    assert after.mean[4, 6] == pytest.approx(np.full(6, -7.0))
    assert after.cov[2, 6, 6] == pytest.approx(before.cov[2, 6, 6])
    assert (after.mean[[0, 1, 3], 6] == 0.0).all()
    for m, s in enumerate((6, 6, 7, 6, 7)):
        assert np.linalg.eigvalsh(np.moveaxis(after.cov[m, :s, :s], 2, 0)).min() > 0.0


def test_one_model_is_a_kalman_filter() -> None:
    model = ConstantVelocity(1.0, 0.2)
    before = bank(imm.suite((model,), (10.0,)), 3)
    z, noise = before.mean[0, :3] + 7.0, np.repeat(np.diag([25.0, 25.0, 100.0])[:, :, None], 6, axis=2)
    after, log = imm.update(imm.predict(before, 1.5), Position(3), z, noise)
    alone = update(Position(3), *predict(model, before.mean[0], before.cov[0], 1.5), z, noise)
    mean, cov = imm.combined(after)
    assert mean == pytest.approx(alone.mean)
    assert cov == pytest.approx(alone.cov)
    assert log == pytest.approx(alone.log)


@given(seed=st.integers(0, 50))
def test_the_likelihood_is_the_models_own_in_shares(seed: int) -> None:
    suite = imm.suite(ALL, STAY)
    before = imm.predict(bank(suite, seed), 1.0)
    z, noise = imm.combined(before)[0][:3], np.repeat(np.diag([25.0, 25.0, 100.0])[:, :, None], 6, axis=2)
    after, log = imm.update(before, Position(3), z, noise)
    each = np.stack([update(Position(3), before.mean[m], before.cov[m], z, noise).log for m in range(5)])
    assert log == pytest.approx(np.log((before.weight * np.exp(each)).sum(axis=0)))
    assert after.weight == pytest.approx(before.weight * np.exp(each - log))


def test_the_right_model_wins() -> None:
    suite = imm.suite(ALL, STAY)
    rng = np.random.Generator(np.random.PCG64(7))
    noise = np.repeat(np.diag([4.0, 4.0, 4.0])[:, :, None], 2, axis=2)
    t = np.arange(40.0)
    still = np.stack([0.0 * t, 0.0 * t, 50.0 + 0.0 * t])
    circle = np.stack([100.0 * np.sin(0.2 * t), 100.0 * np.cos(0.2 * t), 50.0 + 0.0 * t])
    truth = np.stack([still, circle], axis=2)
    tracks = imm.start(suite, *Position(3).born(truth[:, 0], noise, Prior()), np.ones(5))
    for k in range(1, 40):
        tracks, _ = imm.update(imm.predict(tracks, 1.0), Position(3), truth[:, k] + 2.0 * rng.standard_normal((3, 2)), noise)
    assert tracks.weight.argmax(axis=0).tolist() == [3, 2]
    assert tracks.mean[2, 6, 1] == pytest.approx(-0.2, abs=0.03)


def test_chosen_tracks_are_those_tracks() -> None:
    suite = imm.suite(ALL, STAY)
    whole = bank(suite, 1)
    pairs = np.array([4, 0, 4])
    part = imm.chosen(whole, pairs)
    radar = RangeAzimuth(Sensor((-3000.0, 100.0, 5.0)))
    z, noise = np.array([[3000.0], [1.5]]) * np.ones(3), np.repeat(np.diag([100.0, 1e-4])[:, :, None], 3, axis=2)
    after, log = imm.update(part, radar, z, noise)
    assert log[0] == log[2]
    assert (after.mean[..., 0] == after.mean[..., 2]).all()
    assert (whole.mean[..., 4] == part.mean[..., 0]).all()


@pytest.mark.parametrize("kind", [Position(3), RangeAzimuth(Sensor((0.0, 0.0, 5.0))), WithRangeRate(RangeAzimuth(Sensor((0.0, 0.0, 5.0))))])
def test_nobody_is_no_trouble(kind: Position | RangeAzimuth | WithRangeRate) -> None:
    d = {Position: 3, RangeAzimuth: 2, WithRangeRate: 3}[type(kind)]
    z, noise = np.zeros((d, 0)), np.zeros((d, d, 0))
    empty = imm.start(imm.suite(ALL, STAY), *kind.born(z, noise, Prior()), np.ones(5))
    after, log = imm.update(imm.predict(empty, 1.0), kind, z, noise)
    assert log.shape == (0,)
    assert imm.combined(after)[1].shape == (6, 6, 0)
