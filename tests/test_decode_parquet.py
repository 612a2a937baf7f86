"""A Parquet file says what the CSV file of the same rows says."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forewarn.decode.parquet import csv_text, is_parquet
from tests import decode_help as h
from tests.decode_help import SECOND, T0

S = T0 // SECOND


def parquet(table: pa.Table) -> io.BytesIO:
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=3)
    file.seek(0)
    return file


def test_it_is_known_by_its_first_bytes() -> None:
    assert is_parquet(parquet(pa.table({"a": [1]})).read(4))
    assert not is_parquet(b"a,b\n")
    assert not is_parquet(b"")


def test_rows_become_the_same_looks() -> None:
    site = h.site(h.FINDER)
    table = pa.table({"t": [S, S, S + 1], "azimuth": [0.1, -0.2, 1e-7], "sd": [None, 0.5, 0.1], "radio": ["a, b", None, 'the "third"']})
    rows = (f'{S},0.1,,"a, b"', f"{S},-0.2,0.5,", f'{S + 1},1e-07,0.1,"the ""third"""')
    assert h.recorded(site, "finder", b"".join(csv_text(parquet(table)))) == h.recorded(site, "finder", h.lines(h.FINDER_HEADER, *rows))


def test_many_rows_come_in_batches() -> None:
    table = pa.table({"t": list(range(10_000))})
    blocks = list(csv_text(parquet(table)))
    assert len(blocks) > 2
    assert b"".join(blocks) == b"t\n" + b"".join(b"%d\n" % n for n in range(10_000))


@pytest.mark.parametrize(("unit", "text"), [("s", "000000000"), ("ms", "123000000"), ("us", "123456000"), ("ns", "123456789")])
def test_times_keep_their_nanoseconds_and_their_zone(unit: str, text: str) -> None:
    value = (T0 + 123_456_789) // {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[unit]
    zoned = pa.table({"t": pa.array([value, None], pa.timestamp(unit, "Asia/Beirut"))})
    assert b"".join(csv_text(parquet(zoned))) == f't\n2020-09-13T12:26:40.{text}Z\n""\n'.encode()
    bare = pa.table({"t": pa.array([value], pa.timestamp(unit))})
    assert b"".join(csv_text(parquet(bare))) == f"t\n2020-09-13T12:26:40.{text}\n".encode()


def test_a_time_that_no_calendar_has_is_written_as_it_is() -> None:
    table = pa.table({"t": pa.array([2**62], pa.timestamp("ms", "UTC")), "at": [datetime(2020, 1, 1, tzinfo=UTC)]})
    assert b"".join(csv_text(parquet(table))).startswith(b"t,at\n%d,2020-01-01T00:00:00." % 2**62)


def test_true_and_false_and_nothing() -> None:
    table = pa.table({"a": [True, False, None], "b": [1.5, float("nan"), None]})
    assert b"".join(csv_text(parquet(table))) == b"a,b\nTrue,1.5\nFalse,nan\n,\n"


@pytest.mark.parametrize("data", [b"PAR1", b"PAR1 and something else PAR1", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_a_broken_file_is_told(data: bytes) -> None:
    with pytest.raises(OSError, match="not a Parquet file"):
        list(csv_text(io.BytesIO(data)))


def test_a_file_cut_short_is_told() -> None:
    whole = parquet(pa.table({"a": list(range(1000))})).read()
    with pytest.raises(OSError, match="not a Parquet file"):
        list(csv_text(io.BytesIO(whole[:-20])))
