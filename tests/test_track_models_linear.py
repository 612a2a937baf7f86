"""Linear motion against numeric solutions of its equations, and against plain matrices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from forewarn.track.models import linear
from forewarn.track.models.motion import Ballistic, ConstantVelocity, Hover, Motion, OrnsteinUhlenbeck, Turn, extend, predict

MODELS = (ConstantVelocity(2.0, 0.5), OrnsteinUhlenbeck(2.0, 0.5, 12.0, 3.0), Hover(2.5, 0.4))
Linear = ConstantVelocity | OrnsteinUhlenbeck | Hover
times = st.floats(1e-3, 60.0)


def one(model: Linear, dt: float) -> tuple[np.ndarray, np.ndarray]:
    f, q = model.matrices(np.array([dt]))
    return f[..., 0], q[..., 0]


def integrated(keep_per_s: float, power: float, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """F, and Q by Simpson's rule over the noise's path, of dx = v dt, dv = -b v dt + root(power) dW."""
    a = np.array([[0.0, 1.0], [0.0, -keep_per_s]])
    at = np.linspace(0.0, dt, 101)
    paths = np.array([expm(a * t) for t in at])[:, :, 1]
    weights = np.full(101, 2.0)
    weights[1::2], weights[[0, -1]] = 4.0, 1.0
    q = power * np.einsum("k,ka,kb->ab", weights * dt / 300.0, paths, paths)
    return expm(a * dt), q


@pytest.mark.parametrize("dt", [0.1, 1.0, 7.0])
@pytest.mark.parametrize(
    ("axis", "rate", "power"),
    [
        (linear.wandering(2.0, np.array([0.1, 1.0, 7.0])), 0.0, 2.0),
        (linear.fading(2.5, 0.4, np.array([0.1, 1.0, 7.0])), 0.4, 2.0 * 0.16 / 2.5),
    ],
)
def test_an_axis_is_the_solution_of_its_equation(axis: np.ndarray, rate: float, power: float, dt: float) -> None:
    keep, reach, xx, xv, vv = axis[:, [0.1, 1.0, 7.0].index(dt)]
    f, q = integrated(rate, power, dt)
    assert [1.0, reach, keep] == pytest.approx([f[0, 0], f[0, 1], f[1, 1]])
    assert [xx, xv, vv] == pytest.approx([q[0, 0], q[0, 1], q[1, 1]], rel=1e-6)


@pytest.mark.parametrize("model", MODELS)
@given(first=times, second=times)
def test_it_does_not_matter_where_time_is_cut(model: Linear, first: float, second: float) -> None:
    (fa, qa), (fb, qb), (f, q) = one(model, first), one(model, second), one(model, first + second)
    assert fb @ fa == pytest.approx(f)
    assert fb @ qa @ fb.T + qb == pytest.approx(q, rel=1e-6, abs=1e-12)


@given(x=st.floats(1e-7, 1e-2))
def test_the_series_meets_the_closed_form(x: float) -> None:
    exact = np.float64(x**3 * (2 / 3 - x / 2 + 7 * x**2 / 30 - x**3 / 12))
    assert linear.fading(1.0, 1.0, np.array([x]))[2, 0] == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize("model", MODELS)
def test_moving_is_what_the_matrices_say(model: Linear) -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    root = rng.normal(0, 1, (7, 7, 20))
    mean, cov, dt = rng.normal(0, 50, (7, 20)), np.einsum("abn,cbn->acn", root, root), rng.uniform(0, 10, 20)
    f, q = np.zeros((2, 7, 7, 20))
    f[:6, :6], q[:6, :6] = model.matrices(dt)
    f[6, 6] = 1.0
    moved, spread = predict(model, mean, cov, dt)
    assert moved == pytest.approx(np.einsum("abn,bn->an", f, mean))
    assert spread == pytest.approx(np.einsum("abn,bcn,dcn->adn", f, cov, f) + q)
    assert (spread == spread.swapaxes(0, 1)).all()


@pytest.mark.parametrize("model", [*MODELS, Turn(1.0, 0.1, 0.2, 10.0), Ballistic(0.1, 0.1)])
def test_no_time_changes_nothing(model: Motion) -> None:
    rng = np.random.Generator(np.random.PCG64(2))
    root = rng.normal(0, 10, (6, 6, 3))
    mean, cov = extend(model, rng.normal(0, 50, (6, 3)), np.einsum("abn,cbn->acn", root, root))
    moved, spread = predict(model, mean, cov, [0.0, 5.0, 0.0])
    assert (moved[:, ::2] == mean[:, ::2]).all()
    assert (spread[..., ::2] == cov[..., ::2]).all()
    assert (moved[:, 1] != mean[:, 1]).any()


def test_an_interval_is_one_or_one_each() -> None:
    mean, cov = extend(MODELS[0], np.ones((6, 3)), np.repeat(np.eye(6)[:, :, None], 3, axis=2))
    one_for_all = predict(MODELS[0], mean, cov, 2.0)
    each = predict(MODELS[0], mean, cov, [2.0, 2.0, 2.0])
    assert all((a == b).all() for a, b in zip(one_for_all, each, strict=True))
    assert (mean == 1.0).all()  # what was given is as it was


@pytest.mark.parametrize("bad", [-1.0, float("nan"), [1.0, -2.0, 3.0], float("inf")])
def test_no_time_before_now(bad: object) -> None:
    with pytest.raises(ValueError, match=r"dt: .* not below nought"):
        predict(MODELS[0], np.zeros((6, 3)), np.zeros((6, 6, 3)), bad)  # type: ignore[arg-type]


def test_states_behind_the_sixth_start_from_the_models_own_prior() -> None:
    mean, cov = extend(Turn(1.0, 0.1, 0.2, 10.0), np.ones((6, 2)), np.repeat(np.eye(6)[:, :, None], 2, axis=2))
    assert mean[6] == pytest.approx(0.0)
    assert cov[6, 6] == pytest.approx(0.04)
    assert (cov[6, :6] == 0.0).all()
