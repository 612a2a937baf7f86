"""The map as a GeoTIFF: one band a zone, seconds, for maps of one's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS

from forewarn.plan.cells import Grid
from forewarn.site import Site

Array = NDArray[np.float64]
WARNING = "for operators only: shows where the watch is blind"


def write(path: Path, site: Site, grid: Grid, seconds: Array, what: str) -> None:
    """Write ``seconds`` (zones, rows, columns). The plane is azimuthal equidistant about the site's origin, metres; it differs from the
    level plane of the watch by some centimetres at 20 km."""
    crs = CRS.from_proj4(f"+proj=aeqd +lat_0={site.origin.lat_deg} +lon_0={site.origin.lon_deg} +datum=WGS84 +units=m +no_defs")
    west, north = float(grid.east[0]) - grid.cell_m / 2, float(grid.north[0]) + grid.cell_m / 2
    corner = rasterio.Affine(grid.cell_m, 0.0, west, 0.0, -grid.cell_m, north)
    bands, rows, columns = seconds.shape
    shape = {"count": bands, "height": rows, "width": columns, "dtype": "float32", "nodata": float("nan")}
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=corner, compress="deflate", **shape) as out:
        out.write(seconds.astype(np.float32))
        out.update_tags(TITLE=f"{site.name}: {what}", RESTRICTION=WARNING, UNIT="s")
        for band, zone in enumerate(site.zones, 1):
            out.set_band_description(band, zone.id)
