"""What is said of sensors' errors: when, of whom, and which statement is contradicted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from forewarn.track import plan
from forewarn.track.errors import joint, tell
from tests.errors_help import site
from tests.track_help import at

PLAN = plan.make(site({"one": "", "two": "", "three": "", "finder": "bias_azimuth_deg = -7.0\nbias_sigma_azimuth_deg = 2.0"}))
SECOND = 1_000_000_000


def compared(of: joint.Joint, first: int, second: int, azimuth_deg: float, count: int = 40, sigma_deg: float = 1.0) -> joint.Joint:
    """With so many comparisons of two sensors' norths: the first minus the second."""
    h = np.zeros((1, joint.EACH * len(PLAN.ids), count))
    h[0, joint.EACH * first], h[0, joint.EACH * second] = 1.0, -1.0
    y = np.full((1, count), math.radians(azimuth_deg))
    return joint.add(of, at(0), h, y, np.full((1, 1, count), math.radians(sigma_deg) ** -2), np.ones(count))


def test_nothing_known_is_not_told() -> None:
    assert tell.tell(PLAN, tell.Said(), joint.nothing(5), at(0))[1] == ()


def test_it_is_told_every_ten_seconds_and_only_where_it_changed() -> None:
    known = compared(joint.nothing(5), 0, 1, 0.2)
    said, first = tell.tell(PLAN, tell.Said(), known, at(0))
    assert [one.sensor for one in first] == ["one", "two"]
    more = compared(known, 0, 2, 0.1)
    assert tell.tell(PLAN, said, more, at(9))[1] == ()
    said, second = tell.tell(PLAN, said, more, at(10))
    assert {one.sensor for one in second} == {"one", "two", "three"}
    assert tell.tell(PLAN, said, more, at(20))[1] == ()


def test_the_stated_bias_is_in_the_figure() -> None:
    known = compared(joint.nothing(5), 3, 0, 1.5, count=400)
    found = {one.sensor: one for one in tell.tell(PLAN, tell.Said(), known, at(0))[1]}["finder"]
    assert found.azimuth_deg == pytest.approx(-5.5, abs=0.3)
    assert not found.beyond
    assert found.range_sigma_m == 0.0


def test_the_sensor_that_two_others_contradict_is_beyond_its_statement() -> None:
    known = compared(compared(compared(joint.nothing(5), 0, 1, 5.0), 0, 2, 5.0), 1, 2, 0.0)
    assert {one.sensor for one in tell.tell(PLAN, tell.Said(), known, at(0))[1] if one.beyond} == {"one"}


def test_of_two_that_cannot_be_told_apart_both_are() -> None:
    told = tell.tell(PLAN, tell.Said(), compared(joint.nothing(5), 0, 1, 5.0), at(0))[1]
    assert [one.sensor for one in told if one.beyond] == ["one", "two"]
    assert all(one.azimuth_sigma_deg > 5.0 for one in told)


def test_small_differences_contradict_nothing() -> None:
    assert not any(one.beyond for one in tell.tell(PLAN, tell.Said(), compared(joint.nothing(5), 0, 1, 0.6, count=1000), at(0))[1])


def test_the_flag_as_last_told_stands_beside_the_new_one() -> None:
    said, first = tell.tell(PLAN, tell.Said(), compared(joint.nothing(5), 0, 1, 0.1), at(0))
    assert {(one.before, one.beyond) for one in first} == {(False, False)}
    _, then = tell.tell(PLAN, said, compared(joint.nothing(5), 0, 1, 6.0), at(10))
    assert {(one.before, one.beyond) for one in then} == {(False, True)}
