"""Existence against Bayes' rule for one object that a look shows or not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from forewarn.plan import existence, numbers
from forewarn.plan.existence import GHOST, ORIGIN, REAL
from tests.plan_help import yard

pytestmark = pytest.mark.slow
SENSES = numbers.senses(yard())
RADAR, FLAT, FINDER = range(3)


def track(real: float, ghost: float = 0.0) -> np.ndarray:
    found = np.zeros(existence.NUMBERS)
    found[REAL], found[GHOST], found[ORIGIN] = real, ghost, FLAT
    return found


@pytest.mark.parametrize(("real", "p"), [(0.01, 0.9), (0.5, 0.5), (0.99, 0.9)])
def test_a_miss_and_a_hit_are_bayes_rule(real: float, p: float) -> None:
    found, follows = track(real), np.ones(3)
    existence.missed(SENSES, RADAR, p, follows, found)
    assert found[REAL] == pytest.approx(real * (1 - p) / (1 - real * p))
    found = track(real)
    pair = existence.there(SENSES, RADAR, math.log(40.0), p, p, follows, found, 1.0)
    weight = real * p * 40.0
    assert pair == pytest.approx(weight / (1 - real * p + weight))
    assert found[REAL] == pytest.approx((weight + real * (1 - p)) / (weight + 1 - real * p))


def test_a_lone_report_that_does_not_come_says_nothing_and_one_that_does_raises() -> None:
    found = track(0.2)
    existence.there(SENSES, FINDER, math.log(10.0), 0.6, 0.6, np.ones(3), found, 1.0)
    assert 0.2 < found[REAL] < 1.0


def test_its_own_sensor_cannot_tell_a_ghost_from_an_object_but_another_can() -> None:
    found, follows = track(0.01, 0.99), np.ones(3)
    existence.there(SENSES, FLAT, math.log(100.0), 0.9, 0.9, follows, found, 1.0)
    assert found[REAL] / found[GHOST] == pytest.approx(0.01 / 0.99)
    existence.there(SENSES, RADAR, math.log(100.0), 0.9, 0.9, follows, found, 2.0)
    assert found[REAL] > 0.3


def test_time_takes_lives_and_loosens_what_a_sensor_follows() -> None:
    site = yard()
    watch, found, follows = numbers.watch(site), track(0.9), np.array([1.0, 1.0, 1.0])
    mean, cov, model = np.zeros((2, 8)), np.stack([np.eye(8)] * 2), np.full(2, 0.5)
    existence.carry(watch, SENSES, mean, cov, model, follows, found, 3.0)
    assert found[REAL] == pytest.approx(0.9 * math.exp(-3.0 / 600.0))
    assert follows == pytest.approx([1.0, 0.5 + 0.5 * math.exp(-3.0), 1.0])
