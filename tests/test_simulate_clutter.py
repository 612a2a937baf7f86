"""Plots of nothing: how many, where, and how they crowd."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest

from tests.simulate_sensors_help import STARTS_NS, number, rows, scene, sensor


def per_look(told) -> np.ndarray:  # type: ignore[no-untyped-def]
    return np.bincount(np.searchsorted(told.looks_ns, told.look_ns), minlength=len(told.looks_ns))


def test_the_stated_number_evenly_over_the_ground() -> None:
    told = rows(sensor(clutter=4.0), scene([], 3000.0))
    counts = per_look(told)
    assert counts.mean() == pytest.approx(4.0, abs=4 * np.sqrt(4.0 / len(counts)))
    assert counts.var() / counts.mean() == pytest.approx(1.0, abs=0.1)
    assert kstest((number(told, "range") / 5000.0) ** 2, "uniform").pvalue > 1e-4
    assert kstest(number(told, "azimuth") / 360.0, "uniform").pvalue > 1e-3
    assert set(told.object) == {""}


def test_none_in_a_blank_sector() -> None:
    told = rows(sensor(clutter=10.0), scene([], 200.0), blank=({"from_deg": 90, "to_deg": 180},))
    assert not ((number(told, "azimuth") > 90) & (number(told, "azimuth") < 180)).any()


def test_the_sea_gives_clumps_where_there_is_sea() -> None:
    """As many as its state says, in its directions, over-dispersed and crowded."""
    told = rows(sensor(), scene([], 4000.0, sea_state=4), sea=({"from_deg": 0, "to_deg": 180},), sea_clutter=3.0)
    counts = per_look(told)
    assert counts.mean() == pytest.approx(3.0 * 4 / 2, rel=0.15)
    assert counts.var() > 1.5 * counts.mean()
    inside = ((number(told, "azimuth") < 185) | (number(told, "azimuth") > 355)).mean()
    assert inside > 0.97
    one = told.look_ns == told.looks_ns[np.argmax(counts)]
    angle = np.radians(number(told, "azimuth")[one])
    xy = number(told, "range")[one] * np.stack([np.sin(angle), np.cos(angle)])
    nearest = np.sort(np.hypot(*(xy[:, :, None] - xy[:, None, :])), axis=0)[1]
    even = 0.5 * np.sqrt(np.pi / 2 * 2000.0**2 / one.sum())  # of as many points anywhere in the half circle
    assert np.median(nearest) < 0.6 * even
    assert len(rows(sensor(), scene([], 100.0, sea_state=0), sea=({"from_deg": 0, "to_deg": 180},)).t_ns) == 0


def test_rain_drifts_with_the_wind() -> None:
    told = rows(sensor(interval_s=10.0), scene([], 400.0, rain_mm_h=20.0, wind_mps=20.0, wind_from_deg=270.0), seed=2)
    angle = np.radians(number(told, "azimuth"))
    east, north = number(told, "range") * np.stack([np.sin(angle), np.cos(angle)])
    early = (told.look_ns - STARTS_NS) / 1e9
    middle = np.abs(north) < 1500  # cells that stay inside
    slope = np.polyfit(early[middle], east[middle], 1)[0]
    assert slope > 5.0
    assert per_look(told).mean() > 5


def test_fixed_points_stay_and_flicker() -> None:
    told = rows(sensor(), scene([], 2000.0), ground_points=3)
    assert per_look(told).mean() == pytest.approx(0.45, rel=0.15)
    assert len(np.unique(np.round(number(told, "azimuth") / 3.0))) < 15


def test_false_tracks_go_on_for_looks_and_are_straight() -> None:
    told = rows(sensor(sigma_range_m=1.0), scene([], 3600.0), seed=4, false_tracks_per_h=1.0, false_track_s=200.0)
    assert len(told.t_ns) > 20
    angle = np.radians(number(told, "azimuth"))
    xy = number(told, "range") * np.stack([np.sin(angle), np.cos(angle)])
    t = (told.look_ns - STARTS_NS) / 1e9
    for axis in xy:
        assert np.abs(axis - np.polyval(np.polyfit(t, axis, 1), t)).max() < 10.0
