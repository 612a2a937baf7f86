"""Things that stand: the filter of a place against conditioning, mixtures against their moments, and what is made of quays and boats."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from forewarn import track
from forewarn.site import Site
from forewarn.track import belief, fixture
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


def watched(where: list[list[tuple[float, float]]], fixtures: float = 20.0, dt: float = 1.5, seed: int = 1) -> list[track.Picture]:
    """The picture after each look at objects at ``where``, with the radar's errors, and one look in ten that shows none of an object."""
    of, rng, found = harbour(fixtures), np.random.default_rng(seed), []
    state = track.start(of)
    for k, places in enumerate(where):
        shown = [plot(k * dt, *(rng.normal(0, SIGMA_M, 2) + place)) for place in places if rng.random() < 0.9]
        state, refused = track.observe(state, of, view("radar", density=1e-6, reach_m=1000.0), look(k * dt, *shown))
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
    log, after = fixture.fitted(spot, place, noise[..., None].copy(), slow_m, np.array([0]), np.array([0]))
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
    later = fixture.ahead(spot, 30.0)
    assert later[2::2] - spot[2::2] == pytest.approx(np.full((2, 2), 30.0 * fixture.WANDER))
    assert later[[0, 1, 3]].tolist() == spot[[0, 1, 3]].tolist()


@pytest.mark.parametrize("seed", range(5))
def test_a_mast_is_no_object_where_such_things_are_stated(seed: int) -> None:
    mast = (200.0, 100.0)
    pictures = watched([[mast]] * 60, seed=seed)
    assert max(held(picture, mast) for picture in pictures[20:]) < 0.1
    plain = watched([[mast]] * 60, fixtures=0.0, seed=seed)
    assert held(plain[-1], mast) > 0.95


@pytest.mark.parametrize("seed", range(5))
def test_a_boat_under_way_is_an_object_and_what_stands_beside_its_way_is_not(seed: int) -> None:
    way = [(200.0 - 2.5 * 1.5 * k, 100.0) for k in range(50)]
    mast = (130.0, 115.0)
    pictures = watched([[place, mast] for place in way], seed=seed)
    assert min(held(picture, place) for picture, place in zip(pictures[12:], way[12:], strict=True)) > 0.5
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
