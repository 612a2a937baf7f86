"""Directions alone: when the range can be told, that it is then told honestly, and what there is until then."""

from __future__ import annotations

import math

import numpy as np
import pytest

from forewarn.track.models.bearings import Placed, Sightings, Unplaced, coast, locate, sighted
from forewarn.track.models.measure import Prior

SD = math.radians(1.0)
PRIOR = Prior(10.0, 2.0, 100.0, 50.0)


def seen(rng: np.random.Generator, t: np.ndarray, stations: np.ndarray, *, tall: bool = False) -> tuple[np.ndarray, Sightings]:
    """An object some 2.5 km north, and what the stations (3, k) see of it."""
    truth = np.array(
        [rng.normal(0, 1500), rng.normal(2500, 400), rng.normal(100, 50), rng.normal(0, 10), rng.normal(0, 10), rng.normal(0, 2)]
    )
    by = truth[:3, None] + truth[3:, None] * (t - t[-1]) - stations
    azimuth = np.arctan2(by[0], by[1]) + SD * rng.standard_normal(len(t))
    elevation = np.arctan2(by[2], np.hypot(by[0], by[1])) + SD * rng.standard_normal(len(t)) if tall else np.full(len(t), np.nan)
    return truth, Sightings(t, stations, azimuth, np.full(len(t), SD), elevation, np.full(len(t), SD))


def two_stations(k: int) -> np.ndarray:
    return np.stack([2000.0 * (np.arange(k) % 2), np.zeros(k), np.zeros(k)])


def moving(t: np.ndarray, speed: float) -> np.ndarray:
    return np.stack([speed * t, 0.0 * t, 0.0 * t])


@pytest.mark.parametrize("tall", [False, True])
@pytest.mark.parametrize("k", [2, 8])
def test_two_stations_place_an_object_and_know_how_well(k: int, tall: bool) -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    squares = []
    for _ in range(80):
        truth, sightings = seen(rng, np.linspace(0.0, 0.5 * k, k), two_stations(k), tall=tall)
        found = locate(sightings, PRIOR)
        if isinstance(found, Placed):
            error = truth - found.mean
            squares.append(error @ np.linalg.solve(found.cov, error))
            assert np.linalg.eigvalsh(found.cov).min() > 0.0
    assert len(squares) > 75
    assert np.mean(squares) == pytest.approx(6.0, abs=1.6)


def test_one_station_that_stands_never_tells_the_range() -> None:
    rng = np.random.Generator(np.random.PCG64(2))
    for _ in range(30):
        found = locate(seen(rng, np.linspace(0, 10, 8), np.zeros((3, 8)))[1], PRIOR)
        assert isinstance(found, Unplaced)
        assert found.elevation is None


def test_one_station_tells_it_once_it_has_moved_enough() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    early, late = 0, 0
    for _ in range(30):
        truth, sightings = seen(rng, np.linspace(0, 60, 30), moving(np.linspace(0, 60, 30), 60.0))
        early += isinstance(locate(Sightings(*(part[..., :3] for part in sightings)), PRIOR), Placed)
        found = locate(sightings, PRIOR)
        if isinstance(found, Placed):
            late += 1
            assert abs(math.hypot(*(truth[:2] - sightings.place[:2, -1])) - found.range_m) < 4.0 * found.range_sd_m
    assert early <= 4  # those that pass close by
    assert late >= 27


def test_lines_that_do_not_meet_say_so() -> None:
    """Two stations that see two objects: the fit is bad, and the answer carries it."""
    angles = np.radians([[-40.0, 40.0], [-41.0, 41.0], [-40.5, 40.5]]).ravel()
    k = len(angles)
    found = locate(Sightings(np.arange(k) * 0.1, two_stations(k), angles, np.full(k, SD), np.full(k, np.nan), np.full(k, SD)), PRIOR)
    assert isinstance(found, Unplaced) or found.misfit > 5.0 * found.freedom


def test_until_then_there_is_a_bearing() -> None:
    t = np.linspace(0.0, 9.0, 10)
    azimuth = np.radians(179.5 + 0.2 * (t - 9.0)) + 2.0 * math.pi * (t > 7.0)  # whole turns do not matter
    elevation = np.radians(10.0 - 0.1 * (t - 9.0))
    found = locate(
        Sightings(t, np.zeros((3, 10)), azimuth, np.full(10, SD), elevation, np.full(10, SD)), Prior(200.0, 50.0, 1000.0, 5000.0)
    )
    assert isinstance(found, Unplaced)
    assert found.elevation is not None
    angle, rate = found.azimuth[0]
    assert math.degrees(angle) % 360.0 == pytest.approx(179.5, abs=0.3)
    assert math.degrees(rate) == pytest.approx(0.2, abs=0.1)
    assert math.degrees(found.elevation[0][1]) == pytest.approx(-0.1, abs=0.1)


@pytest.mark.parametrize(("k", "stations", "wrong"), [(0, 0, "lengths"), (3, 2, "lengths"), (3, 3, "last azimuth nan")])
def test_sightings_must_say_something(k: int, stations: int, wrong: str) -> None:
    with pytest.raises(ValueError, match=f"sightings: {wrong}"):
        locate(Sightings(np.zeros(k), np.zeros((3, stations)), *np.full((4, k), np.nan)), PRIOR)


def test_a_bearing_track_follows_its_angle() -> None:
    """Many at once, over the cut of the azimuth, and as sure as it should be."""
    rng = np.random.Generator(np.random.PCG64(5))
    n = 400
    angle, rate = rng.uniform(-math.pi, math.pi, n), rng.normal(0, 0.05, n)
    mean, cov = np.stack([angle + SD * rng.standard_normal(n), 0.0 * angle]), np.repeat(np.diag([SD**2, 0.0025])[:, :, None], n, axis=2)
    for _ in range(20):
        angle = angle + rate
        mean, cov = coast(mean, cov, np.ones(n), 1e6, 0.05)
        mean, cov, log = sighted(mean, cov, np.remainder(angle + SD * rng.standard_normal(n), 2 * math.pi), np.full(n, SD**2))
    error = np.stack([np.remainder(mean[0] - angle + math.pi, 2 * math.pi) - math.pi, mean[1] - rate])
    nees = np.einsum("an,abn,bn->n", error, np.moveaxis(np.linalg.inv(np.moveaxis(cov, 2, 0)), 0, 2), error)
    assert nees.mean() == pytest.approx(2.0, abs=0.4)
    assert np.isfinite(log).all()
