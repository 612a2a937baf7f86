"""The joint Gaussian against direct inversion: information adds up, priors come in when it is read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from forewarn.track.errors import joint

T = 1_600_000_000_000_000_000


def comparisons(seed: int, k: int, sensors: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Jacobians (2, B, k), differences (2, k) and noise (2, 2, k)."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(2, 2, k))
    noise = np.einsum("abk,cbk->ack", root, root) + 0.5 * np.eye(2)[..., None]
    return rng.normal(size=(2, joint.EACH * sensors, k)), rng.normal(size=(2, k)), noise


def inverse(noise: np.ndarray) -> np.ndarray:
    return np.moveaxis(np.linalg.inv(np.moveaxis(noise, -1, 0)), 0, -1)


@given(seed=st.integers(0, 10_000), k=st.integers(1, 6), sensors=st.integers(1, 3))
def test_it_is_the_posterior_of_one_batch(seed: int, k: int, sensors: int) -> None:
    """Against the joint Gaussian of errors and differences, conditioned; and its evidence against the density of the differences."""
    h, y, noise = comparisons(seed, k, sensors)
    sd = np.abs(np.random.default_rng(seed + 1).normal(size=joint.EACH * sensors)) + 0.1
    found = joint.add(joint.nothing(sensors), T, h, y, inverse(noise), np.ones(k))
    read = joint.read(found, sd)
    big = np.concatenate([h[..., j] for j in range(k)])
    r = np.zeros((2 * k, 2 * k))
    for j in range(k):
        r[2 * j : 2 * j + 2, 2 * j : 2 * j + 2] = noise[..., j]
    p = np.diag(sd**2)
    s = big @ p @ big.T + r
    gain = p @ big.T @ np.linalg.inv(s)
    flat = y.T.ravel()
    assert np.allclose(read.mean, gain @ flat, atol=1e-9)
    assert np.allclose(read.cov, p - gain @ big @ p, atol=1e-9)
    gained = multivariate_normal(cov=s).logpdf(flat) - multivariate_normal(cov=r).logpdf(flat)
    assert joint.evidence(found, sd) == pytest.approx(gained, abs=1e-8)


@given(seed=st.integers(0, 1000))
def test_comparisons_one_by_one_are_the_same_as_together(seed: int) -> None:
    h, y, noise = comparisons(seed, 4, 2)
    together = joint.add(joint.nothing(2), T, h, y, inverse(noise), np.ones(4))
    each = joint.nothing(2)
    for j in range(4):
        each = joint.add(each, T, h[..., [j]], y[:, [j]], inverse(noise)[..., [j]], np.ones(1))
    assert np.allclose(together.information, each.information)
    assert np.allclose(together.pull, each.pull)


def test_an_error_that_is_known_stays_known_and_what_only_a_difference_tells_stays_open() -> None:
    h = np.zeros((1, 6, 50))
    h[0, 0], h[0, 3] = 1.0, -1.0
    found = joint.add(joint.nothing(2), T, h, np.full((1, 50), 0.3), np.full((1, 1, 50), 100.0), np.ones(50))
    known = joint.read(found, np.array([1.0, 0, 0, 0.0, 0, 0]))
    assert known.mean[3] == known.cov[3, 3] == 0.0
    assert known.mean[0] == pytest.approx(0.3, abs=1e-3)
    both = joint.read(found, np.array([1.0, 0, 0, 1.0, 0, 0]))
    assert both.mean[[0, 3]] == pytest.approx([0.15, -0.15], abs=1e-3)
    assert np.sqrt(both.cov[0, 0]) == pytest.approx(np.sqrt(0.5), rel=1e-3)
    assert both.cov[0, 3] == pytest.approx(0.5, rel=1e-3)


def test_what_was_told_fades() -> None:
    h, y, noise = comparisons(1, 3, 1)
    first = joint.add(joint.nothing(1), T, h, y, inverse(noise), np.ones(3))
    later = joint.add(first, T + round(joint.MEMORY_S * 1e9), h, y, inverse(noise), np.zeros(3))
    assert np.allclose(later.information, first.information / np.e)
    assert np.allclose(later.samples, first.samples / np.e)


def test_a_sample_counts_for_the_sensors_that_it_tells_of() -> None:
    h = np.zeros((1, 9, 1))
    h[0, 0, 0], h[0, 6, 0] = 1.0, -1.0
    found = joint.add(joint.nothing(3), T, h, np.zeros((1, 1)), np.ones((1, 1, 1)), np.full(1, 0.5))
    assert found.samples.tolist() == [0.5, 0.0, 0.5]


@given(seed=st.integers(0, 1000))
def test_what_nothing_tells_of_stays_as_stated_and_moves_nothing_else(seed: int) -> None:
    h, y, noise = comparisons(seed, 3, 1)
    padded = np.zeros((2, 9, 3))
    padded[:, 3:6] = h
    alone = joint.read(joint.add(joint.nothing(1), T, h, y, inverse(noise), np.ones(3)), np.array([0.5, 1.0, 2.0]))
    among = joint.read(
        joint.add(joint.nothing(3), T, padded, y, inverse(noise), np.ones(3)), np.array([0.1, 0.0, 0.3, 0.5, 1.0, 2.0, 3, 4, 5])
    )
    assert among.mean == pytest.approx([0, 0, 0, *alone.mean, 0, 0, 0])
    assert among.cov[3:6, 3:6] == pytest.approx(alone.cov)
    assert np.diag(among.cov)[[0, 1, 2, 6, 7, 8]] == pytest.approx([0.01, 0.0, 0.09, 9, 16, 25])
