"""The Gaussian kernels, against dense matrices one object at a time."""

from __future__ import annotations

import numpy as np
import pytest

from forewarn.track.pmbm import linear

RNG = np.random.Generator(np.random.PCG64(11))


def gaussians(models: int, s: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    root = RNG.normal(size=(models, n, s, s))
    cov = np.moveaxis(root @ root.transpose(0, 1, 3, 2) + 0.1 * np.eye(s), 1, -1)
    model = RNG.random((models, n)) + 0.1
    return RNG.normal(size=(models, s, n)), np.ascontiguousarray(cov), model / model.sum(axis=0)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_velocity_is_the_dense_prediction(d: int) -> None:
    mean, cov, _ = gaussians(2, 2 * d, 5)
    dt, noise = 0.7, np.array([0.1, 3.0])
    moved, spread = linear.velocity(mean, cov, dt, noise)
    f = np.kron(np.array([[1.0, dt], [0.0, 1.0]]), np.eye(d))
    for m, q in enumerate(noise):
        shaken = q * np.kron(np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]]), np.eye(d))
        np.testing.assert_allclose(moved[m], f @ mean[m], rtol=1e-12, atol=1e-12)
        for i in range(5):
            np.testing.assert_allclose(spread[m, :, :, i], f @ cov[m, :, :, i] @ f.T + shaken, rtol=1e-12, atol=1e-12)
        one, two = linear.linear(mean[m], cov[m], f, shaken)
        np.testing.assert_allclose(one, moved[m], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(two, spread[m], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("s", "size", "models"), [(4, 2, 1), (6, 3, 1), (6, 1, 2), (5, 4, 3)])
def test_update_is_the_joint_gaussian_conditioned(s: int, size: int, models: int) -> None:
    n, k = 7, 300
    mean, cov, model = gaussians(models, s, n)
    h, noise, z = RNG.normal(size=(size, s)), 0.5 * np.eye(size), RNG.normal(size=(size, 9))
    at, cross = np.einsum("as,msn->man", h, mean), np.einsum("msrn,ar->msan", cov, h)
    spread = np.einsum("as,msbn->mabn", h, cross) + noise[None, :, :, None]
    parent, plot = RNG.integers(0, n, k), RNG.integers(-1, 9, k)
    means, covs, chances = np.empty((models, s, k)), np.empty((models, s, s, k)), np.empty((models, k))
    root, _ = linear.roots(spread, np.zeros((size, size)))
    linear.update(mean, cov, model, at, root, cross, z, np.zeros(size), False, parent[100:], plot[100:], means, covs, chances, 100)
    linear.update(mean, cov, model, at, root, cross, z, np.zeros(size), False, parent[:100], plot[:100], means, covs, chances, 0)
    for c in range(k):
        weight = model[:, parent[c]].copy()
        for m in range(models):
            x, p = mean[m, :, parent[c]], cov[m, :, :, parent[c]]
            if plot[c] >= 0:
                whole, off = h @ p @ h.T + noise, z[:, plot[c]] - h @ x
                weight[m] *= np.exp(-0.5 * off @ np.linalg.solve(whole, off)) / np.sqrt(np.linalg.det(whole))
                gain = p @ h.T @ np.linalg.inv(whole)
                x, p = x + gain @ off, p - gain @ h @ p
            np.testing.assert_allclose(means[m, :, c], x, rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(covs[m, :, :, c], p, rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(chances[:, c], weight / weight.sum(), rtol=1e-9)
    assert (covs == covs.transpose(0, 2, 1, 3)).all()


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_roots_are_inverse_cholesky_factors(size: int) -> None:
    _, cov, _ = gaussians(2, size, 5)
    noise = 0.3 * np.eye(size) + 0.1
    root, peak = linear.roots(cov, noise)
    for m in range(2):
        for i in range(5):
            exact = np.linalg.inv(np.linalg.cholesky(cov[m, :, :, i] + noise))
            np.testing.assert_allclose(np.tril(root[m, :, :, i]), exact, rtol=1e-9, atol=1e-12)
            assert peak[m, i] == pytest.approx(np.linalg.det(exact))


def test_distance_of_an_angle_goes_the_short_way() -> None:
    one, turn = np.ones((1, 1, 1, 1)), np.array([2 * np.pi])
    far = linear.square(one, 0, 0, np.array([[-3.1]]), 0, np.array([[[3.1]]]), turn, linear.per(turn), np.zeros(1))
    assert far == pytest.approx((2 * np.pi - 6.2) ** 2)


def test_covariance_stays_positive_from_a_wide_prior_to_a_sharp_plot() -> None:
    mean, cov = np.zeros((1, 4, 1)), np.diag([1e5, 1e5, 100.0, 100.0])[None, :, :, None] ** 2
    for _ in range(200):
        mean, cov = linear.velocity(mean, cov, 0.1, np.array([1e-3]))
        out = np.empty((1, 4, 1)), np.empty((1, 4, 4, 1)), np.empty((1, 1))
        root, _ = linear.roots(cov, 1e-4 * np.eye(2))
        zero = np.zeros(1, np.int64)
        linear.update(mean, cov, np.ones((1, 1)), mean, root, cov, np.zeros((2, 1)), np.zeros(2), False, zero, zero, *out, 0)
        mean, cov = out[:2]
        np.linalg.cholesky(cov[0, :, :, 0])


def test_models_are_mixed_as_moments_say() -> None:
    mean, cov, model = gaussians(2, 4, 3)
    change = np.array([[0.9, 0.1], [0.3, 0.7]])
    means, covs, chances = linear.mix(mean, cov, model, change)
    np.testing.assert_allclose(chances, change.T @ model)
    before, after = linear.whole(mean, cov, model), linear.whole(means, covs, chances)
    np.testing.assert_allclose(after[0], before[0], atol=1e-12)  # mixing moves nothing as a whole
    np.testing.assert_allclose(after[1], before[1], atol=1e-12)
