"""Things that stand: the filter of a place against conditioning, mixtures against their moments, and what is made of quays and boats."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from forewarn import track
from forewarn.site import Opinions, Site
from forewarn.track import belief, existence, fixture
from tests.track_help import at, look, plot, site, view

SIGMA_M = 4.0


def harbour(fixtures: float = 20.0) -> Site:
    """Boats, a radar on a quay with errors of 4 m, and things that stand."""
    made = site(
        "speed_sd_mps = 3.0\ncalm = 0.05\nagile = 2.0\ndrop_below = 1e-6\ncoast_s = 8.0\nvague_m = 15.0",
        f"[priors]\nfixtures = {fixtures}\n",
    )
    sensors = tuple(s.model_copy(update={"sigma_m": SIGMA_M, "interval_s": 1.5}) if s.id == "radar" else s for s in made.sensors)
    return made.model_copy(update={"sensors": sensors})


def watched(
    where: list[list[tuple[float, float]]], fixtures: float = 20.0, dt: float = 1.5, seed: int = 1, sensor: str = "radar",
    of: Site | None = None, **more: object,
) -> list[track.Picture]:  # fmt: skip
    """The picture after each look at objects at ``where``, with the sensor's errors, and one look in ten that shows none of an object.
    ``more``: what each plot says. Errors of ``tracker`` stay for twenty seconds."""
    of, rng, found, slow = of or harbour(fixtures), np.random.default_rng(seed), [], np.zeros((len(where[0]), 2))
    state, keep = track.start(of), math.exp(-dt / 20.0) if sensor == "tracker" else 0.0
    white = SIGMA_M if sensor == "radar" else 15.0 * math.sqrt(0.1)
    for k, places in enumerate(where):
        fresh = rng.normal(0, 15.0 * math.sqrt(0.9) if keep else 0.0, slow.shape)
        slow = fresh if k == 0 else keep * slow + math.sqrt(1 - keep**2) * fresh
        off = slow + rng.normal(0, white, slow.shape)
        shown = [plot(k * dt, *(o + place), **more) for o, place in zip(off, places, strict=True) if rng.random() < 0.9]
        one = look(k * dt, *shown, sensor=sensor)
        state, refused = track.observe(state, of, view(sensor, density=1e-6, reach_m=1000.0), one)
        assert refused == ()
        state, picture = track.publish(state, of, at(k * dt))
        found.append(picture)
    return found


def held(picture: track.Picture, place: tuple[float, float], within_m: float = 15.0) -> float:
    """The greatest existence of what is published about a place; 0 for nothing."""
    mean = np.einsum("mn,mdn->dn", picture.model, picture.mean)
    near = np.hypot(mean[0] - place[0], mean[1] - place[1]) < within_m
    return float(picture.existence[near].max(initial=0.0))


def spots(rng: np.random.Generator, n: int) -> np.ndarray:
    root = rng.normal(0, 3, (2, 2, n))
    cov = np.einsum("acn,bcn->abn", root, root) + np.eye(2)[..., None]
    return np.stack([*rng.normal(0, 50, (2, n)), cov[0, 0], cov[0, 1], cov[1, 1]])


def unpacked(spot: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return spot[:2], np.array([[spot[2], spot[3]], [spot[3], spot[4]]])


@given(st.integers(0, 1000), st.floats(0, 8))
def test_a_plot_of_a_thing_that_stands_by_conditioning(seed: int, slow_m: float) -> None:
    rng = np.random.default_rng(seed)
    spot, place = spots(rng, 1), rng.normal(0, 60, (3, 1))
    root = rng.normal(0, 2, (2, 2))
    noise = root @ root.T + np.eye(2)
    log, after = fixture.fitted(spot, place, noise[..., None].copy(), np.array([slow_m**2]), np.array([0]), np.array([0]))
    mean, cov = unpacked(spot[:, 0])
    whole = noise + slow_m**2 * np.eye(2)
    assert log[0] == pytest.approx(multivariate_normal(mean, cov + whole).logpdf(place[:2, 0]))
    precision = np.linalg.inv(cov) + np.linalg.inv(whole)
    got_mean, got_cov = unpacked(after[:, 0])
    assert got_cov == pytest.approx(np.linalg.inv(precision))
    assert got_mean == pytest.approx(np.linalg.solve(precision, np.linalg.solve(cov, mean) + np.linalg.solve(whole, place[:2, 0])))


@given(st.integers(0, 1000))
def test_what_is_mixed_keeps_its_moments(seed: int) -> None:
    rng = np.random.default_rng(seed)
    spot, after, track_of = spots(rng, 2), spots(rng, 3), np.array([0, 0, 1])
    none, weight = rng.uniform(0.1, 1, 2), rng.uniform(0.1, 1, 3)
    found = fixture.mixed(spot, none, track_of, weight, after)
    for i in range(2):
        parts = [(none[i], *unpacked(spot[:, i])), *((weight[k], *unpacked(after[:, k])) for k in np.flatnonzero(track_of == i))]
        total = sum(w for w, _, _ in parts)
        mean = sum(w * m for w, m, _ in parts) / total
        cov = sum(w * (c + np.outer(m - mean, m - mean)) for w, m, c in parts) / total
        got_mean, got_cov = unpacked(found[:, i])
        assert got_mean == pytest.approx(mean)
        assert got_cov == pytest.approx(cov)


def test_nothing_to_mix_changes_nothing() -> None:
    spot = spots(np.random.default_rng(5), 3)
    none = np.array([0.0, 0.3, 0.0])
    assert fixture.mixed(spot, none, np.zeros(0, dtype=np.int64), np.zeros(0), spot[:, :0]) == pytest.approx(spot)


def test_a_place_wanders_as_stated() -> None:
    spot = spots(np.random.default_rng(2), 2)
    later = existence.wandered(spot, 30.0)
    assert later[2::2] - spot[2::2] == pytest.approx(np.full((2, 2), 30.0 * existence.WANDER))
    assert later[[0, 1, 3]].tolist() == spot[[0, 1, 3]].tolist()


@pytest.mark.parametrize("seed", range(5))
def test_a_mast_is_no_object_where_such_things_are_stated(seed: int) -> None:
    mast = (200.0, 100.0)
    pictures = watched([[mast]] * 60, seed=seed)
    assert max(held(picture, mast) for picture in pictures[20:]) < 0.1
    plain = watched([[mast]] * 60, fixtures=0.0, seed=seed)
    assert held(plain[-1], mast) > 0.95


@pytest.mark.parametrize("seed", range(3))
def test_what_labels_say_of_objects_makes_no_object_of_a_mast(seed: int) -> None:
    """A mast that is called a boat in every look."""
    of = harbour()
    opinions = Opinions(labels={"boat": {"boat": 0.8, "other": 0.2, "false": 0.3}})
    of = of.model_copy(update={"sensors": tuple(s.model_copy(update={"opinions": opinions}) for s in of.sensors)})
    pictures = watched([[(200.0, 100.0)]] * 60, seed=seed, of=of, label="boat")
    assert held(pictures[-1], (200.0, 100.0)) < 0.1


@pytest.mark.parametrize("seed", range(4))
def test_a_mast_is_none_to_a_sensor_that_tracks_by_itself(seed: int) -> None:
    """Its error stays from plot to plot: that tells of the sensor, not of the mast."""
    pictures = watched([[(200.0, 100.0)]] * 80, seed=seed, sensor="tracker")
    assert held(pictures[-1], (200.0, 100.0), 40.0) < 0.15


def test_what_was_told_of_and_rather_stands_is_told_no_more() -> None:
    """Some masts are taken for objects at first; in the end none is published, however little."""
    first, last = 0, 0
    for seed in range(12):
        pictures = watched([[(200.0, 100.0)]] * 60, fixtures=2.0, seed=seed)
        first += any(picture.existence.size for picture in pictures[:10])
        last += pictures[-1].existence.size
    assert first > 2
    assert last == 0


@given(st.floats(-12, 12), st.floats(-12, 12), st.floats(-1, 1), st.floats(-1e5, 1e5))
def test_no_plot_leaves_a_spot_without_width(one: float, two: float, corr: float, away: float) -> None:
    """Plots as wide and as thin as a hostile table can state them."""
    ee, nn = 10.0**one, 10.0**two
    spot = np.array([0.0, 0.0, 16.0, 3.0, 9.0])
    for _ in range(3):
        log, *numbers = fixture.stood(spot, away, -away, ee, corr * math.sqrt(ee * nn), nn)
        spot = np.array(numbers)
        assert np.isfinite([log, *numbers]).all()
        assert spot[2] > 0
        assert spot[2] * spot[4] > spot[3] ** 2


def test_masts_that_contend_for_plots_stay_as_many_as_they_are() -> None:
    """Three of them 6 m apart, with errors of 4 m."""
    masts, of, rng = [(200.0 + 6.0 * k, 100.0) for k in range(3)], harbour(), np.random.default_rng(3)
    state, counts = track.start(of), []
    for k in range(80):
        shown = [plot(k * 1.5, *(rng.normal(0, SIGMA_M, 2) + place)) for place in masts if rng.random() < 0.95]
        state, _ = track.observe(state, of, view("radar", density=1e-6, reach_m=1000.0), look(k * 1.5, *shown))
        counts.append(float(state.history.belief.fixed.sum()))
    assert np.mean(counts[40:]) == pytest.approx(3.0, abs=0.3)
    assert state.history.belief.real.sum() < 0.2


@pytest.mark.parametrize("seed", range(5))
def test_a_boat_under_way_is_an_object_and_what_stands_beside_its_way_is_not(seed: int) -> None:
    way = [(200.0 - 2.5 * 1.5 * k, 100.0) for k in range(50)]
    mast = (130.0, 115.0)
    pictures = watched([[place, mast] for place in way], seed=seed)
    assert np.mean([held(picture, place) > 0.5 for picture, place in zip(pictures[12:], way[12:], strict=True)]) > 0.95
    assert held(pictures[-1], mast) < 0.1


@pytest.mark.parametrize("seed", range(5))
def test_what_stood_and_moves_off_becomes_an_object_within_twenty_seconds(seed: int) -> None:
    berth = [(200.0, 100.0)] * 60
    way = [(200.0, 100.0 + 3.0 * 1.5 * k) for k in range(1, 20)]
    pictures = watched([[place] for place in berth + way], seed=seed)
    assert held(pictures[59], berth[0]) < 0.1
    assert held(pictures[59 + 13], way[12]) > 0.5


@pytest.mark.parametrize("seed", range(3))
def test_a_boat_that_stops_stays_an_object(seed: int) -> None:
    way = [(200.0 - 3.0 * 1.5 * k, 100.0) for k in range(25)]
    pictures = watched([[place] for place in way + [way[-1]] * 60], seed=seed)
    assert held(pictures[-1], way[-1]) > 0.9


def test_objects_and_things_that_stand_share_one_chance() -> None:
    rng = np.random.default_rng(9)
    of = harbour()
    state = track.start(of)
    for k in range(40):
        shown = [plot(k * 1.5, *rng.uniform(-300, 300, 2)) for _ in range(6)] + [plot(k * 1.5, *rng.normal((50.0, 50.0), SIGMA_M))]
        state, _ = track.observe(state, of, view("radar", density=2e-5, reach_m=400.0), look(k * 1.5, *shown))
        now: belief.Belief = state.history.belief
        assert ((now.real >= 0) & (now.fixed >= 0) & (now.real + now.ghost + now.fixed <= 1 + 1e-9)).all()
        assert np.isfinite(now.spot).all()
        assert (now.spot[2] * now.spot[4] - now.spot[3] ** 2 > 0).all()
    assert math.isclose(float(now.fixed.max()), 1.0, abs_tol=0.2)
