"""Directions alone: followed while they tell no range, made tracks once they do, and honest all the way."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forewarn import track, warn
from forewarn.freeze import freeze, thaw
from forewarn.messages import BearingTrack, Observation, Plot, Polar
from forewarn.record import Told, select
from forewarn.sight.view import View
from forewarn.site import Site, parse
from forewarn.track import Picture, State
from forewarn.track.direct import MOST
from tests.track_help import at

SPOTS = {"west": (0.0, 0.0, 0.0), "east": (1500.0, 0.0, 0.0), "plane": (0.0, 0.0, 0.0)}
FINDER = """
[[sensors]]
id = "{name}"
kind = "radio_finder"
reports = "bearing"
position = {{ lat_deg = 52.0, lon_deg = 5.0 }}
sigma_azimuth_deg = 2.0
p_detection = 0.8
clutter = 0.05
interval_s = 1.0
scan = {scan}
coverage = {{ max_range_m = 3000.0 }}
"""
HEAD = """
version = 1
name = "heard"
origin = { lat_deg = 52.0, lon_deg = 5.0 }
priors = { births_per_min_km2 = 0.02, life_s = 300.0, kinds = { drone = 1.0, bird = 1.0 } }
tracking = { speed_sd_mps = 12.0, height_m = 0.0, height_sd_m = 50.0, vague_m = 250.0 }

[[zones]]
id = "house"
name = { en = "House" }
circle = { lat_deg = 52.0, lon_deg = 5.0, radius_m = 100.0 }
costs = { false_alarm = 1.0, missed = { drone = 10.0, bird = 0.0, other = 1.0 } }

[[feeds]]
id = "west"
sensor = "west"
format = "autoferry"
channel = 1
file = "none"
"""


def site(*, scan: bool = False) -> Site:
    return parse(HEAD + "".join(FINDER.format(name=name, scan=str(scan).lower()) for name in SPOTS))


def bearings(sensor: str, t_s: float, degrees: Iterable[float], *, scan: bool = False) -> Observation:
    plots = tuple(Plot(t_ns=at(t_s), measured=Polar(azimuth_deg=d % 360.0)) for d in degrees)
    return Observation(sensor=sensor, t_ns=at(t_s), t_arrival_ns=at(t_s), plots=plots, scan=scan)


def given_to(state: State, of: Site, looks: Iterable[Observation], spots: dict[str, tuple[float, float, float]] = SPOTS) -> State:
    for one in looks:
        view = View(one.sensor, spots[one.sensor], 0.8, 0.05 / (2 * math.pi), (0.0, 3000.0), (-1e4, 1e4))
        state, refused = track.observe(state, of, view, one)
        assert refused == ()
    return state


def heard(
    rng: np.random.Generator, sensor: str, t: np.ndarray, way: np.ndarray, *, false: float = 0.05, scan: bool = False
) -> list[Observation]:
    """What a finder gives of an object with start and rates ``way`` (4,), at times ``t``, with false bearings."""
    looks = []
    for t_s in t.tolist():
        east, north = way[:2] + way[2:] * t_s - np.array(SPOTS[sensor][:2])
        real = [math.degrees(math.atan2(east, north)) + rng.normal(0.0, 2.0)] if rng.random() < 0.8 else []
        told = [*real, *rng.uniform(0.0, 360.0, rng.poisson(false)).tolist()]
        if told or scan:
            looks.append(bearings(sensor, t_s, told, scan=scan))
    return looks


def shown(of: Site, state: State, t_s: float) -> Picture:
    return track.publish(state, of, at(t_s))[1]


WAY = np.array([700.0, 1200.0, 4.0, -8.0])


@pytest.mark.parametrize("scan", [False, True])
def test_one_station_tells_a_direction_and_no_place(scan: bool) -> None:
    of, rng = site(scan=scan), np.random.default_rng(1)
    state = given_to(track.start(of), of, heard(rng, "west", np.arange(30.0), WAY, scan=scan))
    picture = shown(of, state, 29.0)
    assert picture.messages == ()
    best = max(picture.bearings, key=lambda one: one.existence)
    truth = math.degrees(math.atan2(*(WAY[:2] + 29.0 * WAY[2:])))
    assert (best.sensor, best.begun, best.ended) == ("west", True, False)
    assert best.existence > 0.9
    assert abs(best.azimuth_deg - truth) < 3.0 * best.azimuth_sigma_deg < 6.0
    assert best.azimuth_rate_dps > 0.0
    assert (best.lat_deg, best.lon_deg) == pytest.approx((52.0, 5.0))
    assert sum(best.kinds.values()) == pytest.approx(1.0)


def test_two_stations_make_a_track_of_it_and_the_directions_end() -> None:
    of, rng = site(), np.random.default_rng(2)
    both = [*heard(rng, "west", np.arange(30.0), WAY, false=0.0), *heard(rng, "east", np.arange(0.5, 30.0), WAY, false=0.0)]
    looks = sorted(both, key=lambda look: look.t_ns)
    state = given_to(track.start(of), of, looks[:10])
    state, before = track.publish(state, of, at(5.0))
    state = given_to(state, of, looks[10:])
    after = shown(of, state, 29.0)
    (one,) = after.messages
    assert one.existence > 0.95
    truth = WAY[:2] + 29.0 * WAY[2:]
    cov = after.cov[0, :2, :2, 0]
    off = after.mean[0, :2, 0] - truth
    assert off @ np.linalg.solve(cov, off) < 14.0
    assert math.sqrt(np.trace(cov)) < 100.0
    assert {each.label for each in before.bearings} == {each.label for each in after.bearings if each.ended}
    assert not [each for each in after.bearings if not each.ended]


def test_one_that_moves_makes_a_track_of_it() -> None:
    """A finder that passes by at 60 m/s, five times as fast as objects usually are, and an object that hovers 800 m off."""
    of, rng = site(), np.random.default_rng(3)
    state = track.start(of)
    for t_s in np.arange(0.0, 40.0):
        spot = (60.0 * t_s - 1200.0, 0.0, 0.0)
        angle = math.degrees(math.atan2(0.0 - spot[0], 800.0)) + rng.normal(0.0, 2.0)
        state = given_to(state, of, [bearings("plane", t_s, [angle])], {"plane": spot})
    picture = shown(of, state, 39.0)
    (one,) = picture.messages
    cov = picture.cov[0, :2, :2, 0]
    off = picture.mean[0, :2, 0] - np.array([0.0, 800.0])
    assert off @ np.linalg.solve(cov, off) < 14.0
    assert one.existence > 0.8


def test_where_it_is_put_is_as_sure_as_it_says() -> None:
    """Normalised squared errors of 60 objects' places have mean 2, 95 % of such means lie within 1.53 and 2.53; lone
    extremes come from the straight way that the fit takes, so a little more is allowed."""
    of, rng = site(), np.random.default_rng(4)
    squares = []
    for _ in range(60):
        way = np.array([rng.uniform(200, 1300), rng.uniform(500, 1500), *rng.normal(0.0, 8.0, 2)])
        both = [*heard(rng, "west", np.arange(20.0), way, false=0.0), *heard(rng, "east", np.arange(0.5, 20.0), way, false=0.0)]
        state = given_to(track.start(of), of, sorted(both, key=lambda look: look.t_ns))
        picture = shown(of, state, 19.5)
        if len(picture.messages) == 1:
            off = picture.mean[0, :2, 0] - (way[:2] + 19.5 * way[2:])
            squares.append(off @ np.linalg.solve(picture.cov[0, :2, :2, 0], off))
    assert len(squares) >= 55
    assert 1.2 < np.mean(squares) < 2.8


def test_false_bearings_make_few_directions_and_no_places() -> None:
    of, rng = site(), np.random.default_rng(5)
    state, likely, seconds = track.start(of), 0, 600
    for t_s in range(seconds):
        for sensor in ("west", "east"):
            if told := rng.uniform(0.0, 360.0, rng.poisson(0.05)).tolist():
                state = given_to(state, of, [bearings(sensor, float(t_s), told)])
        state, picture = track.publish(state, of, at(float(t_s)))
        assert not [one for one in picture.messages if one.existence > 0.5]
        likely += sum(one.existence > 0.5 for one in picture.bearings)
    assert likely < 0.05 * seconds


def of_two(of: Site, ways: np.ndarray, seed: int, *, scan: bool, until_s: float = 25.0) -> Picture:
    """What is made of two objects (2, 4) that two stations see by turns."""
    rng, state = np.random.default_rng(seed), track.start(of)
    for t_s in np.arange(0.0, until_s, 0.5).tolist():
        name = ("west", "east")[int(2 * t_s) % 2]
        away = ways[:, :2] + t_s * ways[:, 2:] - np.array(SPOTS[name][:2])
        told = np.degrees(np.arctan2(away[:, 0], away[:, 1]))[rng.random(2) < 0.8]
        state = given_to(state, of, [bearings(name, t_s, told + rng.normal(0.0, 2.0, len(told)), scan=scan)])
    return shown(of, state, until_s)


@pytest.mark.parametrize("scan", [True, False])
def test_where_lines_cross_for_nothing_nothing_is_made_of_them(scan: bool) -> None:
    """Two objects that hover, two stations: four crossings, two of them of nothing, and no way to tell: they stay directions."""
    ways = np.array([[500.0, 900.0, 0.0, 0.0], [1000.0, 900.0, 0.0, 0.0]])
    wrong = seen = 0
    for seed in range(8):
        picture = of_two(site(scan=scan), ways, seed, scan=scan)
        places = picture.mean[0, :2, picture.existence > 0.5]
        wrong += sum(np.hypot(*(ways[:, :2] - place).T).min() > 200.0 for place in places)
        seen += len(places) + sum(one.existence > 0.5 for one in picture.bearings)
    assert wrong <= 2
    assert seen >= 16


def test_of_two_objects_far_apart_each_is_placed() -> None:
    """One before the stations and one behind: only lines of one object cross."""
    ways = np.array([[500.0, 900.0, 5.0, 0.0], [900.0, -700.0, -5.0, 5.0]])
    for seed in range(4):
        picture = of_two(site(), ways, seed, scan=False)
        places = picture.mean[0, :2, picture.existence > 0.5]
        assert len(places) == 2
        truth = ways[:, :2] + 25.0 * ways[:, 2:]
        assert max(np.hypot(*(truth - place).T).min() for place in places) < 150.0


def test_a_direction_ends_when_its_sensor_falls_silent() -> None:
    of = site(scan=True)
    state = given_to(track.start(of), of, [bearings("west", float(t_s), [45.0], scan=True) for t_s in range(10)])
    state, picture = track.publish(state, of, at(9.0))
    assert [one.ended for one in picture.bearings] == [False]
    assert [one.ended for one in shown(of, state, 20.0).bearings] == [True]


def test_a_radar_s_row_without_a_range_begins_nothing() -> None:
    """How often such strobes are false nobody states; taken for bearings, one alone would be an object for certain."""
    of, state = parse((HEAD + FINDER.format(name="west", scan="true")).replace('reports = "bearing"', 'reports = "polar"')), None
    for t_s in range(5):
        state = given_to(state or track.start(of), of, [bearings("west", float(t_s), [40.0], scan=True)])
    assert state is not None
    assert state.history.belief.lines.n == 0


def test_each_follows_from_the_look_that_showed_it_last() -> None:
    of, state = site(), track.start(site())
    looks = [msgspec.structs.replace(bearings("west", float(t_s), [40.0]), seq=100 + t_s) for t_s in range(6)]
    assert [one.causes for one in shown(of, given_to(state, of, looks), 5.0).bearings] == [(105,)]


def test_no_label_comes_twice() -> None:
    """Many bearings in one lone look, and two looks at one time."""
    of, state = site(), track.start(site())
    for t_s in range(6):
        for _ in range(2):
            for name in ("west", "east"):
                state = given_to(state, of, [bearings(name, float(t_s), [40.0, 80.0, 120.0, 200.0, 320.0])])
    belief = state.history.belief
    for label in (belief.label, belief.lines.label):
        assert len({tuple(one) for one in label.T.tolist()}) == label.shape[1]


def test_a_bearing_that_may_be_anywhere_begins_nothing() -> None:
    of, state = site(), track.start(site())
    for t_s in range(10):
        plot = Plot(t_ns=at(t_s), measured=Polar(azimuth_deg=40.0), sigma_azimuth_deg=1e6)
        look = Observation(sensor="west", t_ns=at(t_s), t_arrival_ns=at(t_s), plots=(plot,), scan=False)
        state = given_to(state, of, [look])
    assert state.history.belief.lines.n == 0


def test_late_bearings_end_in_the_same_place() -> None:
    of, rng = site(), np.random.default_rng(7)
    looks = [look for name in ("west", "east") for look in heard(rng, name, np.arange(0.0, 20.0, 0.9), WAY)]
    looks.sort(key=lambda look: (look.t_ns, look.sensor))
    late = [msgspec.structs.replace(look, t_arrival_ns=look.t_ns + int(2e9 * rng.random())) for look in looks]
    ordered = given_to(track.start(of), of, looks).history.belief
    shuffled = given_to(track.start(of), of, sorted(late, key=lambda look: look.t_arrival_ns)).history.belief
    assert ordered.n == shuffled.n > 0
    assert freeze(ordered.lines) == freeze(shuffled.lines)
    np.testing.assert_allclose(ordered.mean, shuffled.mean, atol=1e-6)


def test_a_thawed_state_goes_on_with_the_same_bytes() -> None:
    of, rng = site(), np.random.default_rng(8)
    looks = sorted([*heard(rng, "west", np.arange(20.0), WAY), *heard(rng, "east", np.arange(0.5, 20.0), WAY)], key=lambda look: look.t_ns)
    state = given_to(track.start(of), of, looks[:12])
    assert state.history.belief.lines.n > 0
    again = thaw(freeze(state), State)
    assert freeze(given_to(state, of, looks[12:])) == freeze(given_to(again, of, looks[12:]))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["west", "east"]), st.floats(0.0, 5.0), st.lists(st.floats(0.0, 359.9), max_size=6)), max_size=25)
)
def test_any_bearings_leave_sound_numbers(told: list[tuple[str, float, list[float]]]) -> None:
    of, t_s, state = site(), 0.0, track.start(site())
    for sensor, after_s, degrees in told:
        t_s += after_s
        state = given_to(state, of, [bearings(sensor, t_s, degrees)])
    lines = state.history.belief.lines
    assert ((lines.real >= 0.0) & (lines.real <= 1.0)).all()
    assert np.isfinite(lines.mean).all()
    assert (np.abs(lines.mean[0]) <= math.pi + 1e-9).all()
    assert all(np.linalg.eigvalsh(lines.cov[..., i]).min() > 0.0 for i in range(lines.n))
    shown(of, state, t_s)


def test_of_too_many_directions_the_likeliest_stay() -> None:
    of, state = site(), track.start(site())
    steady = np.arange(10.0, 60.0, 10.0)
    looks = [bearings("west", float(t_s), steady) for t_s in range(5)]
    many = np.linspace(70.0, 359.0, 2 * MOST).tolist()
    plots = tuple(Plot(t_ns=at(5.0), measured=Polar(azimuth_deg=d), sigma_azimuth_deg=0.02) for d in many)
    flood = Observation(sensor="west", t_ns=at(5.0), t_arrival_ns=at(5.0), plots=plots, scan=False)
    state = given_to(state, of, [*looks, flood])
    lines = state.history.belief.lines
    assert lines.n == MOST
    best = np.degrees(lines.mean[0, np.argsort(-lines.real)[: len(steady)]])
    assert np.sort(best) == pytest.approx(steady, abs=2.0)


HEARD = BearingTrack(
    sensor="west", label="west:1:0", t_ns=at(0.0), existence=0.9, lat_deg=52.0, lon_deg=5.0, azimuth_deg=45.0, azimuth_sigma_deg=2.0,
    azimuth_rate_dps=0.1, kinds={"drone": 0.8, "bird": 0.2}, t_updated_ns=at(0.0), begun=True,
)  # fmt: skip


def test_operators_hear_once_of_what_would_be_worth_a_warning() -> None:
    of = site()
    state, told = warn.notice(warn.start(of), of, HEARD)
    (said,) = told
    assert said.about == "bearing"
    assert "45 degrees" in said.text
    assert "no zone can be warned of it" in said.text
    state, again = warn.notice(state, of, msgspec.structs.replace(HEARD, begun=False))
    assert again == ()
    state, _ = warn.notice(state, of, msgspec.structs.replace(HEARD, begun=False, ended=True, existence=0.0))
    assert warn.notice(state, of, HEARD)[1] != ()


def test_operators_hear_of_it_as_soon_as_it_is_worth_it_and_never_of_birds() -> None:
    of = site()
    state, told = warn.notice(warn.start(of), of, msgspec.structs.replace(HEARD, kinds={"drone": 0.05, "bird": 0.95}))
    assert told == ()
    assert warn.notice(state, of, msgspec.structs.replace(HEARD, begun=False))[1] != ()


def test_the_record_keeps_the_first_and_the_last_word() -> None:
    middle, last = (msgspec.structs.replace(HEARD, begun=False, ended=ended) for ended in (False, True))
    assert select(Told(), (HEARD, middle, last))[1] == (HEARD, last)
