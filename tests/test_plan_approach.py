"""Lines, edges and starts: geometry by hand."""

from __future__ import annotations

import numpy as np
import pytest

from forewarn.plan import approach, numbers
from forewarn.plan.approach import Chosen
from tests.plan_help import yard

SITE = yard()


def test_a_line_ends_at_the_edge_and_runs_at_the_objects_speed() -> None:
    place = numbers.place(SITE, SITE.zones[0])
    path = approach.line(place, np.radians(90.0), 60.0, Chosen(speed_mps=10.0, height_m=40.0), 12.0, None)
    assert path[:, -1] == pytest.approx([60.0, 0.0, 40.0, -10.0, 0.0, 0.0], abs=1e-6)
    assert path[:3, 0] == pytest.approx([180.0, 0.0, 40.0], abs=1e-6)
    assert path.shape == (6, 25)


def test_it_flies_over_ground_that_is_in_its_way() -> None:
    place = numbers.place(SITE, SITE.zones[0])
    path = approach.line(place, 0.0, 60.0, Chosen(), 30.0, lambda east, north: np.where(north > 400.0, 100.0, 0.0))
    assert path[2].max() == 120.0
    assert path[2].min() == 60.0
    assert path[5].min() < 0.0


@pytest.mark.parametrize(("azimuth_deg", "edge"), [(0.0, 111.3), (90.0, 103.0), (45.0, 145.6)])
def test_the_edge_of_a_square(azimuth_deg: float, edge: float) -> None:
    """0.002 degrees of latitude are 222.5 m, 0.003 of longitude at 52 degrees north 206.0 m."""
    assert approach.edge_m(numbers.place(SITE, SITE.zones[1]), np.radians(azimuth_deg)) == pytest.approx(edge, rel=0.01)


def test_starts_run_from_the_edge_to_beyond_the_horizon() -> None:
    found = approach.starts(30.0)
    assert (found[0], found[-1]) == (0.0, 30.0 + approach.SETTLE_S)
    assert (np.diff(found) > 0).all()


def test_a_zone_over_or_under_the_object_is_not_entered() -> None:
    found = approach.table(SITE, SITE.zones[2], Chosen(), directions=4, runs=1)
    assert not found.enters
    assert not found.mean_s.any()
