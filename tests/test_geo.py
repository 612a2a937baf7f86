"""Local frames against the closed form for earth-centred coordinates."""

from __future__ import annotations

import numpy as np
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
