"""What the columns of a table mean: units that fit, values that can be, and a row of cells as values.

Ranges are wide: what lies outside them is a wrong unit or a broken cell, not a rare event.
"""

from __future__ import annotations

import csv
import re
from typing import Literal

import msgspec

from forewarn.decode.refusals import Unusable
from forewarn.decode.times import parse
from forewarn.site import Column, Table
from forewarn.units import FACTORS

ANGLE, LENGTH, SPEED = ("deg", "rad", ""), ("m", "ft", "km", "NM", ""), ("mps", "kt", "kmh", "")
TIME = ("s", "ms", "us", "ns", "iso8601", "")
UNITS: dict[str, tuple[str, ...]] = {
    "time": TIME, "scan_time": TIME, "lat": ANGLE, "lon": ANGLE, "alt": LENGTH, "range": LENGTH, "azimuth": ANGLE, "elevation": ANGLE,
    "east": LENGTH, "north": LENGTH, "up": LENGTH, "course": ANGLE, "speed": SPEED, "climb": SPEED, "score": ("%", ""),
    "reflection": ("dB", ""), "sigma": LENGTH, "sigma_azimuth": ANGLE, "sigma_range": LENGTH, "sensor_lat": ANGLE,
    "sensor_lon": ANGLE, "sensor_alt": LENGTH, "blank_centre": ANGLE, "blank_width": ANGLE, "blank_from": ANGLE, "blank_to": ANGLE,
    "label": ("",), "emitter": ("",), "alarm": ("",), "state": ("",), "identity": ("",), "callsign": ("",), "kind": ("",),
    "on_ground": ("",),
}  # fmt: skip
"""Units that a column of each meaning may be in; none stands for degrees, metres, metres a second, seconds."""

RANGES: dict[str, tuple[float, float]] = {
    "lat": (-90.0, 90.0), "lon": (-180.0, 180.0), "alt": (-2000.0, 200_000.0), "range": (0.0, 2e6), "azimuth": (-360.0, 360.0),
    "elevation": (-90.0, 90.0), "east": (-2e6, 2e6), "north": (-2e6, 2e6), "up": (-2e5, 2e5), "course": (-360.0, 360.0),
    "speed": (0.0, 20_000.0), "climb": (-5000.0, 5000.0), "score": (0.0, 1.0), "reflection": (-300.0, 300.0), "sigma": (0.0, 1e5),
    "sigma_azimuth": (0.0, 180.0), "sigma_range": (0.0, 1e5), "sensor_lat": (-90.0, 90.0), "sensor_lon": (-180.0, 180.0),
    "sensor_alt": (-2000.0, 200_000.0), "blank_centre": (-360.0, 360.0), "blank_width": (0.0, 360.0), "blank_from": (-360.0, 360.0),
    "blank_to": (-360.0, 360.0),
}  # fmt: skip
"""Least and most of a number of each meaning, in degrees, metres, metres a second, dB; scores as a share."""

CIRCULAR = frozenset({"azimuth", "course", "blank_from", "blank_to"})  # brought to 0..360
STATED = frozenset({"sigma", "sigma_azimuth", "sigma_range"})  # zero is how some sensors say "not known"
FLAGS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
UNKNOWN_COLUMNS_TOLD = 16
_ICAO, _SERIAL = re.compile(r"[0-9a-f]{6}"), re.compile(r"[!-~]{1,64}")

MARKS = ("time", "lat", "lon", "east", "north", "azimuth", "range", "emitter", "identity", "state")  # two rows alike in these are one
POSE = frozenset({"sensor_lat", "sensor_lon", "sensor_alt"})

How = Literal["time", "number", "flag", "text"]
Cell = str | float | bool


class Spec(msgspec.Struct, frozen=True):
    """How one column of a row is read."""

    meaning: str
    column: str
    index: int
    how: How
    unit: str
    factor: float
    low: float
    high: float
    hold: bool


class Plan(msgspec.Struct, frozen=True):
    """How a row is read: the columns that are used, those whose words rule a row out, and how many cells a row has.

    ``names``: the column of each meaning, of the times even where the file has none. Meanings that are ``held`` from row to row, and the
    ``marks`` by which a row is known again; one that has nothing but what is ``idle`` measured nothing.
    """

    header: tuple[str, ...]
    specs: tuple[Spec, ...]
    ignore: tuple[tuple[int, str, tuple[str, ...]], ...]
    names: dict[str, str]
    held: tuple[str, ...]
    marks: tuple[str, ...]
    idle: frozenset[str]


def is_header(table: Table, cells: tuple[str, ...]) -> bool:
    """Whether a line names the columns: the one with the time is among them."""
    return table.time.column in cells


def plan(table: Table, header: tuple[str, ...]) -> tuple[Plan, list[Unusable]]:
    """How to read rows under ``header``, and what is wrong with it."""
    wanted: dict[str, Column] = {"time": table.time}
    wanted |= {"scan_time": table.scan_time} if table.scan_time else {}
    wanted |= {str(meaning): column for meaning, column in table.columns.items()}
    faults = _strangers(table, {c.column for c in wanted.values()}, header)
    specs = []
    for meaning, column in wanted.items():
        if column.unit not in UNITS[meaning]:
            faults.append(Unusable("unsupported", column.column, column.unit, f"{meaning}: " + ", ".join(u for u in UNITS[meaning] if u)))
        elif column.column not in header:
            faults.append(Unusable("missing", column.column, "no such column", f"{meaning}: the file has {', '.join(header)}"[:200]))
        else:
            specs.append(_spec(meaning, column, header.index(column.column)))
    ignore = tuple((header.index(name), name, words) for name, words in table.ignore.items() if name in header)
    names = {m: c.column for m, c in wanted.items() if m in ("time", "scan_time")} | {spec.meaning: spec.column for spec in specs}
    held = tuple(spec.meaning for spec in specs if spec.hold)
    return Plan(header, tuple(specs), ignore, names, held, tuple(mark for mark in MARKS if mark in names), _idle(table)), faults


def _idle(table: Table) -> frozenset[str]:
    """Meanings that tell when and whence a look was, and nothing that it saw."""
    one_time = table.scan_time is not None and table.scan_time.column == table.time.column
    return POSE | {"scan_time"} | ({"time"} if one_time else set())


def _strangers(table: Table, used: set[str], header: tuple[str, ...]) -> list[Unusable]:
    """Columns that the site file does not name, and names that come twice."""
    known = used | set(table.unused) | set(table.ignore)
    strange = [name for name in dict.fromkeys(header) if name not in known]
    told = [
        Unusable("unknown_column", name or "(no name)", name, "name it in `columns`, `ignore` or `unused`")
        for name in strange[:UNKNOWN_COLUMNS_TOLD]
    ]
    if strange[UNKNOWN_COLUMNS_TOLD:]:
        told.append(Unusable("unknown_column", "(more)", f"{len(strange) - UNKNOWN_COLUMNS_TOLD} more"))
    twice = [name for name in dict.fromkeys(header) if name in used and header.count(name) > 1]
    return told + [Unusable("malformed", name, name, "a column once; the first is used") for name in twice]


def _spec(meaning: str, column: Column, index: int) -> Spec:
    how: How = (
        "time"
        if meaning in ("time", "scan_time")
        else "number"
        if meaning in RANGES
        else "flag"
        if meaning in ("alarm", "on_ground")
        else "text"
    )
    low, high = RANGES.get(meaning, (0.0, 0.0))
    return Spec(meaning, column.column, index, how, column.unit, FACTORS.get(column.unit, 1.0), low, high, column.hold)


def cells(data: bytes, first: bool) -> tuple[str, ...]:
    """A line without its ending as cells; none for an empty line. The ``first`` may begin with a byte order mark. Raises ``Unusable``."""
    try:
        text = data.decode("utf-8-sig" if first else "utf-8")
        if '"' not in text and "\r" not in text:  # no quoting to undo
            return tuple(text.split(",")) if text else ()
        return tuple(next(csv.reader((text,), strict=True), ()))
    except UnicodeDecodeError as error:
        raise Unusable("malformed", "line", repr(data[error.start : error.end]), "UTF-8") from None
    except csv.Error as error:
        raise Unusable("malformed", "line", str(error), "CSV as in RFC 4180, one row a line") from None


def read(spec: Spec, text: str) -> Cell:
    """A cell that is not empty as a value; times in integer nanoseconds, numbers in SI units and degrees. Raises ``Unusable``."""
    if spec.how == "number":
        return number(spec, text)
    if spec.how == "time":
        return parse(text, spec.unit, spec.column)
    if spec.how == "flag":
        flag = FLAGS.get(text.strip().lower())
        if flag is None:
            raise Unusable("unknown_value", spec.column, text, ", ".join(FLAGS))
        return flag
    return text


def number(spec: Spec, text: str) -> float:
    """A finite number within the range of its meaning; circular ones from 0 up to 360."""
    try:
        value = float(text) * spec.factor
    except ValueError:
        raise Unusable("not_a_number", spec.column, text, "a decimal number") from None
    if not spec.low <= value <= spec.high:
        if value != value:
            raise Unusable("not_a_number", spec.column, text, "a decimal number")
        raise Unusable("out_of_range", spec.column, text, f"{spec.low:g} to {spec.high:g}")
    if "_" in text:
        raise Unusable("not_a_number", spec.column, text, "a decimal number")
    return wrapped(value) if spec.meaning in CIRCULAR else value


def wrapped(degrees: float) -> float:
    """The same direction from 0 up to 360."""
    turned = degrees % 360.0
    return 0.0 if turned >= 360.0 else turned


def identity(scheme: str | None, text: str, field: str) -> str:
    """``icao:hhhhhh`` or ``serial:...``; raises ``Unusable``."""
    if scheme == "icao" and _ICAO.fullmatch(text.strip().lower()):
        return "icao:" + text.strip().lower()
    if scheme == "serial" and _SERIAL.fullmatch(text.strip()):
        return "serial:" + text.strip()
    allowed = {"icao": "six hexadecimal digits", "serial": "1 to 64 visible ASCII characters"}.get(
        str(scheme), "`identity_scheme` is not given"
    )
    raise Unusable("unknown_value", field, text, allowed)


def word(text: str, allowed: tuple[str, ...], field: str) -> str:
    """One of the words; raises ``Unusable``."""
    if text not in allowed:
        raise Unusable("unknown_value", field, text, ", ".join(allowed))
    return text
