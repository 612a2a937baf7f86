"""Meanings, units and ranges of columns: complete, and right by independent figures."""

from __future__ import annotations

import csv
import math
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.decode.columns import RANGES, UNITS, cells, identity, number, plan, wrapped
from forewarn.decode.refusals import Unusable
from forewarn.site import Column, Table
from tests.decode_help import attempt


def table(**columns: Column) -> Table:
    return Table(time=Column(column="t", unit="s"), columns=columns)


def read(meaning: str, text: str, unit: str = "") -> float:
    spec = plan(table(**{meaning: Column(column="x", unit=unit)}), ("t", "x"))[0].specs[1]
    return number(spec, text)


def test_every_meaning_of_the_site_file_has_its_units() -> None:
    meanings = typing.get_args(typing.get_args(Table.model_fields["columns"].annotation)[0])
    assert UNITS.keys() == {*meanings, "time", "scan_time"}
    assert RANGES.keys() <= UNITS.keys()


def test_every_unit_of_the_site_file_fits_something() -> None:
    units = typing.get_args(Column.model_fields["unit"].annotation)
    assert {unit for units in UNITS.values() for unit in units} == set(units)


@pytest.mark.parametrize(
    ("meaning", "unit", "text", "value"),
    [
        ("alt", "ft", "1000", 304.8),
        ("range", "NM", "2", 3704),
        ("range", "km", "1.5", 1500),
        ("speed", "kt", "36", 18.52),
        ("speed", "kmh", "36", 10),
        ("azimuth", "rad", "-1.5707963267948966", 270),
        ("elevation", "rad", "-1.5707963267948966", -90),
        ("score", "%", "45", 0.45),
        ("reflection", "dB", "-3.5", -3.5),
        ("lat", "", "51.5", 51.5),
    ],
)
def test_units(meaning: str, unit: str, text: str, value: float) -> None:
    assert read(meaning, text, unit) == pytest.approx(value, rel=1e-12)


@given(st.sampled_from(sorted(RANGES)), st.text(max_size=12))
def test_any_text_is_a_number_in_its_range_or_refused_by_name(meaning: str, text: str) -> None:
    low, high = RANGES[meaning]
    value = attempt(read, meaning, text)
    if isinstance(value, Unusable):
        assert (value.field, value.value) == ("x", text)
        assert value.allowed
    else:
        assert min(low, 0) <= value <= high
        assert math.isfinite(value)


@given(st.text(alphabet=st.sampled_from('ab1,," \t\r\0\x0b\x85\u2028\ufeff'), max_size=12))
def test_a_line_is_cut_into_cells_as_csv_is(line: str) -> None:
    found = attempt(cells, line.encode(), False)
    assert (found.value if isinstance(found, Unusable) else found) == _by_csv(line)


def _by_csv(line: str) -> tuple[str, ...] | str:
    try:
        return tuple(next(csv.reader([line], strict=True), []))
    except csv.Error as error:
        return str(error)


@given(st.floats(-1e6, 1e6))
def test_wrapped_is_the_same_direction(degrees: float) -> None:
    assert 0 <= wrapped(degrees) < 360
    assert math.cos(math.radians(wrapped(degrees))) == pytest.approx(math.cos(math.radians(degrees)), abs=1e-6)


def test_a_unit_of_another_kind_is_refused() -> None:
    _, faults = plan(table(lat=Column(column="x", unit="m"), speed=Column(column="t", unit="deg")), ("t", "x"))
    assert [(f.reason, f.field, f.value) for f in faults] == [("unsupported", "x", "m"), ("unsupported", "t", "deg")]


def test_identities() -> None:
    assert identity("icao", " 4CA1FE ", "who") == "icao:4ca1fe"
    assert identity("serial", "1581F-44", "who") == "serial:1581F-44"
    for scheme, text in (
        ("icao", "4CA1F"),
        ("icao", "4CA1FG"),
        ("serial", ""),
        ("serial", "two words"),
        ("serial", "x" * 65),
        (None, "4CA1FE"),
    ):
        with pytest.raises(Unusable):
            identity(scheme, text, "who")
