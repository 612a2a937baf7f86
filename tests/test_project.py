"""Threats: against straight flights worked out by hand, against random paths walked in small steps, and what must hold always."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from forewarn.messages import Threat
from forewarn.project import project
from forewarn.project.paths import SAMPLES
from forewarn.project.shapes import Solid, solid
from forewarn.site import Tracking
from tests.project_help import Picture, circle, covariance, of, one, picture, polygon, site, track, walked

SURE = covariance(sigma_m=0.1, sigma_mps=0.01, together=0.0, up_m=0.1, climb_mps=0.01)
STILL = {"calm": 1e-9, "agile": 1e-9}  # no noise: straight flights


def threat(
    zone: dict[str, object], state: tuple[float, ...], cov: np.ndarray | None = None, calm: float = 0.5, **keys: object
) -> Threat | None:
    return of(project(site(zone, **keys), one(state, cov, calm), 7), str(zone["id"]))


# ------------------------------------------------------------------------------------------------ by hand


def test_a_straight_flight_enters_when_it_should() -> None:
    found = threat(circle("a", 300.0, 0.0, 100.0), (0.0, 0.0, 50.0, 10.0, 0.0, 0.0), SURE, tracking=STILL)
    assert found is not None
    assert (found.entry, found.inside, found.t_ns, found.causes) == (1.0, 0.0, 7, (101,))
    assert found.in_s == pytest.approx((20.0, 20.0, 20.0), abs=0.3)


def test_a_flight_past_it_is_no_threat() -> None:
    assert threat(circle("a", 300.0, 110.0, 100.0), (0.0, 0.0, 50.0, 10.0, 0.0, 0.0), SURE, tracking=STILL) is None


def test_a_flight_away_from_it_is_no_threat() -> None:
    assert threat(circle("a", 150.0, 0.0, 100.0), (0.0, 0.0, 50.0, -10.0, 0.0, 0.0), SURE, tracking=STILL) is None


def test_what_comes_after_the_horizon_is_no_threat() -> None:
    near, far = circle("a", 300.0, 0.0, 100.0, horizon_s=21.0), circle("a", 300.0, 0.0, 100.0, horizon_s=19.0)
    state = (0.0, 0.0, 50.0, 10.0, 0.0, 0.0)
    assert threat(near, state, SURE, tracking=STILL) is not None
    assert threat(far, state, SURE, tracking=STILL) is None


def test_a_wall_a_hand_thick_is_not_flown_through_unseen() -> None:
    wall = polygon("a", [(500.0, -200.0), (500.1, -200.0), (500.1, 200.0), (500.0, 200.0)])
    found = threat(wall, (0.0, 0.0, 50.0, 100.0, 0.0, 0.0), SURE, tracking=STILL)
    assert found is not None
    assert found.entry == 1.0
    assert found.in_s == pytest.approx((5.0, 5.0, 5.0), abs=0.05)


def test_inside_now() -> None:
    found = threat(circle("a", 0.0, 0.0, 100.0), (0.0, 0.0, 50.0, 0.0, 0.0, 0.0))
    assert found is not None
    assert found.inside > 0.99
    assert found.in_s == (0.0, 0.0, 0.0)


def test_over_the_ceiling_until_it_comes_down() -> None:
    zone = circle("a", 0.0, 0.0, 100.0, floor_m=0.0, ceiling_m=100.0)
    assert threat(zone, (0.0, 0.0, 300.0, 0.0, 0.0, 0.0), SURE, tracking=STILL) is None
    found = threat(zone, (0.0, 0.0, 300.0, 0.0, 0.0, -20.0), SURE, tracking=STILL)
    assert found is not None
    assert found.in_s == pytest.approx((10.0, 10.0, 10.0), abs=0.1)


def test_an_unknown_height_is_half_a_threat() -> None:
    """Height 100 +- 50 m against a ceiling at 100 m."""
    cov = covariance(up_m=50.0, climb_mps=0.1, sigma_m=5.0)
    found = threat(circle("a", 0.0, 0.0, 200.0, ceiling_m=100.0), (0.0, 0.0, 100.0, 0.0, 0.0, 0.0), cov, tracking=STILL)
    assert found is not None
    assert found.entry == pytest.approx(0.5, abs=0.02)


def test_position_alone_gives_the_normal_chance() -> None:
    """Standing 100 m south of a half plane with 100 m of deviation: P = Phi(-1) = 0.1587."""
    cov = covariance(sigma_m=100.0, sigma_mps=1e-3, together=0.0)
    half = polygon("a", [(-5000.0, 100.0), (5000.0, 100.0), (5000.0, 5000.0), (-5000.0, 5000.0)])
    found = threat(half, (0.0, 0.0, 50.0, 0.0, 0.0, 0.0), cov, tracking=STILL)
    assert found is not None
    assert found.entry == pytest.approx(0.1587, abs=0.01)
    assert found.inside == pytest.approx(found.entry, abs=1e-9)


def test_elsewhere_is_what_the_zones_leave() -> None:
    threats = project(site(circle("a", 200.0, 0.0, 100.0), elsewhere={"horizon_s": 30.0}), one((0.0, 0.0, 50.0, 8.0, 0.0, 0.0)), 0)
    zone, away = of(threats, "a"), of(threats, "elsewhere")
    assert zone is not None
    assert away is not None
    assert 0.1 < zone.entry < 0.99
    assert zone.entry + away.entry == pytest.approx(1.0)
    assert zone.inside + away.inside == pytest.approx(1.0)


def test_without_zones_all_is_elsewhere() -> None:
    (found,) = project(site(), one((0.0, 0.0, 50.0, 8.0, 0.0, 0.0)), 0)
    assert (found.zone, found.entry, found.inside) == ("elsewhere", 1.0, 1.0)


def test_nothing_published_is_no_threat() -> None:
    assert project(site(circle("a", 0.0, 0.0, 10.0)), picture(np.zeros((6, 0)), np.zeros((6, 6, 0))), 0) == ()


def test_a_track_that_ended_is_no_threat() -> None:
    seen = one((0.0, 0.0, 50.0, 8.0, 0.0, 0.0))
    watch = site(circle("a", 0.0, 0.0, 100.0))
    behind = msgspec.structs.replace(seen, messages=(*seen.messages, track(2, ended=True)))
    assert project(watch, behind, 0) == project(watch, seen, 0)


def test_a_singular_covariance_will_do() -> None:
    found = threat(circle("a", 300.0, 0.0, 100.0), (0.0, 0.0, 50.0, 10.0, 0.0, 0.0), np.zeros((6, 6)), tracking=STILL)
    assert found is not None
    assert found.entry == 1.0


def test_the_model_in_force_matters() -> None:
    """Past a zone in a straight line: only what turns will enter."""
    zone, state = circle("a", 60.0, 150.0, 50.0, horizon_s=15.0), (0.0, 0.0, 50.0, 10.0, 0.0, 0.0)
    calm, agile = threat(zone, state, calm=0.999), threat(zone, state, calm=0.001)
    assert agile is not None
    assert agile.entry > (calm.entry if calm else 0.0) + 0.03


# ------------------------------------------------------------------------------------------------ against paths walked in small steps


def within(shape: Solid, x: np.ndarray) -> np.ndarray:
    round_ = shapely.Point(shape.centre).buffer(shape.radius_m, quad_segs=64)
    outline = round_ if shape.corners is None else shapely.Polygon(shape.corners.T)
    return np.asarray(shapely.contains_xy(outline, x[0], x[1]) & (x[2] >= shape.floor_m) & (x[2] <= shape.ceiling_m))


def errors(zone: dict[str, object], state: tuple[float, ...], cov: np.ndarray, calm: float, paths: int) -> tuple[float, float]:
    """Of the chance of entry and of the median time (s; nil where few enter): ours less that of paths walked in small steps."""
    watch = site(zone)
    seen, shape = one(state, cov, calm), solid(watch, watch.zones[0])
    first = walked(seen, watch.tracking, 30.0, lambda x: within(shape, x), paths)
    chance = float((first < np.inf).mean())
    found = of(project(watch, seen, 0), "a")
    if found is None or found.in_s is None or chance < 0.1:
        return (found.entry if found else 0.0) - chance, 0.0
    return found.entry - chance, found.in_s[1] - float(np.median(first[first < np.inf]))


@pytest.mark.parametrize(
    ("zone", "state", "calm"),
    [
        (circle("a", 250.0, 0.0, 100.0), (0.0, 0.0, 50.0, 10.0, 0.0, 0.0), 0.95),
        (circle("a", 200.0, 120.0, 80.0), (0.0, 0.0, 50.0, 8.0, 0.0, 0.0), 0.3),
        (circle("a", 150.0, 0.0, 60.0, floor_m=0.0, ceiling_m=60.0), (0.0, 0.0, 75.0, 6.0, 1.0, -0.5), 0.5),
        (polygon("a", [(100.0, -150.0), (300.0, -150.0), (300.0, 150.0), (250.0, 0.0)]), (0.0, 50.0, 50.0, 12.0, 0.0, 0.0), 0.6),
    ],
)
def test_chance_and_time_agree_with_paths_walked_in_small_steps(zone: dict[str, object], state: tuple[float, ...], calm: float) -> None:
    chance, time_s = errors(zone, state, covariance(), calm, paths=4000)
    assert abs(chance) < 0.04
    assert abs(time_s) < 2.0


@pytest.mark.slow
def test_chances_are_calibrated_over_many_cases() -> None:
    random = np.random.default_rng(2)
    found = []
    for _ in range(60):
        away, angle, radius = random.uniform(50, 400), random.uniform(-np.pi, np.pi), random.uniform(30, 150)
        slab = {"floor_m": 0.0, "ceiling_m": 60.0} if random.random() < 0.4 else {}
        zone = circle("a", away * np.cos(angle), away * np.sin(angle), radius, **slab)
        cov = covariance(random.uniform(5, 35), random.uniform(0.5, 4), random.uniform(0, 0.8))
        found.append(errors(zone, (0.0, 0.0, 55.0, random.uniform(2, 18), 0.0, 0.0), cov, random.uniform(0.02, 0.98), paths=20000))
    chance, time_s = np.array(found).T
    assert abs(chance.mean()) < 0.005
    assert np.sqrt((chance**2).mean()) < 0.015
    assert np.sqrt((time_s**2).mean()) < 1.5


# ------------------------------------------------------------------------------------------------ what must hold always

states = st.tuples(*[st.floats(-400, 400)] * 2, st.floats(0, 150), *[st.floats(-20, 20)] * 2, st.floats(-3, 3))


@given(states, st.floats(20, 150), st.floats(1, 100), st.floats(0, 1))
def test_a_bigger_zone_has_the_bigger_chance(state: tuple[float, ...], radius_m: float, more_m: float, calm: float) -> None:
    watch = site(circle("small", 0.0, 0.0, radius_m), circle("big", 0.0, 0.0, radius_m + more_m))
    threats = project(watch, one(state, calm=calm), 0)
    small, big = of(threats, "small"), of(threats, "big")
    if small is not None:
        assert big is not None
        assert small.entry <= big.entry
        assert small.inside <= big.inside


@given(states, st.floats(1, 59))
def test_a_longer_horizon_has_the_bigger_chance(state: tuple[float, ...], horizon_s: float) -> None:
    watch = site(circle("soon", 0.0, 0.0, 100.0, horizon_s=horizon_s), circle("late", 0.0, 0.0, 100.0, horizon_s=60.0))
    threats = project(watch, one(state), 0)
    soon, late = of(threats, "soon"), of(threats, "late")
    if soon is not None:
        assert late is not None
        assert soon.entry <= late.entry
        assert soon.in_s is not None
        assert soon.in_s[2] <= horizon_s


@given(states)
def test_a_floor_and_a_ceiling_take_away_chance(state: tuple[float, ...]) -> None:
    watch = site(circle("slab", 0.0, 0.0, 100.0, floor_m=20.0, ceiling_m=80.0), circle("all", 0.0, 0.0, 100.0, floor_m=-9e5, ceiling_m=9e5))
    threats = project(watch, one(state), 0)
    slab, all_ = of(threats, "slab"), of(threats, "all")
    assert (slab.entry if slab else 0.0) <= (all_.entry if all_ else 0.0)


@given(states)
def test_chances_are_chances_and_times_are_in_order(state: tuple[float, ...]) -> None:
    for found in project(site(circle("a", 50.0, 0.0, 100.0), circle("b", -200.0, 0.0, 100.0)), one(state), 0):
        assert 0.001 <= found.entry <= 1.0
        assert 0.0 <= found.inside <= (1.0 if found.zone == "elsewhere" else found.entry)
        assert found.in_s is not None
        assert 0.0 <= found.in_s[0] <= found.in_s[1] <= found.in_s[2] <= 30.0


@given(st.lists(states, min_size=2, max_size=6), st.data())
def test_others_change_nothing(all_states: list[tuple[float, ...]], data: st.DataObject) -> None:
    """Each object's threats are its own, whoever else is there."""
    n = len(all_states)
    calm = data.draw(st.lists(st.floats(0.05, 0.95), min_size=n, max_size=n))
    watch = site(circle("a", 50.0, 0.0, 100.0), polygon("b", [(-100.0, 0.0), (-300.0, 0.0), (-200.0, 100.0)]))
    whole = picture(np.array(all_states).T, np.repeat(covariance()[:, :, None], n, axis=2))
    whole = msgspec.structs.replace(whole, model=np.array([calm, [1 - c for c in calm]]))
    i = data.draw(st.integers(0, n - 1))
    alone = Picture(whole.mean[:, :, [i]], whole.cov[..., [i]], whole.model[:, [i]], (whole.messages[i],))
    assert [t for t in project(watch, whole, 0) if t.track == i + 1] == list(project(watch, alone, 0))


@given(states, st.floats(-200, 200), st.floats(-200, 200))
def test_only_where_things_are_to_one_another_counts(state: tuple[float, ...], east: float, north: float) -> None:
    """Zone and object moved together: the same chance, but for the rounding of a sample at the edge."""
    there = (state[0] + east, state[1] + north, *state[2:])
    here, moved = threat(circle("a", 0.0, 0.0, 100.0), state), threat(circle("a", east, north, 100.0), there)
    assert (here.entry if here else 0.0) == pytest.approx(moved.entry if moved else 0.0, abs=3.1 / SAMPLES)


@given(states)
def test_what_is_told_apart_first_is_no_threat_at_all(state: tuple[float, ...]) -> None:
    """Objects that are not looked at would have had no more than a hair's chance: 4 of 1000 in samples of 257."""
    far = one((state[0] + 900.0, *state[1:]))
    if of(project(site(circle("a", 0.0, 0.0, 100.0)), far, 0), "a") is None:
        first = walked(far, Tracking(), 30.0, lambda x: np.hypot(x[0], x[1]) <= 100.0, paths=1000, step_s=0.5)
        assert (first < np.inf).mean() <= 0.012


def test_the_same_picture_gives_the_same_threats() -> None:
    watch, seen = site(circle("a", 200.0, 0.0, 100.0)), one((0.0, 0.0, 50.0, 8.0, 0.0, 0.0))
    assert project(watch, seen, 0) == project(watch, seen, 0)
