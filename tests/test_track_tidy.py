"""Forgetting and merging."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from forewarn.track import belief, tidy
from forewarn.track.resolve import Cell
from tests.test_track_match import PLAN, tracks
from tests.track_help import SECOND, at

BLUNT = msgspec.structs.replace(PLAN.sensors["radar"], cell=Cell(20.0, 0.1, False))
COARSE = msgspec.structs.replace(PLAN, sensors={**PLAN.sensors, "radar": BLUNT})
"""The same with a radar that may show two as one."""


def two(apart_m: float, real: tuple[float, float] = (0.9, 0.4)) -> belief.Belief:
    """Two tracks, 10 m sure, at rest, last shown a second and half a second ago, each by sensors of its own."""
    prior = tracks(2, 1)
    mean, cov = np.zeros_like(prior.mean), np.zeros_like(prior.cov)
    mean[:, 0, 1] = apart_m
    cov[:, range(PLAN.size), range(PLAN.size)] = 100.0
    hit = np.full((5, 1), at(0)) - np.array([SECOND, SECOND // 2])
    shown = hit.copy()
    shown[0, 0] = shown[1:, 1] = belief.NEVER
    return prior.but(mean=mean, cov=cov, real=np.array(real), hit_ns=shown, updated_ns=hit[0], t_ns=at(0))


def test_two_at_one_place_are_one_and_the_likelier_stays() -> None:
    after = tidy.tidy(PLAN, two(3.0))
    assert after.n == 1
    assert after.label[2].tolist() == [0]
    assert after.real[0] == pytest.approx(1 - 0.1 * 0.6)
    assert after.merged[-1][:2] == ((0, 0, 1), (0, 0, 0))


def test_the_likelier_stays_wherever_it_stands() -> None:
    assert tidy.tidy(PLAN, two(3.0, (0.4, 0.9))).label[2].tolist() == [1]


def test_two_places_are_two() -> None:
    assert tidy.tidy(PLAN, two(60.0)).n == 2


@pytest.mark.parametrize("since_s", [0, 3])
def test_two_that_a_sensor_shows_apart_in_its_last_look_are_two(since_s: int) -> None:
    before = two(3.0, (0.6, 0.4))
    hit, looks = before.hit_ns.copy(), np.full(5, at(0))
    hit[2] = looks[2] = at(0) - since_s * SECOND
    assert tidy.tidy(PLAN, before.but(hit_ns=hit, look_ns=looks)).n == 2
    looks[2] += SECOND
    assert tidy.tidy(PLAN, before.but(hit_ns=hit, look_ns=looks)).n == 1
    assert tidy.tidy(COARSE, before.but(hit_ns=hit, look_ns=looks)).n == 2
    hit[2, 0] += SECOND
    assert tidy.tidy(COARSE, before.but(hit_ns=hit, look_ns=looks)).n == 1


@pytest.mark.parametrize(("sensor", "real", "looks", "left"), [
    (1, (0.9, 0.5), 5, 2), (1, (0.9, 0.5), 8, 1), (1, (0.7, 0.3), 5, 1), (2, (0.9, 0.4), 5, 1),
])  # fmt: skip
def test_two_that_a_sensor_has_both_shown_lately_are_left_to_its_plots(
    sensor: int, real: tuple[float, float], looks: int, left: int
) -> None:
    """In looks of its own each; 2 tracks by itself: it may have been on each in turn."""
    before = two(3.0, real)
    hit, look_ns = before.hit_ns.copy(), before.look_ns.copy()
    hit[sensor], look_ns[sensor] = at(0) - np.array([looks, looks - 1]) * SECOND, at(0)
    assert tidy.tidy(PLAN, before.but(hit_ns=hit, look_ns=look_ns)).n == left


def test_what_no_sensor_ever_showed_is_not_shown_apart() -> None:
    before = two(3.0)
    hit = before.hit_ns.copy()
    hit[1] = belief.NEVER
    assert tidy.tidy(PLAN, before.but(hit_ns=hit, look_ns=np.full(5, belief.NEVER))).n == 1
    assert tidy.tidy(COARSE, before.but(hit_ns=hit)).n == 1


@pytest.mark.parametrize(("real", "left"), [((0.9, 0.8), 2), ((0.9, 0.4), 1)])
def test_where_one_plot_may_be_of_two_objects_two_likely_tracks_stay(real: tuple[float, float], left: int) -> None:
    assert tidy.tidy(COARSE, two(3.0, real)).n == left
    assert tidy.tidy(PLAN, two(3.0, real)).n == 1


def test_what_is_faint_lives_by_the_plots_that_are_its_own_if_it_is_there() -> None:
    """No plot is likelier a faint track's than not, however many there are."""
    before = two(60.0, (0.9, 0.01))
    updated = before.updated_ns - np.array([0, round((PLAN.coast_s + 1) * SECOND)])
    assert tidy.tidy(PLAN, before.but(updated_ns=updated)).n == 2


def standing(apart_m: float, fixed: tuple[float, float]) -> belief.Belief:
    """Two tracks at one place that may be things that stand, ``apart_m`` from each other and known to 3 m."""
    spot = np.zeros((belief.SPOT, 2))
    spot[0, 1], spot[2], spot[4] = apart_m, 9.0, 9.0
    return two(3.0, (0.3, 0.2)).but(fixed=np.array(fixed), spot=spot)


@pytest.mark.parametrize(("apart_m", "fixed", "left"), [
    (4.0, (0.6, 0.4), 1), (4.0, (0.4, 0.6), 1), (20.0, (0.6, 0.4), 2), (4.0, (0.6, 0.1), 2), (20.0, (0.1, 0.1), 1),
])  # fmt: skip
def test_what_rather_stands_is_one_with_what_stands_on_its_spot_alone(apart_m: float, fixed: tuple[float, float], left: int) -> None:
    after = tidy.tidy(PLAN, standing(apart_m, fixed))
    assert after.n == left
    assert ((after.real + after.fixed) <= 1.0).all()
    if left == 1:
        assert after.real[0] == pytest.approx(1 - 0.7 * 0.8)
        assert after.label[2].tolist() == [int(fixed[1] > fixed[0])]


def test_what_stands_is_kept_however_little_it_may_be_an_object() -> None:
    assert tidy.tidy(PLAN, standing(60.0, (0.0, 0.9)).but(real=np.array([0.9, 1e-9]))).n == 2


def test_what_is_hardly_there_is_forgotten() -> None:
    assert tidy.tidy(PLAN, two(60.0, (0.9, 1e-6))).label[2].tolist() == [0]


def test_what_no_place_was_told_of_for_long_is_forgotten() -> None:
    before = two(60.0)
    hit = before.hit_ns.copy()
    hit[:3, 1] = at(0) - round((PLAN.coast_s + 1) * SECOND)  # a bearing alone does not hold a track
    assert tidy.tidy(PLAN, before.but(hit_ns=hit)).label[2].tolist() == [0]


def test_three_at_one_place_are_one() -> None:
    prior, pair = tracks(3, 1), two(2.0)
    three = prior.but(**{name: getattr(pair, name)[..., [0, 1, 1]] for name in belief.TRACKS})
    assert tidy.tidy(PLAN, three).n == 1
