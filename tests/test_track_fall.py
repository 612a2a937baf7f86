"""Falling: against scipy's solution of the equation, the standard's table of the air, and flights that a tracker must follow."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from forewarn import track
from forewarn.track import fall, motion, plan
from tests.track_help import at, feed, look, plot, site

PLAN = plan.make(site())
ISO_2533 = {0.0: 1.225, 1000.0: 1.11166, 3000.0: 0.909254, 5000.0: 0.736429, 10000.0: 0.413510}  # kg/m^3, table 1


def solved(x: np.ndarray, dt: float, base: float, bend: float, wind: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """The equation as it stands, with the air of the table's own formula."""

    def rates(_: float, y: np.ndarray) -> np.ndarray:
        through = y[3:] - np.array([*wind, 0.0])
        thin = (1.0 - 0.0065 * (base + y[2]) / 288.15) ** (9.80665 / (287.05287 * 0.0065) - 1.0)
        return np.concatenate([y[3:], -thin * bend * np.linalg.norm(through) * through - np.array([0.0, 0.0, 9.80665])])

    return np.asarray(solve_ivp(rates, (0.0, dt), x, rtol=1e-10, atol=1e-9).y[:, -1])


@pytest.mark.parametrize("height", ISO_2533)
def test_the_air_is_the_standards(height: float) -> None:
    assert fall.thinness(height) == pytest.approx(ISO_2533[height] / 1.225, rel=2e-3)  # geometric for geopotential height


@given(
    speed=st.floats(0.0, 500.0), steep=st.floats(-90.0, 90.0), up=st.floats(5000.0, 8000.0), ends_mps=st.floats(120.0, 500.0),
    wind=st.floats(-20.0, 20.0),
)  # fmt: skip
def test_a_fall_is_the_solution_of_its_equation(speed: float, steep: float, up: float, ends_mps: float, wind: float) -> None:
    x = np.array([0.0, 0.0, up, speed * math.cos(math.radians(steep)), 0.0, speed * math.sin(math.radians(steep))])
    bend, after = fall.G0 / ends_mps**2, x.copy()
    for _ in range(20):
        fall.fallen(after, 0.5, 100.0, bend, wind, -wind)
    assert after == pytest.approx(solved(x, 10.0, 100.0, bend, (wind, -wind)), abs=0.05)


@pytest.mark.parametrize(("begins", "ends"), [(0.0, fall.LIGHT_MPS), (40.0, fall.LIGHT_MPS)])
def test_debris_falls_as_fast_as_it_does_in_the_end(begins: float, ends: float) -> None:
    mean = np.array([0.0, 0.0, 50.0, 0.0, 0.0, -begins])[:, None]
    fall.fall(mean, np.eye(6)[..., None].copy(), 30.0, 0.0)
    assert mean[5, 0] == pytest.approx(-ends, rel=0.1)


@given(dt=st.floats(0.01, 10.0), speed=st.floats(0.0, 400.0), seed=st.integers(0, 100))
def test_doubt_of_the_drag_lies_along_the_velocity(dt: float, speed: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    way = rng.normal(size=3)
    way /= np.linalg.norm(way)
    root = rng.normal(size=(6, 6))
    cov = root @ root.T
    mean, after = np.concatenate([[0.0, 0.0, 500.0], speed * way])[:, None], cov[..., None].copy()
    fall.fall(mean, after, dt, 0.0)
    f = np.eye(6) + dt * np.eye(6, k=3)
    q = fall.doubt(speed, 500.0) ** 2 * fall.MEMORY_S * np.outer(way, way) + fall.REST * np.eye(3)
    noise = np.block([[q * dt**3 / 3, q * dt**2 / 2], [q * dt**2 / 2, q * dt]])
    assert after[..., 0] == pytest.approx(f @ cov @ f.T + noise, rel=1e-9, abs=1e-9)


@given(dt=st.floats(0.0, 500.0))
def test_the_chain_of_three_models_is_the_exponential_of_its_rates(dt: float) -> None:
    calm, agile = (1.0 / s for s in PLAN.stay_s)
    fails, ends = 1.0 / motion.FAILS_S, 1.0 / motion.FALLS_S
    steady = np.array([agile, calm]) / (calm + agile)
    rates = np.array([[-calm - fails, calm, fails], [agile, -agile - fails, fails], [*(ends * steady), -ends]])
    assert motion.switching(PLAN.stay_s, dt, falls=True) == pytest.approx(expm(rates * dt), abs=1e-9)


# ------------------------------------------------------------------------------------------------ followed by a tracker


def flown(begins: np.ndarray, ends_mps: float, seconds: int) -> np.ndarray:
    """States each second until the ground, by scipy."""
    path = [begins]
    while len(path) < seconds and path[-1][2] > 5.0:
        path.append(solved(path[-1], 1.0, 0.0, 9.80665 / ends_mps**2))
    return np.array(path)


def followed(path: np.ndarray, upto: int, seed: int = 1) -> track.Picture:
    """The picture after looks of the radar (errors 10 m, height 20 m) at each second."""
    rng, of = np.random.default_rng(seed), site(more=ROCKETS)
    looks = [look(t, plot(t, *(x[:3] + rng.normal(0.0, (10.0, 10.0, 20.0))))) for t, x in enumerate(path[:upto])]
    return track.publish(feed(looks, of), of, at(upto - 1))[1]


ROCKETS = "[priors]\nkinds = { drone = 1.0, aircraft = 0.3, rocket = 0.02 }\n"


@pytest.mark.parametrize("seed", range(4))
def test_a_rocket_is_followed_from_its_first_seconds_on(seed: int) -> None:
    path = flown(np.array([-2500.0, 0.0, 400.0, 170.0, 0.0, 170.0]), 260.0, 12)
    picture = followed(path, 8, seed)
    best = int(np.argmin(np.hypot(*(picture.mean[2, :2] - path[7, :2, None]))))
    assert picture.model[2, best] > 0.6
    off = picture.mean[2, :, best] - path[7]
    assert off @ np.linalg.solve(picture.cov[2, :, :, best], off) < 22.5  # chi-squared of six, 1e-3


@pytest.mark.parametrize("seed", range(4))
def test_a_drone_that_drops_is_seen_to_fall_and_one_that_flies_is_not(seed: int) -> None:
    level = np.array([[12.0 * t, 0.0, 160.0, 12.0, 0.0, 0.0] for t in range(20)])
    assert followed(level, 20, seed).model[2].max() < 0.01
    path = np.concatenate([level, flown(level[-1], 25.0, 8)[1:]])
    picture = followed(path, 26, seed)
    assert picture.mean[:, 2, 0] @ picture.model[:, 0] == pytest.approx(path[25, 2], abs=25.0)
    assert picture.mean[:, 5, 0] @ picture.model[:, 0] == pytest.approx(path[25, 5], abs=10.0)


def test_what_no_sensor_tells_the_height_of_is_not_taken_to_fall() -> None:
    of = site(more=ROCKETS)
    looks = [look(t, plot(t, 12.0 * t, 0.0)) for t in range(60)]
    picture = track.publish(feed(looks, of), of, at(60))[1]
    assert picture.model[2].max() < 1e-6
    assert picture.mean[0, 2, 0] == pytest.approx(of.tracking.height_m, abs=1e-6)
