"""Motion against a numerical solution of the same stochastic differential equation, and the mixing against sampling-free moments."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.linalg import expm

from forewarn.track import motion, plan
from tests.track_help import site

PLAN = plan.make(site("calm = 0.4\nagile = 9.0\nspeed_sd_mps = 12.0"))


def van_loan(power: float, spread: float, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """F and Q of dx = v dt, dv = -b v dt + sqrt(power) dW by the matrix exponential (Van Loan 1978)."""
    b = power / (2 * spread**2)
    a = np.array([[0.0, 1.0], [0.0, -b]])
    q = np.array([[0.0, 0.0], [0.0, power]])
    whole = expm(np.block([[-a, q], [np.zeros((2, 2)), a.T]]) * dt)
    f = whole[2:, 2:].T
    return f, f @ whole[:2, 2:]


@given(power=st.floats(0.01, 50), spread=st.floats(0.5, 50), dt=st.floats(1e-3, 60))
def test_drift_is_the_solution_of_its_equation(power: float, spread: float, dt: float) -> None:
    assume(power / (2 * spread**2) * dt < 3)  # the oracle's own exponential grows with it
    f, q = van_loan(power, spread, dt)
    found = motion.drift(power, spread, dt)
    assert found.keep == pytest.approx(f[1, 1], rel=1e-6)
    assert found.reach == pytest.approx(f[0, 1], rel=1e-6)
    assert [found.xx, found.xv, found.vv] == pytest.approx([q[0, 0], q[0, 1], q[1, 1]], rel=1e-3)


def test_rates_keep_the_sites_spread_however_long() -> None:
    found = motion.drift(9.0, 12.0, 1e5)
    assert found.keep == pytest.approx(0.0, abs=1e-12)
    assert found.vv == pytest.approx(144.0)


def random(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    mean = rng.normal(0, 50, (2, PLAN.size, n))
    root = rng.normal(0, 1, (2, PLAN.size, PLAN.size, n))
    cov = np.einsum("mabn,mcbn->macn", root, root) + np.eye(PLAN.size)[None, :, :, None]
    model = rng.dirichlet([1, 1], n).T
    return mean, cov, model


@given(seed=st.integers(0, 1000), first=st.floats(0.01, 20), second=st.floats(0.01, 20))
def test_the_chain_of_models_does_not_care_where_time_is_cut(seed: int, first: float, second: float) -> None:
    one = motion.switching(PLAN.stay_s, first) @ motion.switching(PLAN.stay_s, second)
    assert one == pytest.approx(motion.switching(PLAN.stay_s, first + second))
    assert one.sum(axis=1) == pytest.approx([1.0, 1.0])


@given(seed=st.integers(0, 1000), dt=st.floats(0.01, 30))
def test_mixing_keeps_the_whole_mean_and_covariance(seed: int, dt: float) -> None:
    mean, cov, model = random(3, seed)
    before = motion.merged(mean, cov, model)
    after = motion.merged(*motion.mixed(mean, cov, model, motion.switching(PLAN.stay_s, dt)))
    assert after[0] == pytest.approx(before[0])
    assert after[1] == pytest.approx(before[1], rel=1e-6, abs=1e-6)


@given(seed=st.integers(0, 1000), dt=st.floats(0.0, 100))
def test_covariances_stay_symmetric_and_positive(seed: int, dt: float) -> None:
    _, cov, model = motion.predict(PLAN, *random(4, seed), dt)
    last = np.moveaxis(cov, (1, 2), (-2, -1))
    assert np.allclose(last, last.swapaxes(-1, -2), rtol=1e-9, atol=1e-9)
    assert (np.linalg.eigvalsh(last) > 0).all()
    assert model.sum(axis=0) == pytest.approx(np.ones(4))


def test_slow_errors_fade_and_keep_their_spread() -> None:
    (at, tau_s, sigma_m), mean, cov = PLAN.slow[0], np.ones((2, PLAN.size, 1)), np.zeros((2, PLAN.size, PLAN.size, 1))
    cov[:, at, at] = cov[:, at + 1, at + 1] = sigma_m**2
    motion.fade(mean, cov, np.array([(at, math.exp(-7.0 / tau_s), sigma_m)]))
    assert mean[0, at, 0] == pytest.approx(math.exp(-7.0 / tau_s))
    assert cov[0, at, at, 0] == pytest.approx(sigma_m**2)


@given(seed=st.integers(0, 1000), dt=st.floats(0.01, 60))
def test_each_model_moves_as_its_matrices_say(seed: int, dt: float) -> None:
    """Without changes of model and without slow errors: F m, and F P F' + Q, written out."""
    mean, cov, _ = random(3, seed)
    drifts = np.array([(motion.drift(q, PLAN.speed_mps, dt), motion.drift(q * PLAN.vertical, PLAN.climb_mps, dt)) for q in PLAN.power])
    moved, spread = mean.copy(), cov.copy()
    motion.move(moved, spread, drifts)
    for m in range(2):
        f, q = np.eye(PLAN.size), np.zeros((PLAN.size, PLAN.size))
        for axis, (keep, reach, xx, xv, vv) in enumerate((drifts[m, 0], drifts[m, 0], drifts[m, 1])):
            f[axis, axis + 3], f[axis + 3, axis + 3] = reach, keep
            q[axis, axis], q[axis + 3, axis + 3] = xx, vv
            q[axis, axis + 3] = q[axis + 3, axis] = xv
        assert moved[m] == pytest.approx(f @ mean[m], rel=1e-9, abs=1e-9)
        assert spread[m] == pytest.approx(np.einsum("ab,bcn,dc->adn", f, cov[m], f) + q[..., None], rel=1e-9, abs=1e-6)


def test_no_time_changes_nothing() -> None:
    mean, cov, model = random(2, 3)
    assert motion.predict(PLAN, mean, cov, model, 0.0)[0] is mean


@given(seed=st.integers(0, 1000))
def test_merged_models_have_the_moments_of_the_mixture(seed: int) -> None:
    mean, cov, model = random(4, seed)
    whole, spread = motion.merged(mean, cov, model)
    second = cov + np.einsum("man,mbn->mabn", mean, mean)
    assert whole == pytest.approx(np.einsum("mn,man->an", model, mean), rel=1e-9, abs=1e-9)
    expected = np.einsum("mn,mabn->abn", model, second) - np.einsum("an,bn->abn", whole, whole)
    assert spread == pytest.approx(expected, rel=1e-9, abs=1e-6)
