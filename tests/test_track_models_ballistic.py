"""Ballistic flight against scipy's integrator, against many drawn flights, and against two real rockets."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from forewarn import geo
from forewarn.track.models import air
from forewarn.track.models.measure import Position, Prior, update
from forewarn.track.models.motion import Ballistic, extend, predict

FT = 0.3048


def flown(model: Ballistic, start: np.ndarray, times: list[float]) -> np.ndarray:
    """East, north, up and rates (6, t) of a flight without noise, by an adaptive rule of the eighth order."""

    def rate(_: float, y: np.ndarray) -> np.ndarray:
        height = np.array(y[2] + model.base)
        against = y[3:6] - np.array([model.wind_east, model.wind_north, 0.0])
        drag = 0.5 * np.exp(air.log_density(height)[0] + start[6]) * np.linalg.norm(against)
        return np.concatenate([y[3:6], -drag * against - np.array([0.0, 0.0, float(air.gravity(height))])])

    found = solve_ivp(rate, (0.0, times[-1]), start[:6], method="DOP853", rtol=1e-11, atol=1e-8, t_eval=times, max_step=0.5)
    return np.asarray(found.y)


@pytest.mark.parametrize("drag", [1e-6, 1e-4, 1e-3, 5e-3, 0.03])
@pytest.mark.parametrize("velocity", [(300.0, 50.0, 400.0), (0.0, 0.0, 0.0), (20.0, -10.0, 0.0)])
def test_a_flight_is_the_solution_of_its_equation(drag: float, velocity: tuple[float, float, float]) -> None:
    model = Ballistic(0.0, 0.0, math.log(drag), 0.0, 300.0, wind_east=6.0, wind_north=-3.0, base=250.0)
    start = np.array([0.0, 0.0, 1500.0, *velocity, math.log(drag)])
    times = [0.5, 2.0, 7.3, 20.0]
    for at, true in zip(times, flown(model, start, times).T, strict=True):
        moved, _ = predict(model, start[:, None], np.zeros((7, 7, 1)), at)
        travelled = 1.0 + np.linalg.norm(true[:3] - start[:3])
        assert moved[:3, 0] == pytest.approx(true[:3], abs=0.02 + 3e-4 * travelled)
        assert moved[3:6, 0] == pytest.approx(true[3:], abs=3e-4 * (3.0 + np.linalg.norm(true[3:])))


def test_in_a_vacuum_it_is_a_parabola() -> None:
    start = np.array([0.0, 0.0, 100.0, 50.0, 20.0, 80.0, -60.0])
    moved, _ = predict(Ballistic(0.0, 0.0, -60.0, 0.0), start[:, None], np.zeros((7, 7, 1)), 10.0)
    assert moved[:3, 0] == pytest.approx([500.0, 200.0, 100.0 + 800.0 - 0.5 * 9.80665 * 100.0], abs=0.1)


def test_what_falls_reaches_its_terminal_speed() -> None:
    model = Ballistic(0.0, 0.0, math.log(0.05), 0.0)
    moved, _ = predict(model, np.array([0.0, 0.0, 2000.0, 0.0, 0.0, 0.0, math.log(0.05)])[:, None], np.zeros((7, 7, 1)), 60.0)
    density = math.exp(air.log_density(moved[2])[0][0])
    assert -moved[5, 0] == pytest.approx(math.sqrt(2.0 * 9.80665 / (density * 0.05)), rel=0.01)


def test_moments_are_those_of_many_flights() -> None:
    model = Ballistic(0.5, 0.5, -6.0, 0.5, 100.0, wind_east=5.0, base=100.0)
    mean = np.array([0.0, 0.0, 600.0, 120.0, 40.0, 150.0, -6.0])
    sd = np.array([20.0, 20.0, 20.0, 8.0, 8.0, 8.0, 0.4])
    rng = np.random.Generator(np.random.PCG64(4))
    n, fine, dt = 20_000, 120, 3.0
    x = mean[:, None] + sd[:, None] * rng.standard_normal((7, n))
    h = dt / fine
    for _ in range(fine):
        against = x[3:6] - np.array([5.0, 0.0, 0.0])[:, None]
        drag = 0.5 * np.exp(air.log_density(x[2] + 100.0)[0] + x[6]) * np.sqrt((against**2).sum(axis=0))
        x[:3] += h * x[3:6]
        x[3:6] += -h * drag * against + math.sqrt(0.5 * h) * rng.standard_normal((3, n))
        x[5] -= h * air.gravity(x[2] + 100.0)
        x[6] += h * (-6.0 - x[6]) / 100.0 + 0.5 * math.sqrt(2.0 * h / 100.0) * rng.standard_normal(n)
    moved, cov = predict(model, mean[:, None], np.diag(sd**2)[:, :, None], dt)
    scale = np.sqrt(np.diag(cov[..., 0]))
    assert (moved[:, 0] - x.mean(axis=1)) / scale == pytest.approx(np.zeros(7), abs=0.05)
    assert (cov[..., 0] - np.cov(x)) / np.outer(scale, scale) == pytest.approx(np.zeros((7, 7)), abs=0.07)


@given(seed=st.integers(0, 200))
def test_whatever_flies_it_stays_sound(seed: int) -> None:
    """Absurd speeds, drags, spreads and intervals give numbers, and a covariance that is one; an object does not depend on its company."""
    rng = np.random.Generator(np.random.PCG64(seed))
    n = 4
    mean = np.vstack([rng.normal(0, 3e4, (3, n)), rng.normal(0, 1500, (3, n)), rng.normal(-4.6, 3.0, (1, n))])
    root = rng.normal(0, 1, (7, 7, n)) * 10.0 ** rng.uniform(-2, 3, (7, 1, n))
    root[6] = rng.normal(0, 0.5, (7, n))
    cov = np.einsum("abn,cbn->acn", root, root)
    dt = 10.0 ** rng.uniform(-3, 2, n)
    model = Ballistic(0.1, 0.1)
    moved, spread = predict(model, mean, cov, dt)
    assert np.isfinite(moved).all()
    assert np.isfinite(spread).all()
    inverse = 1.0 / np.sqrt(np.einsum("aan->an", spread))
    assert np.linalg.eigvalsh(np.moveaxis(spread * inverse * inverse[:, None], 2, 0)).min() > -1e-9
    alone = predict(model, mean[:, 2:3], cov[..., 2:3], dt[2:3])
    assert alone[0][:, 0] == pytest.approx(moved[:, 2], rel=1e-12, abs=1e-12)


def coasted(t: np.ndarray, place: np.ndarray, noise: np.ndarray, model: Ballistic) -> tuple[np.ndarray, np.ndarray, float]:
    """The state after the fixes place (3, t), and the innovations' mean square in their own spreads, a component."""
    mean, cov = extend(model, *Position(3).born(place[:, :1], noise[:, :, None], Prior(100.0, 200.0)))
    squares = []
    for k in range(1, len(t)):
        mean, cov = predict(model, mean, cov, t[k] - t[k - 1])
        found = update(Position(3), mean, cov, place[:, k : k + 1], noise[:, :, None])
        squares.append(found.apart[:, 0] @ np.linalg.solve(found.spread[..., 0], found.apart[:, 0]))
        mean, cov = found.mean, found.cov
    return mean, cov, float(np.mean(squares[5:]))


def table(path: Path) -> np.ndarray:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return np.array([[float(cell) for cell in row] for row in rows])


@pytest.mark.parametrize("until", [8.0, 10.0, 14.0])
def test_a_real_rocket_coasts_as_foretold(until: float, shared: Callable[[str], Path]) -> None:
    """Erebus 11 (RocketPy, MIT), height alone: from burn-out to ``until``, then foretold up to its top at 22 s.

    Its descent is left out: the log's clock jumps there.
    """
    height, t = table(shared("rockets/erebus11") / "flight_data_filtered.csv").T
    coast = (t >= 4.5) & (t <= until)
    place = np.stack([np.zeros(coast.sum()), np.zeros(coast.sum()), height[coast]])
    model = Ballistic(2.0, 1.0, -6.0, 1.0, 600.0, base=160.0)
    mean, cov, square = coasted(t[coast], place, np.diag([1e4, 1e4, 9.0]), model)
    assert square < 1.5  # of one component: the log is smoothed
    for ahead in (16.0, 20.0, 22.0):
        moved, spread = predict(model, mean, cov, ahead - t[coast][-1])
        true = height[np.argmin(np.abs(t - ahead))]
        assert abs(moved[2, 0] - true) < 3.0 * math.sqrt(spread[2, 2, 0])
        assert abs(moved[2, 0] - true) < 60.0


def test_a_real_rocket_by_satellite_coasts_as_foretold(shared: Callable[[str], Path]) -> None:
    """cots_GNSS (RocketPy, MIT; heights in feet): its top foretold from the coast, the receiver having caught up with the climb by 13 s."""
    rows = table(shared("rockets") / "cots_GNSS.csv")
    rows = rows[np.flatnonzero((rows[:, 0] > 5.0) & (rows[:, 3] > 800.0))[0] :]
    rows = rows[np.concatenate([[True], np.diff(rows[:, 0]) > 0.05])]
    t = rows[:, 0]
    place = geo.to_enu(rows[:, 4], rows[:, 5], rows[:, 1] * FT, (32.9393, -106.912, 4583 * FT))
    coast = (t >= 13.0) & (t <= 19.0)
    model = Ballistic(2.0, 1.0, -8.0, 1.0, 600.0, base=4583 * FT)
    mean, cov, square = coasted(t[coast], place[:, coast], np.diag([9.0, 9.0, 25.0]), model)
    assert square < 4.5  # of three components: the receiver smooths
    for ahead in (22.0, 25.0, 28.0):
        moved, spread = predict(model, mean, cov, ahead - t[coast][-1])
        true = place[:, np.argmin(np.abs(t - ahead))]
        assert abs(moved[2, 0] - true[2]) < 3.0 * math.sqrt(spread[2, 2, 0] + 25.0)
        assert np.abs(moved[:2, 0] - true[:2]).max() < 60.0
