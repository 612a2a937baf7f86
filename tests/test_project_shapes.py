"""Zones as solids: the first touch of a straight piece, against shapely and against walking along it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from forewarn.geo import to_place
from forewarn.project import touch as kernels
from forewarn.project.shapes import Solid, solid
from forewarn.site import Site

ORIGIN = {"lat_deg": 51.52, "lon_deg": 5.86}
HOUSE = np.array([(-30.0, -20.0), (40.0, -25.0), (35.0, 30.0), (5.0, 5.0), (-25.0, 40.0)]).T  # with a notch
CIRCLE = Solid((10.0, -5.0), 40.0, None, -1000.0, 1000.0)
NOTCHED = Solid((5.0, 7.5), 60.0, HOUSE, -1000.0, 1000.0)

metres = st.floats(-150, 150, width=32)
NEVER = np.inf

points = st.tuples(metres, metres, st.floats(-50, 150, width=32))


def touch(shape: Solid, a: tuple[float, ...], b: tuple[float, ...]) -> float:
    return kernels.first_touch(*shape.bare, a, b)


def inside(shape: Solid, east: np.ndarray, north: np.ndarray) -> np.ndarray:
    return np.array([kernels.inside(*shape.bare, e, n) for e, n in zip(east.tolist(), north.tolist(), strict=True)])


def between(shape: Solid, floor_m: float, ceiling_m: float) -> Solid:
    return Solid(shape.centre, shape.radius_m, shape.corners, floor_m, ceiling_m)


def test_a_circle_is_entered_where_it_is_nearest() -> None:
    assert touch(CIRCLE, (-90.0, -5.0, 0.0), (110.0, -5.0, 0.0)) == pytest.approx(60 / 200)


def test_a_touch_counts() -> None:
    assert touch(CIRCLE, (-90.0, 35.0, 0.0), (110.0, 35.0, 0.0)) == pytest.approx(0.5)


def test_a_start_inside_is_a_touch_at_once() -> None:
    assert touch(NOTCHED, (0.0, 0.0, 0.0), (500.0, 0.0, 0.0)) == 0.0


def test_standing_still_outside_never_touches() -> None:
    assert touch(CIRCLE, (90.0, 90.0, 0.0), (90.0, 90.0, 0.0)) == NEVER


def test_level_flight_just_under_the_floor_is_outside() -> None:
    for below_m in (0.2, 1.0):
        assert touch(between(CIRCLE, 1.0, 2.0), (0.0, 0.0, 1.0 - below_m), (5.0, 0.0, 1.0 - below_m)) == NEVER


def test_over_the_ceiling_is_outside() -> None:
    assert touch(between(CIRCLE, 0.0, 100.0), (-90.0, -5.0, 120.0), (110.0, -5.0, 120.0)) == NEVER


def test_coming_down_into_it_is_an_entry_at_the_ceiling() -> None:
    assert touch(between(NOTCHED, 0.0, 100.0), (0.0, 0.0, 150.0), (0.0, 0.0, 50.0)) == pytest.approx(0.5)


def test_coming_up_into_it_is_an_entry_at_the_floor() -> None:
    assert touch(between(CIRCLE, 20.0, 100.0), (0.0, 0.0, 0.0), (10.0, 0.0, 80.0)) == pytest.approx(0.25)


def test_the_notch_is_outside() -> None:
    assert touch(NOTCHED, (5.0, 30.0, 0.0), (5.0, 10.0, 0.0)) == NEVER
    assert touch(NOTCHED, (5.0, 30.0, 0.0), (5.0, 0.0, 0.0)) == pytest.approx(25 / 30)


def test_leaving_and_coming_back_under_the_ceiling() -> None:
    """Inside the outline but too high, out, and in again lower: the second time is the entry."""
    assert touch(between(NOTCHED, 0.0, 100.0), (-30.0, 20.0, 140.0), (50.0, 20.0, 60.0)) == pytest.approx(53 / 80)


@given(points, points)
def test_outlines_agree_with_shapely(a: tuple[float, ...], b: tuple[float, ...]) -> None:
    outline = shapely.Polygon(HOUSE.T)
    line = shapely.LineString([a[:2], b[:2]])
    gap = outline.boundary.distance(line)
    if gap > 1e-6 or outline.covers(line):
        assert (touch(NOTCHED, a, b) < NEVER) == outline.intersects(line)


@given(st.lists(st.tuples(metres, metres), min_size=1, max_size=20))
def test_inside_agrees_with_shapely(places: list[tuple[float, float]]) -> None:
    outline = shapely.Polygon(HOUSE.T)
    x, y = np.array(places, dtype=float).T
    clear = shapely.distance(outline.boundary, shapely.points(x, y)) > 1e-6
    assert (inside(NOTCHED, x, y) == shapely.contains_xy(outline, x, y))[clear].all()


@given(points, points, st.sampled_from([CIRCLE, NOTCHED]), st.floats(-20, 60), st.floats(1, 80))
def test_a_walk_along_the_piece_finds_nothing_sooner(
    a: tuple[float, ...], b: tuple[float, ...], shape: Solid, floor_m: float, thick_m: float
) -> None:
    shape = between(shape, floor_m, floor_m + thick_m)
    s = np.linspace(0.0, 1.0, 2001)
    east, north, up = (np.array(p)[:, None] for p in zip(a, b, strict=True))
    east, north, up = (p[0] + s * (p[1] - p[0]) for p in (east, north, up))
    within = inside(shape, east, north) & (up >= shape.floor_m) & (up <= shape.ceiling_m)
    found = touch(shape, a, b)
    if within.any():
        assert found <= s[within.argmax()] + 1e-9
    if found < NEVER:
        step = round(found * 2000)
        assert within[max(0, step - 1) : step + 3].any() or _grazes(shape, a, b, found)


def _grazes(shape: Solid, a: tuple[float, ...], b: tuple[float, ...], s: float) -> bool:
    """Whether the place at ``s`` is at the edge of the solid: in it for less than a step of the walk."""
    x, y, z = (p + s * (q - p) for p, q in zip(a, b, strict=True))
    edge = abs(np.hypot(x - shape.centre[0], y - shape.centre[1]) - shape.radius_m)
    if shape.corners is not None:
        edge = shapely.Polygon(shape.corners.T).boundary.distance(shapely.Point(x, y))
    level = min(abs(z - shape.floor_m), abs(z - shape.ceiling_m))
    return bool(min(edge, level) < 1e-6 and shape.floor_m - 1e-6 <= z <= shape.ceiling_m + 1e-6)


@given(points, points, st.sampled_from([CIRCLE, NOTCHED]))
def test_what_is_not_near_does_not_touch(a: tuple[float, ...], b: tuple[float, ...], shape: Solid) -> None:
    assert kernels.near(shape.bare[0], a, b) or touch(shape, a, b) == NEVER


def test_a_zone_of_the_site_file_lies_where_it_says() -> None:
    corners = [tuple(float(v) for v in to_place((e, n, 0.0), (51.52, 5.86, 0.0))[:2]) for e, n in HOUSE.T]
    site = Site.model_validate(
        {
            "version": 1, "name": "here", "origin": ORIGIN,
            "sensors": [{"id": "a", "kind": "radar", "reports": "position"}],
            "feeds": [{"id": "a", "sensor": "a", "format": "mode_s", "file": "a"}],
            "zones": [
                {"id": "p", "name": {"en": "P"}, "polygon": corners, "floor_m": 3.0, "ceiling_m": 30.0},
                {"id": "c", "name": {"en": "C"}, "circle": {**ORIGIN, "radius_m": 50.0}},
            ],
        }
    )  # fmt: skip
    polygon, circle = (solid(site, zone) for zone in site.zones)
    assert polygon.corners == pytest.approx(HOUSE, abs=1e-3)
    assert (polygon.floor_m, polygon.ceiling_m) == (3.0, 30.0)
    assert np.hypot(*(polygon.corners - np.array(polygon.centre)[:, None])).max() == pytest.approx(polygon.radius_m)
    assert circle.centre == pytest.approx((0.0, 0.0), abs=1e-6)
    assert circle.radius_m == 50.0
