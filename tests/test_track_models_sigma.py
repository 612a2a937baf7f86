"""Points against what they stand for: moments of polynomials, roots of matrices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.track.models import sigma


@pytest.mark.parametrize("rule", [sigma.cubature(5), sigma.hermite(2, 5), sigma.hermite(3, 3)])
def test_rules_have_the_normals_moments(rule: tuple[np.ndarray, np.ndarray]) -> None:
    points, weights = rule
    assert weights.sum() == pytest.approx(1.0)
    assert (weights > 0.0).all()
    assert points @ weights == pytest.approx(np.zeros(len(points)), abs=1e-12)
    assert (points * weights) @ points.T == pytest.approx(np.eye(len(points)), abs=1e-12)


def test_five_points_an_axis_are_exact_to_the_ninth_degree() -> None:
    points, weights = sigma.hermite(2, 5)
    assert weights @ points[0] ** 8 == pytest.approx(105.0)
    assert weights @ (points[0] ** 4 * points[1] ** 4) == pytest.approx(9.0)


@given(seed=st.integers(0, 500), size=st.integers(1, 7))
def test_a_root_squared_is_the_matrix(seed: int, size: int) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    root = rng.normal(0, 1, (size, size, 5)) * 10.0 ** rng.uniform(-3, 3, (size, 1, 5))
    cov = np.einsum("abn,cbn->acn", root, root)
    low = sigma.root(cov)
    scale = np.sqrt(np.einsum("aan->an", cov))
    assert (np.einsum("abn,cbn->acn", low, low) - cov) / scale / scale[:, None] == pytest.approx(0.0 * cov, abs=1e-9)
    assert (np.triu(np.ones((size, size)), 1)[:, :, None] * low == 0.0).all()


def test_a_direction_without_spread_has_no_root() -> None:
    cov = np.zeros((3, 3, 1))
    cov[:2, :2] = 4.0
    low = sigma.root(cov)
    assert np.einsum("abn,cbn->acn", low, low) == pytest.approx(cov)


@given(seed=st.integers(0, 200))
def test_spreading_and_gathering_changes_nothing(seed: int) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    root = rng.normal(0, 1, (4, 4, 6))
    cov, mean = np.einsum("abn,cbn->acn", root, root), rng.normal(0, 100, (4, 6))
    points, weights = sigma.cubature(4)
    found, spread = sigma.moments(sigma.spread(mean, sigma.root(cov), points), weights)
    assert found == pytest.approx(mean)
    assert spread == pytest.approx(cov, abs=1e-9)
