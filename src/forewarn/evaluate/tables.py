"""The plain tables that an evaluation works on, and how they are read from files.

Tracks come as CSV or Parquet in the shape that ``forewarn tracks`` writes. Truth comes in one of three shapes, told apart by
what the file holds:

- ICMCIS 2021: CSV with ``drone, time_s, lat_deg, lon_deg, height_above_takeoff_m`` (``speed_mps`` and others are not used);
- general: CSV or Parquet with ``object, time_s, lat_deg, lon_deg`` and, where known, ``alt_m`` and ``height_above_takeoff_m``;
- Autoferry: ``groundTruth.json``, lists of ``{"targetID", "position": [north_m, east_m, ...], "time"}`` about the data set's map
  origin (Helgesen et al., "Heterogeneous multi-sensor tracking for an autonomous surface vehicle in a littoral
  environment", Ocean Engineering 252, 2022, and its data set's notes). Each target's repeated rows are taken once.

A table that cannot be used raises ``TableFault`` with file, column, row and value: bad input, not a bug.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Meta
from numpy.typing import NDArray

from forewarn import geo

Array = NDArray[np.float64]

AUTOFERRY_ORIGIN: geo.Origin = (63.4389029083, 10.39908278, 0.0)
"""Latitude and longitude of the Autoferry map's zero; heights there are all zero."""


LONGEST_LINE = 65536
"""Characters of a CSV line; what is longer is cut there, and then has too many or too few cells."""


class TableFault(ValueError):
    """A table that cannot be used: which file, column, row (1 is the first below the header) and value, and what would do."""

    def __init__(self, file: str, column: str, value: object, allowed: str, row: int | None = None) -> None:
        self.file, self.column, self.value, self.allowed, self.row = file, column, str(value)[:120], allowed, row
        where = f"row {row}, " if row is not None else ""
        super().__init__(f"{file}: {where}{column}: {self.value!r}; wanted: {allowed}")


class Tracks(NamedTuple):
    """A track table: one row a track and published time, all of shape (n,), ordered by time and, within it, by track's name.

    ``time_s`` is the arrival clock at publication (unix seconds), ``track`` the public number or name as text, positions are
    WGS 84 degrees, ``speed_mps`` and ``course_deg`` (clockwise from true north) NaN where not given, ``existence`` 0 to 1.
    """

    time_s: Array
    track: NDArray[np.str_]
    lat_deg: Array
    lon_deg: Array
    speed_mps: Array
    course_deg: Array
    existence: Array


class TruthObject(NamedTuple):
    """Where one real object was, all of shape (n,), times ascending.

    ``alt_m`` in the file's own height reference and ``height_m`` above take-off; NaN where the file does not say.
    """

    name: str
    time_s: Array
    lat_deg: Array
    lon_deg: Array
    alt_m: Array
    height_m: Array


Truth = tuple[TruthObject, ...]
"""The real objects, in the order in which the file first names them."""

Columns = Mapping[str, Sequence[Any]]
"""A table as named columns of one length; ``""`` and None are empty cells, numbers may be text."""


def tracks_from(columns: Columns, file: str = "tracks") -> Tracks:
    """The track table in ``columns``: ``time_s, track, lat_deg, lon_deg`` and, where given, ``existence`` (an empty cell, or
    no such column: 1), ``speed_mps`` and ``course_deg``. Other columns are not used. Raises ``TableFault``."""
    time, lat, lon = (_required(columns, name, file, *bounds) for name, *bounds in _PLACE)
    track = np.array([str(v) for v in _column(columns, "track", file)], dtype=np.str_)
    existence = _optional(columns, "existence", file, empty=1.0, low=0.0, high=1.0)
    speed, course = _optional(columns, "speed_mps", file), _optional(columns, "course_deg", file)
    order = np.lexsort((existence, lat, lon, track, time))
    return Tracks(time[order], track[order], lat[order], lon[order], speed[order], course[order], existence[order])


def truth_from(columns: Columns, file: str = "truth") -> Truth:
    """The real objects in ``columns``, named by ``object`` or ``drone``. An empty height above take-off counts as 0, on the
    ground; without that column nobody knows, and it is NaN. Raises ``TableFault``."""
    who = "object" if "object" in columns else "drone"
    names = [str(v) for v in _column(columns, who, file)]
    time, lat, lon = (_required(columns, name, file, *bounds) for name, *bounds in _PLACE)
    alt = _optional(columns, "alt_m", file)
    height = _optional(columns, "height_above_takeoff_m", file, empty=0.0 if "height_above_takeoff_m" in columns else math.nan)
    if not names:
        raise TableFault(file, "time_s", "no rows", "at least one row")
    rows: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        rows.setdefault(name, []).append(i)
    return tuple(_object(name, np.array(own), time, lat, lon, alt, height) for name, own in rows.items())


def read_tracks(path: Path | str) -> Tracks:
    """The track table in a CSV or Parquet file. Raises ``TableFault``, and ``OSError`` where the file cannot be read."""
    return tracks_from(read_columns(path), str(path))


def read_truth(path: Path | str) -> Truth:
    """The truth in a CSV, Parquet or Autoferry JSON file. Raises ``TableFault``, and ``OSError`` where it cannot be read."""
    if Path(path).suffix.lower() == ".json":
        return truth_from(_autoferry(Path(path)), str(path))
    return truth_from(read_columns(path), str(path))


def read_columns(path: Path | str) -> Columns:
    """Any CSV (UTF-8, header line, commas) or Parquet file (``.parquet``) as columns. Raises ``TableFault``, ``OSError``."""
    path = Path(path)
    return _parquet(path) if path.suffix.lower() in (".parquet", ".pq") else _csv(path)


# ------------------------------------------------------------------------------------------------------------- inside

_PLACE = (("time_s", -math.inf, math.inf), ("lat_deg", -90.0, 90.0), ("lon_deg", -180.0, 180.0))


def _object(name: str, rows: NDArray[np.intp], time: Array, *columns: Array) -> TruthObject:
    rows = rows[np.argsort(time[rows], kind="stable")]
    return TruthObject(name, time[rows], *(column[rows] for column in columns))


def _column(columns: Columns, name: str, file: str) -> Sequence[Any]:
    if name not in columns:
        raise TableFault(file, name, "no such column", f"one of the columns there: {', '.join(columns) or '(none)'}")
    return columns[name]


def _required(columns: Columns, name: str, file: str, low: float, high: float) -> Array:
    return _numbers(_column(columns, name, file), name, file, None, low, high)


def _optional(columns: Columns, name: str, file: str, empty: float = math.nan, low: float = -math.inf, high: float = math.inf) -> Array:
    """The column, with ``empty`` in its empty cells; full of ``empty`` where there is no such column."""
    if name not in columns:
        return np.full(len(columns["time_s"]), empty)
    return _numbers(columns[name], name, file, empty, low, high)


def _numbers(cells: Sequence[Any], name: str, file: str, empty: float | None, low: float, high: float) -> Array:
    """Cells as finite numbers within bounds; ``empty`` stands for an empty cell, None means that there may be none."""
    out = np.empty(len(cells))
    for i, cell in enumerate(cells):
        if cell is None or cell == "":
            value = empty
        else:
            value = _number(cell)
            value = value if value is not None and low <= value <= high else None
        if value is None:
            raise TableFault(file, name, cell, _wanted(low, high), i + 1)
        out[i] = value
    return out


def _number(cell: Any) -> float | None:
    try:
        value = float(cell) if "_" not in str(cell) else math.nan
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def _wanted(low: float, high: float) -> str:
    return "a finite number" if math.isinf(low) else f"a number from {low:g} to {high:g}"


def _csv(path: Path) -> Columns:
    with path.open(newline="", encoding="utf-8-sig") as stream:
        reader = csv.reader(iter(lambda: stream.readline(LONGEST_LINE), ""))
        try:
            return _transpose(str(path), [name.strip() for name in next(reader, [])], reader)
        except (csv.Error, UnicodeDecodeError) as error:
            raise TableFault(str(path), "(line)", f"line {reader.line_num}: {error}", "CSV in UTF-8") from None


def _transpose(file: str, header: list[str], rows: Iterable[list[str]]) -> Columns:
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise TableFault(file, doubled[0], "column twice", "each column once")
    columns: dict[str, list[str]] = {name: [] for name in header}
    for i, row in enumerate(rows, 1):
        if not row:
            continue
        if len(row) != len(header):
            raise TableFault(file, "(row)", f"{len(row)} cells", f"{len(header)} cells, as the header has", i)
        for name, cell in zip(header, row, strict=True):
            columns[name].append(cell.strip())
    return columns


def _parquet(path: Path) -> Columns:
    data = path.read_bytes()
    try:
        columns: Columns = pq.read_table(pa.BufferReader(data)).to_pydict()
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise TableFault(str(path), "(file)", error, "a Parquet file") from None
    return columns


_Metres = Annotated[float, Meta(ge=-1e6, le=1e6)]


class _Target(msgspec.Struct):
    """One row of Autoferry's truth: north, east and height about the map's origin, metres."""

    target: int = msgspec.field(name="targetID")
    time: float
    position: Annotated[tuple[_Metres, ...], Meta(min_length=2)]


def _autoferry(path: Path) -> Columns:
    """Autoferry's truth as columns. Each row repeats the newest position of each target: those are taken once."""
    try:
        batches = msgspec.json.decode(path.read_bytes(), type=list[list[_Target] | _Target])
    except (msgspec.DecodeError, RecursionError) as error:
        raise TableFault(str(path), "(file)", error, "lists of {targetID, position: [north, east, height], time}") from None
    rows = [row for batch in batches for row in (batch if isinstance(batch, list) else [batch])]
    seen = {(row.target, row.time): row.position for row in rows}
    north, east = np.array([position[:2] for position in seen.values()]).reshape(-1, 2).T
    place = geo.to_place((east, north, np.zeros(len(seen))), AUTOFERRY_ORIGIN)
    return {
        "object": [f"target{target}" for target, _ in seen],
        "time_s": [time for _, time in seen],
        "lat_deg": place[0].tolist(),
        "lon_deg": place[1].tolist(),
    }
