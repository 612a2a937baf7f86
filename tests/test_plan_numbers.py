"""The rooms' numbers as the kernels take them, against the rooms."""

from __future__ import annotations

import numpy as np
import pytest

from forewarn import sight, track
from forewarn.messages import Observation
from forewarn.plan import numbers
from forewarn.project.paths import paths
from forewarn.track.existence import at
from tests.plan_help import yard

SITE = yard()
T0 = 1_700_000_000_000_000_000


def test_objects_not_seen_yet_are_as_many_as_the_tracker_settles_at() -> None:
    state, seen = track.start(SITE), sight.start(SITE)
    for k in range(60):
        t_ns = T0 + k * 1_000_000_000
        look = Observation(sensor="radar", t_ns=t_ns, t_arrival_ns=t_ns)
        state, _ = track.observe(state, SITE, sight.view(seen, SITE, "radar", t_ns, None), look)
    before = at(state.plan, state.history.belief, T0 + 60_000_000_000)
    assert numbers.senses(SITE).unseen[0] == pytest.approx(before.unseen[0], rel=1e-3)


def test_only_what_sees_is_counted_and_in_the_sites_order() -> None:
    found = numbers.senses(SITE)
    assert [sensor.id for sensor in numbers.counted(SITE)] == ["radar", "flat", "finder"]
    assert found.what.tolist() == [numbers.POLAR, numbers.POSITION, numbers.BEARING]
    assert found.scan.tolist() == [True, True, False]
    assert found.spot[0] == pytest.approx([0.0, 0.0, 10.0], abs=1e-6)
    assert found.at.tolist() == [0, 6, 0]


def test_the_samples_are_projects_own_in_another_order() -> None:
    ours, theirs = numbers.samples(SITE), paths(SITE.tracking, 30.0)
    assert sorted(ours.choice.tolist()) == sorted(theirs.choice.tolist())
    row = int(np.flatnonzero(theirs.choice == ours.choice[5])[0])
    assert ours.state[5] == pytest.approx(theirs.state[:6, row])
    assert ours.noise[1, 5, 2] == pytest.approx(theirs.noise[1, :, 2, row])
    assert abs(ours.choice[:48].mean() - 0.5) < 0.03
