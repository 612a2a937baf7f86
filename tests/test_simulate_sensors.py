"""What all simulated sensors have in common: keys, defaults, seeds, frames, what they may import."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import kstest

import forewarn.simulate
from forewarn import geo
from forewarn.simulate.sensors import SensorKeys, misfits
from forewarn.simulate.sensors.rig import alternate
from forewarn.simulate.sensors.scene import frame
from forewarn.site import Position
from tests.simulate_sensors_help import ORIGIN, Line, rig, rng, rows, scene, sensor

KINDS = {
    "radar": "polar", "lidar": "position", "radio_finder": "bearing", "microphone": "bearing", "camera": "bearing", "receiver": "claims",
    "person": "position",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_rows_and_another_does_not(kind: str) -> None:
    from tests.simulate_sensors_help import ClaimKeys

    near = [Line(start=(100.0, 50.0, 30.0), vel=(2.0, 0.0, 0.0), claims=(ClaimKeys(by="adsb", identity="icao:abcdef"),))]
    stated = sensor(kind=kind, reports=KINDS[kind], clutter=1.0, p_detection=0.8)
    first, again, other = (rows(stated, scene(near), seed) for seed in (1, 1, 2))
    assert (first.t_ns == again.t_ns).all()
    assert len(first.t_ns) > 10
    for meaning, column in first.values.items():
        assert np.array_equal(column, again.values[meaning], equal_nan=column.dtype != object)
    assert len(first.t_ns) != len(other.t_ns) or (first.t_ns != other.t_ns).any()


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_told_of_what_is_not_there(kind: str) -> None:
    assert len(rows(sensor(kind=kind, reports=KINDS[kind]), scene([Line(there=(1e6, 2e6)), Line("ghost", kind="ghost")])).t_ns) == 0


def test_what_the_site_states_holds_unless_the_scenario_says_otherwise() -> None:
    stated = sensor(sigma_range_m=7.0, sigma_azimuth_deg=0.4, p_detection=0.6, clutter=3.0, interval_s=2.5, bias_azimuth_deg=1.0)
    as_stated = rig(stated, scene())
    assert (as_stated.sigma_range_m, as_stated.sigma_azimuth_deg, as_stated.p, as_stated.clutter, as_stated.interval_s) == (
        7.0,
        0.4,
        0.6,
        3.0,
        2.5,
    )
    assert as_stated.bias_deg == 1.0
    assert as_stated.sigma_elevation_deg is None
    other = rig(stated, scene(), sigma_range_m=9.0, p_detection=0.0, clutter=0.0, interval_s=1.0, bias_azimuth_deg=0.0)
    assert (other.sigma_range_m, other.p, other.clutter, other.interval_s, other.bias_deg) == (9.0, 0.0, 0.0, 1.0, 0.0)


def test_keys_of_another_kind_of_sensor_are_told() -> None:
    assert misfits(SensorKeys(id="a", night_factor=0.5, sigma_m=3.0), "radar") == ("night_factor",)
    assert misfits(SensorKeys(id="a", night_factor=0.5), "camera") == ()
    with pytest.raises(ValidationError):
        SensorKeys.model_validate({"id": "a", "p_detection": 1.2})
    with pytest.raises(ValidationError):
        SensorKeys.model_validate({"id": "a", "p_detektion": 0.2})


def test_a_sensor_measures_in_its_own_level_frame() -> None:
    place = Position(lat_deg=52.1, lon_deg=5.2, alt_m=80.0)
    own = frame(place, ORIGIN)
    lat, lon, alt = np.array([52.11, 52.0]), np.array([5.1, 5.0]), np.array([500.0, 30.0])
    local = own.local(geo.to_enu(lat, lon, alt, ORIGIN))
    assert np.allclose(local, geo.to_enu(lat, lon, alt, (52.1, 5.2, 80.0)), atol=1e-5)
    assert np.allclose(own.site(local), geo.to_enu(lat, lon, alt, ORIGIN), atol=1e-5)
    assert np.allclose(own.places(local), np.stack([lat, lon, alt]), atol=1e-5)


def test_coming_and_going_has_stays_of_the_stated_means() -> None:
    times = np.arange(0.0, 200_000.0, 0.1)
    there = alternate(times, 20.0, 10.0, rng())
    assert there.mean() == pytest.approx(2 / 3, abs=0.02)
    edges = np.flatnonzero(np.diff(there.astype(int)))
    stays = np.diff(edges) * 0.1
    on = stays[0 if there[edges[0] + 1] else 1 :: 2]
    assert kstest(on / 10.0, "gamma", args=(2.0,)).pvalue > 1e-3
    assert alternate(times[:5], 20.0, 0.0, rng()).all()


def test_heights_count_from_the_origin_and_ranges_from_the_sensor() -> None:
    stated = sensor(coverage={"max_range_m": 1000.0, "min_range_m": 100.0, "min_height_m": 10.0, "max_height_m": 200.0})
    flights = [Line("in", start=(500.0, 0, 50.0)), Line("low", start=(500.0, 50, 5.0)), Line("high", start=(500.0, 99, 250.0))]
    flights += [Line("close", start=(50.0, 0, 50.0)), Line("far", start=(1100.0, 0, 50.0))]
    assert set(rows(stated, scene(flights), min_radial_mps=0.0).object) == {"in"}


def test_the_simulated_sensors_import_no_room() -> None:
    folder = Path(forewarn.simulate.__file__).parent
    allowed = {"messages", "site", "geo", "units", "simulate"}
    for file in (*folder.glob("sensors/*.py"), folder / "feeds.py", folder / "faults.py", folder / "desk.py", folder / "writing.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("forewarn"):
                names = [(node.module or "").split(".")[1]] if "." in (node.module or "") else [alias.name for alias in node.names]
                assert set(names) <= allowed, f"{file.name}:{node.lineno}"
