"""The site file: every fault at once, named; and nothing but `BadSite`, whatever the text."""

from __future__ import annotations

import copy
import json
import math
import tomllib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from forewarn.site import BadSite, Fault, Site, parse

FULL = """
version = 1
name = "full"
title = { en = "Full", ar = "كامل" }
origin = { lat_deg = 52.0, lon_deg = 5.0, alt_m = 40.0 }
sender = "watch@example.org"
tick_s = 0.5
future_s = 5.0
recipients = "recipients.toml"

[[sensors]]
id = "radar"
kind = "radar"
position = { lat_deg = 52.0, lon_deg = 5.0, alt_m = 3.0 }
moves = false
reports = "polar"
sigma_m = 20.0
sigma_alt_m = 30.0
sigma_range_m = 20.0
sigma_azimuth_deg = 2.0
sigma_elevation_deg = 2.0
bias_azimuth_deg = 0.5
bias_sigma_azimuth_deg = 0.1
correlation_s = 1.0
p_detection = 0.9
clutter = 1.0
interval_s = 1.0
silent_after_s = 6.0
scan = true
coverage = { min_range_m = 10.0, max_range_m = 900.0, sectors = [{ from_deg = 0.0, to_deg = 180.0 }], blank = [{ from_deg = 5, to_deg = 6 }], min_height_m = -5.0, max_height_m = 500.0 }

[sensors.opinions]
labels = { UAV = { drone = 0.9, other = 0.2, false = 0.1 } }
reflection_db = { drone = { mean = 20.0, sd = 5.0 } }
score = { true = { mean = 0.8, sd = 0.1 } }

[[feeds]]
id = "plots"
sensor = "radar"
format = "table"
file = "plots.csv"
live = false

[feeds.table]
holds = "plots"
time = { column = "t", unit = "s", hold = false }
scan_time = { column = "scan", unit = "iso8601", hold = true }
arrival = "scan_time"
columns = { range = { column = "r", unit = "km" }, azimuth = { column = "az", unit = "rad" } }
identity_scheme = "icao"
states = { up = "operational" }
unused = ["x"]
ignore = { state = ["test"] }
repeats = true

[[feeds]]
id = "other"
sensor = "radar"
format = "autoferry"
file = "detections.json"
channel = 2

[[zones]]
id = "yard"
name = { en = "Yard", ar = "ساحة" }
circle = { lat_deg = 52.0, lon_deg = 5.0, radius_m = 100.0 }
floor_m = 0.0
ceiling_m = 100.0
horizon_s = 30.0
need_s = 10.0
clear_after_s = 20.0
costs = { false_alarm = 1.0, missed = { drone = 5.0 }, conforming = 0.5 }
tell = ["desk"]

[[zones]]
id = "field"
name = { en = "Field" }
polygon = [[52.0, 5.0], [52.1, 5.0], [52.1, 5.1]]

[elsewhere]
horizon_s = 30.0
costs = { missed = { other = 0.0 } }
tell = ["desk"]

[[authorisations]]
id = "survey"
identity = "icao:abcdef"
kind = "drone"
starts = 2026-01-01T10:00:00Z
ends = 2026-01-01T11:00:00Z
circle = { lat_deg = 52.0, lon_deg = 5.0, radius_m = 100.0 }
floor_m = 0.0
ceiling_m = 100.0

[priors]
kinds = { drone = 1.0 }
authorised = 0.05
authorised_ceiling = 0.8
births_per_min_km2 = 0.05
life_s = 600.0

[tracking]
speed_sd_mps = 10.0
climb_sd_mps = 2.0
height_m = 50.0
height_sd_m = 50.0
calm = 0.5
agile = 10.0
stay_s = 20.0
publish_above = 0.1
confirmed = 0.5
drop_below = 0.001
late_s = 15.0
coast_s = 20.0
"""  # noqa: E501
RAW = tomllib.loads(FULL)
Path = tuple[str | int, ...]


def toml(value: Any) -> str:
    """A value as TOML, tables written inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(v)}" for key, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else json.dumps(value, ensure_ascii=True)


def written(raw: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in raw.items())


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where every value that is no table and no list stands."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path


def put(path: Path, value: Any, raw: dict[str, Any] | None = None) -> dict[str, Any]:
    changed = copy.deepcopy(RAW if raw is None else raw)
    inside: Any = changed
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return changed


def named(path: Path) -> str:
    """The path as faults write it: tables of a list by their id."""
    steps, inside = [], RAW
    for step in path:
        inside = inside[step]  # type: ignore[index]
        steps.append(str(inside.get("id", step)) if isinstance(step, int) and isinstance(inside, dict) else str(step))
    return ".".join(steps)


def faults(text: str) -> tuple[Fault, ...]:
    with pytest.raises(BadSite) as caught:
        parse(text)
    return caught.value.faults


def at(path: Path) -> Any:
    """The value that stands there."""
    inside: Any = RAW
    for step in path:
        inside = inside[step]
    return inside


LEAVES = sorted(leaves(RAW), key=str)
NUMBERS = [path for path in LEAVES if type(at(path)) in (int, float) and path != ("version",)]


# ---------------------------------------------------------------------------------------------------- sound files


def test_a_full_file_is_read_and_written_values_stand() -> None:
    site = parse(FULL)
    assert parse(written(RAW)) == site
    assert site.sensors[0].coverage.blank[0].to_deg == 6.0
    assert site.zones[1].polygon == ((52.0, 5.0), (52.1, 5.0), (52.1, 5.1))
    assert site.authorisations[0].starts == datetime.fromisoformat("2026-01-01T10:00:00+00:00")
    assert site.sensor("radar") is site.sensors[0]
    with pytest.raises(KeyError):
        site.sensor("none")


def test_a_site_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        parse(FULL).name = "other"  # type: ignore[misc]


def test_any_feed_that_is_not_live_makes_it_a_recording() -> None:
    assert parse(FULL).recorded
    live = put(("feeds", 0, "live"), True)
    assert parse(written(live)).recorded
    assert not parse(written(put(("feeds", 1, "live"), True, live))).recorded


# ---------------------------------------------------------------------------------------------------- each fault


@pytest.mark.parametrize("path", LEAVES, ids=str)
def test_every_key_is_checked_and_named(path: Path) -> None:
    found = faults(written(put(path, {"x": 1})))
    assert [f for f in found if f.key.startswith((named(path), by_place(path))) and f.wanted], found


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("path", NUMBERS, ids=str)
def test_no_number_may_be_infinite_or_none(path: Path, value: float) -> None:
    assert any(f.key == named(path) and f.found == str(value) for f in faults(written(put(path, value))))


@pytest.mark.parametrize("path", [(), *sorted({p[:-1] for p in LEAVES if isinstance(p[-1], str)}, key=str)], ids=str)
def test_an_unknown_key_is_a_fault_in_every_table(path: Path) -> None:
    assert any(f.key == ".".join(filter(None, [named(path), "colour"])) for f in faults(written(put((*path, "colour"), "red"))))


@pytest.mark.parametrize("key", ["version", "name", "origin", "sensors", "feeds"])
def test_what_is_missing_is_said(key: str) -> None:
    without = {k: v for k, v in RAW.items() if k != key}
    assert any((f.key, f.found) == (key, "nothing") for f in faults(written(without)))


@pytest.mark.parametrize(
    ("path", "value", "key", "wanted"),
    [
        (("version",), 2, "version", "1"),
        (("name",), "two words", "name", "pattern"),
        (("sensors",), [], "sensors", "at least 1"),
        (("sensors", 0, "p_detection"), 1.5, "sensors.radar.p_detection", "less than or equal to 1"),
        (("sensors", 0, "interval_s"), 0, "sensors.radar.interval_s", "greater than 0"),
        (("sensors", 0, "kind"), "sonar", "sensors.radar.kind", "'radar', 'lidar'"),
        (("feeds", 0, "sensor"), "ladar", "feeds.plots.sensor", "one of the sensors: radar"),
        (("feeds", 1, "id"), "plots", "feeds.plots.id", "a name of its own"),
        (("feeds", 1, "channel"), None, "feeds.other", "`channel` go together"),
        (("feeds", 0, "format"), "beast", "feeds.plots", "`[feeds.table]` go together"),
        (("feeds", 0, "table", "columns", "warmth"), {"column": "c"}, "feeds.plots.table.columns.warmth", "'lat'"),
        (("zones", 0, "id"), "elsewhere", "zones.elsewhere.id", "[elsewhere]"),
        (("zones", 0, "polygon"), [[0, 0], [0, 1], [1, 1]], "zones.yard", "a circle or a polygon"),
        (("zones", 1, "polygon"), [[0, 0], [0, 1]], "zones.field", "three corners"),
        (("zones", 1, "polygon"), [[0, 0], [0, 1], [95, 1]], "zones.field.polygon.2.0", "less than or equal to 90"),
        (("zones", 0, "floor_m"), 100.0, "zones.yard", "`floor_m` must lie below"),
        (("authorisations", 0, "starts"), datetime(2026, 1, 1, 10), "authorisations.survey", "need a zone"),  # noqa: DTZ001
        (("authorisations", 0, "ends"), datetime.fromisoformat("2025-01-01T00:00:00Z"), "authorisations.survey", "must come before"),
        (("authorisations", 0, "identity"), "ICAO:ABCDEF", "authorisations.survey.identity", "pattern"),
        (("authorisations", 0, "ceiling_m"), 0.0, "authorisations.survey", "`floor_m` must lie below"),
        (("authorisations", 0, "circle"), None, "authorisations.survey", "a circle or a polygon"),
        (("priors", "kinds"), {"wyvern": 1.0}, "priors.kinds.wyvern", "'drone'"),
    ],
)
def test_each_fault_is_told_by_key_and_by_what_is_allowed(path: Path, value: Any, key: str, wanted: str) -> None:
    raw = put(path, value)
    if value is None:
        inside: Any = raw
        for step in path[:-1]:
            inside = inside[step]
        del inside[path[-1]]
    assert [f for f in faults(written(raw)) if f.key == key and wanted in f.wanted], faults(written(raw))


def test_a_sensor_that_reports_angles_needs_a_place() -> None:
    raw = copy.deepcopy(RAW)
    del raw["sensors"][0]["position"]
    assert [f.key for f in faults(written(raw))] == ["sensors.radar"]
    raw["sensors"][0]["moves"] = True
    assert parse(written(raw)).sensors[0].position is None


@pytest.mark.parametrize(("reports", "key", "value", "wanted"), [
    ("claims", "spells", {"hidden": 0.1, "mean_s": 5.0}, "receiver of claims"), ("bearing", "echoes", True, "plots with a place"),
    ("claims", "echoes", True, "plots with a place"),
])  # fmt: skip
def test_what_a_sensor_cannot_have_is_refused(reports: str, key: str, value: object, wanted: str) -> None:
    raw = copy.deepcopy(RAW)
    raw["sensors"][0] |= {"reports": reports, key: value}
    raw["sensors"][0].pop("resolution", None)
    assert [f.found for f in faults(written(raw)) if wanted in f.wanted] == ["its keys together"]


@pytest.mark.parametrize("spells", [{"hidden": 1.0, "mean_s": 5.0}, {"hidden": -0.1, "mean_s": 5.0}, {"hidden": 0.1, "mean_s": 0.0}])
def test_spells_that_never_end_or_last_no_time_are_refused(spells: dict[str, float]) -> None:
    assert [f.key for f in faults(written(put(("sensors", 0, "spells"), spells)))] == [
        f"sensors.radar.spells.{'mean_s' if spells['mean_s'] == 0.0 else 'hidden'}"
    ]


def test_an_authorisation_needs_three_corners_too() -> None:
    raw = put(("authorisations", 0, "polygon"), [[52.0, 5.0], [52.1, 5.0]])
    del raw["authorisations"][0]["circle"]
    assert [(f.key, f.wanted) for f in faults(written(raw))] == [("authorisations.survey", "a polygon needs three corners")]


# ---------------------------------------------------------------------------------------------------- all of them


def test_every_fault_is_told_at_once() -> None:
    raw = put(("tick_s",), 60)
    for path, value in (
        (("sensors", 0, "colour"), "red"),
        (("feeds", 0, "sensor"), "ladar"),
        (("feeds", 1, "id"), "plots"),
        (("zones", 0, "horizon_s"), "soon"),
        (("zones", 1, "floor_m"), 5000.0),
        (("priors", "authorised"), 2.0),
    ):
        raw = put(path, value, raw)
    assert {f.key for f in faults(written(raw))} == {
        "tick_s", "sensors.radar.colour", "feeds.plots.sensor", "feeds.plots.id", "zones.yard.horizon_s", "zones.field",
        "priors.authorised",
    }  # fmt: skip


@settings(max_examples=40)
@given(st.lists(st.sampled_from([p for p in LEAVES if isinstance(p[-1], str)]), min_size=1, max_size=6, unique=True))
def test_faults_do_not_hide_each_other(paths: list[Path]) -> None:
    raw = RAW
    for path in paths:
        raw = put(path, {"x": 1}, raw)
    told = {f.key for f in faults(written(raw))}
    hidden = [p for p in paths if p[-1] != "id" and not any(key.startswith(name) for key in told for name in (named(p), by_place(p)))]
    assert hidden == []


def by_place(path: Path) -> str:
    """The path as faults write it where the tables' ids are broken too."""
    return ".".join(map(str, path))


def test_a_fault_shows_what_is_there_cut_short() -> None:
    (fault,) = faults(written(put(("zones", 0, "horizon_s"), "x" * 1000)))
    assert fault.found.startswith("'xxx")
    assert len(fault.found) <= 80
    assert str(BadSite((fault,))).startswith("zones.yard.horizon_s: 'xxx")


# ---------------------------------------------------------------------------------------------------- any text

VALUES = st.recursive(
    st.none().map(lambda _: "x") | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


def only_bad_site(text: str) -> None:
    found: tuple[Fault, ...] | Site = ()
    try:
        found = parse(text)
    except BadSite as error:
        found = error.faults
    assert isinstance(found, Site) or (found and all(f.key and f.found and f.wanted and len(f.found) <= 80 for f in found))


@given(st.sampled_from(LEAVES), st.integers(1, 4), VALUES)
def test_any_value_anywhere_is_taken_or_told(path: Path, depth: int, value: Any) -> None:
    only_bad_site(written(put(path[: min(depth, len(path))], value)))


@given(st.dictionaries(st.sampled_from(sorted(RAW)) | st.text(max_size=5), VALUES, max_size=6))
def test_any_tables_are_taken_or_told(raw: dict[str, Any]) -> None:
    only_bad_site(written(raw))


@given(st.integers(0, len(FULL)), st.integers(0, 30), st.text(max_size=10))
def test_a_damaged_file_is_taken_or_told(at: int, cut: int, put_in: str) -> None:
    only_bad_site(FULL[:at] + put_in + FULL[at + cut :])


@given(st.text())
def test_any_text_is_told(text: str) -> None:
    only_bad_site(text)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "9" * 5000,
        "version = 0x" + "f" * 5000,
        "a = " + "[" * 5000,
        "a." * 3000 + "b = 1",
        "origin = 1e999",
        "name = '\ud800'",
        "\x00",
    ],
    ids=["digits", "hex", "nested", "dotted", "overflow", "surrogate", "nul"],
)
def test_monstrous_text_is_told(text: str) -> None:
    only_bad_site(text)
