"""The learned density of false plots."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.integrate import trapezoid
from scipy.stats import expon, poisson

from forewarn.freeze import freeze, thaw
from forewarn.sight import clutter

HERE, THERE = np.array([[10.0], [10.0], [0.0]]), np.array([[-400.0], [300.0], [0.0]])
DENSITY = 1e-5
REACH_M = 5000.0  # squares of 625 m, for both counts


def learned(looks: int, plots: np.ndarray) -> clutter.Clutter:
    found = clutter.start((0.0, 0.0), 800.0)
    return after(found, looks, plots)


def after(found: clutter.Clutter, looks: int, plots: np.ndarray, density: float = DENSITY) -> clutter.Clutter:
    for _ in range(looks):
        found = clutter.learn(found, plots, np.ones(plots.shape[1]), density)
    return found


def here(found: clutter.Clutter) -> float:
    return float(clutter.factor(found, HERE)[0])


def test_before_any_look_it_is_the_stated_density() -> None:
    assert clutter.factor(learned(0, HERE), HERE).tolist() == [1.0]


def test_a_square_that_gives_many_is_thought_to_give_many_and_a_quiet_one_few() -> None:
    found = learned(50, HERE)
    assert clutter.factor(found, HERE)[0] > 5
    assert clutter.factor(found, THERE)[0] < 0.3


@example(n=1, foreseen=0.01)
@example(n=0, foreseen=0.05)
@given(n=st.integers(0, 15), foreseen=st.floats(1e-3, 2.0))
def test_after_a_look_it_is_what_two_kinds_of_squares_make_of_it(n: int, foreseen: float) -> None:
    """Against sums over the density itself: one known as the ground's, or one of a cell's that nobody knows."""
    start = clutter.start((0.0, 0.0), REACH_M)
    found = after(start, 1, np.repeat(HERE, n, axis=1), foreseen / start.ground.square_m**2)
    usual = (1.0 + n) / (1.0 + foreseen)
    x = np.linspace(0.0, (n + 1.0 + 12.0 * np.sqrt(n + 1.0) + 12.0) / (1.0 / clutter.RAIN + foreseen), 100_001)
    cell = expon.pdf(x, scale=clutter.RAIN) * poisson.pmf(n, x * foreseen)
    share, other = (1.0 - clutter.CELLS) * poisson.pmf(n, usual * foreseen), clutter.CELLS
    wanted = (share * usual + other * trapezoid(x * cell, x)) / (share + other * trapezoid(cell, x))
    assert here(found) == pytest.approx(wanted, rel=1e-3)


def test_in_the_long_run_it_is_the_rate_that_was_seen() -> None:
    rng = np.random.default_rng(1)
    found = clutter.start((0.0, 0.0), 800.0)
    rate, seen = 0.4, []
    for _ in range(3000):
        plots = np.repeat(HERE, rng.poisson(rate), axis=1)
        found = clutter.learn(found, plots, np.ones(plots.shape[1]), DENSITY)
        seen.append(here(found) * DENSITY * found.ground.square_m**2)
    assert np.mean(seen[1000:]) == pytest.approx(rate, rel=0.25)


def test_rain_over_ground_long_quiet_is_known_after_one_look_and_gone_soon_after_it() -> None:
    stated = 10.0 / (np.pi * REACH_M**2)
    quiet = after(clutter.start((0.0, 0.0), REACH_M), 600, HERE[:, :0], stated)
    rainy = np.repeat(HERE, 8, axis=1)
    assert here(quiet) < 0.1
    assert here(after(quiet, 1, rainy, stated)) > 10.0
    rains = after(quiet, 20, rainy, stated)
    assert here(rains) * stated * quiet.ground.square_m**2 == pytest.approx(8.0, rel=0.3)
    ground = (1.0 + rains.ground.plots.max()) / (1.0 + rains.ground.foreseen)
    assert here(after(rains, 50, HERE[:, :0], stated)) < ground < 0.2 * here(rains)


def test_one_plot_where_none_was_for_long_makes_no_rain() -> None:
    stated = 10.0 / (np.pi * REACH_M**2)
    quiet = after(clutter.start((0.0, 0.0), REACH_M), 600, HERE[:, :0], stated)
    assert here(after(quiet, 1, HERE, stated)) < 2.0


def test_what_an_object_shows_before_it_is_followed_is_no_rain_where_squares_are_small() -> None:
    """A radar that reaches 300 m: nobody knows a boat for its first five looks."""
    stated = 3.0 / (np.pi * 300.0**2)
    found = after(clutter.start((0.0, 0.0), 300.0), 5, HERE, stated)
    assert here(found) < 10.0


def test_a_plot_that_is_a_tracks_teaches_nothing() -> None:
    found = clutter.learn(clutter.start((0.0, 0.0), 800.0), HERE, np.zeros(1), DENSITY)
    assert found.ground.plots.sum() == found.rain.plots.sum() == 0.0


@pytest.mark.parametrize("reach_m", [100.0, 800.0, 5000.0])
def test_off_the_map_the_stated_density_holds(reach_m: float) -> None:
    found = after(clutter.start((0.0, 0.0), reach_m), 20, HERE)
    assert clutter.factor(found, np.array([[1e6], [0.0], [0.0]])).tolist() == [1.0]


def test_it_freezes() -> None:
    found = learned(3, HERE)
    again = thaw(freeze(found), clutter.Clutter)
    assert np.array_equal(again.ground.plots, found.ground.plots)
    assert np.array_equal(again.rain.plots, found.rain.plots)
    assert (again.ground.foreseen, again.rain.foreseen) == (found.ground.foreseen, found.rain.foreseen)
