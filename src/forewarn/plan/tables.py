"""What the map says in numbers: by zone and direction, for an object that comes from afar, and how near it may appear at all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from forewarn.plan.approach import Chosen, Table
from forewarn.site import Site, Zone

Array = NDArray[np.float64]
WINDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
ALL = "all round"


class Row(NamedTuple):
    """One zone from one side, seen from its centre. ``median_s``, ``worst_s``: warning time of an object that comes from afar, over the
    directions of that side; ``worst_deg``: the direction of the worst; ``short``: the share of directions that give less than ``need_s``;
    ``need_from_m``: how far from the zone's edge an object may appear at the nearest and still leave ``need_s``, in the worst
    direction (NaN: none is far enough)."""

    zone: str
    side: str
    need_s: float
    median_s: float
    worst_s: float
    worst_deg: float
    short: float
    need_from_m: float


def rows(site: Site, chosen: Chosen, tables: tuple[Table, ...]) -> list[Row]:
    """All zones that the object would enter: all round first, then by side."""
    found = []
    for zone, table in zip(site.zones, tables, strict=True):
        side = np.round(table.azimuth_deg / 45.0).astype(np.int64) % 8
        if table.enters:
            found.append(_row(zone, chosen, table, ALL, np.ones(len(side), dtype=bool)))
            found += [_row(zone, chosen, table, wind, side == k) for k, wind in enumerate(WINDS) if (side == k).any()]
    return found


def _row(zone: Zone, chosen: Chosen, table: Table, side: str, which: NDArray[np.bool_]) -> Row:
    afar, azimuth = table.mean_s[which, -1], table.azimuth_deg[which]
    worst = int(np.argmin(afar))
    near = max(need_from_s(table.ahead_s, row, zone.need_s) for row in table.mean_s[which])
    return Row(
        zone=zone.id, side=side, need_s=zone.need_s, median_s=float(np.median(afar)), worst_s=float(afar[worst]),
        worst_deg=float(azimuth[worst]), short=float((afar < zone.need_s).mean()),
        need_from_m=near * chosen.speed_mps if np.isfinite(near) else float("nan"),
    )  # fmt: skip


def need_from_s(ahead_s: Array, mean_s: Array, need_s: float) -> float:
    """The least time to the entry from which on an object's appearance leaves ``need_s``; inf: it never does."""
    short = np.flatnonzero(mean_s < need_s)
    if len(short) == 0:
        return 0.0
    k = int(short[-1])
    if k == len(ahead_s) - 1:
        return float("inf")
    share = (need_s - mean_s[k]) / (mean_s[k + 1] - mean_s[k])
    return float(ahead_s[k] + share * (ahead_s[k + 1] - ahead_s[k]))


def arrow(found: list[Row]) -> pa.Table:
    """The rows as an Arrow table."""
    return pa.table({name: [getattr(row, name) for row in found] for name in Row._fields})


def text(found: list[Row]) -> list[str]:
    """The rows as lines of text."""
    head = f"{'zone':<16} {'from':<11} {'median s':>8} {'worst s':>8} {'at deg':>6} {'too short':>9} {'need s':>6} {'must appear m':>13}"
    lines = [head]
    for r in found:
        near = "never enough" if np.isnan(r.need_from_m) else f"{r.need_from_m:.0f}"
        lines.append(
            f"{r.zone:<16} {r.side:<11} {r.median_s:>8.1f} {r.worst_s:>8.1f} {r.worst_deg:>6.0f} {r.short:>9.0%} {r.need_s:>6g} {near:>13}"
        )
    return lines


def gain(before: list[Row], after: list[Row]) -> list[str]:
    """What one more sensor brings, a line a zone: in the worst direction, in the median, in the share that is too short."""
    lines = []
    for old, new in zip(before, after, strict=True):
        if old.side == ALL:
            lines.append(
                f"{old.zone}: worst direction {old.worst_s:.1f} -> {new.worst_s:.1f} s, median {old.median_s:.1f} -> {new.median_s:.1f} s, "
                f"too short {old.short:.0%} -> {new.short:.0%} of all directions"
            )
    return lines
