"""Existence against Bayes' rule for one object that a look shows or not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from forewarn.plan import existence, numbers, tracks
from forewarn.plan.tracks import Tracks
from tests.plan_help import yard

pytestmark = pytest.mark.slow
SITE = yard()
SENSES, WATCH = numbers.senses(SITE), numbers.watch(SITE)
RADAR, FLAT, FINDER = range(3)


def track(real: float, ghost: float = 0.0) -> Tracks:
    found = tracks.none(WATCH.size, 3)
    found.real[0], found.ghost[0], found.origin[0], found.follows[0] = real, ghost, FLAT, 1.0
    found.model[0], found.cov[0] = 0.5, np.eye(WATCH.size)
    return found


def every(p: float) -> np.ndarray:
    return np.full(tracks.MOST, p)


def hit(found: Tracks, sensor: int, p: float, fit: float) -> float:
    pair, still = existence.chances(SENSES, sensor, every(p), every(math.log(fit)), every(-math.inf), found)
    existence.there(SENSES, sensor, every(p), pair, still, found)
    return float(pair[0])


@pytest.mark.parametrize(("real", "p"), [(0.01, 0.9), (0.5, 0.5), (0.99, 0.9)])
def test_a_miss_and_a_hit_are_bayes_rule(real: float, p: float) -> None:
    found = track(real)
    existence.there(SENSES, RADAR, every(p), every(0.0), every(0.0), found)
    assert found.real[0] == pytest.approx(real * (1 - p) / (1 - real * p))
    found = track(real)
    weight = real * p * 40.0
    assert hit(found, RADAR, p, 40.0) == pytest.approx(weight / (1 - real * p + weight))
    assert found.real[0] == pytest.approx((weight + real * (1 - p)) / (weight + 1 - real * p))


def test_a_lone_report_that_does_not_come_says_nothing_and_one_that_does_raises() -> None:
    found = track(0.2)
    existence.there(SENSES, FINDER, every(0.6), every(0.0), every(0.0), found)
    assert found.real[0] == pytest.approx(0.2)
    hit(found, FINDER, 0.6, 10.0)
    assert 0.2 < found.real[0] < 1.0


def test_its_own_sensor_cannot_tell_a_ghost_from_an_object_but_another_can() -> None:
    found = track(0.01, 0.99)
    hit(found, FLAT, 0.9, 100.0)
    assert found.real[0] / found.ghost[0] == pytest.approx(0.01 / 0.99)
    hit(found, RADAR, 0.9, 100.0)
    assert found.real[0] > 0.3


def test_time_takes_lives_and_loosens_what_a_sensor_follows() -> None:
    found = track(0.9)
    existence.carry(WATCH, SENSES, found, 3.0)
    assert found.real[0] == pytest.approx(0.9 * math.exp(-3.0 / 600.0))
    assert found.follows[0] == pytest.approx([1.0, 0.5 + 0.5 * math.exp(-3.0), 1.0])


def test_of_two_that_a_plot_may_show_the_likelier_is_credited_and_no_other() -> None:
    found = track(0.9)
    found.real[1] = 0.5
    existence.credit(RADAR, True, np.array([0.55, 0.4, 0.0, 0.0]), 7, 3.0, found)
    assert found.shown[:2, RADAR].tolist() == [7, 0]
    assert found.placed_s[:2].tolist() == [3.0, 0.0]
    existence.credit(FINDER, False, np.array([0.0, 0.45, 0.0, 0.0]), 8, 4.0, found)
    assert found.shown[1, FINDER] == 8, "probably shown, if it is there at all"
    assert found.placed_s[1] == 0.0


def test_what_cannot_be_shown_is_nobodys() -> None:
    """No chance of detection and a plot from far away: no number is lost."""
    found = track(0.5)
    pair, still = existence.chances(SENSES, RADAR, every(0.0), every(-300.0), every(-math.inf), found)
    assert pair == pytest.approx(np.zeros(tracks.MOST))
    assert np.isfinite(still).all()
