"""The air against the published table."""

from __future__ import annotations

import numpy as np
import pytest

from forewarn.track.models import air


@pytest.mark.parametrize(
    ("height", "density"),  # U.S. Standard Atmosphere 1976, table I, geometric height
    [
        (0, 1.2250),
        (1000, 1.1117),
        (5000, 0.73643),
        (10000, 0.41351),
        (11000, 0.36480),
        (15000, 0.19476),
        (20000, 0.088910),
        (25000, 0.040084),
    ],
)
def test_density_is_the_standard_atmospheres(height: float, density: float) -> None:
    found, _, _ = air.log_density(np.array([float(height)]))
    assert np.exp(found[0]) == pytest.approx(density, rel=0.012)


def test_slopes_are_the_densitys_own() -> None:
    height, step = np.array([-6000.0, -500.0, 300.0, 8000.0, 10900.0, 11200.0, 40000.0]), 1.0
    (low, slope, bend), (high, _, _) = air.log_density(height - step), air.log_density(height + step)
    middle, at, _ = air.log_density(height)
    assert (high - low) / (2 * step) == pytest.approx(at, rel=1e-6, abs=1e-9)
    assert (high - 2 * middle + low) / step**2 == pytest.approx(bend, rel=1e-3, abs=1e-11)
    assert np.isfinite(slope).all()


def test_gravity_falls_with_the_square_of_the_distance() -> None:
    assert air.gravity(np.array([0.0, 10_000.0])) == pytest.approx([9.80665, 9.7759], abs=1e-4)  # the table's g at 10 km
