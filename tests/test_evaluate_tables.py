"""Reading track and truth tables: what is read, and what is refused with file, column, row and value."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pymap3d
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.evaluate import TableFault, read_tracks, read_truth, tracks_from, truth_from
from forewarn.evaluate.tables import AUTOFERRY_ORIGIN, LONGEST_LINE, read_columns

HEADER = "time_s,track,lat_deg,lon_deg,alt_m,speed_mps,course_deg,existence,authorised,class,sigma_m"
ROW = "1600000000.5,7,51.5,5.86,120,12,90,0.75,0.1,drone,15"


def test_reads_what_forewarn_tracks_writes(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"{HEADER}\n{ROW}\n1600000000.0,10,51.4,5.87,,,,,,,\n")
    t = read_tracks(path)
    assert t.time_s.tolist() == [1600000000.0, 1600000000.5]
    assert t.track.tolist() == ["10", "7"]
    assert t.existence.tolist() == [1.0, 0.75]
    assert t.speed_mps[1] == 12
    assert np.isnan(t.speed_mps[0])


def test_parquet_and_csv_are_the_same(tmp_path: Path) -> None:
    columns = {"time_s": [2.0, 1.0], "track": [1, 2], "lat_deg": [1.0, 2.0], "lon_deg": [3.0, 4.0], "existence": [0.5, None]}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    (tmp_path / "t.csv").write_text("time_s,track,lat_deg,lon_deg,existence\n2,1,1,3,0.5\n1,2,2,4,\n")
    for a, b in zip(read_tracks(tmp_path / "t.parquet"), read_tracks(tmp_path / "t.csv"), strict=True):
        np.testing.assert_array_equal(a, b)


def test_truth_of_two_drones_out_of_order(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text(
        "drone,time_s,lat_deg,lon_deg,height_above_takeoff_m,speed_mps\n"
        "b,2,51,5,10,0\na,1,52,6,20,0\nb,1,53,7,,0\n"
    )  # fmt: skip
    first, second = read_truth(path)
    assert (first.name, first.time_s.tolist(), first.lat_deg.tolist()) == ("b", [1, 2], [53, 51])
    assert first.height_m.tolist() == [0, 10]
    assert np.isnan(first.alt_m).all()
    assert second.name == "a"


def test_general_truth_without_height_above_take_off(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text("object,time_s,lat_deg,lon_deg,alt_m\nboat,1,51,5,3\n")
    (boat,) = read_truth(path)
    assert boat.alt_m.tolist() == [3]
    assert np.isnan(boat.height_m).all()


def test_autoferry_truth(tmp_path: Path) -> None:
    one = {"targetID": 1, "position": [-100.0, 200.0, 0], "time": 5.0}
    two = {"targetID": 2, "position": [0.0, 0.0, 0], "time": 5.5}
    path = tmp_path / "groundTruth.json"
    path.write_text(json.dumps([[one, two], [one, two | {"time": 6.0}], two]))
    first, second = read_truth(path)
    assert (first.name, first.time_s.tolist()) == ("target1", [5.0])
    assert (second.name, second.time_s.tolist()) == ("target2", [5.5, 6.0])
    east, north, _ = pymap3d.geodetic2enu(first.lat_deg, first.lon_deg, 0.0, *AUTOFERRY_ORIGIN)
    assert (north[0], east[0]) == pytest.approx((-100.0, 200.0), abs=0.02)
    assert (second.lat_deg[0], second.lon_deg[0]) == pytest.approx(AUTOFERRY_ORIGIN[:2])


@pytest.mark.parametrize("scenario", [2, 6, 13, 17])
def test_real_autoferry_truth(scenario: int, shared: Callable[[str], Path]) -> None:
    boats = read_truth(shared(f"autoferry/{scenario}/groundTruth.json"))
    assert [b.name for b in boats] == ["target1", "target2"]
    for boat in boats:
        assert (np.diff(boat.time_s) > 0).all()


@pytest.mark.parametrize(
    ("text", "column", "row", "value"),
    [
        ("", "time_s", None, "no such column"),
        (HEADER.replace("lat_deg", "latitude") + "\n" + ROW, "lat_deg", None, "no such column"),
        (HEADER + ",track\n", "track", None, "column twice"),
        (f"{HEADER}\n{ROW}\n{ROW.replace('51.5', '91')}", "lat_deg", 2, "91"),
        (f"{HEADER}\n{ROW.replace('5.86', '-180.1')}", "lon_deg", 1, "-180.1"),
        (f"{HEADER}\n{ROW.replace('5.86', 'nan')}", "lon_deg", 1, "nan"),
        (f"{HEADER}\n{ROW.replace('5.86', '')}", "lon_deg", 1, ""),
        (f"{HEADER}\n{ROW.replace('1600000000.5', '2020-09-29')}", "time_s", 1, "2020-09-29"),
        (f"{HEADER}\n{ROW.replace('1600000000.5', '1_6')}", "time_s", 1, "1_6"),
        (f"{HEADER}\n{ROW.replace('0.75', '75')}", "existence", 1, "75"),
        (f"{HEADER}\n{ROW},9", "(row)", 1, "12 cells"),
        (f"{HEADER}\n{ROW}\n1,2", "(row)", 2, "2 cells"),
    ],
)
def test_a_bad_table_is_refused_by_name(text: str, column: str, row: int | None, value: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(TableFault) as fault:
        read_tracks(path)
    assert (fault.value.file, fault.value.column, fault.value.row, fault.value.value) == (str(path), column, row, value)
    assert fault.value.allowed
    assert str(path) in str(fault.value)


@pytest.mark.parametrize(
    "data",
    [b"\xff\xfe\x00", b"a,b\n1,\x00\n", b'a,b\n"1,2\n', b"x" * (2 * LONGEST_LINE), b"a,b\n" + b"1" * 200_000 + b",2\n"],
)
def test_bytes_that_are_no_table(data: bytes, tmp_path: Path) -> None:
    for name in ("t.csv", "t.parquet", "t.json"):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(TableFault):
            read_truth(tmp_path / name)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[[1]]",
        '[[{"targetID": 1, "position": [1], "time": 1}]]',
        '[[{"targetID": 1, "position": [1e9, 0], "time": 1}]]',
        '[[{"targetID": 1, "position": ["1", 0], "time": 1}]]',
        "[" * 100_000,
        "[]",
    ],
)
def test_json_that_is_no_truth(text: str, tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    path.write_text(text)
    with pytest.raises(TableFault):
        read_truth(path)


def test_truth_without_rows_is_refused() -> None:
    with pytest.raises(TableFault, match="no rows"):
        truth_from({"object": [], "time_s": [], "lat_deg": [], "lon_deg": []})


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for name in ("t.csv", "t.parquet", "t.json"):
        with pytest.raises(FileNotFoundError):
            read_truth(tmp_path / name)


@given(st.binary(max_size=400), st.sampled_from(["csv", "parquet", "json"]))
def test_random_bytes_give_a_table_or_a_fault(tmp_path_factory: pytest.TempPathFactory, data: bytes, ending: str) -> None:
    path = tmp_path_factory.mktemp("fuzz") / f"t.{ending}"
    path.write_bytes(b"time_s,drone,lat_deg,lon_deg\n" + data if ending == "csv" else data)
    try:
        found = read_truth(path)
    except TableFault:
        return
    assert all(np.isfinite(o.time_s).all() and (abs(o.lat_deg) <= 90).all() for o in found)


cells = st.one_of(st.none(), st.text(max_size=5), st.floats(), st.integers(), st.booleans())


@given(st.lists(st.tuples(cells, cells, cells, cells, cells), max_size=5))
def test_any_cells_give_sound_numbers_or_a_fault(rows: list[tuple[object, ...]]) -> None:
    names = ("time_s", "track", "lat_deg", "lon_deg", "existence")
    try:
        t = tracks_from({name: [row[i] for row in rows] for i, name in enumerate(names)})
    except TableFault:
        return
    assert (np.diff(t.time_s) >= 0).all()
    assert ((t.existence >= 0) & (t.existence <= 1)).all()
    assert all(math.isfinite(v) for v in t.lon_deg)


def test_a_byte_order_mark_and_blank_lines_are_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"\xef\xbb\xbfa, b\r\n1,2\r\n\r\n3, 4 \r\n")
    assert dict(read_columns(path)) == {"a": ["1", "3"], "b": ["2", "4"]}
