"""Births: weights by hand, and the new estimate against conditioning a wide prior on the plot."""

from __future__ import annotations

import numpy as np
import pytest

from forewarn.messages import KINDS, Plot
from forewarn.track import belief, birth, existence, look, match, plan, update
from tests.track_help import at, plot, site, view
from tests.track_help import look as seen

PLAN = plan.make(site("drop_below = 1e-6"))


def fresh(*plots: Plot, sensor: str = "radar", density: float = 1e-7, made: plan.Plan = PLAN) -> belief.Belief:
    observation = seen(0.0, *plots, sensor=sensor)
    start = belief.empty(made, 600.0).but(t_ns=at(0))
    return update.take(made, start, look.read(made, view(sensor, density=density), observation, observation.plots))


def test_existence_at_birth_by_hand() -> None:
    after = fresh(plot(0.0, 100.0, 50.0))
    new = PLAN.births * 600.0 * 0.9
    assert after.real[0] == pytest.approx(new / (new + 1e-7))
    assert after.ghost[0] == 0.0


def test_what_is_not_a_new_object_of_a_self_tracker_is_its_ghost() -> None:
    after = fresh(plot(0.0, 100.0, 50.0), sensor="tracker")
    assert after.real[0] + after.ghost[0] == pytest.approx(1.0)


def test_what_has_been_looked_at_has_few_unseen_objects() -> None:
    after = fresh()
    assert after.unseen[0] == pytest.approx(PLAN.births * 600.0 * 0.1)
    assert existence.at(PLAN, after, at(10)).unseen[0] > after.unseen[0]


@pytest.mark.parametrize("sensor", ["radar", "tracker"])
def test_the_estimate_is_a_wide_prior_conditioned_on_the_plot(sensor: str) -> None:
    observation = seen(0.0, plot(-1.5, 300.0, -200.0, 80.0, course_deg=60.0, speed_mps=12.0), sensor=sensor)
    found = look.read(PLAN, view(sensor), observation, observation.plots)
    plots = match.plots(PLAN, found)
    mean, cov = birth.estimate(PLAN, found, (PLAN.speed_mps, PLAN.climb_mps), PLAN.height)
    d = PLAN.size
    wide, start = np.zeros((d, d)), np.zeros(d)
    wide[0, 0] = wide[1, 1] = 1e10
    wide[2, 2], start[2] = PLAN.height[1] ** 2, PLAN.height[0]
    wide[3, 3] = wide[4, 4] = PLAN.speed_mps**2
    wide[5, 5] = PLAN.climb_mps**2
    for at_, _, sigma_m in PLAN.slow:
        wide[at_, at_] = wide[at_ + 1, at_ + 1] = sigma_m**2
    h, r = plots.h[..., 0].copy(), plots.r[..., 0]
    if sensor == "radar":
        h[2, 5] = 0.0  # the climb over the lag is neglected at birth
    gain = np.linalg.solve(h @ wide @ h.T + r, h @ wide).T
    expected = wide - gain @ h @ wide
    assert mean[:, 0] == pytest.approx(start + gain @ (plots.z[:, 0] - h @ start), rel=1e-3, abs=0.05)
    assert cov[..., 0] == pytest.approx(expected, rel=1e-3, abs=0.3)


def test_labels_name_sensor_time_and_place_in_the_look() -> None:
    after = fresh(plot(0.0, 300.0, 0.0), plot(0.0, -300.0, 0.0))
    assert after.label.T.tolist() == [[0, at(0), 0], [0, at(0), 1]]
    assert after.mean[0, 0].tolist() == [-300.0, 300.0]


def test_what_is_hardly_an_object_is_not_kept() -> None:
    strict = plan.make(site("drop_below = 0.1"))
    assert fresh(plot(0.0, 1.0, 1.0), density=1e-4, made=strict).n == 0


def test_out_of_coverage_nothing_is_born() -> None:
    assert fresh(plot(0.0, 5000.0, 0.0)).n == 0


ROCKETS = plan.make(site(more="[priors]\nkinds = { drone = 1.0, rocket = 0.02 }\n"))


def test_only_a_height_that_speaks_for_it_makes_a_rocket_of_a_plot() -> None:
    after = fresh(plot(0.0, 0.0, 0.0), plot(0.0, 400.0, 0.0, 60.0), plot(0.0, 800.0, 0.0, 900.0), made=ROCKETS)
    assert after.model[2].tolist() == pytest.approx([0.0, 0.0, 0.02 / (0.02 + 1.0 * 0.1)], rel=0.02, abs=1e-6)
    assert after.cov[2, 3, 3].tolist() == pytest.approx([ROCKETS.speed_mps**2, ROCKETS.speed_mps**2, birth.FAST_MPS**2])
    assert after.mean[2, 2, 2] == pytest.approx(900.0, abs=1.0)


def test_a_sensors_word_for_a_rocket_counts() -> None:
    found = look.read(ROCKETS, view(), seen(0.0, plot(0.0, 0.0, 0.0, 900.0)), (plot(0.0, 0.0, 0.0, 900.0),))
    sure = np.where(np.array(KINDS) == "rocket", 5.0, 0.0)[:, None]
    assert birth.falling(ROCKETS, found, sure)[0] > birth.falling(ROCKETS, found, 0 * sure)[0] > birth.LEAST_FALLS
