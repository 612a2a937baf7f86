"""Terrain and buildings: how high the ground is, and what can be seen from where.

The ground is flat at the height of the site's origin, hills by formula, or a height model; all in metres east, north, up of the origin.
Flat ground and hills lie in the plane that touches the earth at the origin: its curvature is left out, which is 31 m at 20 km and less
nearer (distance squared over twice the earth's radius). A height model carries the curvature. Rays are straight: no refraction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.warp import transform as reproject

from forewarn import geo
from forewarn.simulate.scenario_parts import Building, GroundKeys, Hill

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
STEP_M = 10.0
"""Rays are looked at so often; what is thinner may be missed by as much as it rises within a step."""
MOST_CELLS = 25_000_000
FAR_M, CHART_M = 40_000.0, 500.0
RAYS = 4096  # at a time
NEAR_M = 0.5  # what stands on the ground is not hidden by the ground it stands on


class BadGround(ValueError):
    """A height model that cannot be used: says which and why."""


@dataclass(frozen=True, eq=False)
class Model:
    """Heights (rows, columns) of a raster above the ellipsoid. ``chart`` (3, k, k): column, row and height of the level plane above the
    ellipsoid at points ``CHART_M`` apart, ``far_m`` either way from the origin; between them all three run straight to a centimetre."""

    heights: Array
    chart: Array
    far_m: float

    def height(self, east: Array, north: Array) -> Array:
        """Heights (n,) above the level plane, between four cells by weight; beyond the edge that of the edge."""
        x, y = (east + self.far_m) / CHART_M, (north + self.far_m) / CHART_M
        column, row, plane = (between(grid, x, y) for grid in self.chart)
        return np.asarray(between(self.heights, column, row) - plane)


def between(grid: Array, column: Array, row: Array) -> Array:
    """Bilinear values (n,) of a grid at places between its cells; beyond the edge that of the edge."""
    rows, columns = grid.shape
    c, r = np.clip(column, 0, columns - 1), np.clip(row, 0, rows - 1)
    c0, r0 = np.minimum(c.astype(np.int64), max(columns - 2, 0)), np.minimum(r.astype(np.int64), max(rows - 2, 0))
    c1, r1 = np.minimum(c0 + 1, columns - 1), np.minimum(r0 + 1, rows - 1)
    u, v = c - c0, r - r0
    upper = grid[r0, c0] * (1 - u) + grid[r0, c1] * u
    lower = grid[r1, c0] * (1 - u) + grid[r1, c1] * u
    return np.asarray(upper * (1 - v) + lower * v)


@dataclass(frozen=True, eq=False)
class Ground:
    """Terrain and buildings. ``height`` and ``visible`` are all that flights and sensors ask of it."""

    hills: tuple[Hill, ...] = ()
    buildings: tuple[Building, ...] = ()
    model: Model | None = None
    _feet: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        at = np.array([b.at for b in self.buildings], dtype=float).reshape(-1, 2)
        object.__setattr__(self, "_feet", self.height(at[:, 0], at[:, 1]))

    @property
    def flat(self) -> bool:
        """Whether the terrain hides nothing."""
        return not self.hills and self.model is None

    def height(self, east: Array, north: Array) -> Array:
        """Height of the terrain (n,), without buildings, above the plane through the origin."""
        east, north = np.asarray(east, dtype=float), np.asarray(north, dtype=float)
        up = np.zeros(east.shape) if self.model is None else self.model.height(east, north)
        for hill in self.hills:
            up = up + _rise(hill, east, north)
        return up

    def visible(self, spot: Array, enu: Array) -> Bools:
        """Whether places (3, n) are in line of sight of a spot (3,): neither terrain nor a building between. A building does not hide what
        stands on its roof; a spot within one (a mast on a roof that is put too low) sees out."""
        spot, enu = np.asarray(spot, dtype=float), np.asarray(enu, dtype=float)
        clear = np.ones(enu.shape[1], dtype=bool)
        for building, foot in zip(self.buildings, self._feet, strict=True):
            clear &= ~_through(building, foot, spot, enu)
        if not self.flat:
            for first in range(0, enu.shape[1], RAYS):
                part = slice(first, first + RAYS)
                clear[part] &= self._over(spot, enu[:, part])
        return clear

    def _over(self, spot: Array, enu: Array) -> Bools:
        """Whether rays (3, n) pass above the terrain, looked at every ``STEP_M``."""
        way = enu - spot[:, None]
        longest = float(np.hypot(way[0], way[1]).max(initial=0.0))
        steps = int(min(max(math.ceil(longest / STEP_M), 1), 20_000))
        clear = np.ones(enu.shape[1], dtype=bool)
        for share in np.array_split(np.arange(1, steps) / steps, max(1, steps // 64)):  # 64 at a time, fewer once they are hidden
            left = np.flatnonzero(clear)
            if not len(left) or not len(share):
                continue
            at = spot[:, None, None] + way[:, left, None] * share
            ground = self.height(at[0].ravel(), at[1].ravel()).reshape(at[0].shape)
            clear[left] = (at[2] > ground - NEAR_M).all(axis=1)
        return clear


def lie(keys: GroundKeys, folder: Path, origin: geo.Origin) -> Ground:
    """The ground of a scenario. Raises ``BadGround``."""
    return Ground(keys.hills, keys.buildings, None if keys.model is None else _model(folder / keys.model, origin))


def _model(path: Path, origin: geo.Origin) -> Model:
    try:
        with rasterio.open(path) as raster:
            if raster.crs is None or raster.width * raster.height > MOST_CELLS:
                raise BadGround(f"ground.model: {path.name}: a height model names its coordinates and has at most {MOST_CELLS} cells")
            heights = np.asarray(raster.read(1, masked=True).filled(np.nan), dtype=float)
            to_cell, crs = ~raster.transform, raster.crs
    except rasterio.RasterioIOError as error:
        raise BadGround(f"ground.model: {path.name}: no height model: {error}") from None
    if not np.isfinite(heights).any():
        raise BadGround(f"ground.model: {path.name}: not one height in it")
    steps = np.arange(-FAR_M, FAR_M + 1.0, CHART_M)
    east, north = (grid.ravel() for grid in np.meshgrid(steps, steps))
    lat, lon, alt = geo.to_place(np.stack([east, north, np.zeros_like(east)]), origin)
    x, y = (np.asarray(v, dtype=float) for v in reproject("EPSG:4326", crs, lon.tolist(), lat.tolist()))
    column, row = to_cell.a * x + to_cell.b * y + to_cell.c - 0.5, to_cell.d * x + to_cell.e * y + to_cell.f - 0.5
    heights = np.where(np.isfinite(heights), heights, np.nanmin(heights))  # holes are low: they hide nothing
    return Model(heights, np.stack([column, row, alt]).reshape(3, len(steps), len(steps)), FAR_M)


def _turned(azimuth_deg: float, east: Array, north: Array) -> tuple[Array, Array]:
    """Along and across an axis that points so."""
    sin, cos = math.sin(math.radians(azimuth_deg)), math.cos(math.radians(azimuth_deg))
    return east * sin + north * cos, east * cos - north * sin


def _rise(hill: Hill, east: Array, north: Array) -> Array:
    along, across = _turned(hill.azimuth_deg, east - hill.at[0], north - hill.at[1])
    r2 = (along / (hill.radius_m * hill.stretch)) ** 2 + (across / hill.radius_m) ** 2
    return hill.height_m * np.exp(-r2 / 2.0)


def _through(building: Building, foot: float, spot: Array, enu: Array) -> Bools:
    """Whether rays from a spot (3,) to places (3, n) pass through a box: the slab method (Kay and Kajiya 1986), exact."""
    half = np.array([building.size_m[0] / 2, building.size_m[1] / 2, building.height_m / 2])
    middle = np.array([*building.at, foot + building.height_m / 2])
    here = _into(building, spot - middle)
    way = _into(building, enu - middle[:, None]) - here[:, None]
    if (np.abs(here) < half).all():
        return np.zeros(enu.shape[1], dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        one, two = (-half - here)[:, None] / way, (half - here)[:, None] / way
    beside = (way == 0) & (np.abs(here) >= half)[:, None]
    enter = np.where(way == 0, -np.inf, np.minimum(one, two)).max(axis=0)
    leave = np.where(way == 0, np.inf, np.maximum(one, two)).min(axis=0)
    return np.asarray(~beside.any(axis=0) & (enter < leave) & (enter < 1.0 - 1e-9) & (leave > 1e-9))


def _into(building: Building, offset: Array) -> Array:
    along, across = _turned(building.azimuth_deg, offset[0], offset[1])
    return np.stack([along, across, offset[2]])
