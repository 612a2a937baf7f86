"""A picture of what happens in a world: plan and heights. It shows the truth, so it is for those who judge, not for the watch."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Polygon
from numpy.typing import NDArray

from forewarn import geo
from forewarn.simulate.flights import Flight
from forewarn.simulate.world import World
from forewarn.site import Sensor, Zone

Array = NDArray[np.float64]
COLOURS = {
    "multirotor": "#c0392b", "fixed_wing": "#d35400", "bird": "#7f8c8d", "flock": "#7f8c8d", "crewed": "#2471a3", "boat": "#148f77",
    "vehicle": "#6e5c43", "rocket": "#8e44ad", "debris": "#000000", "ghost": "#f39c12",
}  # fmt: skip
FAR_M = 6000.0  # paths are shown so far from the origin
TIMES_S = (5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 3600.0, 21600.0, 86400.0)
MOST_NAMED = 12


def draw(world: World) -> Figure:
    """Plan with zones, sensors and paths by kind, times on the paths; below, heights above the ground over time."""
    figure = Figure(figsize=(8.0, 9.6), dpi=100, layout="constrained")
    plan, heights = figure.subplots(2, 1, height_ratios=[3.4, 1.0])
    flights = [flight for flight in world.flights if flight.alive.any()]
    _frame(plan, world, flights)
    _terrain(plan, world)
    _places(plan, world)
    for flight in flights:
        _path(plan, flight, _every(flights), named=len(flights) <= MOST_NAMED)
        _profile(heights, flight, world)
    _legend(plan, heights, flights)
    _words(figure, plan, heights, world)
    return figure


def _origin(world: World) -> geo.Origin:
    origin = world.scenario.watched.origin
    return origin.lat_deg, origin.lon_deg, origin.alt_m


def _frame(plan: Axes, world: World, flights: Iterable[Flight]) -> None:
    """A square about everything that matters."""
    zones = [_outline(zone, _origin(world)) for zone in world.scenario.watched.zones]
    points = np.concatenate([np.zeros((2, 1)), *zones, *(flight.enu[:2] for flight in flights)], axis=1)
    points = points[:, np.hypot(*points) <= FAR_M]
    low, high = points.min(axis=1), points.max(axis=1)
    middle, half = (low + high) / 2, max(float((high - low).max()) * 0.56, 300.0)
    plan.set_xlim(middle[0] - half, middle[0] + half)
    plan.set_ylim(middle[1] - half, middle[1] + half)
    plan.set_aspect("equal")


def _terrain(plan: Axes, world: World) -> None:
    if not world.ground.flat:
        east, north = np.meshgrid(np.linspace(*plan.get_xlim(), 120), np.linspace(*plan.get_ylim(), 120))
        up = world.ground.height(east.ravel(), north.ravel()).reshape(east.shape)
        lines = plan.contour(east, north, up, levels=8, colors="#b9a98f", linewidths=0.7)
        plan.clabel(lines, fmt="%.0f m", fontsize=6)
    for building in world.ground.buildings:
        angle = math.radians(building.azimuth_deg)
        along, across = np.array([math.sin(angle), math.cos(angle)]), np.array([math.cos(angle), -math.sin(angle)])
        a, b = along * building.size_m[0] / 2, across * building.size_m[1] / 2
        corners = np.array(building.at) + np.array([a + b, a - b, -a - b, b - a])
        plan.add_patch(Polygon(corners, facecolor="#d5d0c8", edgecolor="#9b948a", linewidth=0.6))


def _outline(zone: Zone, origin: geo.Origin) -> Array:
    """Corners (2, n) of a zone."""
    if zone.circle is not None:
        middle = geo.to_enu(zone.circle.lat_deg, zone.circle.lon_deg, origin[2], origin)
        angles = np.linspace(0.0, 2 * math.pi, 73)
        return np.asarray(middle[:2, None] + zone.circle.radius_m * np.stack([np.sin(angles), np.cos(angles)]))
    lat, lon = np.array(zone.polygon or (), dtype=float).reshape(-1, 2).T
    return np.asarray(geo.to_enu(lat, lon, np.full(len(lat), origin[2]), origin)[:2])


def _places(plan: Axes, world: World) -> None:
    """Zones, those that must be warned filled; sensors with their reach, faint."""
    site, origin = world.scenario.watched, _origin(world)
    outlines = [(zone, _outline(zone, origin)) for zone in site.zones]
    for zone, corners in sorted(outlines, key=lambda pair: -float(np.ptp(pair[1], axis=1).max())):  # the large ones below
        must = zone.id in world.scenario.expect.warned
        plan.add_patch(
            Polygon(corners.T, facecolor="#f5b7b1" if must else "none", alpha=0.8 if must else 1.0, edgecolor="#922b21", linewidth=1.1)
        )
        plan.text(float(corners[0].mean()), float(corners[1].min()), zone.id, color="#922b21", fontsize=8, ha="center", va="top")
    for sensor in site.sensors:
        _sensor(plan, sensor, origin)


def _sensor(plan: Axes, sensor: Sensor, origin: geo.Origin) -> None:
    if sensor.position is None:
        return
    at = geo.to_enu(sensor.position.lat_deg, sensor.position.lon_deg, sensor.position.alt_m, origin)
    plan.plot(at[0], at[1], marker="^", markersize=4.5, color="#1b4f72", linestyle="none")
    if sensor.reports != "claims":
        reach = Circle((float(at[0]), float(at[1])), sensor.coverage.max_range_m, fill=False, edgecolor="#aed6f1", linewidth=0.8)
        plan.add_patch(reach)


def _every(flights: Iterable[Flight]) -> float:
    """How far apart in time the marks on paths are: six or so on the longest."""
    longest = max((float(flight.t_s[-1] - flight.t_s[0]) for flight in flights), default=60.0)
    return min(TIMES_S, key=lambda step: abs(longest / 6.0 - step))


def _path(plan: Axes, flight: Flight, every_s: float, *, named: bool) -> None:
    colour, parts = COLOURS[flight.kind], _parts(flight)
    for which, one in parts:
        plan.plot(*flight.enu[:2, which], color=one, linewidth=1.1, linestyle=":" if flight.kind == "ghost" else "-", zorder=3)
    plan.plot(*flight.enu[:2, 0], marker="o", markersize=3.5, color=colour, zorder=4)
    if not named:
        return
    first = float(flight.enu[0, 0]), float(flight.enu[1, 0])
    plan.annotate(flight.id, first, textcoords="offset points", xytext=(4, 4), fontsize=7, color=colour, annotation_clip=True)
    times = np.arange(math.ceil(flight.t_s[0] / every_s) * every_s, flight.t_s[-1], every_s)
    places = flight.at(times)[0]
    before = np.full(2, np.inf)
    span = plan.get_xlim()[1] - plan.get_xlim()[0]
    for t_s, place in zip(times, places[:2].T, strict=True):
        if np.hypot(*(place - before)) > span / 25.0:  # not on top of each other where it stays
            plan.plot(*place, marker=".", markersize=4, color=colour, zorder=4)
            plan.annotate(f"{t_s:g} s", place, textcoords="offset points", xytext=(4, -7), fontsize=6, color=colour, annotation_clip=True)
            before = place


def _parts(flight: Flight) -> list[tuple[slice, str]]:
    """A path before and after it falls, each with its colour."""
    colour = COLOURS[flight.kind]
    if flight.falls_s is None:
        return [(slice(None), colour)]
    step = int(np.searchsorted(flight.t_s, flight.falls_s))
    return [(slice(0, step + 1), colour), (slice(step, None), COLOURS["debris"])]


def _profile(heights: Axes, flight: Flight, world: World) -> None:
    above = flight.enu[2] - world.ground.height(flight.enu[0], flight.enu[1])
    for which, colour in _parts(flight):
        heights.plot(flight.t_s[which], above[which], color=colour, linewidth=1.0)


def _legend(plan: Axes, heights: Axes, flights: Iterable[Flight]) -> None:
    kinds = list(dict.fromkeys(flight.kind for flight in flights))
    kinds += ["debris"] if any(flight.falls_s is not None for flight in flights) else []
    for kind in dict.fromkeys(kinds):
        plan.plot([], [], color=COLOURS[kind], label=kind.replace("_", " "), linestyle=":" if kind == "ghost" else "-")
    plan.plot([], [], marker="^", color="#1b4f72", linestyle="none", label="sensor and its reach")
    plan.add_patch(Polygon([[0, 0]], facecolor="#f5b7b1", edgecolor="#922b21", label="zone to be warned"))
    plan.add_patch(Polygon([[0, 0]], facecolor="none", edgecolor="#922b21", label="zone to be left in peace"))
    plan.legend(loc="upper left", fontsize=7, framealpha=0.85)
    heights.set_xlim(left=0.0)


def _words(figure: Figure, plan: Axes, heights: Axes, world: World) -> None:
    scenario = world.scenario
    figure.suptitle(scenario.title or scenario.name, fontsize=12)
    plan.set_title(f"seed {world.seed}, {scenario.lasts_s:g} s, {scenario.light}", fontsize=8)
    plan.set_xlabel("metres east", fontsize=8)
    plan.set_ylabel("metres north", fontsize=8)
    heights.set_xlabel("seconds from the start", fontsize=8)
    heights.set_ylabel("metres above\nthe ground", fontsize=8)
    heights.set_xlim(0.0, scenario.lasts_s)
    heights.set_ylim(bottom=0.0)
    for axes in (plan, heights):
        axes.tick_params(labelsize=7)
        axes.grid(visible=True, color="#eeeeee", linewidth=0.6)
        axes.set_axisbelow(True)
