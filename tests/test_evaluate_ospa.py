"""OSPA and GOSPA against Stone Soup's on the same points."""

from __future__ import annotations

import datetime
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stonesoup.measures import Euclidean
from stonesoup.metricgenerator.ospametric import GOSPAMetric, OSPAMetric
from stonesoup.types.state import State

from forewarn.evaluate.gospa import gospa
from forewarn.evaluate.ospa import ospa

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
Points = list[tuple[float, float]]
points, few = (st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=1, max_size=n) for n in (6, 4))


def states(rows: Points) -> list[State]:
    return [State(np.array(row)[:, None], timestamp=NOW) for row in rows]


@settings(max_examples=25, deadline=None)
@given(points, points, st.sampled_from([10.0, 50.0]))
def test_both_distances_are_stone_soups(x: Points, y: Points, c: float) -> None:
    """OSPA at p = 1: Stone Soup pairs by plain distance whatever p is, which is its least sum only there. GOSPA at p = 2."""
    theirs = OSPAMetric(c=c, p=1, measure=Euclidean()).compute_OSPA_distance(states(y), states(x)).value
    assert ospa(x, y, c, 1.0) == pytest.approx(theirs, rel=1e-6, abs=1e-6)
    whole, _ = GOSPAMetric(c=c, p=2, measure=Euclidean()).compute_gospa_metric(states(y), states(x))
    assert gospa(x, y, c, 2.0).distance == pytest.approx(whole.value["distance"], rel=1e-6, abs=1e-6)


@settings(max_examples=60)
@given(few, few, st.sampled_from([1.0, 2.0, 3.0]))
def test_the_least_over_all_pairings(x: Points, y: Points, p: float) -> None:
    short, long = sorted((x, y), key=len)
    pairings = itertools.permutations(long, len(short))
    costs = [sum(min(50.0, math.dist(a, b)) ** p for a, b in zip(short, pairing, strict=True)) for pairing in pairings]
    whole = min(costs) + 50.0**p * (len(long) - len(short))
    assert ospa(x, y, 50.0, p) == pytest.approx((whole / len(long)) ** (1 / p), abs=1e-9)


def test_nothing_against_nothing_and_something() -> None:
    assert ospa([], [], 50.0) == 0.0
    assert ospa([(0.0, 0.0)], [], 50.0) == ospa([], [(0.0, 0.0), (1.0, 1.0)], 50.0) == 50.0


@pytest.mark.parametrize(("c", "p"), [(0.0, 1.0), (1.0, 0.5), (float("nan"), 2.0)])
def test_no_cut_off_is_refused(c: float, p: float) -> None:
    with pytest.raises(ValueError, match="wanted c > 0"):
        ospa([], [], c, p)
