"""Tracks as arrays: where they are, how sure, and which estimate is used."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.identify.gather import gather, local
from tests.identify_help import estimate, site, track

SHORE = site()


@given(st.floats(-5000, 5000), st.floats(-5000, 5000), st.floats(-100, 3000), st.integers(0, 1000))
def test_place_velocity_and_covariance_come_through(east: float, north: float, up: float, seed: int) -> None:
    root = np.random.default_rng(seed).normal(size=(6, 6))
    found = gather([track(sensed=estimate((east, north, up), (3.0, -4.0, 1.0), cov=root @ root.T))], SHORE)
    assert found.mean[:2, 0] == pytest.approx([east, north], abs=1e-3)
    assert found.mean[2, 0] == pytest.approx(up + (east**2 + north**2) / (2 * 6.37e6), abs=0.1)
    assert found.mean[3:, 0] == pytest.approx([3.0, -4.0, 1.0])
    assert found.cov[0] == pytest.approx(root @ root.T)


def test_the_sensed_estimate_is_used_where_there_is_one() -> None:
    both = track(aided=estimate((100.0, 0.0, 0.0)), sensed=estimate((5.0, 0.0, 0.0)))
    found = gather([both, msgspec.structs.replace(both, sensed=None)], SHORE)
    assert found.mean[0] == pytest.approx([5.0, 100.0], abs=1e-3)
    assert found.sensed.tolist() == [True, False]


def test_height_is_above_the_origin_not_above_its_tangent_plane() -> None:
    far = local(np.array([60.5]), np.array([10.0]), np.array([100.0]), SHORE.origin)
    assert far[2] == pytest.approx([100.0])
