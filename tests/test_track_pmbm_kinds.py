"""Ways to measure: sigma points against what is known in closed form, and by sampling."""

from __future__ import annotations

import numpy as np

from forewarn.track.models.motion.constant_velocity import ConstantVelocity
from forewarn.track.pmbm import Advanced, Curved, Linear, Position, Velocity

RNG = np.random.Generator(np.random.PCG64(8))


def gaussians(models: int, s: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    root = RNG.normal(size=(models, n, s, s))
    return RNG.normal(size=(models, s, n)), np.ascontiguousarray(np.moveaxis(root @ root.transpose(0, 1, 3, 2) + np.eye(s), 1, -1))


def polar(p: np.ndarray) -> np.ndarray:
    return np.stack([np.hypot(p[0], p[1]), np.arctan2(p[0], p[1])])


def back(z: np.ndarray) -> np.ndarray:
    return np.stack([z[0] * np.sin(z[1]), z[0] * np.cos(z[1])])


def test_a_straight_function_is_a_position() -> None:
    mean, cov = gaussians(2, 4, 3)
    noise, z = np.diag([1.0, 2.0]), RNG.normal(size=(2, 5))
    straight = Curved(of=lambda p: p, noise=noise, turn=np.zeros(2), d=2, back=lambda z: z)
    for one, two in zip(straight.expect(mean, cov), Position(noise).expect(mean, cov), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-10)
    for near, known in zip(straight.near(mean, cov, z), Position(noise).expect(mean, cov), strict=True):
        np.testing.assert_allclose(near.reshape(*known.shape, 5), np.repeat(known[..., None], 5, axis=-1), atol=1e-8)


def test_polar_moments_agree_with_sampling() -> None:
    mean, cov = np.array([300.0, 400.0, 1.0, 2.0]).reshape(1, 4, 1), np.diag([40.0, 90.0, 4.0, 4.0])[None, :, :, None].copy()
    cov[0, 0, 2] = cov[0, 2, 0] = 5.0
    kind = Curved(of=polar, noise=np.diag([1.0, 1e-4]), turn=np.array([0.0, 2 * np.pi]), d=2)
    at, spread, cross = kind.expect(mean, cov)
    x = RNG.multivariate_normal(mean[0, :, 0], cov[0, :, :, 0], 200_000)
    z = polar(x.T)
    np.testing.assert_allclose(at[0, :, 0], z.mean(axis=1), rtol=1e-3)
    np.testing.assert_allclose(spread[0, :, :, 0], np.cov(z) + kind.noise, rtol=0.02, atol=2e-3)
    both = (x - x.mean(axis=0)).T @ (z - z.mean(axis=1)[:, None]).T / len(x)
    np.testing.assert_allclose(cross[0, :, :, 0], both, rtol=0.03, atol=0.1)


def test_points_on_both_sides_of_the_cut_are_one_object() -> None:
    mean, cov = np.array([0.0, -100.0, 0.0, 0.0]).reshape(1, 4, 1), 4.0 * np.eye(4)[None, :, :, None]
    _, spread, _ = Curved(of=polar, noise=np.diag([1.0, 1e-4]), turn=np.array([0.0, 2 * np.pi]), d=2).expect(mean, cov)
    assert spread[0, 1, 1, 0] < 1e-3


def test_a_plot_without_a_place_begins_nothing() -> None:
    mean, cov = gaussians(1, 4, 1)
    azimuth = Curved(of=lambda p: np.arctan2(p[:1], p[1:2]), noise=np.full((1, 1), 1e-4), turn=np.full(1, 2 * np.pi), d=2)
    at, spread, _ = azimuth.near(mean, cov, np.zeros((1, 2)))
    assert (np.exp(-0.5 * at[0, 0] ** 2 / spread[0, 0, 0]) == 0.0).all()


def test_linear_and_velocity_agree() -> None:
    mean, cov = gaussians(1, 4, 3)

    def matrices(dt: float) -> tuple[np.ndarray, np.ndarray]:
        f = np.kron(np.array([[1.0, dt], [0.0, 1.0]]), np.eye(2))
        return f, 0.5 * np.kron(np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]]), np.eye(2))

    for one, two in zip(Linear(matrices).predict(mean[0], cov[0], 2.0), Velocity(0.5).predict(mean[0], cov[0], 2.0), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-12)


def test_a_model_of_the_house_is_a_motion() -> None:
    mean, cov = gaussians(1, 6, 3)
    before = mean.copy()
    for one, two in zip(
        Advanced(ConstantVelocity(0.5, 0.5)).predict(mean[0], cov[0], 2.0), Velocity(0.5).predict(mean[0], cov[0], 2.0), strict=True
    ):
        np.testing.assert_allclose(one, two, atol=1e-12)
    assert (mean == before).all()
