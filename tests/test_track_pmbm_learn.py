"""Clutter and detection learned while tracking: against enumeration, against conjugacy, and in worlds whose rates are known."""

from __future__ import annotations

import itertools
import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.stats import gamma, multivariate_normal

from forewarn.freeze import freeze, thaw
from forewarn.track.alone import follow
from forewarn.track.pmbm import Gaussians, Position, Scan, Settings, State, Velocity, start, step
from forewarn.track.pmbm.learn import factors, shown, taken
from forewarn.track.pmbm.tally import FIRM, chances
from forewarn.track.pmbm.tracker import predicted
from forewarn.track.pmbm.values import Learned

SIDE, MEASURE = 1_000.0, Position(9.0 * np.eye(2))


def wide(weight: float) -> Gaussians:
    cov = np.diag([300.0, 300.0, 3.0, 3.0]) ** 2
    return Gaussians(np.array([weight]), np.zeros((1, 4, 1)), cov[None, :, :, None], np.ones((1, 1)))


SETTINGS = Settings(models=(Velocity(0.01),), undetected=wide(12.0), births=wide(0.02), survival=0.999, doubt=2.0)
NOTHING = Learned(np.zeros((2, 0)), np.zeros((2, 0)))


def look(plots: np.ndarray, detection: float, false: float, **more: object) -> Scan:
    return Scan(plots=plots, measure=MEASURE, detection=detection, clutter=false / SIDE**2, **{"expected_false": false, **more})


def world(seed: int, scans: int, detection: float, false: float) -> list[np.ndarray]:
    """Plots of twelve objects, there from first to last, and false ones."""
    rng = np.random.Generator(np.random.PCG64(seed))
    x, v = 300.0 * rng.standard_normal((2, 12)), 3.0 * rng.standard_normal((2, 12))
    found = []
    for k in range(scans):
        seen = (x + k * v)[:, rng.random(12) < detection]
        noise = rng.uniform(-SIDE / 2, SIDE / 2, (2, rng.poisson(false)))
        found.append(np.hstack([seen + 3.0 * rng.standard_normal(seen.shape), noise]))
    return found


def watched(plots: list[np.ndarray], settings: Settings = SETTINGS, detection: float = 0.6, false: float = 15.0) -> State:
    state = start(settings)
    for k, here in enumerate(plots):
        state = step(settings, state, float(k), look(here, detection, false))
    return state


@given(some.floats(1.2, 4.0), some.integers(0, 60), some.floats(0.5, 60.0))
def test_a_factor_is_the_posterior_mean_of_a_gamma(doubt: float, found: int, due: float) -> None:
    shape = 1.0 / math.log(doubt) ** 2
    by = np.exp(np.linspace(-60.0, 8.0, 20_001))
    log = gamma.logpdf(by, shape, scale=1.0 / shape) + found * np.log(by * due) - by * due + np.log(by)  # even steps of log by
    weight = np.exp(log - log.max())
    learned = Learned(np.array([[found], [0.0]]), np.array([[due], [0.0]]))
    assert factors(doubt, learned, 0) == pytest.approx(((by * weight).sum() / weight.sum(), 1.0), rel=1e-4)


def test_what_is_believed_or_was_not_yet_seen_is_taken_as_stated() -> None:
    counted = taken(NOTHING, 1, (9.0, 9.0), (3.0, 3.0))
    assert factors(1.0, counted, 1) == (1.0, 1.0)
    assert factors(2.0, counted, 0) == factors(2.0, counted, 5) == (1.0, 1.0)
    assert min(factors(2.0, counted, 1)) > 1.5


@given(some.floats(0.0, 1.0), some.floats(0.0, 10.0))
def test_a_learned_chance_is_a_chance_and_no_surety(stated: float, by: float) -> None:
    (chance,) = shown(np.array([stated]), by)
    assert 0.0 <= chance <= max(stated, 0.98)
    assert chance <= by * stated * (1 + 1e-12)
    if by * stated < 0.98:
        assert chance == by * stated


def test_nothing_changes_where_nothing_is_doubted() -> None:
    sure = msgspec.structs.replace(SETTINGS, doubt=1.0)
    plain = other = start(sure)
    for k, plots in enumerate(world(1, 12, 0.6, 15.0)):
        plain = step(sure, plain, float(k), look(plots, 0.6, 15.0, expected_false=math.nan))
        other = step(sure, other, float(k), look(plots, 0.6, 15.0, sensor=3))
    assert [a.tobytes() for a in plain.tracks] == [a.tobytes() for a in other.tracks]
    assert other.learned.due.size == 0


def associations(tracks: int, plots: int) -> list[tuple[int, ...]]:
    """For each track a plot or -1, no plot twice."""
    every = itertools.product(range(-1, plots), repeat=tracks)
    return [one for one in every if len({j for j in one if j >= 0}) == sum(j >= 0 for j in one)]


@pytest.mark.parametrize("seed", range(6))
def test_counts_are_those_of_all_associations(seed: int) -> None:
    """Two settled tracks, one of them faint, three plots near both: the expected numbers by enumeration."""
    rng = np.random.Generator(np.random.PCG64(seed))
    mean, cov = np.zeros((1, 4, 2)), np.zeros((1, 4, 4, 2))
    mean[0, 0] = [-2.0, 2.0]
    cov[0] = np.diag([4.0, 4.0, 1.0, 1.0])[:, :, None]
    exact = msgspec.structs.replace(SETTINGS, gate=200.0, keep=10_000, cut=1e-12, least=1e-12, faint=1e-12)
    state = msgspec.structs.replace(
        start(exact),
        t_s=0.0,
        settled=2,
        label=np.zeros((2, 2), np.int64),
        tracks=Gaussians(np.array([0.9, 0.3]), mean, cov, np.ones((1, 2))),
    )
    z, p, false = 4.0 * rng.standard_normal((2, 3)), 0.6, 15.0
    tracks, hidden = predicted(exact, state, 1.0)
    r, clutter = tracks.weight, false / SIDE**2
    like = [
        [multivariate_normal(tracks.mean[0, :2, i], tracks.cov[0, :2, :2, i] + 9.0 * np.eye(2)).pdf(z[:, j]) for j in range(3)]
        for i in (0, 1)
    ]
    rho = [
        hidden.weight[0] * p * multivariate_normal(np.zeros(2), hidden.cov[0, :2, :2, 0] + 9.0 * np.eye(2)).pdf(z[:, j]) for j in range(3)
    ]
    assert (r > FIRM).tolist() == [True, False]
    total, mean_false, hits, due = 0.0, 0.0, 0.0, 0.0
    for one in associations(2, 3):
        weight = math.prod(r[i] * p * like[i][j] if j >= 0 else 1 - r[i] * p for i, j in enumerate(one))
        left = [j for j in range(3) if j not in one]
        weight *= math.prod(clutter + rho[j] for j in left)
        total += weight
        mean_false += weight * sum(clutter / (clutter + rho[j]) for j in left)
        hits += weight * (one[0] >= 0)
        due += weight * p * (1.0 if one[0] >= 0 else r[0] * (1 - p) / (1 - r[0] * p))
    learned = step(exact, state, 1.0, look(z, p, false)).learned
    assert learned.found[:, 0] == pytest.approx([mean_false / total, hits / total], rel=1e-6)
    assert learned.due[:, 0] == pytest.approx([false, due / total], rel=1e-6)


def test_chances_of_contended_tracks_are_sums_over_their_rows() -> None:
    """Two settled tracks; clusters of two tracks in two rows and of one track in three, one row without it."""
    rows = (np.array([0, 2, 3]), np.array([0, 2, 5]), np.array([0, 4, 7]), np.array([2, 3, 2, 4, 5, 6, -1]))
    chance, whose = chances(2, 7, (*rows, np.log([0.75, 0.25, 0.5, 0.3, 0.2])))
    assert chance == pytest.approx([1.0, 1.0, 1.0, 0.75, 0.25, 0.5, 0.3])
    assert whose.tolist() == [0, 1, 2, 3, 3, 4, 4]


@pytest.mark.parametrize("clutter", [0.5, 2.0])
@pytest.mark.parametrize("detection", [0.45, 0.9])
def test_rates_are_found_from_both_sides(clutter: float, detection: float) -> None:
    """Stated 15 false plots and 0.45 or 0.9, true 15 / clutter and the other one: near after 20 scans, close after 60."""
    true, false = 1.35 - detection, 15.0 / clutter
    for scans, off in ((20, 0.25), (60, 0.10)):
        by = [factors(2.0, watched(world(seed, scans, true, false), detection=detection).learned, 0) for seed in range(8)]
        found = np.mean(by, axis=0) * [15.0, detection]
        assert found == pytest.approx([false, true], rel=off)


def test_what_is_stated_right_stays() -> None:
    by = [factors(2.0, watched(world(seed, 40, 0.6, 15.0)).learned, 0) for seed in range(8)]
    assert np.mean(by, axis=0) == pytest.approx([1.0, 1.0], abs=0.05)
    assert np.std(by, axis=0).max() < 0.15


def test_each_sensor_has_rates_of_its_own() -> None:
    good, poor = world(1, 80, 0.9, 5.0)[::2], world(1, 80, 0.45, 30.0)[1::2]
    state = start(SETTINGS)
    for k, pair in enumerate(zip(good, poor, strict=True)):
        for sensor, plots in enumerate(pair):
            state = step(SETTINGS, state, float(2 * k + sensor), look(plots, 0.6, 12.0, sensor=sensor))
    clutter, detection = zip(*(factors(2.0, state.learned, sensor) for sensor in (0, 1)), strict=True)
    assert np.multiply(clutter, 12.0) == pytest.approx([5.0, 30.0], rel=0.15)
    assert np.multiply(detection, 0.6) == pytest.approx([0.9, 0.45], rel=0.15)


def test_lone_reports_teach_nothing() -> None:
    state = watched(world(2, 10, 0.6, 15.0))
    after = step(SETTINGS, state, 10.0, look(np.zeros((2, 1)), 0.6, 15.0, whole=False))
    assert after.learned == state.learned


def test_clutter_is_not_learned_where_the_number_of_false_plots_is_not_known() -> None:
    state = start(SETTINGS)
    for k, plots in enumerate(world(3, 20, 0.9, 30.0)):
        state = step(SETTINGS, state, float(k), look(plots, 0.6, 15.0, expected_false=math.nan))
    clutter, detection = factors(2.0, state.learned, 0)
    assert clutter == 1.0
    assert detection > 1.2


def test_what_changes_is_followed() -> None:
    learned = NOTHING
    for k in range(800):
        learned = taken(learned, 0, (10.0 if k < 400 else 25.0, 0.0), (10.0, 0.0))
    assert factors(2.0, learned, 0)[0] == pytest.approx(2.5, rel=0.03)


def test_a_table_whose_rates_are_stated_wrong_has_tracks_that_last() -> None:
    """Twelve objects, shown at 0.45 instead of 0.9, 20 false plots instead of 5: twelve tracks a scan, nearly."""
    off = []
    for doubt in (1.0, 2.0):
        plots = world(5, 60, 0.45, 20.0)
        time = np.repeat(np.arange(60.0), [here.shape[1] for here in plots])
        found = follow(time, np.hstack(plots), sigma_m=3.0, false_per_scan=5.0, agility=0.01, doubt=doubt)
        off.append(np.abs(np.bincount(found.time_s.astype(int), minlength=60)[20:] - 12).mean())
    assert off[1] < 1.0
    assert off[0] > 2.0 * off[1]


def test_the_same_scans_give_the_same_bytes() -> None:
    one, two = (watched(world(4, 15, 0.9, 15.0)) for _ in range(2))
    assert freeze(one) == freeze(two)


def test_what_is_learned_outlives_a_restart() -> None:
    state, more = watched(world(4, 15, 0.9, 15.0)), look(world(5, 1, 0.9, 15.0)[0], 0.6, 15.0)
    assert freeze(step(SETTINGS, thaw(freeze(state), State), 15.0, more)) == freeze(step(SETTINGS, state, 15.0, more))


@pytest.mark.parametrize("doubt", [0.5, math.inf, math.nan])
def test_a_doubt_that_makes_no_sense_is_refused(doubt: float) -> None:
    with pytest.raises(ValueError, match="doubt"):
        start(msgspec.structs.replace(SETTINGS, doubt=doubt))


def test_a_sensor_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="sensor"):
        step(SETTINGS, start(SETTINGS), 0.0, look(np.zeros((2, 1)), 0.6, 15.0, sensor=-1))
