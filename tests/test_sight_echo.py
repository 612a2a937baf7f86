"""Echoes: cells against plain angles and distances, the area that is foreseen against drawn places, and what is learned of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.sight import clutter, echo
from forewarn.sight.echo import Near

REACH_M = 400.0
SPOT = (20.0, -30.0, 5.0)


def near(*polar: tuple[float, float]) -> Near:
    """Objects at azimuths (deg) and ranges (m) from the sensor."""
    return Near(SPOT, np.array([at(*one) for one in polar]).reshape(-1, 2).T.copy(), REACH_M)


def at(azimuth_deg: float, range_m: float) -> tuple[float, float]:
    turn = math.radians(azimuth_deg)
    return SPOT[0] + range_m * math.sin(turn), SPOT[1] + range_m * math.cos(turn)


def plots(*polar: tuple[float, float]) -> np.ndarray:
    return np.array([at(*one) for one in polar]).reshape(-1, 2).T.copy()


def learned(objects: Near, where: np.ndarray, looks: int, density: float = 1e-5) -> echo.Echo:
    found = echo.start()
    for _ in range(looks):
        found = echo.learn(found, objects, where, np.ones(where.shape[1]), density)
    return found


@given(st.floats(0, 360), st.floats(1, 130), st.floats(-30, 30), st.floats(1.05, 8.0))
def test_a_plot_counts_in_the_cell_of_its_angle_and_ratio(azimuth: float, away: float, turn: float, times: float) -> None:
    found = learned(near((azimuth, away)), plots((azimuth + turn, away * times)), 1)
    rows = [r for r, limit in enumerate(echo.NEAR_M) if echo.LEAST_M <= away < limit]
    sides = [s for s, limit in enumerate(echo.SIDE_DEG) if abs(turn) < limit]
    edges = [*(abs(away - m) for m in (echo.LEAST_M, *echo.NEAR_M)), *(abs(abs(turn) - d) for d in echo.SIDE_DEG), abs(times - echo.BEYOND)]
    if min(edges) < 1e-6:
        return
    if not rows or not sides or times < echo.BEYOND:
        assert not found.plots.any()
        return
    cell = rows[0], sides[0]
    assert np.argwhere(found.plots).tolist() == [list(cell)]
    assert found.plots[cell] == 1.0


@pytest.mark.parametrize("away", [20.0, 45.0, 100.0])
def test_what_is_foreseen_is_the_density_times_each_cells_area(away: float) -> None:
    """Against a million places drawn evenly over the reach."""
    objects, rng, count, density = near((70.0, away)), np.random.default_rng(3), 1_000_000, 1e-4
    places = np.array([SPOT[:2]]).T + REACH_M * rng.uniform(-1, 1, (2, count))
    places = places[:, np.hypot(places[0] - SPOT[0], places[1] - SPOT[1]) < REACH_M]
    drawn = echo.learn(echo.start(), objects, places, np.ones(places.shape[1]), density)
    each_m2 = 4 * REACH_M**2 / count
    assert drawn.foreseen == pytest.approx(drawn.plots * each_m2 * density, rel=0.05, abs=1e-3)


def test_nothing_learned_is_the_stated_density_and_far_objects_give_no_echoes() -> None:
    where = plots((10.0, 200.0), (200.0, 300.0))
    assert echo.factor(echo.start(), near((10.0, 40.0)), where).tolist() == [1.0, 1.0]
    assert not learned(near((10.0, 150.0)), where, 5).plots.any()
    assert echo.factor(learned(near((10.0, 40.0)), where, 5), near(), where).tolist() == [1.0, 1.0]


def test_echoes_are_expected_behind_the_next_object_as_they_were_behind_the_last() -> None:
    found = learned(near((10.0, 40.0)), plots((12.0, 200.0)), 10)
    behind, aside, other = echo.factor(found, near((190.0, 42.0)), plots((188.0, 210.0), (220.0, 210.0), (12.0, 200.0)))
    assert behind > 5.0
    assert aside == other == 1.0


def test_where_no_echo_comes_the_ground_decides() -> None:
    found = learned(near((10.0, 40.0)), plots(), 200, 1e-4)
    assert echo.factor(found, near((10.0, 40.0)), plots((10.0, 200.0))).tolist() == [1.0]


def test_a_plot_behind_two_counts_once_for_the_nearer_direction() -> None:
    found = learned(near((10.0, 40.0), (18.0, 20.0)), plots((11.0, 300.0)), 1)
    assert found.plots.sum() == 1.0
    assert found.plots[1, 0] == 1.0


def test_the_map_of_false_plots_takes_the_denser_of_ground_and_echo() -> None:
    objects, where, quiet = near((10.0, 40.0)), plots((12.0, 200.0)), np.zeros((2, 0))
    found = clutter.start(SPOT[:2], REACH_M)
    for _ in range(50):
        found = clutter.learn(found, quiet, np.zeros(0), 1e-5)
    ground = float(clutter.factor(found, where)[0])
    for _ in range(10):
        found = with_echo(found, objects, where)
    assert clutter.factor(found, where)[0] == pytest.approx(ground)
    assert clutter.factor(found, where, objects)[0] > 5.0


def with_echo(found: clutter.Clutter, objects: Near, where: np.ndarray) -> clutter.Clutter:
    """With the echo learned and the ground as it was."""
    behind = echo.learn(found.echo, objects, where, np.ones(where.shape[1]), 1e-5)
    return clutter.Clutter(found.middle, found.ground, found.rain, behind)
