"""Late looks: whatever order they come in, the same belief; what is remembered is bounded."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from forewarn import track
from forewarn.messages import Observation
from forewarn.track import belief, history
from tests.track_help import at, bearing, feed, look, plot, site, straight, view


def crossing(n: int) -> list[Observation]:
    """Two objects that cross, clutter, three sensors: looks at times that sometimes coincide."""
    rng = np.random.default_rng(5)
    out = []
    for k in range(n):
        plots = [plot(k, *(s * (100 - 8 * k) + rng.normal(0, 10), 50 * s + rng.normal(0, 10))) for s in (1, -1) if rng.random() < 0.9]
        plots += [plot(k, *rng.uniform(-500, 500, 2)) for _ in range(rng.poisson(1))]
        out.append(look(k, *plots))
        out.append(look(k, plot(k - 0.3, 100 - 8 * k, 50.0, course_deg=270.0, speed_mps=8.0), sensor="tracker"))
        out.append(look(k + 0.5, bearing(k + 0.5, float(rng.uniform(0, 360))), sensor="finder", scan=False))
    return out


def late(looks: list[Observation], seed: int, worst_s: float) -> list[Observation]:
    """The same looks in the order of arrivals that are late by chance."""
    rng = random.Random(seed)
    delayed = [(one.t_ns + round(rng.uniform(0, worst_s) * 1e9), k, one) for k, one in enumerate(looks)]
    return [replace(one, t_arrival_ns=t) for t, _, one in sorted(delayed)]


def same(one: belief.Belief, two: belief.Belief) -> None:
    assert np.array_equal(one.label, two.label)
    for name in belief.TRACKS:
        assert getattr(one, name) == pytest.approx(getattr(two, name), abs=1e-6), name


@settings(max_examples=8)
@given(seed=st.integers(0, 10_000), worst_s=st.floats(0.5, 14.0))
def test_shuffled_late_looks_give_the_same_tracks_and_labels(seed: int, worst_s: float) -> None:
    looks = crossing(12)
    same(feed(looks).history.belief, feed(late(looks, seed, worst_s)).history.belief)


def test_a_look_older_than_what_is_remembered_is_refused_and_changes_nothing() -> None:
    of = site()
    state = feed(straight(40), of)
    old = look(10.5, plot(10.5, 0, 0), arrival_s=39.0)
    after, refused = track.observe(state, of, view(), old)
    assert [r.reason for r in refused] == ["late"]
    assert after.history is state.history


def test_what_is_remembered_is_bounded_by_lateness() -> None:
    state = feed(straight(200))
    assert len(state.history.looks) < 25
    assert len(state.history.marks) <= history.MARKS + 3
    assert state.history.marks[0].before == 0


def test_as_late_as_the_site_allows_is_taken() -> None:
    of = site("late_s = 15.0")
    looks = straight(60)
    held = looks.pop(46)
    looks.append(replace(held, t_arrival_ns=at(59.9)))
    same(feed(straight(60), of).history.belief, feed(looks, of).history.belief)


def test_the_first_look_may_come_late_too() -> None:
    looks = straight(8)
    swapped = [looks[1], replace(looks[0], t_arrival_ns=looks[1].t_arrival_ns), *looks[2:]]
    state = track.start(of := site())
    for one in swapped:
        state, _ = track.observe(state, of, view(), one)
    assert state.history.belief.n == feed(looks).history.belief.n
