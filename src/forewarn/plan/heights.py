"""A height model (GeoTIFF), and what its ground hides from each sensor.

Heights in the model are taken as heights above the same ellipsoid that the site file uses; no geoid is applied. Beyond the model's
edge, and where it has no data, the ground is taken as level at the site's origin.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.warp import transform
from scipy.ndimage import map_coordinates

from forewarn import geo
from forewarn.plan.numbers import counted, views
from forewarn.plan.sites import BadPlan
from forewarn.sight.skyline import Stairs, staircase
from forewarn.site import Coverage, Site

Array = NDArray[np.float64]
MOST_CELLS = 50_000_000
AZIMUTHS = 180
SAMPLES = 1500  # along a ray at the most
NEAR_M = 20.0  # the ground at a sensor's own foot hides nothing


class Heights:
    """A raster of heights; ``__call__`` gives the ground (n,) above the site's origin at places east and north (n,) of it, as it lies
    under the level plane (so with the earth's curvature)."""

    def __init__(self, path: Path, site: Site) -> None:
        """Read it. ``BadPlan`` if it is no raster of heights, or too large."""
        try:
            with rasterio.open(path) as raster:
                if raster.crs is None or raster.width * raster.height > MOST_CELLS:
                    raise BadPlan(f"{path}: a height model needs a coordinate system and at most {MOST_CELLS:,} cells")
                self.values = raster.read(1, masked=True).astype(np.float64).filled(np.nan)
                self.crs, self.cell_m = raster.crs, _cell_m(raster)
                self.back = np.array(tuple(~raster.transform)[:6]).reshape(2, 3)
        except (RasterioError, OSError) as error:
            raise BadPlan(f"{path}: no height model can be read from it: {error}") from None
        self.origin = (site.origin.lat_deg, site.origin.lon_deg, site.origin.alt_m)

    def __call__(self, east: Array, north: Array) -> Array:
        """The ground (n,)."""
        lat, lon, plane = geo.to_place(np.stack([east, north, np.zeros_like(east)]), self.origin)
        x, y = transform("EPSG:4326", self.crs, lon.ravel().tolist(), lat.ravel().tolist())
        column, row = self.back @ np.stack([x, y, np.ones(len(x))])
        found = map_coordinates(self.values, [row - 0.5, column - 0.5], order=1, mode="constant", cval=np.nan).reshape(east.shape)
        return np.asarray(np.where(np.isfinite(found), found, self.origin[2]) - plane)


def _cell_m(raster: rasterio.DatasetReader) -> float:
    """The side of a cell, roughly, in metres."""
    side = float(abs(raster.transform.a))
    return side * 111_320.0 if raster.crs.is_geographic else side


def skylines(site: Site, heights: Heights) -> dict[str, tuple[Stairs, ...]]:
    """The skyline of every sensor that sees and stands still, by its id: a staircase for each of ``AZIMUTHS`` steps of azimuth, along
    the ray in its middle."""
    return {
        sensor.id: _skyline(np.array(view.spot), sensor.coverage.max_range_m, heights)
        for sensor, view in zip(counted(site), views(site), strict=True)
        if view.spot is not None and not sensor.moves
    }


def _skyline(spot: Array, reach_m: float, heights: Heights) -> tuple[Stairs, ...]:
    count = int(np.clip(reach_m / max(heights.cell_m / 2, 1.0), 50, SAMPLES))
    far = np.linspace(NEAR_M, max(reach_m, 2 * NEAR_M), count)
    azimuth = np.radians((np.arange(AZIMUTHS) + 0.5) * (360.0 / AZIMUTHS))[:, None]
    ground = heights(spot[0] + far * np.sin(azimuth), spot[1] + far * np.cos(azimuth))
    return tuple(staircase(far, np.arctan2(row - spot[2], far)) for row in ground)


def with_skylines(site: Site, found: dict[str, tuple[Stairs, ...]]) -> Site:
    """The site with these skylines in its sensors' coverage."""

    def seen(cover: Coverage, stairs: tuple[Stairs, ...]) -> Coverage:
        return Coverage.model_validate(cover.model_dump() | {"skyline": stairs})

    sensors = tuple(s.model_copy(update={"coverage": seen(s.coverage, found[s.id])}) if s.id in found else s for s in site.sensors)
    return site.model_copy(update={"sensors": sensors})


def toml(found: dict[str, tuple[Stairs, ...]], model: str) -> str:
    """Skylines as lines for a site file."""
    lines = [f"# What the ground hides from each sensor, from {model}. Put each line into the coverage of its sensor in the site file."]
    for name, stairs in found.items():
        rows = ", ".join("[" + ", ".join(f"[{r:.0f}.0, {e:.3f}]" for r, e in steps) + "]" for steps in stairs)
        lines += ["", f'[sensors."{name}".coverage]', f"skyline = [{rows}]"]
    return "\n".join(lines) + "\n"
