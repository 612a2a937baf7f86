"""The track table in its three formats."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from forewarn import messages as m
from forewarn.edge import trackfile

AT = m.Estimate(
    lat_deg=51.5, lon_deg=5.85, alt_m=40.0, east_mps=3.0, north_mps=-4.0, up_mps=0.0, sigma_m=12.5, sigma_alt_m=1.0, cov=(0.0,) * 21
)  # fmt: skip


def track(number: int, ended: bool = False) -> m.Track:
    t_ns = 1_601_381_566_000_000_000
    return m.Track(
        track=number, label="a", t_ns=t_ns, existence=0.75, existence_sensed=0.7, aided=AT, sensed=None, t_updated_ns=0, ended=ended
    )


def who(number: int) -> m.Identity:
    return m.Identity(track=number, t_ns=0, kinds={"drone": 0.6, "bird": 0.4}, authorised=0.1, standing="unknown", conforming=0.0)


BATCH = (track(1), track(2), track(3, ended=True), who(1))


def test_a_row_a_living_track_with_speed_and_course() -> None:
    one, two = trackfile.rows(BATCH)
    assert (one["track"], two["track"]) == (1, 2)
    assert one["speed_mps"] == pytest.approx(5.0)
    assert one["course_deg"] == pytest.approx(143.130102, abs=1e-5)
    assert (one["class"], one["authorised"]) == ("drone", 0.1)
    assert (two["class"], two["authorised"]) == (None, None)


def test_csv_reads_back_with_its_columns(tmp_path: Path) -> None:
    trackfile.write(trackfile.rows(BATCH), tmp_path / "t.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "t.csv").read_text())))
    assert list(rows[0]) == "time_s,track,lat_deg,lon_deg,alt_m,speed_mps,course_deg,existence,authorised,class,sigma_m".split(",")
    assert float(rows[0]["time_s"]) == 1601381566.0
    assert rows[1]["class"] == ""


def test_parquet_and_geojson_hold_the_same(tmp_path: Path) -> None:
    rows = trackfile.rows(BATCH)
    trackfile.write(rows, tmp_path / "t.parquet")
    trackfile.write(rows, tmp_path / "t.geojson")
    assert pq.read_table(tmp_path / "t.parquet").to_pylist() == rows
    features = json.loads((tmp_path / "t.geojson").read_text())["features"]
    assert [f["geometry"]["coordinates"] for f in features] == [[5.85, 51.5, 40.0]] * 2
    assert features[0]["properties"]["track"] == 1


def test_no_rows_is_a_table_with_columns_and_none() -> None:
    assert trackfile.table([]).column_names == list(trackfile.COLUMNS)
    assert trackfile.to_csv([]).count("\n") == 1
