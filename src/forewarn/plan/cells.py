"""From approaches to a map: warning times by direction and time to the entry, laid on a grid of cells."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.plan import approach, numbers
from forewarn.plan.approach import Chosen, Ground, Table
from forewarn.plan.sites import BadPlan
from forewarn.site import Site

Array = NDArray[np.float64]
MOST_CELLS = 4_000_000


class Grid(NamedTuple):
    """Square cells: ``east`` (columns,) and ``north`` (rows,), metres of their centres about the site's origin, north first."""

    east: Array
    north: Array
    cell_m: float


class Map(NamedTuple):
    """``seconds`` (zones, rows, columns): mean warning time for an object that appears there; NaN inside a zone, and all over for a
    zone that is not entered at this height. ``tables``: what it was laid out from."""

    grid: Grid
    seconds: Array
    tables: tuple[Table, ...]


def grid(site: Site, chosen: Chosen, cell_m: float, across_m: float | None) -> Grid:
    """Cells about the middle of the zones; ``across_m`` None: as far as any zone's horizon and the time to settle reach."""
    if not site.zones:
        raise BadPlan("the site file has no zones: there is nobody to warn")
    places = [numbers.place(site, zone) for zone in site.zones]
    centre = np.mean([place.centre for place in places], axis=0)
    need = max(float(np.hypot(*(p.centre - centre))) + p.radius_m + chosen.speed_mps * (p.horizon_s + 15.0) for p in places)
    half = (across_m / 2) if across_m else need
    count = max(int(np.ceil(2 * half / cell_m)), 1)
    if count * count > MOST_CELLS:
        raise BadPlan(f"{count} x {count} cells: at most {MOST_CELLS:,} in all; choose a larger cell or a smaller map")
    side = (np.arange(count) - (count - 1) / 2) * cell_m
    return Grid(centre[0] + side, centre[1] + side[::-1], cell_m)


def tables(
    site: Site, chosen: Chosen, ground: Ground | None, directions: int, runs: int, workers: int, tick: Callable[[], None] = lambda: None
) -> tuple[Table, ...]:
    """The tables of all zones, their directions shared out over ``workers`` threads; the same whatever their number."""
    with ThreadPoolExecutor(workers) as pool:
        found = []
        for zone in site.zones:
            found.append(approach.table(site, zone, chosen, ground, directions, runs, pool.map))
            tick()
    return tuple(found)


def lay(site: Site, chosen: Chosen, cells: Grid, found: tuple[Table, ...]) -> Map:
    """Tables laid on a grid: between directions and times in proportion."""
    east, north = np.meshgrid(cells.east, cells.north)
    seconds = np.stack([_laid(site, chosen, east, north, number, table) for number, table in enumerate(found)])
    return Map(cells, seconds, found)


def _laid(site: Site, chosen: Chosen, east: Array, north: Array, number: int, table: Table) -> Array:
    place = numbers.place(site, site.zones[number])
    x, y = east - place.centre[0], north - place.centre[1]
    turn = np.degrees(np.arctan2(x, y)) % 360.0 / 360.0 * len(table.azimuth_deg)
    low = np.floor(turn).astype(np.int64) % len(table.azimuth_deg)
    high, share = (low + 1) % len(table.azimuth_deg), turn - np.floor(turn)
    edge = table.edge_m[low] * (1.0 - share) + table.edge_m[high] * share
    ahead = (np.hypot(x, y) - edge) / chosen.speed_mps
    column = np.clip(np.searchsorted(table.ahead_s, ahead, side="right") - 1, 0, len(table.ahead_s) - 2)
    first, last = table.ahead_s[column], table.ahead_s[column + 1]
    along = np.clip((ahead - first) / (last - first), 0.0, 1.0)
    mean = table.mean_s
    at = [(1.0 - along) * mean[row, column] + along * mean[row, column + 1] for row in (low, high)]
    return np.where((ahead <= 0.0) | (not table.enters), np.nan, at[0] * (1.0 - share) + at[1] * share)
