"""Coverage: a shell of range, sectors and heights, against a plain reading of each."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn import sight
from forewarn.messages import Place, Sector
from forewarn.sight.view import View, area_m2, view
from forewarn.site import Coverage
from tests.sight_help import OTHERS, RADAR, site, status

WHOLE = View(sensor="s", spot=(100.0, 0.0, 0.0), chance=0.8, density=1e-6, reach_m=(50.0, 1000.0), height_m=(-10.0, 500.0))


def enu(*places: tuple[float, float, float]) -> np.ndarray:
    return np.array(places, dtype=float).reshape(-1, 3).T


def test_it_sees_inside_its_shell_alone() -> None:
    places = enu((300, 0, 0), (120, 0, 0), (1200, 0, 0), (300, 0, 600), (300, 0, -20))
    assert WHOLE.detection(places).tolist() == [0.8, 0.0, 0.0, 0.0, 0.0]


@given(st.floats(0, 359.9), st.floats(0, 359.9), st.floats(1, 359))
def test_sectors_and_blank_sectors_are_each_others_opposite(azimuth: float, start: float, width: float) -> None:
    place = enu((100 + 300 * math.sin(math.radians(azimuth)), 300 * math.cos(math.radians(azimuth)), 0.0))
    edge = (azimuth - start) % 360
    if min(edge, abs(edge - width), 360 - edge) < 1e-6:
        return
    sector = (Sector(from_deg=start, to_deg=(start + width) % 360),)
    looks, blank = msgspec.structs.replace(WHOLE, sectors=sector), msgspec.structs.replace(WHOLE, blank=sector)
    assert looks.inside(place)[0] == (edge < width)
    assert blank.inside(place)[0] != looks.inside(place)[0]


def test_a_sensor_that_nobody_can_place_sees_everywhere() -> None:
    assert msgspec.structs.replace(WHOLE, spot=None).detection(enu((1e5, 0, 0))).tolist() == [0.8]


def test_nothing_asked_nothing_said() -> None:
    assert WHOLE.detection(np.zeros((3, 0))).shape == (0,)
    assert WHOLE.clutter(np.zeros((3, 0))).shape == (0,)


def test_the_view_of_a_sensor_is_its_site_files() -> None:
    of = site()
    found = view(sight.start(of), of, "radar", 0, None)
    assert found.chance == pytest.approx(0.9)
    assert found.density == pytest.approx(1.0 / (math.pi * 5000.0**2))
    assert found.spot is not None


def test_clutter_of_bearings_is_by_the_radian() -> None:
    of = site()
    found = view(sight.start(of), of, "finder", 0, Place(lat_deg=60.0, lon_deg=10.0))
    assert found.density == pytest.approx(1.0 / (2 * math.pi))
    assert found.spot == pytest.approx((0.0, 0.0, 0.0), abs=1e-6) or found.spot is not None


def test_a_pose_goes_before_the_known_place() -> None:
    of = site()
    state = sight.start(of)
    there = view(state, of, "radar", 0, Place(lat_deg=60.01, lon_deg=10.0))
    assert there.spot is not None
    assert there.spot[1] == pytest.approx(1114, abs=3)


def test_a_sensor_that_is_down_detects_nothing() -> None:
    of = site()
    state = sight.start(of)
    condition = msgspec.structs.replace(state.sensors["radar"], stated="down")
    state = msgspec.structs.replace(state, sensors={**state.sensors, "radar": condition})
    assert view(state, of, "radar", 0, None).chance == 0.0


def test_no_sensor_is_certain() -> None:
    of = site(RADAR.replace("interval_s", "p_detection = 1.0\ninterval_s") + OTHERS)
    assert view(sight.start(of), of, "radar", 0, None).chance < 1.0


def test_an_unknown_sensor_is_a_key_error() -> None:
    of = site()
    with pytest.raises(KeyError):
        view(sight.start(of), of, "nobody", 0, None)


@pytest.mark.parametrize(
    ("sectors", "share"), [((), 1.0), (((0, 90),), 0.25), (((350, 10), (90, 100)), 30 / 360), (((0, 360),), 1.0), (((5, 5),), 1 / 360)]
)
def test_area(sectors: tuple[tuple[float, float], ...], share: float) -> None:
    cover = Coverage.model_validate({"min_range_m": 100, "max_range_m": 200, "sectors": [{"from_deg": a, "to_deg": b} for a, b in sectors]})
    assert area_m2(cover) == pytest.approx(share * math.pi * (200**2 - 100**2))


@pytest.mark.parametrize(("kind", "power"), [("radar", 4.0), ("camera", 2.0)])
def test_detection_falls_with_range_and_grows_with_size(kind: str, power: float) -> None:
    sensors = RADAR.replace('kind = "radar"', f'kind = "{kind}"') + "coverage = { half_range_m = 1000.0, half_size_m2 = 0.01 }\n"
    of = site(sensors + OTHERS)
    found = view(sight.start(of), of, "radar", 0, None)
    places = enu((0, 1, 0), (0, 1000, 0), (0, 2000, 0), (0, 6000, 0))
    assert found.detection(places).tolist() == pytest.approx([0.9, 0.45, 0.9 * 2 ** -(2**power), 0.0])
    farther = enu((0, 1000 * 16 ** (1 / power), 0))
    assert found.detection(farther, size_m2=0.16).tolist() == pytest.approx([0.45])


def test_what_moves_across_is_not_seen_where_a_least_speed_is_stated() -> None:
    slow = msgspec.structs.replace(WHOLE, min_radial_mps=5.0)
    places = enu((400, 0, 0), (400, 0, 0), (400, 0, 0))
    rates = enu((10, 0, 0), (0, 20, 0), (-6, 20, 0))
    assert slow.detection(places, rates).tolist() == [0.8, 0.0, 0.8]
    assert slow.detection(places).tolist() == [0.8] * 3


def test_a_degraded_sensor_counts_less() -> None:
    of = site(RADAR + "degraded = 0.25\n" + OTHERS)
    state, _ = sight.status(sight.start(of), of, status(1.0, "degraded"))
    assert view(state, of, "radar", 0, None).chance == pytest.approx(0.225)
