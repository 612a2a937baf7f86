"""Existence with time: lives, runs and holes of a self-tracking sensor, and how new its word is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from forewarn.messages import KINDS
from forewarn.track import existence, plan
from tests.test_track_match import tracks
from tests.track_help import SECOND, at, site

PLAN = plan.make(site())
TRACKER = PLAN.ids.index("tracker")


def test_an_object_lives_as_long_as_the_site_says() -> None:
    before = tracks(1, 1)
    after = existence.at(PLAN, before, at(60))
    assert after.real[0] == pytest.approx(0.5 * math.exp(-60 / PLAN.life_s))


def test_a_run_ends_after_its_mean_time_and_other_sensors_have_none() -> None:
    before = tracks(1, 1)
    after = existence.at(PLAN, before, at(20))
    assert after.seen[TRACKER, 0] == pytest.approx(0.5 + 0.5 * math.exp(-2.0))
    assert np.delete(after.seen[:, 0], TRACKER) == pytest.approx(1.0)


def test_unseen_objects_come_to_as_many_as_births_and_lives_make() -> None:
    before = tracks(1, 1)
    before = before.but(unseen=np.zeros_like(before.unseen))
    soon, late = existence.at(PLAN, before, at(1)), existence.at(PLAN, before, at(1e5))
    assert soon.unseen[0] == pytest.approx(PLAN.births, rel=1e-2)
    assert late.unseen[0] == pytest.approx(PLAN.births * PLAN.life_s)


def test_two_steps_are_one() -> None:
    before = tracks(2, 3)
    one, two = existence.at(PLAN, before, at(9)), existence.at(PLAN, existence.at(PLAN, before, at(4)), at(9))
    assert one.real == pytest.approx(two.real)
    assert one.seen == pytest.approx(two.seen)


def test_time_does_not_go_back() -> None:
    before = tracks(1, 1)
    assert existence.at(PLAN, before, at(-5)).t_ns == before.t_ns


def test_a_self_tracking_sensor_has_little_new_to_say_so_soon() -> None:
    before = tracks(1, 1)
    hit = before.hit_ns.copy()
    hit[TRACKER] = at(0) - 2 * SECOND
    sense = PLAN.sensors["tracker"]
    assert existence.freshness(sense, before.but(hit_ns=hit))[0] == pytest.approx(1 - math.exp(-2 / 20))
    assert existence.freshness(sense, before)[0] == 1.0
    assert existence.freshness(PLAN.sensors["radar"], before.but(hit_ns=hit))[0] == 1.0


def test_kinds_are_priors_times_evidence() -> None:
    evidence = np.zeros((len(KINDS), 1))
    assert PLAN.shares(evidence)[:, 0] == pytest.approx(PLAN.kinds)
    evidence[0] = math.log(3.0)
    share = np.array(PLAN.kinds)
    share[0] *= 3
    assert PLAN.shares(evidence)[:, 0] == pytest.approx(share / share.sum())
