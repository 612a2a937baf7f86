"""Simulated people who report."""

from __future__ import annotations

import numpy as np
import pytest

from forewarn import geo
from tests.simulate_sensors_help import ORIGIN, STARTS_NS, Line, number, rows, scene, sensor

PEOPLE = {"kind": "person", "reports": "position", "sigma_m": 100.0, "interval_s": 10.0, "scan": False, "coverage": {"max_range_m": 2000.0}}
NEAR = Line(start=(200.0, 0.0, 50.0))


def test_places_times_and_delays_err_as_asked() -> None:
    told = rows(sensor(**PEOPLE), scene([NEAR], 40_000.0), delay_s=8.0, time_sd_s=2.0)
    enu = geo.to_enu(number(told, "lat"), number(told, "lon"), np.full(len(told.t_ns), 30.0), ORIGIN)
    assert (enu[0] - 206.0).std() == pytest.approx(100.0, rel=0.1)
    assert enu[1].std() == pytest.approx(100.0, rel=0.1)
    delay = (told.sent_ns - told.t_ns) / 1e9
    assert delay.mean() == pytest.approx(8.0, abs=1.0)
    assert delay.min() >= 0.0
    assert (told.t_ns % 1_000_000_000 == 0).all()


def test_they_come_one_by_one_in_the_order_of_arrival() -> None:
    told = rows(sensor(**PEOPLE), scene([NEAR], 4000.0))
    assert len(told.looks_ns) == 0
    assert (np.diff(told.sent_ns) >= 0).all()


def test_stars_are_told_of_several_times_about_one_place() -> None:
    told = rows(sensor(**PEOPLE), scene([], 36_000.0), mistakes_per_h=10.0)
    assert set(told.object) == {""}
    assert 200 <= len(told.t_ns) <= 400
    assert (told.t_ns >= STARTS_NS - 10_000_000_000).all()


def test_at_night_they_see_less() -> None:
    by_day, by_night = (len(rows(sensor(**PEOPLE), scene([NEAR], 20_000.0, light=light)).t_ns) for light in ("day", "night"))
    assert by_night == pytest.approx(0.3 * by_day, rel=0.15)
