"""Plots taken in, against the tracker's own look, birth and bearing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from forewarn.plan import existence, numbers, plots
from forewarn.plan.chance import EAST, normal
from forewarn.track import bearing, belief, plan
from tests.plan_help import yard

pytestmark = pytest.mark.slow
SITE = yard()
WATCH, SENSES = numbers.watch(SITE), numbers.senses(SITE)
RADAR, FLAT, FINDER = range(3)


def track() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    return np.zeros((2, 8)), np.zeros((2, 8, 8)), np.full(2, 0.5), np.full(3, 0.5), np.zeros(existence.NUMBERS)


def begun(sensor: int, true: np.ndarray) -> tuple[np.ndarray, ...]:
    mean, cov, model, follows, numbers_ = track()
    learned = np.zeros((32, 32))
    plots.hit(WATCH, SENSES, sensor, 0.9, true, np.zeros(2), 1, 5, mean, cov, model, follows, numbers_, learned, 3.0)
    return mean, cov, model, follows, numbers_, learned


def test_a_track_begins_near_the_object_as_likely_as_births_and_false_plots_have_it() -> None:
    true = np.array([300.0, 400.0, 60.0, 0.0, -20.0, 0.0])
    mean, cov, _, _, found, learned = begun(RADAR, true)
    assert np.hypot(*(mean[0, :2] - true[:2])) < 30.0
    assert cov[0, :2, :2].trace() == pytest.approx(6.0**2 + (math.radians(0.6) * 505) ** 2, rel=0.05)
    made = plan.make(SITE)
    clutter = 1.0 / (math.pi * 1500.0**2)
    unseen = made.births * made.life_s * (1 - math.exp(-1 / 600)) / (1 - 0.1 * math.exp(-1 / 600))
    assert found[existence.REAL] == pytest.approx(0.9 * unseen / (0.9 * unseen + clutter), rel=1e-3)
    assert found[existence.GHOST] == 0.0
    assert learned.sum() == 1.0


def test_what_is_not_real_is_a_ghost_of_a_sensor_that_tracks_by_itself() -> None:
    mean, cov, _, follows, found, _ = begun(FLAT, np.array([100.0, 300.0, 60.0, 0.0, -20.0, 0.0]))
    assert found[existence.REAL] + found[existence.GHOST] == pytest.approx(1.0)
    assert follows[FLAT] == 1.0
    assert cov[0, 0, 6] == pytest.approx(-0.9 * 8.0**2)
    assert mean[0, 2] == 50.0


def test_a_bearing_is_taken_in_as_the_tracker_does() -> None:
    true = np.array([300.0, 400.0, 60.0, 0.0, -20.0, 0.0])
    mean, cov, model, follows, found, learned = begun(RADAR, true)
    spot = SENSES.spot[FINDER]
    alone = belief.take(belief.empty(plan.make(SITE), 600.0), np.zeros(0, dtype=np.int64)).but(
        mean=mean[..., None].copy(), cov=cov[..., None].copy(), model=model[:, None].copy(), real=np.full(1, 0.02)
    )
    azimuth = math.atan2(true[0] - spot[0], true[1] - spot[1]) + math.radians(2.0) * normal(5, FINDER, 9, EAST)
    theirs = bearing.pairs(alone, tuple(spot), np.array([azimuth]), np.full((1, 1), math.radians(2.0) ** 2))
    plots.hit(WATCH, SENSES, FINDER, 0.9, true, np.zeros(2), 9, 5, mean, cov, model, follows, found, learned, 4.0)
    np.testing.assert_allclose(mean, theirs.mean[..., 0], rtol=1e-6)
    np.testing.assert_allclose(cov, theirs.cov[..., 0], rtol=1e-5, atol=1e-6)
