"""Plots taken in, against the tracker's own look, birth and bearing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from forewarn.plan import numbers, plots, tracks
from forewarn.plan.chance import EAST, normal
from forewarn.plan.course import Course
from forewarn.plan.tracks import Tracks
from forewarn.track import bearing, belief, plan
from tests.plan_help import yard

pytestmark = pytest.mark.slow
SITE = yard()
WATCH, SENSES = numbers.watch(SITE), numbers.senses(SITE)
RADAR, FLAT, FINDER = range(3)


def begun(sensor: int, true: np.ndarray) -> tuple[Tracks, np.ndarray]:
    found, learned, chance = tracks.none(WATCH.size, 3), np.zeros((32, 32)), np.full((3, 1), 0.9)
    course = Course(true[:, None], chance, chance, 1.0)
    plots.hit(WATCH, SENSES, sensor, course, true, np.zeros(2), 1, 5, found, learned, 3.0)
    return found, learned


def test_a_track_begins_near_the_object_as_likely_as_births_and_false_plots_have_it() -> None:
    true = np.array([300.0, 400.0, 60.0, 0.0, -20.0, 0.0])
    found, learned = begun(RADAR, true)
    assert np.hypot(*(found.mean[0, 0, :2] - true[:2])) < 30.0
    assert found.cov[0, 0, :2, :2].trace() == pytest.approx(6.0**2 + (math.radians(0.6) * 505) ** 2, rel=0.05)
    made = plan.make(SITE)
    clutter = 1.0 / (math.pi * 1500.0**2) / (1.0 + SENSES.foreseen[RADAR])
    unseen = made.births * made.life_s * (1 - math.exp(-1 / 600)) / (1 - 0.1 * math.exp(-1 / 600))
    assert found.real[0] == pytest.approx(0.9 * unseen / (0.9 * unseen + clutter), rel=1e-3)
    assert found.ghost[0] == 0.0
    assert (found.real[1:] == 0.0).all()
    assert learned.sum() == 1.0


def test_what_is_not_real_is_a_ghost_of_a_sensor_that_tracks_by_itself() -> None:
    found, _ = begun(FLAT, np.array([100.0, 300.0, 60.0, 0.0, -20.0, 0.0]))
    assert found.real[0] + found.ghost[0] == pytest.approx(1.0)
    assert found.follows[0, FLAT] == 1.0
    assert found.cov[0, 0, 0, 6] == pytest.approx(-0.9 * 8.0**2)
    assert found.mean[0, 0, 2] == 50.0


def test_a_bearing_is_taken_in_as_the_tracker_does() -> None:
    """The track is sure and the bearing fits, so that next to nothing is left of what it was before."""
    true = np.array([300.0, 400.0, 60.0, 0.0, -20.0, 0.0])
    found, learned = begun(RADAR, true)
    found.real[0] = 1.0
    mean, cov = found.mean[0], found.cov[0]
    spot, sure = SENSES.spot[FINDER], SENSES._replace(density=np.full(3, 1e-12), scan=np.ones(3, dtype=bool))
    alone = belief.take(belief.empty(plan.make(SITE), 600.0), np.zeros(0, dtype=np.int64)).but(
        mean=mean[..., None].copy(), cov=cov[..., None].copy(), model=found.model[0][:, None].copy(), real=np.full(1, 0.02)
    )
    azimuth = math.atan2(true[0] - spot[0], true[1] - spot[1]) + math.radians(2.0) * normal(5, FINDER, 9, EAST)
    theirs = bearing.pairs(alone, tuple(spot), np.array([azimuth]), np.full((1, 1), math.radians(2.0) ** 2))
    course = Course(true[:, None], np.full((3, 1), 0.9), np.full((3, 1), 0.9), 1.0)
    plots.hit(WATCH, sure, FINDER, course, true, np.zeros(2), 9, 5, found, learned, 4.0)
    np.testing.assert_allclose(mean, theirs.mean[..., 0], rtol=1e-6)
    np.testing.assert_allclose(cov, theirs.cov[..., 0], rtol=1e-5, atol=1e-6)
