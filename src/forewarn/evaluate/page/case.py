"""The charts of one run: what came when, and where it was."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes

from forewarn.evaluate.page.svg import FAINT, INK, MISSED, ORACLE, UNSEEN, WATCH, ZONE, canvas, style, svg
from forewarn.evaluate.suite.result import Outline, Run, WarningRow

MOST_NAMED = 12
WIDE = 1.45  # the map is so much wider than high
FAR = 3.0  # it reaches so many times as far as the farthest zone, or as the objects do


def timeline(run: Run) -> Markup:
    """Zone by zone: warnings of the watch and of the oracle as bars, entries as marks; below, the sensors' faults."""
    zones = [zone.id for zone in run.scene.zones] or sorted({e.zone for e in run.entries} | {w.zone for w in run.warnings})
    zones = [zone for zone in zones if zone in {*(e.zone for e in run.entries), *(w.zone for w in run.warnings)}] or zones[:1]
    sensors = sorted({fault.sensor for fault in run.faults})
    name = f"timeline {run.scenario} {run.seed}"
    with style(name):
        figure, axes = canvas(9, 1.3 + 0.55 * len(zones) + 0.35 * len(sensors))
        for row, zone in enumerate(zones):
            _bars(axes, row, [w for w in run.warnings if w.zone == zone], run.event_s)
            for entry in (e for e in run.entries if e.zone == zone):
                axes.plot(entry.t_s, row, "v" if entry.outcome == "warned" else "X", color=INK, ms=8, zorder=5)
        for row, sensor in enumerate(sensors, len(zones)):
            for fault in (f for f in run.faults if f.sensor == sensor):
                axes.barh(
                    row,
                    min(fault.to_s, run.event_s) - fault.from_s,
                    left=fault.from_s,
                    height=0.3,
                    color=UNSEEN,
                    hatch="..",
                    edgecolor=INK,
                    lw=0.4,
                )
                axes.annotate(fault.what.replace("_", " "), (fault.from_s, row), xytext=(3, 6), textcoords="offset points", fontsize=8)
                if fault.told_s is not None:
                    axes.plot(fault.told_s, row, "|", color=INK, ms=12, mew=2)
        axes.set_yticks(range(len(zones) + len(sensors)), [*zones, *sensors])
        axes.set(xlim=(0, max(run.event_s, 1.0)), ylim=(len(zones) + len(sensors) - 0.4, -0.6), xlabel="seconds from the start")
        axes.grid(axis="x")
        return svg(figure, f"Timeline of {run.scenario}, seed {run.seed}: entries, warnings and faults of sensors")


def _bars(axes: Axes, row: int, warnings: Sequence[WarningRow], until: float) -> None:
    """The watch's warnings above the line, the oracle's below it; those that were for nothing are hatched."""
    for w in warnings:
        needless = w.verdict in ("nothing", "no entry")
        width = (until if w.cleared_s is None else w.cleared_s) - w.raised_s
        where, colour = (row - 0.16, WATCH) if w.observer == "watch" else (row + 0.16, ORACLE)
        axes.barh(where, max(width, 0.5), left=w.raised_s, height=0.26, color=colour, hatch="xx" if needless else "", edgecolor=INK, lw=0.6)


def plan(run: Run) -> Markup:
    """Zones, sensors, where objects really were, and the watch's tracks."""
    name = f"map {run.scenario} {run.seed}"
    with style(name):
        figure, axes = canvas(9, 6)
        _frame(axes, run)
        _zones(axes, run.scene.zones)
        for sensor in run.scene.sensors:
            axes.plot(sensor.east_m, sensor.north_m, "^", color=FAINT, ms=6, mec=INK, mew=0.5)
        for k, line in enumerate(run.scene.objects):
            axes.plot(line.east_m, line.north_m, color=INK, lw=1, ls="--", zorder=3)
            if line.t_s and k < MOST_NAMED:
                axes.annotate(
                    f"{line.id} ({line.kind})", (line.east_m[0], line.north_m[0]), xytext=(4, 4), textcoords="offset points", fontsize=8
                )
        for line in run.scene.tracks:
            colour = WATCH if line.kind else MISSED
            axes.plot(line.east_m, line.north_m, color=colour, lw=2, alpha=0.75, zorder=4, marker="." if len(line.t_s) == 1 else None)
        for label, marks in LEGEND:
            axes.plot([], [], label=label, **marks)  # type: ignore[arg-type]
        figure.legend(loc="outside upper left", ncols=5)
        return svg(figure, f"Map of {run.scenario}, seed {run.seed}: zones, sensors, objects and tracks")


LEGEND: tuple[tuple[str, dict[str, object]], ...] = (
    ("really", {"color": INK, "lw": 1, "ls": "--"}),
    ("track of an object", {"color": WATCH, "lw": 2}),
    ("track of nothing", {"color": MISSED, "lw": 2}),
    ("zone", {"color": ZONE, "lw": 5, "alpha": 0.5}),
    ("sensor", {"color": FAINT, "ls": "none", "marker": "^", "mec": INK}),
)


def _zones(axes: Axes, zones: Sequence[Outline]) -> None:
    """Outlines, and their names at the side of the map from north to south, where names cannot lie upon each other."""
    free = 1.0
    south, north = axes.get_ylim()
    for zone in sorted((z for z in zones if z.east_m), key=lambda z: -z.north_m[int(np.argmax(z.east_m))]):
        axes.fill(zone.east_m, zone.north_m, color=ZONE, alpha=0.25, lw=0)
        axes.plot((*zone.east_m, zone.east_m[0]), (*zone.north_m, zone.north_m[0]), color=ZONE, lw=1)
        corner = int(np.argmax(zone.east_m))
        free = min(free - 0.06, (zone.north_m[corner] - south) / (north - south))
        axes.annotate(
            zone.id, (zone.east_m[corner], zone.north_m[corner]), xytext=(1.02, free), textcoords="axes fraction",
            va="center", fontsize=9, arrowprops={"arrowstyle": "-", "color": ZONE, "lw": 0.8}, annotation_clip=False,
        )  # fmt: skip


def _frame(axes: Axes, run: Run) -> None:
    """The part of the map that matters: the zones, and paths as far as they are not very far from them."""
    zones = [np.array((z.east_m, z.north_m), dtype=float) for z in run.scene.zones]
    paths = [np.array((p.east_m, p.north_m), dtype=float) for p in run.scene.objects if p.t_s]
    reach = FAR * max([float(np.abs(z).max()) for z in zones if z.size] or [500.0])
    near = np.concatenate([*zones, *(p[:, np.abs(p).max(axis=0) <= max(reach, 2500.0)] for p in paths), np.zeros((2, 1))], axis=1)
    middle, size = (near.max(axis=1) + near.min(axis=1)) / 2, np.ptp(near, axis=1) * 1.12 + 50.0
    half = max(size[1], size[0] / WIDE) / 2 * np.array((WIDE, 1.0))
    (west, south), (east, north) = middle - half, middle + half
    axes.set(xlim=(west, east), ylim=(south, north), xlabel="east, m", ylabel="north, m", aspect="equal")
    axes.grid()
