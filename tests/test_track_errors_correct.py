"""Errors taken off a look: as far as the site file allows, with what is not known of them in the noise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from msgspec.structs import replace

from forewarn.track import belief, look, plan
from forewarn.track.errors import joint
from forewarn.track.errors.correct import corrected
from tests.errors_help import Off, observed, site, view, way

SITE = site({"one": "bias_sigma_azimuth_deg = 4.0\nbias_sigma_range_m = 40.0", "finder": "bias_sigma_azimuth_deg = 4.0", "two": ""})
PLAN = plan.make(SITE)
EMPTY = belief.empty(PLAN, 600.0)


def read(sensor: str, off: Off) -> look.Look:
    seen = observed(sensor, 0.0, off, np.random.default_rng(0))
    return look.read(PLAN, view(SITE, sensor), seen, seen.plots)


def knowing(azimuth_deg: float, range_m: float) -> belief.Belief:
    """A belief that has learnt each sensor's azimuth and range well."""
    size = joint.EACH * len(PLAN.ids)
    mean = np.tile((math.radians(azimuth_deg), range_m, 0.0), len(PLAN.ids))
    information = 1e8 * np.eye(size)
    return EMPTY.but(ledgers=(replace(joint.nothing(len(PLAN.ids)), information=information, pull=information @ mean),))


def test_what_the_site_file_states_is_taken_off_when_a_look_is_read() -> None:
    stated = {"one": "bias_azimuth_deg = 4.0\nbias_range_m = -30.0\nbias_clock_s = 1.5", "finder": "bias_clock_s = -0.5", "two": ""}
    of = site(stated)
    off = Off(4.0, -30.0, 1.5)
    seen = observed("one", 0.0, off, np.random.default_rng(0))
    found = look.read(plan.make(of), view(of, "one"), seen, seen.plots)
    assert found.place[:2, 0] == pytest.approx(read("one", Off()).place[:2, 0], abs=1e-6)
    assert found.time_ns.tolist() == read("one", Off()).time_ns.tolist()


def test_a_sensor_that_is_known_is_left_alone() -> None:
    seen = read("two", Off(3.0))
    assert corrected(PLAN, knowing(3.0, 0.0), seen) is seen


def test_what_was_learnt_is_taken_off_places_and_bearings() -> None:
    true = way(0.0)[:2]
    assert np.hypot(*(read("one", Off(4.0, 30.0)).place[:2, 0] - true)) > 50.0
    fixed = corrected(PLAN, knowing(4.0, 30.0), read("one", Off(4.0, 30.0)))
    assert np.hypot(*(fixed.place[:2, 0] - true)) == pytest.approx(np.hypot(*(read("one", Off()).place[:2, 0] - true)), abs=2.0)
    bearing = corrected(PLAN, knowing(4.0, 0.0), read("finder", Off(4.0))).bearing
    assert bearing == pytest.approx(read("finder", Off()).bearing, abs=1e-6)


def test_what_is_not_known_widens_the_noise() -> None:
    bare, wide = read("one", Off()), corrected(PLAN, EMPTY, read("one", Off()))
    added = np.linalg.eigvalsh(wide.noise[..., 0] - bare.noise[..., 0])
    distance = float(np.hypot(*(bare.place[:2, 0] - (0.0, -600.0))))
    assert added == pytest.approx(sorted([40.0**2, (distance * math.radians(4.0)) ** 2]), rel=1e-6)
    finder = corrected(PLAN, EMPTY, read("finder", Off()))
    assert finder.bearing_sd[0] == pytest.approx(math.radians(math.hypot(2.0, 4.0)))
