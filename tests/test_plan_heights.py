"""Height models and what their ground hides: made ground, and a ray cast over it by brute force."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.crs import CRS

from forewarn import sight
from forewarn.plan import heights, numbers
from forewarn.plan.sites import BadPlan
from forewarn.site import Coverage
from tests.plan_help import yard

SITE = yard()
AEQD = "+proj=aeqd +lat_0=52 +lon_0=5 +datum=WGS84 +units=m +no_defs"


def hill(east: np.ndarray, north: np.ndarray) -> np.ndarray:
    return 60.0 * np.exp(-(((east - 500.0) / 90.0) ** 2) - ((north + 100.0) / 250.0) ** 2)


def model(folder: Path, crs: str = AEQD) -> Path:
    side = np.arange(-2000.0, 2000.0, 10.0)
    east, north = np.meshgrid(side, side[::-1])
    path, place = folder / "ground.tif", CRS.from_string(crs)
    shape = {
        "count": 1,
        "height": 400,
        "width": 400,
        "dtype": "float32",
        "crs": place,
        "transform": rasterio.Affine(10.0, 0.0, -2005.0, 0.0, -10.0, 1995.0),
    }
    with rasterio.open(path, "w", driver="GTiff", **shape) as out:
        out.write(hill(east, north).astype(np.float32)[None])
    return path


def test_heights_are_those_of_the_model_and_level_beyond(tmp_path: Path) -> None:
    ground = heights.Heights(model(tmp_path), SITE)
    east, north = np.array([500.0, 430.0, 0.0, 9000.0]), np.array([-100.0, 20.0, 800.0, 0.0])
    sunk = (east**2 + north**2) / 2 / 6.38e6
    assert ground(east, north) + sunk == pytest.approx([60.0, hill(east[1:2], north[1:2])[0], 0.0, 0.0], abs=0.3)


def test_skylines_hide_what_a_ray_meets(tmp_path: Path) -> None:
    ground = heights.Heights(model(tmp_path), SITE)
    site = heights.with_skylines(SITE, heights.skylines(SITE, ground))
    view = numbers.views(site)[0]
    rng = np.random.default_rng(4)
    east, north = rng.uniform(-1000, 1000, (2, 600))
    up = ground(east, north) + rng.uniform(3.0, 80.0, 600)
    share = np.linspace(0.01, 0.99, 300)[:, None]
    over = ground(share * east, share * north) - (10.0 + share * (up - 10.0))
    hidden = (over > 0.0).any(axis=0)
    assert 30 < hidden.sum() < 570
    inside = view.inside(np.stack([east, north, up]))
    assert np.mean(inside == ~hidden) > 0.97


def test_its_lines_go_into_a_site_file(tmp_path: Path) -> None:
    found = heights.skylines(SITE, heights.Heights(model(tmp_path), SITE))
    read = tomllib.loads(heights.toml(found, "ground.tif"))["sensors"]
    assert list(read) == ["radar", "flat", "finder"]
    cover = Coverage.model_validate({"skyline": read["radar"]["coverage"]["skyline"]})
    assert cover.skyline == found["radar"]
    site = heights.with_skylines(SITE, found)
    assert sight.view(sight.start(site), site, "radar", 0, None).skyline is not None


@pytest.mark.parametrize("what", ["no file", "no raster", "no place"])
def test_what_is_no_height_model_is_told(tmp_path: Path, what: str) -> None:
    path = tmp_path / "x.tif"
    if what == "no raster":
        path.write_bytes(b"nothing of the kind")
    if what == "no place":
        with rasterio.open(
            path, "w", driver="GTiff", count=1, height=2, width=2, dtype="float32", transform=rasterio.Affine(2, 0, 5, 0, -2, 5)
        ) as out:
            out.write(np.zeros((1, 2, 2), dtype=np.float32))
    with pytest.raises(BadPlan, match=r"x\.tif"):
        heights.Heights(path, SITE)
