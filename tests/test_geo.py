"""Local frames against the closed form for earth-centred coordinates, and against pymap3d."""

from __future__ import annotations

import numpy as np
import pymap3d
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn import geo

A, F = 6378137.0, 1 / 298.257223563  # WGS 84: NIMA TR8350.2, table 3.1
LAT, LON, ALT = st.floats(-89, 89), st.floats(-180, 180), st.floats(-100, 12_000)


def ecef(lat: float, lon: float, alt: float) -> np.ndarray:
    """NIMA TR8350.2, equation 4-14."""
    lat, lon = np.radians(lat), np.radians(lon)
    e2 = F * (2 - F)
    n = A / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    return np.array([(n + alt) * np.cos(lat) * np.cos(lon), (n + alt) * np.cos(lat) * np.sin(lon), (n * (1 - e2) + alt) * np.sin(lat)])


def rotation(lat: float, lon: float) -> np.ndarray:
    """Rows: east, north, up at a place, in earth-centred coordinates."""
    lat, lon = np.radians(lat), np.radians(lon)
    return np.array(
        [
            [-np.sin(lon), np.cos(lon), 0],
            [-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)],
            [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)],
        ]
    )


@given(LAT, LON, ALT, st.floats(-0.5, 0.5), st.floats(-0.5, 0.5), ALT)
def test_local_frame_agrees_with_the_closed_form(lat: float, lon: float, alt: float, dlat: float, dlon: float, height: float) -> None:
    origin = (lat, lon, alt)
    wanted = rotation(lat, lon) @ (ecef(lat + dlat, lon + dlon, height) - ecef(*origin))
    assert np.allclose(geo.to_enu(lat + dlat, lon + dlon, height, origin), wanted, atol=1e-6)


@given(LAT, LON, ALT, st.floats(-20_000, 20_000), st.floats(-20_000, 20_000), st.floats(-100, 5_000))
def test_there_and_back(lat: float, lon: float, alt: float, east: float, north: float, up: float) -> None:
    origin = (lat, lon, alt)
    back = geo.to_enu(*geo.to_place([east, north, up], origin), origin)
    assert np.allclose(back, [east, north, up], atol=1e-5)


@given(LAT, LON, ALT, st.floats(-20_000, 20_000), st.floats(-20_000, 20_000), st.floats(-100, 12_000))
def test_both_ways_agree_with_pymap3d(lat: float, lon: float, alt: float, east: float, north: float, up: float) -> None:
    origin = (lat, lon, alt)
    place = np.stack(pymap3d.enu2geodetic(east, north, up, *origin))
    degree_m = np.array([111_320.0, 111_320.0 * np.cos(np.radians(lat)), 1.0])
    off = geo.to_place([east, north, up], origin) - place
    off[1] = (off[1] + 180.0) % 360.0 - 180.0
    assert np.abs(off * degree_m).max() < 1e-5
    assert np.allclose(geo.to_enu(*place, origin), np.stack(pymap3d.geodetic2enu(*place, *origin)), rtol=0.0, atol=1e-7)


@given(LAT, LON, st.floats(-500, 4e4))
def test_places_high_up_come_back(lat: float, lon: float, alt: float) -> None:
    """Where the way back is an approximation (Bowring, once): to a millimetre as high as balloons rise."""
    back = geo.to_place(geo.to_enu(lat, lon, alt, (50.0, 10.0, 0.0)), (50.0, 10.0, 0.0))
    off = np.array([back[0] - lat, ((back[1] - lon + 180.0) % 360.0 - 180.0) * np.cos(np.radians(lat)), (back[2] - alt) / 111_320.0])
    assert np.abs(off).max() * 111_320.0 < 1e-3


def test_at_the_poles() -> None:
    assert geo.to_place([0.0, 0.0, 10.0], (90.0, 0.0, 5.0))[[0, 2]] == pytest.approx([90.0, 15.0], abs=1e-7)
    assert geo.to_place([0.0, 0.0, 10.0], (-90.0, 0.0, 5.0))[[0, 2]] == pytest.approx([-90.0, 15.0], abs=1e-7)


def test_arrays_keep_their_shape() -> None:
    assert geo.to_enu([1.0, 2.0], [3.0, 4.0], 0.0, (1.0, 3.0, 0.0)).shape == (3, 2)
    assert geo.to_place(np.zeros((3, 5)), (1.0, 3.0, 0.0)).shape == (3, 5)


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_azimuth_runs_clockwise_from_north(east: float, north: float) -> None:
    azimuth = float(geo.azimuth_deg(east, north))
    assert 0 <= azimuth < 360
    r = np.hypot(east, north)
    assert np.allclose([r * np.sin(np.radians(azimuth)), r * np.cos(np.radians(azimuth))], [east, north], atol=1e-9 * max(r, 1.0))


def test_sectors_wrap_over_north() -> None:
    azimuths = np.array([355.0, 5.0, 10.0, 180.0])
    assert geo.in_sector(azimuths, 350, 10).tolist() == [True, True, False, False]
    assert geo.in_sector(azimuths, 0, 360).all()
    assert not geo.in_sector(azimuths, 90, 90).any()


@given(st.floats(-1e3, 1e3))
def test_wrapped_angles_are_the_same_angle(angle: float) -> None:
    wrapped = float(geo.wrap_rad(angle))
    assert -np.pi <= wrapped < np.pi + 1e-12
    assert np.isclose(np.sin(wrapped), np.sin(angle), atol=1e-9)
    assert np.isclose(np.cos(wrapped), np.cos(angle), atol=1e-9)
