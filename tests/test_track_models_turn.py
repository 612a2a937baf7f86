"""The turn against a closed-form circle, against many flights drawn from its equation, and against itself cut in two."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.track.models.motion import ConstantVelocity, Turn, predict

KNOWN = Turn(1e-9, 1e-9, 1e-9, 1e9)


def state(rate: float, spread: tuple[float, ...], n: int = 1) -> tuple[np.ndarray, np.ndarray]:
    mean = np.repeat(np.array([100.0, -50.0, 80.0, 30.0, 10.0, 2.0, rate])[:, None], n, axis=1)
    return mean, np.repeat(np.diag(np.square(spread))[:, :, None], n, axis=2)


@given(rate=st.floats(-1.5, 1.5), dt=st.floats(0.0, 20.0))
def test_a_known_turn_is_a_circle(rate: float, dt: float) -> None:
    mean, cov = state(rate, (1e-6,) * 6 + (1e-9,))
    moved, _ = predict(KNOWN, mean, cov, dt)
    heading, speed = math.atan2(10.0, 30.0) + rate * dt, math.hypot(30.0, 10.0)
    velocity = speed * np.array([math.cos(heading), math.sin(heading)])
    if abs(rate) > 1e-6:
        radius = speed / rate
        start = math.atan2(10.0, 30.0)
        centre = np.array([100.0 - radius * math.sin(start), -50.0 + radius * math.cos(start)])
        place = centre + radius * np.array([math.sin(heading), -math.cos(heading)])
        assert moved[:2, 0] == pytest.approx(place, abs=1e-4 + 1e-9 / rate**2)
    assert moved[3:5, 0] == pytest.approx(velocity, abs=1e-5)
    assert [moved[2, 0], moved[5, 0]] == pytest.approx([80.0 + 2.0 * dt, 2.0])


def test_without_a_turn_it_is_near_constant_velocity() -> None:
    mean, cov = state(0.0, (5.0, 5.0, 5.0, 3.0, 3.0, 1.0, 1e-9))
    straight = predict(ConstantVelocity(2.0, 0.3), mean[:6], cov[:6, :6], 4.0)
    turned = predict(Turn(2.0, 0.3, 1e-9, 1e9), mean, cov, 4.0)
    assert turned[0][:6] == pytest.approx(straight[0], abs=1e-4)
    assert turned[1][:6, :6] == pytest.approx(straight[1], rel=1e-5, abs=1e-5)


def drawn(model: Turn, mean: np.ndarray, cov: np.ndarray, dt: float, n: int = 40_000, fine: int = 200) -> np.ndarray:
    """Flights of the equation itself (Euler and Maruyama, the turn by its midpoint)."""
    rng = np.random.Generator(np.random.PCG64(8))
    x = mean + np.sqrt(np.diag(cov[..., 0]))[:, None] * rng.standard_normal((7, n))
    h = dt / fine
    for _ in range(fine):
        turn = x[6] * h
        ve, vn = x[3].copy(), x[4].copy()
        x[:3] += h * x[3:6]
        x[3] += -turn * (vn + 0.5 * turn * ve) + math.sqrt(model.level * h) * rng.standard_normal(n)
        x[4] += turn * (ve - 0.5 * turn * vn) + math.sqrt(model.level * h) * rng.standard_normal(n)
        x[5] += math.sqrt(model.climb * h) * rng.standard_normal(n)
        x[6] += -x[6] * h / model.tau + model.rate * math.sqrt(2 * h / model.tau) * rng.standard_normal(n)
    return x


@pytest.mark.parametrize(("dt", "near"), [(1.0, 0.03), (4.0, 0.12)])  # a Gaussian after each step: the longer, the rounder the truth
def test_moments_are_those_of_many_flights(dt: float, near: float) -> None:
    model = Turn(0.8, 0.1, 0.15, 12.0)
    mean, cov = state(0.1, (5.0, 5.0, 5.0, 3.0, 3.0, 1.0, 0.12))
    flights = drawn(model, mean, cov, dt)
    moved, spread = predict(model, mean, cov, dt)
    scale = np.sqrt(np.diag(spread[..., 0]))
    assert (moved[:, 0] - flights.mean(axis=1)) / scale == pytest.approx(np.zeros(7), abs=near)
    assert (spread[..., 0] - np.cov(flights)) / np.outer(scale, scale) == pytest.approx(np.zeros((7, 7)), abs=near)


@given(first=st.floats(0.1, 2.0), second=st.floats(0.1, 2.0), seed=st.integers(0, 99))
def test_cutting_an_interval_changes_little(first: float, second: float, seed: int) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    model = Turn(0.8, 0.1, 0.05, 12.0)
    mean, cov = state(float(rng.normal(0, 0.2)), (5.0, 5.0, 5.0, 2.0, 2.0, 1.0, 0.03))
    at_once = predict(model, mean, cov, first + second)
    in_two = predict(model, *predict(model, mean, cov, first), second)
    scale = np.sqrt(np.diag(at_once[1][..., 0]))
    # of 6,400 on a grid the worst is 0.098, of those that hypothesis found 0.115
    assert (at_once[0] - in_two[0])[:, 0] / scale == pytest.approx(np.zeros(7), abs=0.15)
    assert (at_once[1] - in_two[1])[..., 0] / np.outer(scale, scale) == pytest.approx(np.zeros((7, 7)), abs=0.15)


def test_after_an_hour_it_is_anywhere_and_still_sound() -> None:
    mean, cov = state(0.3, (5.0, 5.0, 5.0, 3.0, 3.0, 1.0, 0.2))
    moved, spread = predict(Turn(0.8, 0.1, 0.15, 12.0), mean, cov, 3600.0)
    assert np.isfinite(moved).all()
    assert np.linalg.eigvalsh(spread[..., 0]).min() > 0.0
    assert math.sqrt(spread[6, 6, 0]) == pytest.approx(0.15, rel=1e-3)


@given(seed=st.integers(0, 200))
def test_whatever_turns_it_stays_sound(seed: int) -> None:
    """Any rate, spread and interval: numbers, a covariance that is one, and no object that depends on its company."""
    rng = np.random.Generator(np.random.PCG64(seed))
    root = rng.normal(0, 1, (7, 7, 4)) * 10.0 ** rng.uniform(-2, 2, (7, 1, 4))
    root[6] *= 0.01
    mean, cov, dt = rng.normal(0, 100, (7, 4)), np.einsum("abn,cbn->acn", root, root), 10.0 ** rng.uniform(-3, 2, 4)
    mean[6] = rng.normal(0, 1, 4)
    model = Turn(0.8, 0.1, 0.15, 12.0)
    moved, spread = predict(model, mean, cov, dt)
    scale = np.sqrt(np.einsum("aan->an", spread))
    assert np.isfinite(moved).all()
    assert np.linalg.eigvalsh(np.moveaxis(spread / scale / scale[:, None], 2, 0)).min() > -1e-9
    alone = predict(model, mean[:, 2:3], cov[..., 2:3], dt[2:3])
    assert (alone[0][:, 0] == moved[:, 2]).all()
    assert (alone[1][..., 0] == spread[..., 2]).all()
