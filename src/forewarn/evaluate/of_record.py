"""A record against the truth: replay it, gather what ``evaluate`` asks for, and let it judge."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from forewarn import watch
from forewarn.edge import replaying, trackfile
from forewarn.edge.problem import Problem
from forewarn.evaluate import Episode, Evaluation, Reports, Yardstick, Zone, evaluate, read_truth, tracks_from
from forewarn.geo import to_place
from forewarn.messages import Message, Observation, Offset, Place, Plot, Polar, Position, SiteChanged, Warning
from forewarn.site import Site
from forewarn.site import Zone as SiteZone


def evaluate_record(record: Path, truth: Path, c_m: float) -> Evaluation:
    """All figures of a record, at the existence from which its site counts a track as confirmed."""
    toml, steps = "", []
    for step in replaying.steps(record):
        if isinstance(step.event, SiteChanged):
            toml = step.event.toml if step.event.part == 0 else toml + step.event.toml
        steps.append(step.messages)
    if not toml:
        raise Problem(f"{record}: no site file on this record")
    return judge(watch.site_of(toml), steps, truth, c_m)


def judge(site: Site, steps: Iterable[tuple[Message, ...]], truth: Path, c_m: float) -> Evaluation:
    """The figures of a site's run from its messages, one tuple a step."""
    rows: list[trackfile.Row] = []
    warnings: list[Warning] = []
    reports: list[tuple[float, float, float]] = []
    for messages in steps:
        rows += trackfile.rows(messages)
        warnings += (m for m in messages if isinstance(m, Warning))
        reports += (place for m in messages if isinstance(m, Observation) for place in places(site, m))
    columns = {name: [row[name] for row in rows] for name in trackfile.COLUMNS}
    real = read_truth(truth)
    above_m = site.origin.alt_m if any(np.isfinite(obj.alt_m).any() for obj in real) else 0.0
    return evaluate(
        tracks_from(columns),
        real,
        zones=[judged_zone(zone, above_m) for zone in site.zones],
        episodes=episodes(warnings),
        reports=Reports(*np.array(reports, dtype=float).reshape(-1, 3).T),
        yardstick=Yardstick(confirmed=site.tracking.confirmed, c_m=c_m),
    )


def episodes(warnings: Iterable[Warning]) -> list[Episode]:
    """Each raise with what ended it and every track that it was about."""
    found: dict[tuple[str, int], Episode] = {}
    for w in warnings:
        key, t = (w.zone, w.episode), w.t_ns / 1e9
        before = found.get(key)
        tracks = tuple(dict.fromkeys((*(before.tracks if before else ()), *map(str, w.tracks))))
        over = w.action in ("all_clear", "withdraw")
        found[key] = Episode(
            zone=w.zone,
            t_raise_s=before.t_raise_s if before else t,
            t_clear_s=t if over else None,
            withdrawn=w.action == "withdraw",
            tracks=tracks,
        )
    return list(found.values())


def judged_zone(zone: SiteZone, above_m: float) -> Zone:
    """A zone of the site, as it is judged; ``above_m`` brings its heights, above the origin, to the truth's reference."""
    circle = (zone.circle.lat_deg, zone.circle.lon_deg, zone.circle.radius_m) if zone.circle else None
    floor, ceiling = zone.floor_m + above_m, zone.ceiling_m + above_m
    return Zone(name=zone.id, circle=circle, polygon=zone.polygon, floor_m=floor, ceiling_m=ceiling, need_s=zone.need_s)


def places(site: Site, look: Observation) -> Iterator[tuple[float, float, float]]:
    """Plot time and place of each plot that has a range."""
    for plot in look.plots:
        place = _place(site, look, plot)
        if place is not None:
            yield plot.t_ns / 1e9, *place


def _place(site: Site, look: Observation, plot: Plot) -> tuple[float, float] | None:
    measured = plot.measured
    if isinstance(measured, Position):
        return measured.lat_deg, measured.lon_deg
    stated = site.sensor(look.sensor).position
    at = look.pose or (Place(lat_deg=stated.lat_deg, lon_deg=stated.lon_deg, alt_m=stated.alt_m) if stated else None)
    if at is None or (isinstance(measured, Polar) and measured.range_m is None):
        return None
    lat, lon, _ = to_place(offset(measured), (at.lat_deg, at.lon_deg, at.alt_m or 0.0))
    return float(lat), float(lon)


def offset(measured: Offset | Polar) -> tuple[float, float, float]:
    """East, north and up of the sensor, metres; what it does not say is 0."""
    if isinstance(measured, Offset):
        return measured.east_m, measured.north_m, measured.up_m or 0.0
    azimuth, elevation = math.radians(measured.azimuth_deg), math.radians(measured.elevation_deg or 0.0)
    level, up = (measured.range_m or 0.0) * math.cos(elevation), (measured.range_m or 0.0) * math.sin(elevation)
    return level * math.sin(azimuth), level * math.cos(azimuth), up
