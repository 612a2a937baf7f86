"""Objects that a sensor cannot tell apart, and objects behind others."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn import track
from forewarn.freeze import freeze, thaw
from forewarn.site import Site
from forewarn.track import resolve
from forewarn.track.resolve import Cell
from tests.track_help import feed, look, plot, site

SPOT = (0.0, 0.0, 0.0)
CELL = Cell(20.0, math.radians(5.0), shadow=False)
LEVEL = Cell(20.0, math.radians(5.0), shadow=True)
SURE = np.zeros((2, 2, 2))


def ahead(*ranges_m: float) -> np.ndarray:
    """Places north of the sensor."""
    return np.array([np.zeros(len(ranges_m)), ranges_m])


def test_two_in_one_place_are_one_plot() -> None:
    single, free = resolve.apart(CELL, SPOT, ahead(500.0, 500.0), SURE, np.array([0.7, 0.4]))
    assert single == pytest.approx([0.6, 0.3])
    assert free.tolist() == [1.0, 1.0]


@given(st.floats(0.0, 100.0), st.floats(-20.0, 20.0))
def test_one_plot_by_hand(gap_m: float, turn_deg: float) -> None:
    far, turn = 500.0 + gap_m, math.radians(turn_deg)
    mean = np.array([[0.0, far * math.sin(turn)], [500.0, far * math.cos(turn)]])
    single, _ = resolve.apart(CELL, SPOT, mean, SURE, np.ones(2))
    assert single == pytest.approx([1.0 - math.exp(-0.5 * ((gap_m / 20.0) ** 2 + (turn_deg / 5.0) ** 2))] * 2, abs=1e-9)


def test_errors_of_the_tracks_are_averaged_over() -> None:
    """Against a sample of where the two may be."""
    mean, cov = (
        np.array([[0.0, 30.0], [500.0, 525.0]]),
        np.stack([np.diag([100.0, 225.0]), np.array([[150.0, 40.0], [40.0, 60.0]])], axis=-1),
    )
    random = np.random.default_rng(1)
    one, two = (random.multivariate_normal(mean[:, i], cov[..., i], 400_000).T for i in (0, 1))
    turn, gap = np.arctan2(*one) - np.arctan2(*two), np.hypot(*one) - np.hypot(*two)
    sampled = np.exp(-0.5 * ((gap / CELL.range_m) ** 2 + (turn / CELL.azimuth_rad) ** 2)).mean()
    single, _ = resolve.apart(CELL, SPOT, mean, cov, np.ones(2))
    assert 1.0 - single == pytest.approx([sampled] * 2, abs=0.01)


def test_what_stands_behind_is_hidden_and_what_stands_before_is_not() -> None:
    _, free = resolve.apart(LEVEL, SPOT, ahead(200.0, 600.0), SURE, np.array([0.9, 1.0]))
    assert free == pytest.approx([1.0, 0.1])


@given(st.floats(1.0, 2000.0), st.floats(-math.pi, math.pi), st.floats(0.0, 1.0))
def test_a_place_is_hidden_as_a_track_there_would_be(range_m: float, turn: float, real: float) -> None:
    place = range_m * np.array([[math.sin(turn)], [math.cos(turn)]])
    cov = np.zeros((2, 2, 2))
    cov[..., 0] = 50.0 * np.eye(2)
    _, free = resolve.apart(LEVEL, SPOT, np.hstack([ahead(300.0), place]), cov, np.array([real, 0.0]))
    assert resolve.open_to(LEVEL, SPOT, place, ahead(300.0), cov[..., :1], np.array([real])) == pytest.approx(free[1:])


def test_no_tracks_hide_nothing() -> None:
    assert resolve.open_to(LEVEL, SPOT, ahead(1.0, 2.0), np.zeros((2, 0)), np.zeros((2, 2, 0)), np.zeros(0)).tolist() == [1.0, 1.0]


COARSE = """
[[sensors]]
id = "coarse"
kind = "radar"
reports = "position"
position = { lat_deg = 52.0, lon_deg = 5.0 }
sigma_m = 10.0
"""


def abreast(of: Site) -> track.State:
    """Two boats 30 m apart, shown apart for 20 s and as one plot for 10."""
    apart = [look(k, plot(k, -15.0, 500.0 - k), plot(k, 15.0, 500.0 - k), sensor="coarse") for k in range(20)]
    as_one = [look(k, plot(k, 0.0, 500.0 - k), sensor="coarse") for k in range(20, 30)]
    return feed([*apart, *as_one], of)


def test_the_resolution_is_frozen_with_the_rest() -> None:
    state = abreast(site(more=COARSE + "resolution = { range_m = 20.0, azimuth_deg = 5.0, shadow = true }\n"))
    assert thaw(freeze(state), track.State).plan.sensors["coarse"].cell == Cell(20.0, math.radians(5.0), shadow=True)


def test_two_boats_that_become_one_plot_stay_two_where_the_site_says_so() -> None:
    resolution = "resolution = { range_m = 20.0, azimuth_deg = 5.0 }\n"
    sharp, coarse = (abreast(site(more=COARSE + keys)).history.belief.real for keys in ("", resolution))
    assert (coarse > 0.9).sum() == 2
    assert (sharp > 0.9).sum() < 2
