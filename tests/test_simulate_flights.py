"""Simulated motion: limits kept, places reached, and ballistic flight against scipy's integrator."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from forewarn import geo
from forewarn.simulate.flights import BadRecording, Flight, NoFlight, fly
from forewarn.simulate.flights.falling import THIN_M, G, falling
from forewarn.simulate.flights.kinds import KINDS
from forewarn.simulate.flights.recorded import replayed
from forewarn.simulate.ground import Ground
from forewarn.simulate.scenario_parts import Hill, Recording
from forewarn.simulate.seeds import Seeds
from tests.simulate_help import SCENARIOS, alike, scenario

Array = NDArray[np.float64]
RIDGE = Ground(hills=(Hill(at=(300.0, 0.0), height_m=100.0, radius_m=150.0, stretch=3.0),))


def flown(text: str, *, seed: int = 0, lasts_s: float = 120.0, ground: Ground | None = None, calm: bool = True) -> tuple[Flight, ...]:
    weather = "[weather]\nwind_mps = 0\ngust_mps = 0\n" if calm else "[weather]\nwind_mps = 6\ngust_mps = 2\n"
    world = scenario(text + weather, lasts_s=lasts_s)
    return fly(world, ground or Ground(), Seeds(seed, world.name))


def one(kind: str, start: str, legs: str, rest: str = "", **how: object) -> Flight:
    text = f'[[objects]]\nid = "it"\nkind = "{kind}"\nstart = {start}\nlegs = [{legs}]\n{rest}\n'
    return flown(text, **how)[0]  # type: ignore[arg-type]


def speeds(flight: Flight) -> Array:
    return np.asarray(np.linalg.norm(flight.vel, axis=0))


# ---------------------------------------------------------------------------------------------------- falling


def test_ballistic_flight_is_that_of_scipy() -> None:
    wind, drag, thrust, burn_s = np.array([8.0, -3.0, 0.0]), 3e-4, np.array([60.0, 40.0, 120.0]), 1.5

    def rates(t: float, y: Array) -> Array:
        through = y[3:] - wind
        a = -through * drag * np.exp(-y[2] / THIN_M) * np.linalg.norm(through) + (thrust if t < burn_s else 0.0)
        return np.concatenate([y[3:], a - [0.0, 0.0, G]])

    start = np.array([10.0, 20.0, 30.0])
    enu, vel, count = falling(start, np.zeros(3), np.repeat(wind[:, None], 300, axis=1), 0.1, drag, thrust, burn_s, -1e9)
    first = solve_ivp(rates, (0.0, burn_s), np.concatenate([start, np.zeros(3)]), rtol=1e-10, atol=1e-10)
    then = solve_ivp(rates, (burn_s, 29.9), first.y[:, -1], rtol=1e-10, atol=1e-10, t_eval=np.arange(15, 300) / 10)
    assert count == 300
    np.testing.assert_allclose(np.concatenate([enu, vel])[:, 15:], then.y, atol=1e-3)


def test_a_falling_body_comes_to_its_terminal_speed() -> None:
    enu, vel, _ = falling(np.zeros(3), np.zeros(3), np.zeros((3, 400)), 0.1, G / 20.0**2, np.zeros(3), 0.0, -1e9)
    deep = enu[2, -1]
    assert -vel[2, -1] == pytest.approx(20.0 * math.exp(deep / THIN_M / 2.0), rel=0.01)  # the air grows thicker below


@pytest.mark.parametrize("ground", [Ground(), RIDGE], ids=["flat", "ridge"])
def test_a_rocket_comes_down_where_the_scenario_says(ground: Ground) -> None:
    text = '[[objects]]\nid = "it"\nkind = "rocket"\nstart = [-4000.0, 1000.0, 0.0]\nimpact = [600.0, -300.0]\n'
    (flight,) = flown(text, ground=ground, calm=False)
    end = flight.enu[:, -1]
    assert np.hypot(*(end[:2] - [600.0, -300.0])) < 5.0
    assert end[2] == pytest.approx(ground.height(end[:1], end[1:2])[0], abs=1.0)
    assert flight.on_ground[-1]
    assert flight.enu[2].max() > 800.0
    assert flight.t_s[-1] < 90.0


def test_a_rocket_that_cannot_be_is_told() -> None:
    with pytest.raises(NoFlight, match=r"objects\.it"):
        flown('[[objects]]\nid = "it"\nkind = "rocket"\nstart = [-200000.0, 0.0, 0.0]\nimpact = [200000.0, 0.0]\n')


def test_what_is_brought_down_falls_on_from_where_it_was() -> None:
    flight = one("multirotor", "[-800, 0, 160]", '{ do = "fly", to = [-200, 0, 160], speed_mps = 15 }, { do = "fall" }', ground=RIDGE)
    assert flight.falls_s is not None
    at, vel, _ = flight.at(np.array([flight.falls_s]))
    assert at[0, 0] == pytest.approx(-200.0, abs=10.0)
    assert vel[0, 0] == pytest.approx(15.0, abs=1.0)
    end = flight.enu[:, -1]
    assert 5.0 < end[0] + 200.0 < 80.0  # it flies on a little
    assert end[2] == pytest.approx(RIDGE.height(end[:1], end[1:2])[0], abs=0.5)
    assert flight.on_ground[-1]
    assert not flight.on_ground[:-150].any()
    assert 8.0 < speeds(flight)[flight.t_s > flight.falls_s + 3.0].max() < 32.0


def test_debris_drifts_with_the_wind() -> None:
    text = '[[objects]]\nid = "it"\nkind = "debris"\nstart = [0, 0, 400]\n'
    (flight,) = flown(text, calm=False)  # wind from the west
    assert flight.enu[0, -1] > 30.0


# ---------------------------------------------------------------------------------------------------- under power


def test_a_multirotor_goes_where_it_is_told_within_its_limits() -> None:
    legs = '{ do = "fly", to = [200, 0, 50], speed_mps = 15 }, { do = "fly", to = [200, 200, 80] }, { do = "hover", for_s = 10 }'
    flight = one("multirotor", "[0, 0, 50]", legs)
    for place in ([200, 0, 50], [200, 200, 80]):
        assert np.linalg.norm(flight.enu - np.array(place, dtype=float)[:, None], axis=0).min() < 9.0
    push = np.diff(flight.vel, axis=1) / 0.1
    assert np.hypot(*push[:2]).max() < 4.5
    assert np.abs(flight.vel[2]).max() < 5.0
    np.testing.assert_allclose(np.diff(flight.enu, axis=1), (flight.vel[:, 1:] + flight.vel[:, :-1]) / 20, atol=0.05)
    np.testing.assert_allclose(flight.enu[:, -1], [200, 200, 80], atol=0.5)


def test_gusts_push_a_hovering_drone_about_and_no_farther() -> None:
    flight = one("multirotor", "[0, 0, 50]", '{ do = "hover", for_s = 100 }', calm=False)
    away = np.linalg.norm(flight.enu - np.array([[0.0], [0.0], [50.0]]), axis=0)
    assert 0.2 < np.sqrt((away**2).mean()) < 5.0
    assert away.max() < 12.0


def test_an_orbit_has_its_radius() -> None:
    flight = one("multirotor", "[100, 0, 50]", '{ do = "orbit", around = [0, 0], radius_m = 100, turns = 1, speed_mps = 8 }')
    while_it_turns = np.hypot(*flight.enu[:2, :700])
    assert np.abs(while_it_turns - 100.0).max() < 8.0
    angle = np.unwrap(np.arctan2(flight.enu[0], flight.enu[1]))
    assert angle[-1] - angle[0] == pytest.approx(2 * math.pi, abs=0.2)


def test_hugging_follows_the_ground() -> None:
    flight = one("multirotor", "[-300, 0, 30]", '{ do = "hug", to = [900, 0], above_m = 30, speed_mps = 10 }', lasts_s=150.0, ground=RIDGE)
    above = flight.enu[2] - RIDGE.height(flight.enu[0], flight.enu[1])
    assert above.min() > 20.0
    assert above.max() < 60.0
    assert flight.enu[2].max() > 120.0


def test_a_drone_lands_on_the_ground() -> None:
    flight = one("multirotor", "[0, 0, 20]", '{ do = "land", to = [300, 0] }', ground=RIDGE, lasts_s=200.0)
    end = flight.enu[:, -1]
    assert np.abs(end - [300.0, 0.0, 100.0]).max() < 4.0
    assert flight.on_ground[-1]
    assert flight.t_s[-1] < 190.0


def test_what_is_gone_is_gone() -> None:
    flight = one("multirotor", "[0, 0, 50]", '{ do = "fly", to = [100, 0, 50] }, { do = "gone" }')
    assert flight.t_s[-1] < 20.0
    assert not flight.at(np.array([60.0]))[2][0]


def test_wings_keep_their_speed_and_turn_no_tighter_than_they_can() -> None:
    like = KINDS["fixed_wing"]
    flight = one("fixed_wing", "[800, 800, 80]", '{ do = "fly", to = [0, 0, 60] }, { do = "hover", for_s = 60 }')
    level = np.hypot(*flight.vel[:2])
    assert level.min() >= like.slowest_mps - 1e-9
    turn = np.abs(np.diff(np.unwrap(np.arctan2(flight.vel[0], flight.vel[1])))) / 0.1
    assert (turn <= G * math.tan(math.radians(like.bank_deg)) / level[1:] * 1.05).all()
    assert np.hypot(*flight.enu[:2, -300:]).max() < 260.0  # circles


def test_boats_and_cars_keep_to_the_surface() -> None:
    for kind in ("boat", "vehicle"):
        flight = one(kind, "[0, 0, 0]", '{ do = "fly", to = [600, 0, 0] }', ground=RIDGE)
        np.testing.assert_allclose(flight.enu[2], RIDGE.height(flight.enu[0], flight.enu[1]), atol=1e-9)
        assert flight.on_ground.all()


def test_a_helicopter_stands_in_the_air_and_an_aircraft_does_not() -> None:
    hover = '{ do = "fly", to = [0, 0, 100], speed_mps = 40 }, { do = "hover", for_s = 60 }'
    assert speeds(one("crewed", "[800, 0, 100]", hover))[-1] < 1.0
    assert speeds(one("crewed", "[800, 0, 100]", '{ do = "fly", to = [0, 0, 100], speed_mps = 40 }')).min() > 14.0


def test_birds_wander_about_their_start() -> None:
    flight = one("bird", "[100, 100, 40]", "", lasts_s=600.0)
    assert np.hypot(*(flight.enu[:2] - 100.0)).max() < 900.0
    assert 20.0 < flight.enu[2].mean() < 120.0
    assert 5.0 < speeds(flight).mean() < 18.0


def test_a_flock_stays_together_and_does_not_touch() -> None:
    flock = flown('[[objects]]\nid = "it"\nkind = "flock"\ncount = 20\nstart = [0, 0, 50]\n')
    at = np.stack([flight.enu[:, 100::50] for flight in flock])
    apart = np.linalg.norm(at[:, None] - at[None], axis=2)
    apart[np.arange(20), np.arange(20)] = np.inf
    nearest = apart.min(axis=1)
    assert 1.0 < np.median(nearest) < 20.0
    assert np.linalg.norm(at - at.mean(axis=0), axis=1).max() < 150.0


def test_nothing_flies_through_a_hill() -> None:
    flight = one("multirotor", "[-300, 0, 20]", '{ do = "fly", to = [900, 0, 20] }', ground=RIDGE, lasts_s=150.0)
    assert (flight.enu[2] - RIDGE.height(flight.enu[0], flight.enu[1])).min() >= 1.0 - 1e-6


# ---------------------------------------------------------------------------------------------------- seeds, wind, recordings

TWO = """
[[objects]]
id = "a"
kind = "multirotor"
start = [500, 0, 50]
legs = [{ do = "fly", to = [100, 0, 40] }]
vary = { azimuth_deg = 30, distance = 0.2, speed = 0.1, start_s = 5, height_m = 10 }
[[objects]]
id = "b"
kind = "bird"
count = 3
start = [0, 0, 50]
"""


def test_one_seed_makes_the_same_flights_and_another_does_not() -> None:
    first, again, other = (flown(TWO, seed=seed, calm=False) for seed in (1, 1, 2))
    assert all(map(alike, first, again))
    assert not any(map(alike, first, other))


def test_one_more_object_changes_no_other() -> None:
    more = '[[objects]]\nid = "c"\nkind = "bird"\nstart = [0, 0, 50]\n'
    assert all(map(alike, flown(TWO, calm=False), flown(more + TWO, calm=False)[1:]))


def test_seeds_differ_about_the_goal() -> None:
    starts = np.array([flown(TWO, seed=seed)[0].enu[:, 0] for seed in range(40)])
    ends = np.array([flown(TWO, seed=seed)[0].enu[:2, -1] for seed in range(3)])
    away, azimuth = np.hypot(*(starts[:, :2] - [100.0, 0.0]).T), geo.azimuth_deg(starts[:, 0] - 100.0, starts[:, 1])
    assert 320.0 <= away.min() < 350.0
    assert 450.0 < away.max() <= 480.0
    assert 60.0 <= azimuth.min() < 70.0
    assert 110.0 < azimuth.max() <= 120.0
    np.testing.assert_allclose(ends, [[100.0, 0.0]] * 3, atol=0.5)


@pytest.mark.parametrize("tenths", [3, 6, 7, 12, 19, 283])
def test_a_flight_lasts_as_long_as_it_is_said_to(tenths: int) -> None:
    """To the last tenth of a second, though tenths are no sums of powers of two."""
    hovers = '{ do = "hover", for_s = 60 }'
    assert one("multirotor", "[0, 0, 50]", hovers, f"lasts_s = {tenths / 10}").t_s[-1] == tenths / 10
    assert one("multirotor", "[0, 0, 50]", hovers, f"starts_s = {tenths / 10}", lasts_s=40.0).t_s[-1] == 40.0


def test_between_two_steps_a_flight_is_on_the_line() -> None:
    flight = one("multirotor", "[0, 0, 50]", '{ do = "fly", to = [100, 0, 50] }')
    enu, _, alive = flight.at(np.array([3.04, -1.0, 500.0]))
    np.testing.assert_allclose(enu[:, 0], flight.enu[:, 30] * 0.6 + flight.enu[:, 31] * 0.4)
    assert alive.tolist() == [True, False, False]


def test_a_recording_is_flown_as_it_was() -> None:
    rows = np.loadtxt(SCENARIOS / "recordings" / "rescue-helicopter.csv", delimiter=",", skiprows=1).T
    keys = Recording(file="rescue-helicopter.csv")
    origin = (47.38, 8.55, 400.0)
    enu, vel = replayed(keys, SCENARIOS / "recordings", origin, np.arange(0.0, 300.0, 0.1))
    there = geo.to_enu(rows[1], rows[2], rows[3], origin)
    flown_m = np.stack([np.interp(rows[0], np.arange(3000) / 10, axis) for axis in enu])
    early = rows[0] < 299.0
    assert np.abs(flown_m - there)[:, early].max() < 1.0
    assert np.hypot(*vel[:2]).max() < 100.0


def test_a_recording_is_set_down_elsewhere() -> None:
    keys = Recording(file="rescue-helicopter.csv", at=(0.0, 3500.0), lower_m=200.0)
    enu, _ = replayed(keys, SCENARIOS / "recordings", (47.2, 9.4, 0.0), np.arange(0.0, 180.0, 0.1))
    assert np.hypot(*(enu[:2] - np.array([[0.0], [3500.0]]))).min() < 60.0
    assert 400.0 < enu[2].min() < 500.0


HEAD = "time_s,lat_deg,lon_deg,alt_m\n"


@pytest.mark.parametrize(
    "text",
    [
        "", "time_s,lat\n0,1\n", HEAD + "0,47,8,1\n", HEAD + "0,47,8,1\n99,47,8,1\n", HEAD + "1,47,8,1\n0,47,8,1\n",
        HEAD + "0,47,8,x\n1,47,8,1\n",
    ],
)  # fmt: skip
def test_a_recording_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "r.csv").write_text(text)
    with pytest.raises(BadRecording, match=r"r\.csv"):
        replayed(Recording(file="r.csv"), tmp_path, (47.0, 8.0, 0.0), np.arange(10.0))
