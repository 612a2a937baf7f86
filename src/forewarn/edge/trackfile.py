"""The track table: one row a track and judging, as CSV, Parquet or GeoJSON.

``time_s`` is the arrival clock at publication (unix seconds); the state is predicted to it, and no later rollback rewrites it.
``sigma_m`` is the horizontal root-mean-square error, ``class`` the likeliest kind, ``authorised`` a chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from forewarn.geo import azimuth_deg
from forewarn.messages import Identity, Message, Track

COLUMNS: dict[str, Any] = {
    "time_s": pa.float64(),
    "track": pa.int64(),
    "lat_deg": pa.float64(),
    "lon_deg": pa.float64(),
    "alt_m": pa.float64(),
    "speed_mps": pa.float64(),
    "course_deg": pa.float64(),
    "existence": pa.float64(),
    "authorised": pa.float64(),
    "class": pa.string(),
    "sigma_m": pa.float64(),
}
DIGITS = {
    "time_s": 3,
    "lat_deg": 8,
    "lon_deg": 8,
    "alt_m": 2,
    "speed_mps": 2,
    "course_deg": 1,
    "existence": 4,
    "authorised": 4,
    "sigma_m": 2,
}
Row = dict[str, Any]


def rows(messages: Iterable[Message]) -> list[Row]:
    """The rows of one step's messages; a track that has ended gives none."""
    batch = tuple(messages)
    who = {m.track: m for m in batch if isinstance(m, Identity)}
    return [_row(m, who.get(m.track)) for m in batch if isinstance(m, Track) and not m.ended]


def _row(track: Track, identity: Identity | None) -> Row:
    at = track.aided
    return {
        "time_s": track.t_ns / 1e9,
        "track": track.track,
        "lat_deg": at.lat_deg,
        "lon_deg": at.lon_deg,
        "alt_m": at.alt_m,
        "speed_mps": math.hypot(at.east_mps, at.north_mps),
        "course_deg": float(azimuth_deg(at.east_mps, at.north_mps)),
        "existence": track.existence,
        "authorised": identity.authorised if identity else None,
        "class": max(sorted(identity.kinds), key=lambda k: identity.kinds[k]) if identity and identity.kinds else None,
        "sigma_m": at.sigma_m,
    }


def table(found: Sequence[Row]) -> pa.Table:
    """The rows as an Arrow table; ``.to_pandas()`` gives a data frame."""
    return pa.table({name: pa.array([r[name] for r in found], kind) for name, kind in COLUMNS.items()})


def to_csv(found: Iterable[Row]) -> str:
    """The rows as CSV (RFC 4180) with a header, fixed digits, an empty cell for what is not known."""
    lines = [",".join(COLUMNS)]
    lines += [",".join(_cell(name, row[name]) for name in COLUMNS) for row in found]
    return "\n".join(lines) + "\n"


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.{DIGITS[name]}f}" if name in DIGITS else str(value)


def to_geojson(found: Iterable[Row]) -> str:
    """The rows as a GeoJSON FeatureCollection of points (RFC 7946: longitude, latitude, height)."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(row["lon_deg"], 8), round(row["lat_deg"], 8), round(row["alt_m"], 2)]},
            "properties": {k: v for k, v in row.items() if k not in ("lat_deg", "lon_deg", "alt_m")},
        }
        for row in found
    ]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features}).decode() + "\n"


def write(found: Sequence[Row], path: Path) -> None:
    """The rows into a file, in the format that its ending names: .parquet, .geojson or .json, else CSV."""
    if path.suffix == ".parquet":
        pq.write_table(table(found), path)
    elif path.suffix in (".geojson", ".json"):
        path.write_text(to_geojson(found))
    else:
        path.write_text(to_csv(found))
