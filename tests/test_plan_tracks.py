"""Several tracks of one object: the tracker itself over the same looks, its merging, and the map of false plots that both go by."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forewarn import sight
from forewarn.messages import Observation, Offset, Plot
from forewarn.plan import course, existence, learned, motion, numbers, plots, tracks
from forewarn.plan.tracks import Tracks
from forewarn.sight import clutter
from forewarn.site import parse
from forewarn.track import belief, match, plan, update
from forewarn.track import existence as theirs
from forewarn.track import tidy as tidying
from forewarn.track.belief import Belief
from forewarn.track.look import read

pytestmark = pytest.mark.slow
HARBOUR = parse((Path(__file__).parents[1] / "examples/harbour.toml").read_text(encoding="utf-8"))
ALONE = {"resolution": None, "echoes": False, "bias_clock_s": 0.0, "bias_sigma_range_m": 0.0}  # what the map leaves out
FEW = HARBOUR.tracking.model_copy(update={"drop_below": 1e-4})  # so that hardly ever more than two are alike at once
SITE = HARBOUR.model_copy(update={"sensors": tuple(s.model_copy(update=ALONE) for s in HARBOUR.sensors), "tracking": FEW})
MADE, WATCH, SENSES = plan.make(SITE), numbers.watch(SITE), numbers.senses(SITE)
VIEWS = [msgspec.structs.replace(sight.view(sight.start(SITE), SITE, sensor.id, 0, None), spot=(0.0, 0.0, 0.0)) for sensor in SITE.sensors]
T0_NS = 1_700_000_000_000_000_000


def by_the_tracker(known: Belief, s: int, t_s: float, place: tuple[float, float] | None) -> Belief:
    t_ns = T0_NS + round(t_s * 1e9)
    shown = () if place is None else (Plot(t_ns=t_ns, measured=Offset(east_m=place[0], north_m=place[1])),)
    seen = Observation(sensor=MADE.ids[s], t_ns=t_ns, t_arrival_ns=t_ns, plots=shown, scan=True)
    return tidying.tidy(MADE, update.take(MADE, known, read(MADE, VIEWS[s], seen, shown)))


def by_the_map(found: Tracks, s: int, t_s: float, place: tuple[float, float] | None, before: Belief, looks: np.ndarray) -> None:
    """The same look; false plots and objects not seen yet are as dense as the tracker has them."""
    p = np.full(tracks.MOST, VIEWS[s].chance)
    if place is None:
        existence.there(SENSES, s, p, np.zeros(tracks.MOST), np.zeros(tracks.MOST), found)
    else:
        where, map_ = np.array([[*place, 0.0]]).T, before.clutter.get(MADE.ids[s])
        false = SENSES.density[s] * (float(clutter.factor(map_, where)[0]) if map_ else 1.0)
        new = theirs.at(MADE, before, T0_NS + round(t_s * 1e9)).unseen[s] * VIEWS[s].chance
        plot = (np.eye(2), np.array(place), np.full(2, SENSES.sd[s, 0] ** 2), 0.0, 0.0)
        plots.taken(WATCH, SENSES, s, plot, p, false, float(new), int(looks[s]), t_s, found)
    tracks.tidy(WATCH, found, looks, t_s)


def test_a_look_with_one_plot_does_to_all_tracks_what_the_tracker_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the gate, which the map leaves out. Where more than two are alike at once, which merge first may differ."""
    monkeypatch.setattr(match, "GATE", (0.0,) + (1e9,) * 5)
    most = 0
    for seed in range(8):
        rng = np.random.default_rng(seed)
        known, found, looks, now = belief.empty(MADE, SITE.priors.life_s), tracks.none(WATCH.size, 2), np.zeros(2, dtype=np.int64), 0.0
        for _ in range(60):
            s, wait = int(rng.random() < 0.6), float(rng.exponential(0.5))
            place = (60.0 - 5.0 * now + rng.normal(0, 5), 40.0 + rng.normal(0, 5)) if rng.random() < 0.8 else None
            existence.carry(WATCH, SENSES, found, wait)
            now, looks[s] = now + wait, looks[s] + 1
            before, known = known, by_the_tracker(known, s, now, place)
            by_the_map(found, s, now, place, before, looks)
            ours, other = np.flatnonzero(found.real), np.argsort(known.real + known.fixed)
            ours = ours[np.argsort((found.real + found.fixed)[ours])]
            assert len(ours) == len(other), (seed, now)
            np.testing.assert_allclose(found.real[ours], known.real[other], rtol=5e-3)
            np.testing.assert_allclose(found.ghost[ours], known.ghost[other], rtol=5e-3, atol=1e-9)
            np.testing.assert_allclose(found.fixed[ours], known.fixed[other], rtol=5e-3, atol=1e-9)
            np.testing.assert_allclose(found.spot[ours].T, known.spot[:, other], rtol=5e-3, atol=0.05)
            np.testing.assert_allclose(found.follows[ours].T, known.seen[:, other], rtol=5e-3, atol=1e-4)
            np.testing.assert_allclose(found.mean[ours, :, :5].T, known.mean[:2, :5, other].swapaxes(0, 1), atol=0.05)
            most = max(most, len(ours))
    assert most > 1, "no look had two tracks to choose from"


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.05, 0.95))
def test_what_was_and_what_a_plot_makes_of_it_mix_as_in_the_tracker(seed: int, pair: float) -> None:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(2, 2, 6, 6))
    covs, means, models = root @ root.swapaxes(2, 3), rng.normal(size=(2, 2, 6)), rng.dirichlet([1, 1], 2)
    mean, cov, model = means[0, ..., None].copy(), covs[0, ..., None].copy(), models[0, :, None].copy()
    update.mix(
        mean, cov, model, np.array([0.3]), np.zeros(1, dtype=np.int64), pair * models[1][:, None], means[1, ..., None], covs[1, ..., None]
    )
    motion.mix(means[0], covs[0], models[0], 0.3, pair, means[1], covs[1], models[1])
    for ours, other in ((means, mean), (covs, cov), (models, model)):
        np.testing.assert_allclose(ours[0], other[..., 0], rtol=1e-9, atol=1e-12)


def two(gap_m: float, shown: tuple[int, int] = (0, 0)) -> Tracks:
    found = tracks.none(WATCH.size, 2)
    found.real[:2], found.model[:2], found.cov[:2] = (0.5, 0.2), 0.5, 4.0 * np.eye(WATCH.size)
    found.mean[1, :, 0] = gap_m
    found.shown[:2, 0] = shown
    return found


def test_alike_is_what_the_tracker_calls_alike() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        found = two(0.0)
        found.mean[:2] = rng.normal(0, 2.0, (2, 2, WATCH.size))
        mean, cov = zip(*(_merged(found, i) for i in range(2)), strict=True)
        one, _ = tidying.alike(np.stack(mean, axis=-1), np.stack(cov, axis=-1), np.argsort([m[0] for m in mean]))
        assert (tracks.apart(found, 0, 1) < tidying.SAME) == (len(one) == 1)


def _merged(found: Tracks, i: int) -> tuple[np.ndarray, np.ndarray]:
    mean = found.model[i] @ found.mean[i]
    off = found.mean[i] - mean
    return mean, np.einsum("m,mab->ab", found.model[i], found.cov[i]) + np.einsum("m,ma,mb->ab", found.model[i], off, off)


def test_of_two_that_are_alike_the_likelier_stays_unless_a_last_look_showed_both() -> None:
    looks = np.array([5, 3])
    for found, real in ((two(1.0), [0.6, 0.0]), (two(30.0), [0.5, 0.2]), (two(1.0, (5, 5)), [0.5, 0.2]), (two(1.0, (4, 4)), [0.6, 0.0])):
        tracks.tidy(WATCH, found, looks, 1.0)
        assert found.real[:2].tolist() == pytest.approx(real)


def test_a_track_ends_when_nothing_was_probably_its_own_for_long() -> None:
    for placed, there in ((0.0, 0.0), (9.0, 0.5)):
        found = two(30.0)
        found.placed_s[0] = placed
        tracks.tidy(WATCH, found, np.zeros(2, dtype=np.int64), 10.0)
        assert found.real[0] == there


def test_the_least_likely_makes_room_for_a_likelier_one_only() -> None:
    found = two(30.0)
    assert found.real[tracks.free(found, 1e-6)] == 0.0
    found.real[:] = (0.5, 0.2, 0.1, 0.3)
    assert tracks.free(found, 0.15) == 2
    assert tracks.free(found, 0.05) == -1


@pytest.mark.parametrize("mu", [0.0, 0.3, 2.0, 20.0])
def test_squares_remember_what_decaying_poisson_numbers_leave(mu: float) -> None:
    """Their mean is mu and their variance mu / 2 (Campbell's theorem)."""
    found = np.array([learned.remembered(mu, seed, 1, 7) for seed in range(6000)])
    assert found.mean() == pytest.approx(mu, abs=5.0 * math.sqrt(mu / 2 / 6000) + 1e-12)
    assert found.var() == pytest.approx(mu / 2, rel=0.15, abs=1e-12)


def test_a_square_is_looked_up_once_and_beyond_the_map_the_stated_density_holds() -> None:
    maps = learned.nothing(2)
    row, column = learned.square(SENSES, 0, 30.0, -20.0)
    first = learned.density(SENSES, 0, maps[0], row, column, 3)
    assert first == learned.density(SENSES, 0, maps[0], row, column, 4)
    maps[0, row, column] += 2.0
    more = learned.density(SENSES, 0, maps[0], row, column, 3) - first
    assert more == pytest.approx(2.0 * SENSES.density[0] / (1.0 + SENSES.foreseen[0]))
    assert learned.square(SENSES, 0, 1e5, 0.0) == (-1, -1)
    assert learned.density(SENSES, 0, maps[0], -1, -1, 3) == SENSES.density[0]
    assert (maps >= 0.0).sum() == 1


@given(st.floats(-3000, 3000), st.floats(-3000, 3000))
def test_the_nearest_place_of_a_course(east: float, north: float) -> None:
    t = 0.5 * np.arange(80)
    path = np.stack([100.0 + 12.0 * t, 300.0 - 9.0 * t, 0 * t, 12.0 + 0 * t, -9.0 + 0 * t, 0 * t])
    one = course.Course(path, np.zeros((1, 80)), np.zeros((1, 80)), 0.5)
    far = np.hypot(path[0] - east, path[1] - north)
    assert far[course.along(one, east, north)] == pytest.approx(far.min(), abs=1e-6)
