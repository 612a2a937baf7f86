"""Curved measurements against the posterior itself, summed over a fine grid."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn import geo
from forewarn.track.models.measure import Azimuth, AzimuthElevation, RangeAzimuth, RangeAzimuthElevation, Sensor, WithRangeRate, update

SENSOR = Sensor((0.0, 0.0, 0.0))
FLAT = 1e-6  # a height known to a millimetre makes the world a plane, and the grid small


def on_grid(
    kind: Azimuth | RangeAzimuth, mean: np.ndarray, cov: np.ndarray, z: np.ndarray, sd: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Mean (2,), covariance (2, 2) and log evidence of the level place given the plot."""
    axis = np.linspace(-6.0, 6.0, 801)
    low = np.linalg.cholesky(cov)
    points = mean[:, None] + low @ np.stack([part.ravel() for part in np.meshgrid(axis, axis)])
    prior = -0.5 * np.sum(np.stack([part.ravel() for part in np.meshgrid(axis, axis)]) ** 2, axis=0) - math.log(2 * math.pi)
    said = kind.of(np.vstack([points, 0.0 * points[:1]])[:, None])[:, 0]
    off = z[:, None] - said
    for row in kind.angles:
        off[row] = geo.wrap_rad(off[row])
    log = prior - 0.5 * ((off / sd[:, None]) ** 2 + np.log(2 * math.pi * sd[:, None] ** 2)).sum(axis=0)
    weight = np.exp(log - log.max())
    evidence = math.log(weight.sum() * (axis[1] - axis[0]) ** 2) + log.max()
    weight /= weight.sum()
    middle = points @ weight
    apart = points - middle[:, None]
    return middle, (apart * weight) @ apart.T, evidence


def flat(mean: np.ndarray, cov: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    whole, spread = np.zeros((6, 1)), np.diag([1.0, 1.0, FLAT, 1.0, 1.0, 1.0])[:, :, None]
    whole[:2, 0], spread[:2, :2, 0] = mean, cov
    return whole, spread


@pytest.mark.parametrize("where", [(100.0, 0.0), (-60.0, -80.0), (0.0, -100.0)])  # the last across the cut of the azimuth
@pytest.mark.parametrize(("share", "near", "wide"), [(0.1, 0.15, 1.15), (0.2, 0.3, 1.3), (0.4, 1.5, 50.0)])
@pytest.mark.parametrize("off", [-1.0, 0.0, 1.5])
def test_an_azimuth_from_close_by(where: tuple[float, float], share: float, near: float, wide: float, off: float) -> None:
    """The place known to a share of the range: the estimate lies near the true one, and never claims more than it knows.

    At 0.4 of the range what is known reaches behind the sensor: it then claims up to seven times less across the line of sight.
    """
    mean, cov = np.array(where), (100.0 * share) ** 2 * np.eye(2)
    sd = np.array([0.03])
    z = np.array([math.atan2(*where) + off * share])
    true_mean, true_cov, evidence = on_grid(Azimuth(SENSOR), mean, cov, z, sd)
    found = update(Azimuth(SENSOR), *flat(mean, cov), z[:, None], np.diag(sd**2)[:, :, None])
    scale = np.sqrt(np.diag(true_cov))
    error = found.mean[:2, 0] - true_mean
    assert error / scale == pytest.approx(np.zeros(2), abs=near)
    assert error @ np.linalg.solve(found.cov[:2, :2, 0], error) < 0.5
    ratio = np.linalg.eigvals(np.linalg.solve(true_cov, found.cov[:2, :2, 0])).real
    assert ratio.min() > 0.8
    assert ratio.max() < wide
    assert found.log[0] == pytest.approx(evidence, abs=0.3)


@pytest.mark.parametrize("off", [(0.0, 0.0), (1.0, -1.0), (-1.5, 0.5)])
@pytest.mark.parametrize("sd_m", [300.0, 1000.0])
def test_range_and_azimuth_from_afar(off: tuple[float, float], sd_m: float) -> None:
    """A place known to a kilometre, 20 km away, takes a plot of 10 m and 2 degrees: a banana 700 m long."""
    mean, cov = np.array([12_000.0, 16_000.0]), sd_m**2 * np.eye(2)
    sd = np.array([10.0, math.radians(2.0)])
    z = np.array([20_000.0 + off[0] * sd_m, math.atan2(12.0, 16.0) + off[1] * sd_m / 20_000.0])
    axes = np.array([[0.6, 0.8], [0.8, -0.6]])  # along the line of sight, and across
    true_mean, true_cov, _ = on_grid_polar(mean, cov, z, sd)
    found = update(RangeAzimuth(SENSOR), *flat(mean, cov), z[:, None], np.diag(sd**2)[:, :, None])
    error = axes @ (found.mean[:2, 0] - true_mean)
    spread, true = (np.sqrt(np.diag(axes @ part @ axes.T)) for part in (found.cov[:2, :2, 0], true_cov))
    assert np.abs(error / true).max() < 0.25
    assert (spread / true).min() > 0.9
    assert (spread / true).max() < 1.6


def on_grid_polar(mean: np.ndarray, cov: np.ndarray, z: np.ndarray, sd: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """As ``on_grid``, the grid laid along range and azimuth about the plot."""
    axis = np.linspace(-7.0, 7.0, 701)
    far, azimuth = (part.ravel() for part in np.meshgrid(z[0] + sd[0] * axis, z[1] + sd[1] * axis))
    points = np.stack([far * np.sin(azimuth), far * np.cos(azimuth)])
    apart = points - mean[:, None]
    log = -0.5 * (apart * np.linalg.solve(cov, apart)).sum(axis=0) + np.log(far)
    log -= 0.5 * (((far - z[0]) / sd[0]) ** 2 + ((azimuth - z[1]) / sd[1]) ** 2)
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    middle = points @ weight
    return middle, ((points - middle[:, None]) * weight) @ (points - middle[:, None]).T, 0.0


@given(seed=st.integers(0, 300))
def test_nothing_makes_it_unsound(seed: int) -> None:
    """Objects at, over and far from the sensor, with any spread and any plot: numbers, and a covariance that is one."""
    rng = np.random.Generator(np.random.PCG64(seed))
    n = 8
    mean = rng.normal(0, 1, (6, n)) * 10.0 ** rng.uniform(-1, 4, (6, n))
    root = rng.normal(0, 1, (6, 6, n)) * 10.0 ** rng.uniform(-1, 3, (6, 1, n))
    cov = np.einsum("abn,cbn->acn", root, root) + 1e-3 * np.eye(6)[:, :, None]
    for kind, sd in (
        (RangeAzimuth(SENSOR), (10.0, 0.02)),
        (RangeAzimuthElevation(SENSOR), (10.0, 0.02, 0.02)),
        (Azimuth(SENSOR), (0.05,)),
        (AzimuthElevation(SENSOR), (0.001, 0.001)),
        (WithRangeRate(RangeAzimuthElevation(SENSOR)), (1.0, 0.01, 0.01, 0.1)),
    ):
        z = kind.of(mean[:3, None])[:, 0] + rng.normal(0, 1, (len(sd), n)) * np.array(sd)[:, None] * 10.0 ** rng.uniform(0, 2)
        found = update(kind, mean, cov, z, np.repeat(np.diag(np.square(sd))[:, :, None], n, axis=2))
        assert np.isfinite(found.log).all()
        assert (found.cov == found.cov.swapaxes(0, 1)).all()
        scale = np.sqrt(np.einsum("aan->an", found.cov))
        assert np.linalg.eigvalsh(np.moveaxis(found.cov / scale / scale[:, None], 2, 0)).min() > 0.0


@given(turn=st.floats(-math.pi, math.pi), times=st.integers(-2, 2))
def test_a_turned_world_gives_a_turned_answer(turn: float, times: int) -> None:
    """Nothing hangs on where north is, nor on how many whole turns an azimuth counts."""
    mean, cov = np.array([80.0, 60.0]), np.array([[900.0, 200.0], [200.0, 400.0]])
    by = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    z, noise = np.array([[1.1]]), np.full((1, 1, 1), 0.0016)
    plain = update(Azimuth(SENSOR), *flat(mean, cov), z, noise)
    turned = update(Azimuth(SENSOR), *flat(by @ mean, by @ cov @ by.T), z + turn + 2 * math.pi * times, noise)
    assert turned.mean[:2, 0] == pytest.approx(by @ plain.mean[:2, 0], abs=4.0)  # the points lie otherwise
    assert turned.log[0] == pytest.approx(plain.log[0], abs=0.2)
