"""Existence with time: lives, runs and holes of a self-tracking sensor, and how new its word is."""

from __future__ import annotations

import itertools
import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from forewarn.messages import KINDS
from forewarn.site import Spells
from forewarn.track import existence, look, plan, update
from tests.test_track_match import tracks
from tests.track_help import SECOND, at, plot, site, view
from tests.track_help import look as seen_at

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


SPELLS = plan.make(site().model_copy(update={"sensors": tuple(
    s.model_copy(update={"spells": Spells(hidden=0.2, mean_s=10.0)}) if s.id == "radar" else s for s in site().sensors
)}))  # fmt: skip


@given(st.floats(0.0, 1.0), st.floats(0.1, 60.0))
def test_spells_are_a_chain_of_two_states_with_the_stated_share_and_length(seen: float, dt: float) -> None:
    """Against the matrix exponential of its rates."""
    out, back = 0.2 / 0.8 / 10.0, 1.0 / 10.0
    now = tracks(1, 1)
    now = now.but(seen=np.full_like(now.seen, seen))
    later = existence.at(SPELLS, now, at(dt)).seen[SPELLS.ids.index("radar"), 0]
    assert later == pytest.approx(float(([seen, 1 - seen] @ expm(dt * np.array([[-out, out], [back, -back]])))[0]))


@given(st.lists(st.booleans(), min_size=1, max_size=7), st.floats(0.01, 0.99))
def test_a_row_of_misses_is_a_spell_or_nothing_there(hits: list[bool], real: float) -> None:
    """Looks a second apart, one plot at the most: existence against all courses of the spells, one by one."""
    density, index, p = 1e-6, SPELLS.ids.index("radar"), 0.9
    now = tracks(1, 1)
    cov = np.zeros_like(now.cov)
    cov[:, range(SPELLS.size), range(SPELLS.size)] = 1e-9
    now = now.but(mean=np.zeros_like(now.mean), cov=cov, model=np.array([[0.5], [0.5], [1e-12]]), unseen=np.zeros(5))
    now = now.but(real=np.array([real]), seen=np.full_like(now.seen, 0.8))
    still = msgspec.structs.replace(SPELLS, power=(1e-12, 1e-12), life_s=1e12, births=0.0, speed_mps=1e-6, climb_mps=1e-6)
    likelihood = 1.0 / (2 * math.pi * 100.0) / density
    for k, hit in enumerate(hits):
        observation = seen_at(float(k), *([plot(float(k), 0.0, 0.0)] if hit else []))
        now = update.take(still, now, look.read(still, view("radar", density=density), observation, observation.plots))
        now = now.but(clutter={})
    fade = math.exp(-1.0 / 8.0)
    step = {True: {True: 0.8 + 0.2 * fade, False: 0.2 - 0.2 * fade}, False: {True: 0.8 - 0.8 * fade, False: 0.2 + 0.8 * fade}}
    there = 0.0
    for course in itertools.product((True, False), repeat=len(hits)):
        chance = 0.8 if course[0] else 0.2
        for k, (visible, hit) in enumerate(zip(course, hits, strict=True)):
            chance *= step[course[k - 1]][visible] if k else 1.0
            shows = p if visible else 0.0
            chance *= shows * likelihood + (1.0 - shows) if hit else 1.0 - shows
        there += chance
    assert 1 - now.real[0] == pytest.approx((1 - real) / (1 - real + real * there), rel=1e-3, abs=1e-8)
    assert 0.0 <= now.seen[index, 0] <= 1.0


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
