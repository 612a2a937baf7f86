"""The Kalman parts against the exact posterior of a whole trajectory, and against exact arithmetic where digits cancel."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from forewarn.track.models import kalman
from forewarn.track.models.measure import Position, update
from forewarn.track.models.motion import ConstantVelocity, Hover, OrnsteinUhlenbeck, predict

Linear = ConstantVelocity | OrnsteinUhlenbeck | Hover


@pytest.mark.parametrize("model", [ConstantVelocity(2.0, 0.5), OrnsteinUhlenbeck(2.0, 0.5, 12.0, 3.0), Hover(2.5, 0.4)])
@pytest.mark.parametrize("axes", [2, 3])
@given(seed=st.integers(0, 100))
def test_the_filter_is_the_inversion_of_the_whole_trajectory(model: Linear, axes: int, seed: int) -> None:
    """All states stacked, mean and covariance of the joint Gaussian, conditioned on all measurements at once."""
    rng = np.random.Generator(np.random.PCG64(seed))
    looks, s = 5, 6
    gaps = rng.uniform(0.1, 4.0, looks - 1)
    start, root = rng.normal(0, 100, s), rng.normal(0, 10, (s, s))
    first = root @ root.T + np.eye(s)
    noise = np.diag(rng.uniform(1.0, 50.0, axes))
    z = rng.normal(0, 100, (axes, looks))
    stacked = np.zeros(s * looks)
    joint = np.zeros((s * looks, s * looks))
    stacked[:s], joint[:s, :s] = start, first
    for k, dt in enumerate(gaps, 1):
        f, q = (part[..., 0] for part in model.matrices(np.array([dt])))
        here, before = slice(s * k, s * k + s), slice(s * k - s, s * k)
        stacked[here] = f @ stacked[before]
        joint[here, : s * k] = f @ joint[before, : s * k]
        joint[: s * k, here] = joint[here, : s * k].T
        joint[here, here] = f @ joint[before, before] @ f.T + q
    h = np.kron(np.eye(looks), np.eye(s)[:axes])
    spread = h @ joint @ h.T + np.kron(np.eye(looks), noise)
    apart = z.T.ravel() - h @ stacked
    gain = joint @ h.T @ np.linalg.inv(spread)
    last_mean, last_cov = (stacked + gain @ apart)[-s:], (joint - gain @ h @ joint)[-s:, -s:]

    mean, cov, log = start[:, None], first[:, :, None], 0.0
    for k in range(looks):
        if k:
            mean, cov = predict(model, mean, cov, gaps[k - 1])
        found = update(Position(axes), mean, cov, z[:, k : k + 1], noise[:, :, None])
        mean, cov, log = found.mean, found.cov, log + found.log[0]
    assert mean[:, 0] == pytest.approx(last_mean, rel=1e-7, abs=1e-6)
    assert cov[..., 0] == pytest.approx(last_cov, rel=1e-6, abs=1e-6)
    assert log == pytest.approx(multivariate_normal(h @ stacked, spread).logpdf(z.T.ravel()), rel=1e-9)


def exact(cov: np.ndarray, a: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """The updated covariance of one object in rational numbers."""
    p, h, r = ([[Fraction(float(x)) for x in row] for row in m] for m in (cov, a, noise))
    s, d, k = len(p), len(h), len(h[0])
    pht = [[sum((p[i][m] * h[c][m] for m in range(k)), Fraction(0)) for c in range(d)] for i in range(s)]
    inner = [[sum((h[c][m] * pht[m][e] for m in range(k)), Fraction(0)) + r[c][e] for e in range(d)] for c in range(d)]
    det = inner[0][0] * inner[1][1] - inner[0][1] * inner[1][0]
    inverse = [[inner[1][1] / det, -inner[0][1] / det], [-inner[1][0] / det, inner[0][0] / det]]
    return np.array(
        [
            [float(p[i][j] - sum(pht[i][c] * inverse[c][e] * pht[j][e] for c in range(d) for e in range(d))) for j in range(s)]
            for i in range(s)
        ]
    )


@given(seed=st.integers(0, 300), digits=st.integers(0, 13))
def test_no_precision_makes_it_unsound(seed: int, digits: int) -> None:
    """Measurements up to 1e13 times as sharp as the state: symmetric, positive definite, and right."""
    rng = np.random.Generator(np.random.PCG64(seed))
    root = rng.normal(0, 1, (4, 4))
    cov = root @ root.T + 0.01 * np.eye(4)
    a = rng.normal(0, 1, (2, 3))
    noise = 10.0**-digits * np.diag(rng.uniform(1.0, 3.0, 2))
    found = kalman.update(np.zeros((1, 4, 1)), cov[None, :, :, None], a[:, :, None], np.ones((1, 2, 1)), noise[:, :, None])
    after = found.cov[0, ..., 0]
    assert (after == after.T).all()
    true = exact(cov, a, noise)
    scale = np.sqrt(np.diag(true))
    assert np.linalg.eigvalsh(after).min() > 0.0
    assert after / np.outer(scale, scale) == pytest.approx(true / np.outer(scale, scale), abs=1e-3)


@given(seed=st.integers(0, 100))
def test_all_models_at_once_are_each_alone(seed: int) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    root = rng.normal(0, 1, (3, 6, 6, 4))
    cov, mean = np.einsum("mabn,mcbn->macn", root, root), rng.normal(0, 1, (3, 6, 4))
    a, noise = rng.normal(0, 1, (2, 3, 4)), np.repeat(np.eye(2)[:, :, None], 4, axis=2)
    apart = rng.normal(0, 1, (3, 2, 4))
    whole = kalman.update(mean, cov, a, apart, noise)
    for m in range(3):
        alone = kalman.update(mean[m : m + 1], cov[m : m + 1], a, apart[m : m + 1], noise)
        assert all((one[0] == many[m]).all() for one, many in zip(alone, whole, strict=True))
