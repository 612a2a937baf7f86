"""Simulated wind has the spread, the memory and the direction that it is told."""

from __future__ import annotations

import math

import numpy as np
import pytest

from forewarn.simulate.scenario_parts import WeatherKeys
from forewarn.simulate.weather import STEP_S, blow


def test_gusts_have_their_spread_and_memory() -> None:
    wind = blow(WeatherKeys(gust_mps=3.0, gust_s=4.0), 7200.0, np.random.Generator(np.random.PCG64(1)))
    np.testing.assert_allclose(wind.gusts.std(axis=1), [3.0, 3.0, 1.5], rtol=0.08)
    lag = round(4.0 / STEP_S)
    level = wind.gusts[0]
    assert (level[lag:] * level[:-lag]).mean() / level.var() == pytest.approx(math.exp(-1.0), abs=0.06)


def test_wind_blows_the_other_way_from_where_it_comes() -> None:
    wind = blow(WeatherKeys(wind_mps=10.0, wind_from_deg=270.0), 10.0, np.random.Generator(np.random.PCG64(1)))
    np.testing.assert_allclose(wind.mean, [10.0, 0.0, 0.0], atol=1e-9)


def test_a_series_goes_on_where_it_began() -> None:
    wind = blow(WeatherKeys(), 60.0, np.random.Generator(np.random.PCG64(1)))
    np.testing.assert_array_equal(wind.series(3.0, 50), wind.gusts[:, 30:80])
    assert wind.series(55.0, 200).shape == (3, 200)  # and comes again
