"""Gating by the grid, against every pair by SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from forewarn.track.pmbm import gate, linear


def pairs(
    z: np.ndarray, at: np.ndarray, spread: np.ndarray, odds: np.ndarray, axes: tuple[int, int] = (0, 1), cut: float = 1e9, new: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`gate.pairs` within 9, the noise half of the unit that `spread` holds."""
    noise = 0.25 * np.eye(len(z))
    without = np.ascontiguousarray(spread - noise[None, :, :, None])
    root, peak = linear.roots(without, noise)
    return gate.pairs(z, at, without, noise, root, peak, odds, np.full(z.shape[1], np.exp(new)), np.zeros(len(z)), 9.0, cut, axes)


@given(st.integers(0, 2**32), st.integers(0, 30), st.integers(0, 40), st.integers(1, 2), st.floats(0.5, 500.0))
@settings(max_examples=40)
def test_pairs_are_those_in_the_gate(seed: int, n: int, m: int, models: int, wide: float) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    z, at = rng.uniform(0, wide, (2, m)), rng.uniform(-0.1 * wide, 1.1 * wide, (models, 2, n))
    root = rng.normal(size=(models, n, 2, 2))
    spread = np.ascontiguousarray(np.moveaxis(root @ root.transpose(0, 1, 3, 2) + 0.5 * np.eye(2), 1, -1))
    model = np.full((models, n), 1.0 / models)
    start, plot, log = pairs(z, at, spread, model)
    for i in range(n):
        own = plot[start[i] : start[i + 1]]
        near = {
            j for j in range(m) for k in range(models) if (off := z[:, j] - at[k, :, i]) @ np.linalg.solve(spread[k, :, :, i], off) <= 9.0
        }
        assert set(own.tolist()) == near
        assert len(own) == len(near)
        assert (np.diff(log[start[i] : start[i + 1]]) <= 0.0).all()
        for j, value in zip(own, log[start[i] : start[i + 1]], strict=True):
            density = sum(model[k, i] * multivariate_normal.pdf(z[:, j], at[k, :, i], spread[k, :, :, i]) for k in range(models))
            assert value == pytest.approx(np.log(density), abs=1e-9)


def test_pairs_that_cannot_matter_are_dropped() -> None:
    rng = np.random.Generator(np.random.PCG64(8))
    z, at = rng.uniform(0, 20, (2, 30)), rng.uniform(0, 20, (1, 2, 20))
    spread, odds = np.repeat(np.eye(2)[None, :, :, None], 20, axis=3), rng.exponential(1.0, (1, 20))
    _, every, gain = pairs(z, at, spread, odds, new=-3.0)
    _, some, kept = pairs(z, at, spread, odds, cut=1.0, new=-3.0)
    assert (kept == gain[gain >= -1.0]).all()
    assert (some == every[gain >= -1.0]).all()
    assert 0 < len(some) < len(every)


@pytest.mark.parametrize("axes", [(0, -1), (-1, -1)])
def test_any_grid_finds_the_same(axes: tuple[int, int]) -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    z, at = rng.uniform(0, 50, (2, 60)), rng.uniform(0, 50, (1, 2, 40))
    spread = np.repeat(4.0 * np.eye(2)[None, :, :, None], 40, axis=3)
    full = pairs(z, at, spread, np.ones((1, 40)))
    some = pairs(z, at, spread, np.ones((1, 40)), axes)
    for i in range(40):
        one, two = (dict(zip(p[1][p[0][i] : p[0][i + 1]], p[2][p[0][i] : p[0][i + 1]], strict=True)) for p in (full, some))
        assert one == pytest.approx(two)


def test_an_azimuth_is_found_over_north() -> None:
    z, at = np.array([[6.28]]), np.array([[[0.01]]])
    spread, noise, one = np.full((1, 1, 1, 1), 1e-4), np.zeros((1, 1)), np.ones((1, 1))
    root, peak = linear.roots(spread, noise)
    start, _, _ = gate.pairs(z, at, spread, noise, root, peak, one, np.ones(1), np.array([2 * np.pi]), 9.0, 1e9, (-1, -1))
    assert start.tolist() == [0, 1]


def test_cells_hold_every_plot_once() -> None:
    rng = np.random.Generator(np.random.PCG64(6))
    z = rng.normal(size=(2, 100)) * np.array([[1.0], [1e4]])
    _, start, order = gate.grid(z, 0, 1)
    assert sorted(order.tolist()) == list(range(100))
    assert start[-1] == 100
    assert len(start) < 1_000
