"""GOSPA against its definition by brute force, the axioms of a metric, Stone Soup's metric, and runs worked out by hand."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from forewarn.evaluate import gospa_over_time, tracks_from, truth_from
from forewarn.evaluate.gospa import gospa
from forewarn.evaluate.yardstick import Yardstick

Points = NDArray[np.float64]
C = 20.0

coordinate = st.floats(-30, 30).map(lambda v: round(v, 3))
points = st.lists(st.tuples(coordinate, coordinate), max_size=4).map(lambda p: np.array(p, dtype=float).reshape(-1, 2))
orders = st.sampled_from([1.0, 2.0, 3.0])


def assignments(n: int, m: int) -> Iterator[tuple[tuple[int, int], ...]]:
    """Every set of pairs in which no index of either side comes twice."""
    for size in range(min(n, m) + 1):
        for rows in itertools.combinations(range(n), size):
            for cols in itertools.permutations(range(m), size):
                yield tuple(zip(rows, cols, strict=True))


def by_definition(x: Points, y: Points, c: float, p: float) -> float:
    """The paper's Proposition 1, as it stands."""
    least: float = min(
        sum(math.dist(x[i], y[j]) ** p for i, j in pairs) + c**p / 2 * (len(x) + len(y) - 2 * len(pairs))
        for pairs in assignments(len(x), len(y))
    )
    return math.pow(least, 1 / p)


@given(points, points, orders)
def test_is_the_least_over_all_assignments(x: Points, y: Points, p: float) -> None:
    assert gospa(x, y, C, p).distance == pytest.approx(by_definition(x, y, C, p), abs=1e-9)


@given(points, points, orders)
def test_parts_sum_to_the_power_of_the_distance(x: Points, y: Points, p: float) -> None:
    g = gospa(x, y, C, p)
    assert g.localisation + g.missed + g.false == pytest.approx(g.distance**p, rel=1e-9)
    assert g.missed == pytest.approx(C**p / 2 * (len(x) - len(g.pairs)))
    assert g.false == pytest.approx(C**p / 2 * (len(y) - len(g.pairs)))
    assert g.localisation == pytest.approx(sum(math.dist(x[i], y[j]) ** p for i, j in g.pairs))


@given(points, points, points, orders)
def test_is_a_metric(x: Points, y: Points, z: Points, p: float) -> None:
    assert gospa(x, x, C, p).distance == 0
    assert gospa(x, y, C, p).distance == pytest.approx(gospa(y, x, C, p).distance, abs=1e-9)
    assert gospa(x, z, C, p).distance <= gospa(x, y, C, p).distance + gospa(y, z, C, p).distance + 1e-9
    if sorted(x.tolist()) != sorted(y.tolist()):
        assert gospa(x, y, C, p).distance > 0


@given(points, points, st.randoms(use_true_random=False))
def test_does_not_depend_on_order(x: Points, y: Points, random: st.random.Random) -> None:  # type: ignore[name-defined]
    order = list(range(len(y)))
    random.shuffle(order)
    assert gospa(x, y[order], C).distance == pytest.approx(gospa(x, y, C).distance, abs=1e-9)


@given(points, points)
def test_agrees_with_stone_soup(x: Points, y: Points) -> None:
    theirs = stone_soup(x, y)
    if not len(x) and not len(y):
        return
    ours = gospa(x, y, C)
    assert ours.distance == pytest.approx(theirs["distance"], abs=1e-9)
    assert ours.localisation == pytest.approx(theirs["localisation"], abs=1e-9)
    assert ours.missed == pytest.approx(theirs["missed"], abs=1e-9)
    assert ours.false == pytest.approx(theirs["false"], abs=1e-9)


def stone_soup(x: Points, y: Points) -> dict[str, float]:
    """Stone Soup's GOSPA between the same sets at one time."""
    ospametric = pytest.importorskip("stonesoup.metricgenerator.ospametric")
    state = pytest.importorskip("stonesoup.types.state")
    if not len(x) and not len(y):
        return {}
    from datetime import datetime

    now = datetime(2026, 1, 1)  # noqa: DTZ001 -- Stone Soup's times have no zone
    truth, estimate = ([state.State(p.reshape(2, 1), timestamp=now) for p in s] for s in (x, y))
    metric, _ = ospametric.GOSPAMetric(p=2.0, c=C).compute_gospa_metric(estimate, truth)
    return {name: float(value) for name, value in metric.value.items()}


def test_a_pair_at_the_cut_off_is_a_missed_and_a_false_one() -> None:
    g = gospa([[0.0, 0.0]], [[C, 0.0]], C)
    assert g.pairs == ()
    assert (g.localisation, g.missed, g.false) == (0.0, C**2 / 2, C**2 / 2)


@pytest.mark.parametrize(("c", "p"), [(0.0, 2.0), (-1.0, 2.0), (1.0, 0.5), (math.nan, 2.0)])
def test_refuses_what_is_no_metric(c: float, p: float) -> None:
    with pytest.raises(ValueError, match="wanted"):
        gospa([], [], c, p)


# ----------------------------------------------------------------------------------------------------------- over time

T0 = 1_600_000_000.0
NORTH = 111_132.0  # metres a degree of latitude at 45 degrees, to a few parts in 100,000


def truth(height: float | None = None, seconds: int = 10, speed: float = 5.0, name: str = "a", lon: float = 7.0) -> dict[str, list[object]]:
    """An object that flies north from 45 N."""
    rows = range(seconds + 1)
    table: dict[str, list[object]] = {
        "object": [name for _ in rows],
        "time_s": [T0 + t for t in rows],
        "lat_deg": [45 + t * speed / NORTH for t in rows],
        "lon_deg": [lon for _ in rows],
    }
    return table | ({"height_above_takeoff_m": [height for _ in rows]} if height is not None else {})


def tracks(before_s: float = 0.3, east_m: float = 0.0, **columns: float) -> dict[str, list[Any]]:
    """A track of the same flight, its rows published so long before each second."""
    rows = range(11)
    table: dict[str, list[Any]] = {
        "time_s": [T0 + t - before_s for t in rows],
        "track": [1 for _ in rows],
        "lat_deg": [45 + (t - before_s) * 5.0 / NORTH for t in rows],
        "lon_deg": [7 + east_m / (111_412.9 * math.cos(math.radians(45)) + 79) for _ in rows],
    }
    return table | {name: [value for _ in rows] for name, value in columns.items()}


def test_a_row_is_carried_along_its_course() -> None:
    stated = tracks(speed_mps=5.0, course_deg=0.0)
    assert gospa_over_time(tracks_from(stated), truth_from(truth())).rms_m == pytest.approx(0, abs=0.01)
    assert gospa_over_time(tracks_from(tracks()), truth_from(truth())).rms_m == pytest.approx(0.3 * 5.0, rel=1e-3)


def test_parts_over_time_add_up() -> None:
    g = gospa_over_time(tracks_from(tracks(speed_mps=5.0, course_deg=0.0, east_m=3.0)), truth_from(truth()))
    assert g.seconds == 11
    assert (g.missed, g.false) == (0, 0)
    assert g.rms_m == pytest.approx(3.0, rel=2e-3)
    assert g.rms_m == pytest.approx(math.hypot(g.localisation_rms_m, g.missed_rms_m, g.false_rms_m))


@pytest.mark.parametrize(("existence", "missed"), [(0.5, 0.0), (0.49, 1.0)])
def test_only_confirmed_tracks_count(existence: float, missed: float) -> None:
    g = gospa_over_time(tracks_from(tracks(existence=existence)), truth_from(truth()))
    assert g.missed == missed
    assert g.missed_rms_m == pytest.approx(math.sqrt(missed * C**2 / 2))


def test_nothing_tracked_misses_all_and_nothing_there_makes_all_false() -> None:
    nothing = tracks_from({"time_s": [], "track": [], "lat_deg": [], "lon_deg": []})
    assert gospa_over_time(nothing, truth_from(truth())).rms_m == pytest.approx(C / math.sqrt(2))
    far = gospa_over_time(tracks_from(tracks(east_m=500.0)), truth_from(truth()))
    assert (far.missed, far.false) == (1, 1)
    assert far.rms_m == pytest.approx(C)


def test_a_row_is_forgotten_after_the_hold() -> None:
    one: dict[str, list[Any]] = {"time_s": [T0], "track": ["x"], "lat_deg": [45.0], "lon_deg": [7.0]}
    still = truth_from(truth(speed=0.0))
    assert gospa_over_time(tracks_from(one), still).missed == pytest.approx(9 / 11)
    assert gospa_over_time(tracks_from(one), still, Yardstick(hold_s=0.0)).missed == pytest.approx(10 / 11)


def test_an_object_on_the_ground_is_asked_of_nobody() -> None:
    low = truth_from(truth(height=10.0))
    assert gospa_over_time(tracks_from(tracks()), low).rms_m == 0
    assert gospa_over_time(tracks_from(tracks(east_m=50.0)), low).false == 1
    high = truth_from(truth(height=10.1))
    assert gospa_over_time(tracks_from(tracks()), high).rms_m == pytest.approx(1.5, rel=1e-3)


def test_a_track_near_a_low_object_still_serves_a_high_one() -> None:
    low, high = truth(height=0.0), truth(height=50.0, name="b")
    both = truth_from({name: low[name] + high[name] for name in low})
    g = gospa_over_time(tracks_from(tracks(speed_mps=5.0, course_deg=0.0)), both)
    assert g.rms_m == pytest.approx(0, abs=0.01)
