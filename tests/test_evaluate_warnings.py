"""Entries, leads, and false warnings of a zone: cases worked out by hand, and a slow reading of the definitions as the oracle."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pymap3d
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.evaluate import Episode, Reports, Zone, ZoneFigures, tracks_from, truth_from, zone_figures
from forewarn.evaluate.tables import Tracks, Truth
from forewarn.evaluate.warnings import Entry

T0 = 1_600_000_000.0
LAT, LON = 51.5, 5.86
ZONE = Zone(name="school", circle=(LAT, LON, 100.0), need_s=10.0)
NO_TRACKS = tracks_from({"time_s": [], "track": [], "lat_deg": [], "lon_deg": []})


def place(east: float, north: float = 0.0) -> tuple[float, float]:
    lat, lon, _ = pymap3d.enu2geodetic(east, north, 0.0, LAT, LON, 0.0)
    return float(lat), float(lon)


def flight(*east: float, name: str = "a", start: float = T0, columns: dict[str, list[float]] | None = None) -> dict[str, list[Any]]:
    """An object on the parallel through the zone's middle: metres east of it at each second."""
    lat, lon = zip(*(place(e) for e in east), strict=True)
    table: dict[str, list[Any]] = {
        "object": [name] * len(east),
        "time_s": [start + k for k in range(len(east))],
        "lat_deg": list(lat),
        "lon_deg": list(lon),
    }
    return table | (columns or {})


def flights(*each: dict[str, list[Any]]) -> Truth:
    return truth_from({name: [cell for one in each for cell in one[name]] for name in each[0]})


def reports(*given: tuple[float, float, float]) -> Reports:
    """(second, metres east, metres north) of the middle."""
    places = [place(e, n) for _, e, n in given]
    return Reports(*(np.array(c, dtype=float) for c in ([T0 + t for t, *_ in given], [p[0] for p in places], [p[1] for p in places])))


def warned(raise_s: float, clear_s: float | None = None, *tracks: str, withdrawn: bool = False) -> Episode:
    return Episode(
        zone="school", t_raise_s=T0 + raise_s, t_clear_s=None if clear_s is None else T0 + clear_s, withdrawn=withdrawn, tracks=tracks
    )


APPROACH = [1000.0 - 20.0 * k for k in range(100)]  # inside from second 45, 100 m, to second 55
SEEN = reports((30.0, 400.0, 30.0))


def figures(
    *episodes: Episode, truth: Truth | None = None, seen: Reports = SEEN, tracks: Tracks = NO_TRACKS, zone: Zone = ZONE
) -> ZoneFigures:
    return zone_figures(zone, episodes, truth or flights(flight(*APPROACH)), seen, tracks)


def only(f: ZoneFigures) -> Entry:
    (entry,) = f.entries
    return entry


def test_an_entry_warned_before() -> None:
    f = figures(warned(20.5, 70.0))
    assert only(f) == Entry(object="a", t_s=T0 + 45, outcome="warned", seen=True, lead_s=24.5, late=False)
    assert (f.counted, f.warned, f.late, f.missed, f.unseen, f.earlier) == (1, 1, 0, 0, 0, 0)
    assert (f.lead_min_s, f.lead_median_s, f.lead_min_any_s) == (24.5, 24.5, 24.5)
    assert (f.warnings, f.false_nothing, f.false_no_entry) == (1, 0, 0)
    assert (f.seconds_warned, f.seconds) == (49, 100)


@pytest.mark.parametrize(("raised", "lead", "late"), [(34.9, 10.1, False), (35.0, 10.0, False), (35.1, 9.9, True), (44.9, 0.1, True)])
def test_late_is_under_the_need(raised: float, lead: float, late: bool) -> None:
    f = figures(warned(raised))
    assert only(f).lead_s == pytest.approx(lead, abs=1e-5)
    assert (only(f).outcome, only(f).late, f.late) == ("warned", late, int(late))


@pytest.mark.parametrize("episode", [warned(20.0, 44.0), warned(20.0, 45.0), warned(45.0), warned(45.5, 60.0), warned(50.0, None)])
def test_a_warning_that_does_not_stand_at_the_entry_is_none(episode: Episode) -> None:
    f = figures(episode)
    assert (only(f).outcome, only(f).lead_s, f.missed, f.lead_min_s) == ("missed", 0.0, 1, 0.0)


def test_the_warning_that_still_stands_counts_not_the_one_cleared() -> None:
    assert only(figures(warned(10.0, 30.0), warned(40.0, 60.0))).lead_s == 5.0


def test_other_zones_warnings_are_not_ours() -> None:
    other = Episode(zone="park", t_raise_s=T0 + 10)
    f = figures(other)
    assert (f.missed, f.warnings, f.seconds_warned) == (1, 0, 0)


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        (reports((30.0, 400.0, 59.0)), "missed"),
        (reports((30.0, 400.0, 61.0)), "unseen"),
        (reports((15.0, 700.0, 0.0)), "missed"),
        (reports((14.9, 702.0, 0.0)), "unseen"),
        (reports((45.1, 98.0, 0.0)), "unseen"),
        (reports((30.25, 395.0, 59.9)), "missed"),
        (reports((30.0, 100.0, 0.0)), "unseen"),
        (reports(), "unseen"),
    ],
)
def test_missed_only_if_it_could_be_seen(seen: Reports, outcome: str) -> None:
    f = figures(seen=seen)
    assert only(f).outcome == outcome
    assert (f.missed, f.unseen) == ((1, 0) if outcome == "missed" else (0, 1))
    assert f.lead_min_s == (0.0 if outcome == "missed" else None)


def test_an_unseen_entry_that_was_warned_is_not_counted() -> None:
    f = figures(warned(42.0), seen=reports())
    assert (only(f).outcome, only(f).seen, f.warned, f.counted) == ("warned", False, 1, 0)
    assert (f.lead_min_s, f.lead_min_any_s) == (None, 3.0)


IN_OUT_IN = [300.0, 200.0, 90.0, 0.0, 150.0, 200.0, 99.0, 300.0]  # inside at seconds 2, 3 and 6
IN_OUT_IN_SEEN = reports((1.0, 200.0, 0.0), (5.0, 200.0, 0.0))


def outcomes(f: ZoneFigures) -> list[str]:
    return [e.outcome for e in f.entries]


def test_a_second_entry_under_the_same_warning_is_listed_apart() -> None:
    f = figures(warned(0.5), truth=flights(flight(*IN_OUT_IN)), seen=IN_OUT_IN_SEEN)
    assert outcomes(f) == ["warned", "earlier"]
    assert [e.lead_s for e in f.entries] == [1.5, 5.5]
    assert (f.earlier, f.counted, f.lead_min_s) == (1, 1, 1.5)
    assert not f.entries[1].late


def test_a_warning_raised_for_an_object_inside_is_for_that_entry() -> None:
    f = figures(warned(2.0), truth=flights(flight(*IN_OUT_IN)), seen=IN_OUT_IN_SEEN)
    assert outcomes(f) == ["missed", "earlier"]


def test_a_warning_raised_anew_counts_for_the_second_entry() -> None:
    f = figures(warned(0.5, 3.5), warned(4.5), truth=flights(flight(*IN_OUT_IN)), seen=IN_OUT_IN_SEEN)
    assert outcomes(f) == ["warned", "warned"]
    assert [e.lead_s for e in f.entries] == [1.5, 1.5]


def test_each_object_enters_for_itself() -> None:
    both = flights(flight(300.0, 200.0, 90.0, 0.0, 0.0), flight(300.0, 300.0, 200.0, 90.0, 0.0, name="b"))
    f = figures(warned(0.5), truth=both, seen=IN_OUT_IN_SEEN)
    assert [(e.object, e.outcome, e.t_s - T0) for e in f.entries] == [("a", "warned", 2.0), ("b", "earlier", 3.0)]


def test_who_starts_inside_does_not_enter() -> None:
    f = figures(warned(0.0), truth=flights(flight(50.0, 80.0, 150.0, 300.0)))
    assert (f.entries, f.started_inside, f.false_nothing, f.false_no_entry) == ((), 1, 0, 0)


def test_truth_that_begins_inside_between_two_seconds_is_no_entry() -> None:
    late = flight(50.0, 60.0, start=T0 + 2.5)
    f = figures(truth=flights(flight(*APPROACH[:10], name="far"), late))
    assert (f.entries, f.started_inside) == ((), 1)


@pytest.mark.parametrize(
    ("columns", "enters"),
    [
        ({"alt_m": [50.0] * 100}, True),
        ({"alt_m": [9.0] * 100}, False),
        ({"alt_m": [121.0] * 100}, False),
        ({"height_above_takeoff_m": [50.0] * 100}, True),
        ({"height_above_takeoff_m": [121.0] * 100}, False),
        ({"height_above_takeoff_m": [50.0] * 100, "alt_m": [121.0] * 100}, False),
        ({}, True),
    ],
)
def test_floor_and_ceiling(columns: dict[str, list[float]], enters: bool) -> None:
    zone = Zone(name="school", circle=(LAT, LON, 100.0), floor_m=10.0, ceiling_m=120.0)
    assert bool(figures(truth=flights(flight(*APPROACH, columns=columns)), zone=zone).entries) == enters


def test_a_polygon_and_its_edge() -> None:
    corners = tuple(place(e, n) for e, n in ((-100.0, -100.0), (100.0, -100.0), (100.0, 100.0), (-100.0, 100.0)))
    square = Zone(name="school", polygon=corners)
    assert only(figures(truth=flights(flight(120.0, 101.0, 99.0, 50.0)), zone=square)).t_s == T0 + 2


# ------------------------------------------------------------------------------------------------------------- false


AWAY = [1000.0 - 20.0 * k for k in range(30)] + [400.0 + 20.0 * k for k in range(70)]  # no nearer than 400 m


@pytest.mark.parametrize(
    ("truth", "nothing", "no_entry"),
    [
        (flight(*APPROACH), 0, 0),
        (flight(*AWAY), 0, 1),
        (flight(*[e + 1000 for e in AWAY]), 1, 0),
    ],
)
def test_false_by_what_was_there(truth: dict[str, list[Any]], nothing: int, no_entry: int) -> None:
    f = figures(warned(20.0, 50.0), truth=flights(truth))
    assert (f.false_nothing, f.false_no_entry) == (nothing, no_entry)


@pytest.mark.parametrize(("off", "nothing", "no_entry"), [(99.0, 0, 1), (101.0, 1, 0)])
def test_false_by_what_the_track_followed(off: float, nothing: int, no_entry: int) -> None:
    lat, lon = place(AWAY[25], off)
    followed = tracks_from({"time_s": [T0 + 24.9], "track": ["7"], "lat_deg": [lat], "lon_deg": [lon]})
    f = figures(warned(20.0, 26.0, "7"), truth=flights(flight(*AWAY)), tracks=followed)
    assert (f.false_nothing, f.false_no_entry) == (nothing, no_entry)
    f = figures(warned(20.0, 26.0, "8"), truth=flights(flight(*AWAY)), tracks=followed)
    assert (f.false_nothing, f.false_no_entry) == (1, 0)


def test_a_warning_outside_the_truths_time_is_not_judged() -> None:
    f = figures(warned(-50.0, -10.0), warned(200.0), truth=flights(flight(*AWAY)))
    assert (f.warnings, f.false_nothing, f.false_no_entry, f.seconds_warned) == (2, 0, 0, 0)


def test_a_warning_cleared_before_the_entry_was_false_and_the_entry_missed() -> None:
    f = figures(warned(20.0, 40.0))
    assert (f.missed, f.false_no_entry) == (1, 1)


def test_withdrawn_warnings_are_counted_and_judged() -> None:
    f = figures(warned(20.0, 26.0, withdrawn=True), warned(27.0, 30.0), truth=flights(flight(*AWAY)))
    assert (f.warnings, f.withdrawn, f.false_no_entry) == (2, 1, 2)


def test_seconds_under_overlapping_warnings_count_once() -> None:
    assert figures(warned(10.0, 20.0), warned(15.0, 25.0)).seconds_warned == 15


# ---------------------------------------------------------------------------------------------------------- by oracle

lines = st.lists(st.sampled_from([300.0, 140.0, 90.0, 20.0]), min_size=2, max_size=25)
spans = st.tuples(st.integers(0, 50), st.one_of(st.none(), st.integers(1, 40)))


@given(st.lists(lines, min_size=1, max_size=3), st.lists(spans, max_size=4), st.lists(st.integers(0, 25), max_size=3))
def test_agrees_with_a_slow_reading_of_the_definitions(
    routes: list[list[float]], times: list[tuple[int, int | None]], plots: list[int]
) -> None:
    episodes = [warned(r / 2, None if length is None else (r + length) / 2) for r, length in times]
    truth = flights(*(flight(*route, name=name) for name, route in zip("abc", routes, strict=False)))
    f = figures(*episodes, truth=truth, seen=reports(*((float(t), 140.0, 0.0) for t in plots)))
    expected = slow(routes, [(e.t_raise_s - T0, math.inf if e.t_clear_s is None else e.t_clear_s - T0) for e in episodes], plots)
    assert [(e.object, e.t_s - T0, e.outcome, e.lead_s) for e in f.entries] == expected
    assert f.warned + f.missed + f.unseen + f.earlier == len(f.entries)
    assert f.started_inside == sum(route[0] <= 100 for route in routes)


def slow(routes: list[list[float]], spans: list[tuple[float, float]], plots: list[int]) -> list[tuple[str, float, str, float]]:
    """Second by second, object by object; who is inside is known from the route, reports lie 140 m from the middle."""
    inside = {(k, t): e <= 100 for k, route in enumerate(routes) for t, e in enumerate(route)}
    found = []
    for t in range(1, 25):
        for k, route in enumerate(routes):
            if not (inside.get((k, t)) and inside.get((k, t - 1)) is False):
                continue
            seen = any(t - 30 <= p <= t and p < len(route) and abs(route[p] - 140) <= 60 for p in plots)
            standing = [r for r, c in spans if r < t < c]
            fresh = [r for r in standing if not any(inside.get((j, s)) for j in range(len(routes)) for s in range(math.floor(r), t))]
            outcome = "warned" if fresh else "earlier" if standing else "missed" if seen else "unseen"
            lead = t - min(fresh or standing or [t])
            found.append(("abc"[k], float(t), outcome, float(lead)))
    return found
