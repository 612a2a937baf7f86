"""A flown flight from a file: shape-preserving cubics through its places (Fritsch and Carlson 1980, as scipy has it)."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from forewarn import geo
from forewarn.simulate.scenario_parts import Recording

Array = NDArray[np.float64]
HEAD = ("time_s", "lat_deg", "lon_deg", "alt_m")
MOST_ROWS = 100_000
GAP_S = 30.0


class BadRecording(ValueError):
    """A recording that cannot be flown: says which and why."""


def replayed(keys: Recording, folder: Path, origin: geo.Origin, t_s: Array) -> tuple[Array, Array]:
    """Places and velocities (3, n) at ``t_s`` (n,) since its start, as far as it goes: n may be less."""
    rows = _rows(folder / keys.file)
    rows = rows[:, rows[0] >= rows[0, 0] + keys.from_s]
    if rows.shape[1] < 2:
        raise BadRecording(f"{keys.file}: ends before `from_s`")
    enu = geo.to_enu(rows[1], rows[2], rows[3], origin)
    time = rows[0] - rows[0, 0]
    t_s = t_s[t_s <= time[-1]]
    if keys.at is not None:  # cut out of the flown place's own level frame, set down at this one's
        middle = rows[1:3, np.searchsorted(time, min(time[-1], t_s[-1]) / 2)]
        enu = geo.to_enu(rows[1], rows[2], rows[3], (float(middle[0]), float(middle[1]), origin[2]))
        turn = math.radians(keys.turn_deg)
        cos, sin = math.cos(turn), math.sin(turn)
        enu[:2] = np.array([[cos, sin], [-sin, cos]]) @ enu[:2] + np.array(keys.at)[:, None]
        enu[2] -= keys.lower_m
    path = PchipInterpolator(time, enu, axis=1)
    return np.asarray(path(t_s)), np.asarray(path(t_s, 1))


def _rows(path: Path) -> Array:
    """Columns (4, n) of a recording; times rise."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.reader(line for line in file if not line.startswith("#"))
            if tuple(next(lines, ())) != HEAD:
                raise BadRecording(f"{path.name}: the first line must be {','.join(HEAD)}")
            rows = np.array([[float(cell) for cell in line] for line, _ in zip(lines, range(MOST_ROWS), strict=False)], dtype=float)
    except (OSError, ValueError) as error:
        if isinstance(error, BadRecording):
            raise
        raise BadRecording(f"{path.name}: {error}") from None
    if rows.ndim != 2 or rows.shape[1] != len(HEAD) or len(rows) < 2 or not np.isfinite(rows).all():
        raise BadRecording(f"{path.name}: needs at least two rows of {len(HEAD)} numbers")
    steps = np.diff(rows[:, 0])
    if (steps <= 0).any() or (steps > GAP_S).any():
        raise BadRecording(f"{path.name}: times must rise, by {GAP_S:g} s at the most")
    return rows.T
