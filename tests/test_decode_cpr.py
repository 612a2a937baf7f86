"""Compact position reporting against an encoder written from the standard, published examples, and another decoder's table."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forewarn.decode.cpr import Code, alone, longitude_zones, together

LATS, LONS = st.floats(-86.9, 86.9), st.floats(-180, 179.999)


def encode(lat: float, lon: float, i: int, ground: bool) -> Code:
    """DO-260B A.1.7.3: the encoded latitude and longitude of a place; on the ground the 17 low bits of 19."""
    bits = 2**19 if ground else 2**17
    dlat = 360.0 / (60 - i)
    yz = math.floor(bits * ((lat % dlat) / dlat) + 0.5)
    rlat = dlat * (yz / bits + math.floor(lat / dlat))
    dlon = 360.0 / max(longitude_zones(rlat) - i, 1)
    xz = math.floor(bits * ((lon % dlon) / dlon) + 0.5)
    return yz % 2**17, xz % 2**17


def near(found: tuple[float, float] | None, lat: float, lon: float, within: float) -> bool:
    assert found is not None
    turn = abs(found[1] - lon) % 360
    return abs(found[0] - lat) <= within and min(turn, 360 - turn) * math.cos(math.radians(lat)) <= within


@given(LATS, LONS, st.integers(0, 1))
def test_a_pair_in_the_air_gives_the_place_anywhere(lat: float, lon: float, newer: int) -> None:
    found = together(encode(lat, lon, 0, False), encode(lat, lon, 1, False), newer, False, (0.0, 0.0))
    if found is None:  # on the edge of a zone the two disagree by a rounding
        assert any(abs(longitude_zones(lat + d) - longitude_zones(lat)) for d in (-1e-4, 1e-4))
    else:
        assert near(found, lat, lon, 1e-4)


@given(LATS, LONS, st.integers(0, 1), st.floats(-0.4, 0.4), st.floats(-0.4, 0.4))
def test_a_pair_on_the_ground_gives_the_place_near_the_receiver(lat: float, lon: float, newer: int, dlat: float, dlon: float) -> None:
    found = together(encode(lat, lon, 0, True), encode(lat, lon, 1, True), newer, True, (lat + dlat, lon + dlon))
    assume(found is not None)
    assert near(found, lat, lon, 3e-5)


@given(LATS, LONS, st.integers(0, 1), st.booleans(), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_one_message_gives_the_place_near_a_known_one(lat: float, lon: float, i: int, ground: bool, dlat: float, dlon: float) -> None:
    found = alone(encode(lat, lon, i, ground), i, ground, (lat + dlat, lon + dlon))
    if found is None:
        assert abs(lat) > 86
    elif longitude_zones(found[0]) == longitude_zones(lat):
        assert near(found, lat, lon, 1e-4)


@pytest.mark.parametrize(
    ("even", "odd", "newer", "lat", "lon"),
    [
        # J. Sun, The 1090 Megahertz Riddle, 2nd edition, on airborne positions
        ((93000, 51372), (74158, 50194), 0, 52.25720, 3.91937),
        ((93000, 51372), (74158, 50194), 1, 52.26578, 3.93891),
    ],
)
def test_published_examples(even: Code, odd: Code, newer: int, lat: float, lon: float) -> None:
    found = together(even, odd, newer, False, (0.0, 0.0))
    assert found is not None
    assert found == pytest.approx((lat, lon), abs=1e-4)


def test_a_published_example_near_a_known_place() -> None:
    """The same book: the even message alone, near 52.258 N 3.918 E."""
    assert alone((93000, 51372), 0, False, (52.258, 3.918)) == pytest.approx((52.25720, 3.91937), abs=1e-5)


def test_the_book_s_examples_on_the_ground() -> None:
    """The same book on surface positions: 8C4841753AAB238733C8CD4020B1, 8C4841753A8A35323FAEBDAC702D, 8C4841753A9A153237AEF0F275BE."""
    found = together((115609, 116941), (39199, 110269), 1, True, (51.990, 4.375))
    assert found == pytest.approx((52.320607, 4.734735), abs=1e-6)
    assert alone((39195, 110320), 1, True, (51.990, 4.375)) == pytest.approx((52.320561, 4.735735), abs=1e-6)


def test_zones_are_those_of_the_standard() -> None:
    assert [longitude_zones(lat) for lat in (0.0, 10.47, 10.48, -14.8, -14.9, 41.38, 41.39, 86.53, 86.54, 87.0, 87.1, 90.0)] == [
        59, 59, 58, 58, 57, 45, 44, 3, 2, 2, 1, 1,
    ]  # fmt: skip


@given(st.floats(-90, 90))
def test_zones_fall_towards_the_poles(lat: float) -> None:
    assert 1 <= longitude_zones(lat) <= 59
    assert longitude_zones(lat) == longitude_zones(-lat)
    assert longitude_zones(min(abs(lat) + 0.5, 90)) <= longitude_zones(lat)


CODES = st.tuples(st.integers(0, 2**17 - 1), st.integers(0, 2**17 - 1))


@given(CODES, CODES, st.integers(0, 1), st.booleans(), st.floats(-90, 90), st.floats(-180, 180))
def test_any_code_is_a_place_or_none(even: Code, odd: Code, newer: int, ground: bool, lat: float, lon: float) -> None:
    for found in (together(even, odd, newer, ground, (lat, lon)), alone(even, 0, ground, (lat, lon))):
        assert found is None or (-90 <= found[0] <= 90 and -180 <= found[1] < 180)
