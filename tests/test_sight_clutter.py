"""The learned density of false plots."""

from __future__ import annotations

import numpy as np
import pytest

from forewarn.freeze import freeze, thaw
from forewarn.sight import clutter

HERE, THERE = np.array([[10.0], [10.0], [0.0]]), np.array([[-400.0], [300.0], [0.0]])
DENSITY = 1e-5


def learned(looks: int, plots: np.ndarray) -> clutter.Clutter:
    found = clutter.start((0.0, 0.0), 800.0)
    for _ in range(looks):
        found = clutter.learn(found, plots, np.ones(plots.shape[1]), DENSITY)
    return found


def test_before_any_look_it_is_the_stated_density() -> None:
    assert clutter.factor(learned(0, HERE), HERE).tolist() == [1.0]


def test_a_square_that_gives_many_is_thought_to_give_many_and_a_quiet_one_few() -> None:
    found = learned(50, HERE)
    assert clutter.factor(found, HERE)[0] > 5
    assert clutter.factor(found, THERE)[0] < 0.3


def test_one_plot_counts_as_much_as_the_prior() -> None:
    found = learned(1, HERE)
    assert clutter.factor(found, HERE)[0] == pytest.approx(2.0 / (1.0 + DENSITY * found.square_m**2), rel=1e-9)


def test_in_the_long_run_it_is_the_rate_that_was_seen() -> None:
    rng = np.random.default_rng(1)
    found = clutter.start((0.0, 0.0), 800.0)
    rate = 0.4
    for _ in range(3000):
        plots = np.repeat(HERE, rng.poisson(rate), axis=1)
        found = clutter.learn(found, plots, np.ones(plots.shape[1]), DENSITY)
    seen = clutter.factor(found, HERE)[0] * DENSITY * found.square_m**2
    assert seen == pytest.approx(rate, rel=0.25)


def test_a_plot_that_is_a_tracks_teaches_nothing() -> None:
    found = clutter.learn(clutter.start((0.0, 0.0), 800.0), HERE, np.zeros(1), DENSITY)
    assert found.plots.sum() == 0.0


def test_off_the_map_the_stated_density_holds() -> None:
    assert clutter.factor(learned(20, HERE), np.array([[1e6], [0.0], [0.0]])).tolist() == [1.0]


def test_it_freezes() -> None:
    found = learned(3, HERE)
    again = thaw(freeze(found), clutter.Clutter)
    assert np.array_equal(again.plots, found.plots)
    assert again.foreseen == found.foreseen
