"""Simulated ground against brute force: heights by their formula, sight by casting rays in small steps."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from rasterio.warp import transform

from forewarn import geo
from forewarn.simulate.ground import BadGround, Ground, lie
from forewarn.simulate.scenario_parts import Building, GroundKeys, Hill

Array = NDArray[np.float64]
ORIGIN = (48.0, 16.0, 100.0)
HILL = Hill(at=(400.0, 100.0), height_m=80.0, radius_m=120.0, stretch=2.0, azimuth_deg=30.0)
HOUSE = Building(at=(50.0, 20.0), size_m=(40.0, 12.0), azimuth_deg=25.0, height_m=18.0)


def places(n: int, seed: int = 0, far: float = 900.0) -> Array:
    rng = np.random.Generator(np.random.PCG64(seed))
    return np.stack([rng.uniform(-far, far, n), rng.uniform(-far, far, n), rng.uniform(0.5, 120.0, n)])


def in_house(at: Array) -> NDArray[np.bool_]:
    angle = math.radians(HOUSE.azimuth_deg)
    e, n = at[0] - HOUSE.at[0], at[1] - HOUSE.at[1]
    along, across = e * math.sin(angle) + n * math.cos(angle), e * math.cos(angle) - n * math.sin(angle)
    return np.asarray((abs(along) < 20.0) & (abs(across) < 6.0) & (at[2] < 18.0) & (at[2] > 0.0))


def test_flat_ground_hides_nothing() -> None:
    assert Ground().visible(np.array([0.0, 0.0, 2.0]), places(100)).all()
    assert (Ground().height(*places(10)[:2]) == 0.0).all()


def test_a_hill_is_as_high_as_its_formula() -> None:
    ground = Ground(hills=(HILL,))
    angle = math.radians(30.0)
    along = np.array([math.sin(angle), math.cos(angle)])
    across = np.array([math.cos(angle), -math.sin(angle)])
    at = np.array(HILL.at)[:, None] + np.stack([np.zeros(2), along * 240.0, across * 120.0], axis=1)
    np.testing.assert_allclose(ground.height(at[0], at[1]), [80.0, 80.0 * math.exp(-0.5), 80.0 * math.exp(-0.5)], rtol=1e-12)


def test_houses_hide_what_brute_force_says() -> None:
    spot, there = np.array([-30.0, -60.0, 6.0]), places(400, far=200.0) * np.array([[1.0], [1.0], [0.2]])
    share = np.linspace(0.0, 1.0, 4001)
    wanted = [not in_house(spot[:, None] + (at - spot)[:, None] * share).any() for at in there.T]
    found = Ground(buildings=(HOUSE,)).visible(spot, there)
    assert (found != wanted).sum() <= 2  # a ray that grazes a corner between two steps
    assert 20 < (~found).sum() < 200


def test_hills_hide_what_brute_force_says() -> None:
    ground, spot, there = Ground(hills=(HILL,)), np.array([0.0, 0.0, 10.0]), places(400)
    share = np.linspace(0.0, 1.0, 2001)[1:-1]
    wanted = []
    for at in there.T:
        ray = spot[:, None] + (at - spot)[:, None] * share
        wanted.append(bool((ray[2] > ground.height(ray[0], ray[1]) - 0.5).all()))
    found = ground.visible(spot, there)
    assert (found != wanted).sum() <= 2
    assert 20 < (~found).sum() < 300


@settings(max_examples=50, deadline=None)
@given(st.tuples(*[st.floats(-300, 300)] * 2, st.floats(1, 60)), st.tuples(*[st.floats(-300, 300)] * 2, st.floats(1, 60)))
def test_through_houses_sight_is_mutual(one: tuple[float, float, float], two: tuple[float, float, float]) -> None:
    a, b = np.array(one), np.array(two)
    if in_house(a[:, None])[0] or in_house(b[:, None])[0]:
        return
    ground = Ground(buildings=(HOUSE,))
    assert ground.visible(a, b[:, None])[0] == ground.visible(b, a[:, None])[0]


def tif(path: Path, heights: Array, crs: str | None = "EPSG:4326") -> Path:
    """One degree-hundredth of heights about the origin, a hundred cells a side."""
    where = Affine(0.001, 0.0, ORIGIN[1] - 0.05, 0.0, -0.001, ORIGIN[0] + 0.05)
    with rasterio.open(path, "w", driver="GTiff", width=100, height=100, count=1, dtype="float32", crs=crs, transform=where) as file:
        file.write(heights.astype("float32"), 1)
    return path


def test_a_height_model_is_read_where_it_lies(tmp_path: Path) -> None:
    """A plane that rises to the north: any place has the height that its latitude says."""
    rows = np.arange(100)[:, None]
    latitude = ORIGIN[0] + 0.05 - 0.001 * (rows + 0.5)
    tif(tmp_path / "plane.tif", np.repeat((latitude - ORIGIN[0]) * 10_000.0 + 130.0, 100, axis=1))
    ground = lie(GroundKeys(model="plane.tif"), tmp_path, ORIGIN)
    assert not ground.flat
    at = places(200, far=3000.0)
    found = ground.height(at[0], at[1])
    lat, _, alt = geo.to_place(np.stack([at[0], at[1], found]), ORIGIN)
    np.testing.assert_allclose(alt, (lat - ORIGIN[0]) * 10_000.0 + 130.0, atol=0.02)


def test_a_height_model_in_other_coordinates(tmp_path: Path) -> None:
    where = Affine(50.0, 0.0, 600_000.0, 0.0, -50.0, 5_340_000.0)  # UTM 33
    heights = np.tile(np.linspace(100.0, 300.0, 120), (120, 1)).astype("float32")
    how = {"driver": "GTiff", "width": 120, "height": 120, "count": 1, "dtype": "float32", "crs": "EPSG:32633", "transform": where}
    with rasterio.open(tmp_path / "utm.tif", "w", **how) as file:
        file.write(heights, 1)
    (lon,), (lat,) = transform("EPSG:32633", "EPSG:4326", [603_025.0], [5_336_975.0])
    ground = lie(GroundKeys(model="utm.tif"), tmp_path, (lat, lon, 0.0))
    assert ground.height(np.zeros(1), np.zeros(1))[0] == pytest.approx(heights[0, 60], abs=0.02)


@pytest.mark.parametrize("what", ["text", "nowhere", "empty"])
def test_a_height_model_that_is_none_is_refused(tmp_path: Path, what: str) -> None:
    if what == "text":
        (tmp_path / "m.tif").write_text("no picture")
    else:
        heights = np.full((100, 100), np.nan if what == "empty" else 5.0)
        tif(tmp_path / "m.tif", heights, None if what == "nowhere" else "EPSG:4326")
    with pytest.raises(BadGround, match=r"m\.tif"):
        lie(GroundKeys(model="m.tif"), tmp_path, ORIGIN)
