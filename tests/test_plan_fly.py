"""Approaches flown by the map's model against approaches flown through the rooms themselves."""

from __future__ import annotations

import numpy as np
import pytest

from bench.approaches import Approach, warning_s
from bench.bench_plan import warms
from forewarn.plan import numbers
from forewarn.plan.approach import Chosen, Flown, edge_m, line
from forewarn.plan.sites import placed
from tests.plan_help import yard

pytestmark = pytest.mark.slow
CHOSEN = Chosen()


def flown(ahead_s: float, seeds: int, zone: int = 0, azimuth_deg: float = 40.0, **keys: str) -> np.ndarray:
    site, _ = placed(yard(**keys))
    place, azimuth = numbers.place(site, site.zones[zone]), float(np.radians(azimuth_deg))
    path = line(place, azimuth, edge_m(place, azimuth), CHOSEN, ahead_s, None)
    return Flown(site, place, CHOSEN).times(path, np.array([ahead_s]), np.arange(seeds, dtype=np.int64))[0]


@pytest.mark.parametrize("ahead_s", [9.0, 25.0])
def test_the_rooms_warn_as_soon(ahead_s: float) -> None:
    site, _ = placed(yard())
    place, ready = numbers.place(site, site.zones[0]), warms(site, most=2, seconds=150.0)
    one = Approach((float(place.centre[0]), float(place.centre[1])), place.radius_m, 40.0, ahead_s, 20.0, 60.0, 0.01)
    theirs = np.array([warning_s(site, site.zones[0], one, ready[k % 2], k) for k in range(40)])
    ours = flown(ahead_s, 300)
    assert abs(ours.mean() - theirs.mean()) < 4.0 * theirs.std() / np.sqrt(40) + 0.03 * theirs.mean()


def test_the_same_seeds_give_the_same_seconds() -> None:
    assert flown(20.0, 30).tolist() == flown(20.0, 30).tolist()
    assert flown(20.0, 30).tolist() != flown(20.0, 31)[1:].tolist()


def test_no_warning_comes_before_the_object_or_after_its_entry() -> None:
    for ahead in (0.5, 5.0, 20.0, 60.0):
        found = flown(ahead, 50)
        assert ((found >= 0.0) & (found <= ahead)).all()


def test_nobody_is_warned_by_sensors_that_see_nothing() -> None:
    blind = {"max_range_m = 1500.0": "max_range_m = 50.0", "max_range_m = 700.0": "max_range_m = 50.0"}
    assert flown(30.0, 20, **blind).max() == 0.0


def test_a_better_sensor_warns_sooner() -> None:
    poor = flown(30.0, 100, **{"sigma_elevation_deg = 0.8": "sigma_elevation_deg = 0.8\np_detection = 0.3"})
    assert poor.mean() < flown(30.0, 100).mean() - 0.5
