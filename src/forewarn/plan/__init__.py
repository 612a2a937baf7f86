"""The warning-time map: how many seconds of warning each zone would get, from wherever a chosen object appears, with the sensors as placed.

``warned_s`` in ``fly.py`` flies one approach through the watch's own rule; ``approach.py`` all of them; ``cells.py`` lays them on a map;
``tables.py``, ``raster.py`` and ``picture.py`` write it. ``heights.py`` reads a height model and works out what the ground hides. What it
leaves out stands in ``docs/plan.md``. The map shows where the watch is blind: it is for operators only.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyarrow.csv as csv
import pyarrow.parquet as parquet

from forewarn.messages import Kind
from forewarn.plan import cells, heights, picture, raster, tables
from forewarn.plan.approach import Chosen, Ground
from forewarn.plan.cells import Map
from forewarn.plan.sites import BadPlan, placed, with_one_more
from forewarn.site import Site, parse

__all__ = ["BadPlan", "Chosen", "Map", "Options", "Plan", "main", "make"]

USUAL: dict[Kind, tuple[float, float, float]] = {
    # speed m/s, height m, cross-section m^2
    "drone": (20.0, 60.0, 0.01), "aircraft": (60.0, 300.0, 5.0), "bird": (12.0, 50.0, 0.005), "boat": (5.0, 0.0, 10.0),
    "vehicle": (15.0, 0.0, 10.0), "rocket": (200.0, 500.0, 0.1), "other": (20.0, 60.0, 0.01),
}  # fmt: skip
"""What is taken of a kind if nothing is said: a small drone at the limits of its class, and round numbers for the others."""


@dataclass(frozen=True)
class Options:
    """What to plan for. None: ``USUAL`` of the kind; ``across_m`` None: as far as matters; ``skylines``: a file to write them to;
    ``directions`` and ``runs`` None: 36 and 24 over flat ground, 72 and 12 where the ground hides; ``workers`` 0: one a core."""

    kind: Kind = "drone"
    speed_mps: float | None = None
    height_m: float | None = None
    size_m2: float | None = None
    cell_m: float = 50.0
    across_m: float | None = None
    height_model: Path | None = None
    skylines: Path | None = None
    add: str | None = None
    out: Path = Path()
    directions: int | None = None
    runs: int | None = None
    workers: int = 0


class Plan(NamedTuple):
    """A made plan: the ``site`` as planned for, the map; with one more sensor, ``more`` is its site and ``then`` its map."""

    site: Site
    chosen: Chosen
    found: Map
    notes: tuple[str, ...]
    more: Site | None = None
    then: Map | None = None


def make(site: Site, options: Options) -> Plan:
    """Work out the map, and the one with one more sensor. ``BadPlan`` if that cannot be done."""
    chosen = _chosen(options)
    site, lost = placed(site)
    ground = heights.Heights(options.height_model, site) if options.height_model else None
    more = with_one_more(site, options.add)[0] if options.add else None
    if ground is not None:
        site = heights.with_skylines(site, heights.skylines(site, ground))
        more = heights.with_skylines(more, heights.skylines(more, ground)) if more else None
    cover = cells.grid(site, chosen, options.cell_m, options.across_m)
    found = _map(site, chosen, cover, ground, options)
    then = _map(more, chosen, cover, ground, options) if more else None
    return Plan(site, chosen, found, _notes(site, chosen, found, options, lost), more, then)


def main(site_path: Path, options: Options, say: Callable[[str], None]) -> None:
    """``forewarn plan``: the map's picture, GeoTIFF and tables into ``options.out``, and the table in words. ``BadPlan``, ``BadSite``."""
    site = parse(site_path.read_text(encoding="utf-8"))
    options.out.mkdir(parents=True, exist_ok=True)
    if options.skylines:
        _write_skylines(site, options, say)
    plan = make(site, options)
    found = tables.rows(plan.site, plan.chosen, plan.found.tables)
    picture.warning_time(options.out / "warning-time.png", plan.site, plan.chosen, plan.found, plan.notes)
    raster.write(options.out / "warning-time.tif", plan.site, plan.found.grid, plan.found.seconds, "seconds of warning")
    csv.write_csv(tables.arrow(found), options.out / "warning-time.csv")
    parquet.write_table(tables.arrow(found), options.out / "warning-time.parquet")
    for line in (raster.WARNING.capitalize() + ".", *plan.notes, "", *tables.text(found)):
        say(line)
    if plan.more is not None and plan.then is not None:
        after = tables.rows(plan.more, plan.chosen, plan.then.tables)
        more, name = plan.then.seconds - plan.found.seconds, plan.more.sensors[-1].id
        picture.gain(options.out / "gain.png", plan.more, plan.chosen, plan.then, plan.found.seconds, name, plan.notes)
        raster.write(options.out / "gain.tif", plan.more, plan.then.grid, more, f"seconds of warning that {name} adds")
        for line in ("", f"With {name} added:", *tables.gain(found, after)):
            say(line)


def _chosen(options: Options) -> Chosen:
    usual = USUAL[options.kind]
    given = (options.speed_mps, options.height_m, options.size_m2)
    speed, height, size = (float(u if g is None else g) for g, u in zip(given, usual, strict=True))
    said: tuple[tuple[str, float], ...] = (("speed", speed), ("size", size), ("cell", options.cell_m))
    for name, value in said:
        if not 0 < value < 1e6:
            raise BadPlan(f"--{name} {value:g}: must be above 0")
    return Chosen(options.kind, speed, height, size)


def _map(site: Site, chosen: Chosen, cover: cells.Grid, ground: Ground | None, options: Options) -> Map:
    workers = options.workers or len(os.sched_getaffinity(0))
    directions, runs = _effort(site, options)
    return cells.lay(site, chosen, cover, cells.tables(site, chosen, ground, directions, runs, workers))


def _effort(site: Site, options: Options) -> tuple[int, int]:
    """Directions, and approaches for each direction and start."""
    flat = not any(sensor.coverage.skyline for sensor in site.sensors)
    return options.directions or (36 if flat else 72), options.runs or (24 if flat else 12)


def _notes(site: Site, chosen: Chosen, found: Map, options: Options, lost: tuple[str, ...]) -> tuple[str, ...]:
    """What a reader has to know."""
    hidden = any(sensor.coverage.skyline for sensor in site.sensors)
    model = options.height_model.name if options.height_model else "the site file's skylines" if hidden else ""
    notes = [f"Ground: {model}." if model else "Ground: flat; no height model was given, so nothing hides an object."]
    if lost:
        notes.append(f"Taken to stand at the centre of the first zone, since nobody placed them: {', '.join(lost)}.")
    out = [table.zone for table in found.tables if not table.enters]
    if out:
        notes.append(f"Not entered at {chosen.height_m:g} m, so left out: {', '.join(out)}.")
    error = max((float(table.error_s.mean()) for table in found.tables), default=0.0)
    notes.append(f"Mean of {_effort(site, options)[1]} approaches for each direction and start; standard error {error:.1f} s.")
    return tuple(notes)


def _write_skylines(site: Site, options: Options, say: Callable[[str], None]) -> None:
    if options.skylines is None or options.height_model is None:
        raise BadPlan("--skylines: give --ground too, the GeoTIFF to work them out from")
    found = heights.skylines(site, heights.Heights(options.height_model, site))
    options.skylines.write_text(heights.toml(found, options.height_model.name), encoding="utf-8")
    say(f"Skylines of {len(found)} sensors written to {options.skylines}.")
