"""The map as a picture that a stranger can read: a panel for each zone, colour for seconds of warning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon
from numpy.typing import NDArray

from forewarn.plan import numbers
from forewarn.plan.approach import Chosen
from forewarn.plan.cells import Map
from forewarn.site import Site, Zone

Array = NDArray[np.float64]
PANELS = 6  # zones in one picture; more are in the GeoTIFF and the table
RED = "#a50026"
ENOUGH = (
    "Red and orange: less than the zone's people need; green and blue: enough. White with a thick line: the panel's zone; thin: others."
)
BANNER = "FOR OPERATORS ONLY: this map shows where the watch is blind"
STYLE: Any = {"font.size": 9, "axes.titlesize": 11, "svg.hashsalt": "forewarn"}


def warning_time(path: Path, site: Site, chosen: Chosen, found: Map, notes: tuple[str, ...]) -> None:
    """Seconds of warning for each zone: reds where it is less than the zone's people need, greens and blues where it is enough."""
    said = f"{site.name}: seconds of warning if {_object(chosen)}\nappears there and flies straight in"
    with mpl.rc_context(STYLE):
        figure, panels = _sheet(site, found, said, (ENOUGH, *notes))
        for axes, (zone, seconds) in zip(panels, _entered(site, found, found.seconds), strict=False):
            edges, colours, names = _need(zone)
            image = axes.imshow(seconds, cmap=ListedColormap(colours), norm=BoundaryNorm(edges, len(colours)), extent=_extent(found))
            _legend(figure, axes, image, edges, names)
            _scene(axes, site, zone, found)
            axes.set_title(f"{zone.name.get('en', zone.id)}: people need {zone.need_s:g} s", loc="left")
        _save(figure, path)


def gain(path: Path, site: Site, chosen: Chosen, found: Map, before: Array, added: str, notes: tuple[str, ...]) -> None:
    """How many seconds one more sensor adds."""
    said = f"{site.name}: seconds that one more sensor, {added}, adds if {_object(chosen)}\nappears there and flies straight in"
    edges = [-30.0, -2.0, 2.0, 5.0, 10.0, 20.0, 60.0]
    colours = ["#d8b365", "#f2f2f2", "#d9f0d3", "#a6dba0", "#5aae61", "#1b7837"]
    names = ["", "-2", "2", "5", "10", "20", ""]
    with mpl.rc_context(STYLE):
        figure, panels = _sheet(site, found, said, notes)
        for axes, (zone, more) in zip(panels, _entered(site, found, found.seconds - before), strict=False):
            image = axes.imshow(more, cmap=ListedColormap(colours), norm=BoundaryNorm(edges, len(colours)), extent=_extent(found))
            _legend(figure, axes, image, edges, names)
            _scene(axes, site, zone, found)
            axes.set_title(zone.name.get("en", zone.id), loc="left")
        _save(figure, path)


def _entered(site: Site, found: Map, seconds: Array) -> list[tuple[Zone, Array]]:
    """The zones that the object enters at its height, each with its seconds."""
    return [(zone, mine) for zone, table, mine in zip(site.zones, found.tables, seconds, strict=True) if table.enters]


def _object(chosen: Chosen) -> str:
    article = "an" if chosen.kind[0] in "aeiou" else "a"
    return f"{article} {chosen.kind} ({chosen.speed_mps:g} m/s, {chosen.height_m:g} m high, {chosen.size_m2:g} m²)"


def _need(zone: Zone) -> tuple[list[float], list[str], list[str]]:
    """Bands of seconds, their colours, what stands at their edges."""
    edges = [share * max(zone.need_s, 1.0) for share in (0.0, 0.1, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)]
    edges.append(max(3 * edges[4], zone.horizon_s))
    colours = ["#67001f", "#b2182b", "#d6604d", "#fdae61", "#d9ef8b", "#a6d96a", "#1a9850", "#2b83ba"]
    return edges, colours, [f"{edge:g}" for edge in edges]


def _sheet(site: Site, found: Map, title: str, notes: tuple[str, ...]) -> tuple[Figure, list[Axes]]:
    """A figure with a panel for each zone, its title above and its notes below."""
    count = max(min(len(_entered(site, found, found.seconds)), PANELS), 1)
    columns = 1 if count == 1 else 2 if count < 5 else 3
    lines = -(-count // columns)
    figure = Figure(figsize=(max(6.2 * columns, 7.0) + 1.8, 5.4 * lines + 1.6), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(lines, columns, squeeze=False)
    panels: list[Axes] = list(grid.ravel())
    for spare in panels[count:]:
        spare.axis("off")
    figure.suptitle(f"{title}\n{BANNER}", fontsize=13, fontweight="bold", color=RED)
    figure.supxlabel("\n".join(notes), fontsize=9)
    figure.legend(handles=_sensors(None, site), fontsize=8, loc="outside right upper", title="Sensors (dotted: reach)")
    return figure, panels[:count]


def _extent(found: Map) -> tuple[float, float, float, float]:
    """West, east, south, north of the map, kilometres."""
    half = found.grid.cell_m / 2
    east, north = found.grid.east, found.grid.north
    return (east[0] - half) / 1e3, (east[-1] + half) / 1e3, (north[-1] - half) / 1e3, (north[0] + half) / 1e3


def _legend(figure: Figure, axes: Axes, image: Any, edges: list[float], names: list[str]) -> None:
    bar = figure.colorbar(image, ax=axes, spacing="uniform", shrink=0.8, label="seconds", ticks=edges)
    bar.ax.set_yticklabels(names)


def _scene(axes: Axes, site: Site, zone: Zone, found: Map) -> None:
    """Zones, sensors, names and axes; this panel's zone is drawn thick."""
    axes.set_facecolor("#bbbbbb")
    extent = _extent(found)
    axes.set_xlim(extent[0], extent[1])
    axes.set_ylim(extent[2], extent[3])
    for other in site.zones:
        place, own = numbers.place(site, other), other.id == zone.id
        x, y = place.centre / 1e3
        style: Any = {"fill": own, "facecolor": "white", "edgecolor": "black", "linewidth": 2.0 if own else 0.8, "zorder": 4}
        outline = Polygon((place.corners / 1e3).T, **style) if place.corners.shape[1] else Circle((x, y), place.radius_m / 1e3, **style)
        axes.add_patch(outline)
    _sensors(axes, site)
    axes.set_xlabel("km east of the site's origin")
    axes.set_ylabel("km north")
    axes.set_aspect("equal")
    _scale(axes, extent)


def _sensors(axes: Axes | None, site: Site) -> list[Line2D]:
    """A mark for each sensor, drawn with its reach if there are axes; names stand in a list, since on one roof they would overlap."""
    marks, handles = "^sDovPX*<>ph8", []
    for k, (sensor, view) in enumerate(zip(numbers.counted(site), numbers.views(site), strict=True)):
        x, y = np.array((view.spot or (0.0, 0.0, 0.0))[:2]) / 1e3
        colour = "black" if sensor.scan else "#555599"
        name = f"{sensor.id} ({view.reach_m[1] / 1e3:g} km)"
        handles.append(Line2D([x], [y], marker=marks[k % len(marks)], color=colour, mec="white", ms=8, zorder=5, ls="", label=name))
        if axes is not None:
            axes.add_line(handles[-1])
            axes.add_patch(Circle((x, y), view.reach_m[1] / 1e3, fill=False, edgecolor=colour, linewidth=0.6, linestyle=":", zorder=3))
    return handles


def _scale(axes: Axes, extent: tuple[float, float, float, float]) -> None:
    """A bar of a round length, and where north is."""
    west, east, south, north = extent
    length = (east - west) / 4
    power = 10.0 ** np.floor(np.log10(length))
    length = power * max(step for step in (1.0, 2.0, 5.0) if step * power <= length)
    x, y = west + 0.05 * (east - west), south + 0.05 * (north - south)
    axes.plot([x, x + length], [y, y], color="black", lw=3, solid_capstyle="butt", zorder=6)
    axes.text(x, y + 0.015 * (north - south), f"{length:g} km" if length >= 1 else f"{1e3 * length:g} m", zorder=6, fontweight="bold")
    arrow = {"arrowstyle": "->", "lw": 1.5}
    axes.annotate("N", (0.95, 0.97), (0.95, 0.87), xycoords="axes fraction", ha="center", fontweight="bold", arrowprops=arrow)


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, dpi=130, metadata={"Software": None})
