"""Each kind of measurement: geometry by hand, sensors that move and err, and a first plot against many draws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from forewarn.track.models.measure import (
    Azimuth,
    AzimuthElevation,
    Position,
    Prior,
    RangeAzimuth,
    RangeAzimuthElevation,
    Sensor,
    WithRangeRate,
    update,
)

POINT = np.array([[30.0], [40.0], [120.0]])[:, None]  # 50 m on the level, 130 m in all
RADAR = Sensor((0.0, 0.0, 0.0))


def test_geometry_by_hand() -> None:
    east_of_north, up = math.atan2(30.0, 40.0), math.atan2(120.0, 50.0)
    assert RangeAzimuth(RADAR).of(POINT).ravel() == pytest.approx([130.0, east_of_north])
    assert RangeAzimuthElevation(RADAR).of(POINT).ravel() == pytest.approx([130.0, east_of_north, up])
    assert Azimuth(RADAR).of(POINT).ravel() == pytest.approx([east_of_north])
    assert AzimuthElevation(RADAR).of(POINT).ravel() == pytest.approx([east_of_north, up])


def test_biases_are_what_the_sensor_says_too_much() -> None:
    said = RangeAzimuth(Sensor((0.0, 0.0, 0.0), azimuth_bias=0.1, range_bias=5.0)).of(POINT).ravel()
    assert said == pytest.approx([135.0, math.atan2(30.0, 40.0) + 0.1])


def test_range_rate_counts_the_sensors_own_motion() -> None:
    kind = WithRangeRate(RangeAzimuth(Sensor((0.0, 0.0, 0.0), (13.0, 0.0, 0.0))))
    assert kind.of(POINT)[-1].item() == pytest.approx(-13.0 * 30.0 / 130.0)  # at rest, and yet it comes nearer
    slope = kind.by_rate(POINT)
    assert slope is not None
    assert slope[:, 0, 0] == pytest.approx(POINT[:, 0, 0] / 130.0)


def states(n: int, seed: int, place_sd: float = 30.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True states, and means and covariances that know them as well as they say."""
    rng = np.random.Generator(np.random.PCG64(seed))
    truth = np.vstack([rng.normal(0, 800, (2, n)) + 2000.0, rng.uniform(50, 200, (1, n)), rng.normal(0, 10, (3, n))])
    sd = np.array([place_sd, place_sd, place_sd, 4.0, 4.0, 1.0])
    mean = truth + sd[:, None] * rng.standard_normal((6, n))
    return truth, mean, np.repeat(np.diag(sd**2)[:, :, None], n, axis=2)


KINDS = {
    "position": (lambda s: Position(3), (5.0, 5.0, 5.0)),
    "range_azimuth": (lambda s: RangeAzimuth(s), (10.0, 0.02)),
    "range_azimuth_elevation": (lambda s: RangeAzimuthElevation(s), (10.0, 0.02, 0.02)),
    "azimuth": (lambda s: Azimuth(s), (0.02,)),
    "azimuth_elevation": (lambda s: AzimuthElevation(s), (0.02, 0.02)),
    "range_azimuth_range_rate": (lambda s: WithRangeRate(RangeAzimuth(s)), (10.0, 0.02, 0.5)),
    "range_azimuth_elevation_range_rate": (lambda s: WithRangeRate(RangeAzimuthElevation(s)), (10.0, 0.02, 0.02, 0.5)),
}


@pytest.mark.parametrize("name", KINDS)
def test_one_update_is_consistent_for_sensors_that_move_and_err(name: str) -> None:
    """Each pair with a sensor of its own: place, velocity and biases. NEES and innovations within what chance allows."""
    make, sd = KINDS[name]
    n, rng = 3000, np.random.Generator(np.random.PCG64(1))
    truth, mean, cov = states(n, 2)
    sensor = Sensor(rng.normal(0, 200, (3, n)), rng.normal(0, 20, (3, n)), rng.normal(0, 0.2, n), rng.normal(0, 30, n))
    kind = make(sensor)
    z = truth[:3] if name == "position" else kind.of(truth[:3, None])[:, 0]
    if name.endswith("rate"):
        z[-1] += (kind.by_rate(truth[:3, None])[:, 0] * truth[3:]).sum(axis=0)
    z = z + np.array(sd)[:, None] * rng.standard_normal(z.shape)
    noise = np.repeat(np.diag(np.square(sd))[:, :, None], n, axis=2)
    found = update(kind, mean, cov, z, noise)
    error = (found.mean - truth).T
    nees = (error * np.linalg.solve(np.moveaxis(found.cov, 2, 0), error[..., None])[..., 0]).sum(axis=1)
    assert nees.mean() == pytest.approx(6.0, abs=4.0 * math.sqrt(12.0 / n) + 0.1)
    apart = found.apart.T
    nis = (apart * np.linalg.solve(np.moveaxis(found.spread, 2, 0), apart[..., None])[..., 0]).sum(axis=1)
    assert nis.mean() == pytest.approx(len(sd), abs=4.0 * math.sqrt(2.0 * len(sd) / n) + 0.05)
    alone = update(make(Sensor(*(np.asarray(part)[..., 7:8] for part in sensor))), mean[:, 7:8], cov[..., 7:8], z[:, 7:8], noise[..., 7:8])
    assert alone.mean[:, 0] == pytest.approx(found.mean[:, 7], rel=1e-12, abs=1e-9)


BORN = {
    "range_azimuth": (lambda s: RangeAzimuth(s), (10.0, 0.05)),
    "range_azimuth_elevation": (lambda s: RangeAzimuthElevation(s), (10.0, 0.05, 0.02)),
    "range_azimuth_range_rate": (lambda s: WithRangeRate(RangeAzimuth(s)), (10.0, 0.05, 0.5)),
}


@pytest.mark.parametrize("name", BORN)
def test_a_first_plot_says_what_it_can(name: str) -> None:
    """Objects drawn from what the plot and the prior allow, 9 km away: mean and covariance of the place, banana and all."""
    make, sd = BORN[name]
    rng = np.random.Generator(np.random.PCG64(3))
    n, prior = 100_000, Prior(20.0, 5.0, 150.0, 60.0)
    sensor = Sensor((500.0, -300.0, 20.0), azimuth_bias=0.3, range_bias=40.0)
    z = np.array([9000.0, 0.8, 0.02, 3.0])[[0, 1, 3] if name.endswith("rate") else list(range(len(sd)))]
    far, azimuth = 8960.0 + 10.0 * rng.standard_normal(n), 0.5 + 0.05 * rng.standard_normal(n)
    up = far * np.sin(0.02 + 0.02 * rng.standard_normal(n)) if "elevation" in name else 130.0 + 60.0 * rng.standard_normal(n)
    level = np.sqrt(far**2 - up**2)
    drawn = np.stack([500.0 + level * np.sin(azimuth), -300.0 + level * np.cos(azimuth), 20.0 + up])
    mean, cov = make(sensor).born(z[:, None], np.diag(np.square(sd))[:, :, None], prior)
    scale = np.sqrt(np.diag(cov[:3, :3, 0]))
    assert (mean[:3, 0] - drawn.mean(axis=1)) / scale == pytest.approx(np.zeros(3), abs=0.02)
    assert (cov[:3, :3, 0] - np.cov(drawn)) / np.outer(scale, scale) == pytest.approx(np.zeros((3, 3)), abs=0.02)
    rates = cov[3:, 3:, 0]
    if name.endswith("rate"):
        towards = np.array([math.sin(0.5), math.cos(0.5), 0.0])
        assert towards @ rates @ towards == pytest.approx(0.25, abs=1.2)  # the banana turns the direction by 0.05
        assert towards @ mean[3:, 0] == pytest.approx(3.0, abs=0.1)
    else:
        assert rates == pytest.approx(np.diag([400.0, 400.0, 25.0]))


def test_a_flat_plot_takes_height_from_the_prior() -> None:
    mean, cov = Position(2).born(np.array([[10.0], [20.0]]), np.diag([4.0, 9.0])[:, :, None], Prior(10.0, 2.0, 70.0, 30.0))
    assert mean[:, 0] == pytest.approx([10.0, 20.0, 70.0, 0.0, 0.0, 0.0])
    assert np.diag(cov[..., 0]) == pytest.approx([4.0, 9.0, 900.0, 100.0, 100.0, 4.0])
