"""A Parquet file's rows as CSV text, so that one decoder reads both (Apache Parquet format 2; read by pyarrow).

Numbers are written in shortest round-trip form, times as ISO 8601 with their zone (a time without a zone stays without one and is
refused by the decoder), true and false as such, nothing as an empty cell.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

MAGIC = b"PAR1"
BATCH_ROWS = 4096
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - written with its zone below


def is_parquet(head: bytes) -> bool:
    """Whether a file that begins so is Parquet."""
    return head[:4] == MAGIC


def csv_text(file: BinaryIO) -> Iterator[bytes]:
    """The header and the rows, a few thousand at a time; ``file`` can be sought. Raises ``OSError`` where it is broken."""
    try:
        source = pq.ParquetFile(file)
        yield _lines([source.schema_arrow.names])
        for batch in source.iter_batches(batch_size=BATCH_ROWS):
            columns = [_cells(column) for column in batch.columns]
            yield _lines(zip(*columns, strict=True))
    except (pa.ArrowException, OSError) as error:
        raise OSError(f"not a Parquet file: {error}") from None


def _lines(rows: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _cells(column: Any) -> list[object]:
    """A column as what is written for it."""
    if pa.types.is_timestamp(column.type):
        return [_iso(t, column.type) for t in pc.cast(column, pa.int64()).to_pylist()]
    return ["" if value is None else value for value in column.to_pylist()]


def _iso(value: int | None, kind: Any) -> str:
    """A time since 1970 as ISO 8601 with nine digits of a second."""
    if value is None:
        return ""
    second = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}[kind.unit]
    whole, rest = divmod(value, second)
    try:
        at = EPOCH + timedelta(seconds=whole)
    except OverflowError:
        return str(value)  # for the decoder to refuse
    zone = "Z" if kind.tz else ""  # Arrow keeps the instant in UTC; the zone is for showing it
    return f"{at:%Y-%m-%dT%H:%M:%S}.{rest * (1_000_000_000 // second):09d}{zone}"
