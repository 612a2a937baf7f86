"""Rows as lines of CSV in a table's columns and units, with as many digits as a sensor gives."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from forewarn.simulate.sensors.rows import Rows, Text
from forewarn.simulate.sensors.scene import MS_NS, Array, Ints
from forewarn.site import Column, Table
from forewarn.units import FACTORS, NANOSECONDS

Cells = list[str]
ANGLES = frozenset({"azimuth", "elevation", "course", "sigma_azimuth", "blank_from", "blank_to", "blank_width", "blank_centre"})
WRAPPED = frozenset({"azimuth"})
KEYS = (("lat", "lon"), ("east", "north"), ("azimuth", "range"))  # what a plot is known by, in the order in which a reader looks
LENGTH_DIGITS = {"m": 1, "": 1, "ft": 0, "km": 4, "NM": 5}


class Written(NamedTuple):
    """Cells by the name of the column; and the two numbers that a reader of the first two columns of a place would get (n,)."""

    cells: dict[str, Cells]
    first: Array
    second: Array


def written(table: Table, rows: Rows) -> Written:
    """The cells of the rows."""
    n = len(rows.t_ns)
    cells: dict[str, Cells] = {table.time.column: times(rows.t_ns, table.time.unit)}
    if table.scan_time is not None:
        cells[table.scan_time.column] = times(rows.look_ns, table.scan_time.unit)
    read: dict[str, Array] = {}
    for meaning, column in table.columns.items():
        values = rows.values.get(meaning)
        cells[column.column] = [""] * n if values is None else _cells(table, meaning, column, values)
        if meaning in {key for pair in KEYS for key in pair}:
            read[meaning] = _read(meaning, column, cells[column.column])
    for name in (*table.unused, *table.ignore):
        cells.setdefault(name, [""] * n)
    first, second = next((pair for pair in KEYS if pair[0] in table.columns), KEYS[0])
    none = np.full(n, np.nan)
    return Written(cells, read.get(first, none), read.get(second, none))


def header(table: Table) -> bytes:
    """The first line."""
    return _csv(list(_columns(table)))


def lines(table: Table, rows: Rows, text: Written) -> list[tuple[int, bytes]]:
    """Messages, each with its arrival: the rows of a look, a row with the look's time alone for one that saw nothing (where the table has a
    time of the look), lone reports that arrive together; in order of arrival."""
    names = _columns(table)
    body = [_joined(row) for row in zip(*(text.cells[name] for name in names), strict=True)]
    messages: dict[tuple[int, int], list[str]] = {}
    if table.scan_time is not None:
        at = names.index(table.scan_time.column)
        before, after = "," * at, "," * (len(names) - 1 - at)
        looked = times(rows.looks_ns, table.scan_time.unit)
        for sent, look, time in zip(rows.looks_sent_ns.tolist(), rows.looks_ns.tolist(), looked, strict=True):
            messages[sent, look] = [before + time + after]
    full: dict[tuple[int, int], list[str]] = {}
    for key, line in zip(zip(rows.sent_ns.tolist(), rows.look_ns.tolist(), strict=True), body, strict=True):
        full.setdefault(key, []).append(line)
    messages |= full
    return [(sent, "".join(line + "\n" for line in messages[sent, look]).encode()) for sent, look in sorted(messages)]


def times(t_ns: Ints, unit: str) -> Cells:
    """Times in whole milliseconds, as text in a unit."""
    if unit == "iso8601":
        return [str(time) + "Z" for time in np.datetime_as_string((t_ns // MS_NS).astype("datetime64[ms]"), unit="ms")]
    in_unit = NANOSECONDS[unit]
    if in_unit <= MS_NS:
        return [str(t // in_unit) for t in t_ns.tolist()]
    return [f"{t // in_unit}.{t % in_unit // MS_NS:03d}" for t in t_ns.tolist()]


def _columns(table: Table) -> list[str]:
    first = [table.time.column] + ([table.scan_time.column] if table.scan_time else [])
    return list(dict.fromkeys([*first, *(column.column for column in table.columns.values()), *table.unused, *table.ignore]))


def _cells(table: Table, meaning: str, column: Column, values: Array | Text) -> Cells:
    if meaning == "state":
        said = {state: word for word, state in reversed(table.states.items())}
        return [said.get(word, word) for word in values]
    if values.dtype == object:
        return [str(word) for word in values]
    digits = _digits(meaning, column.unit)
    return ["" if number != number else f"{number:.{digits}f}" for number in (values / FACTORS[column.unit]).tolist()]


def _digits(meaning: str, unit: str) -> int:
    if meaning.endswith(("lat", "lon")):
        return 9 if unit == "rad" else 7
    if meaning in ANGLES:
        return 5 if unit == "rad" else 2
    if meaning in ("speed", "climb", "reflection"):
        return 1
    if meaning == "score":
        return 0 if unit == "%" else 2
    return LENGTH_DIGITS.get(unit, 1)


def _read(meaning: str, column: Column, cells: Cells) -> Array:
    """The numbers as a reader gets them from the cells; NaN of an empty one."""
    values = np.array([float(cell) if cell else np.nan for cell in cells], dtype=float) * FACTORS[column.unit]
    return np.where(values % 360.0 >= 360.0, 0.0, values % 360.0) if meaning in WRAPPED else values


def _joined(cells: Sequence[str]) -> str:
    line = ",".join(cells)
    if '"' in line or line.count(",") >= len(cells) or "\n" in line:
        return _csv(list(cells)).decode().rstrip("\n")
    return line


def _csv(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()
