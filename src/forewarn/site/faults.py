"""What is wrong with a site file, told with its key: all of it at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

from forewarn.site.base import Part


class Fault(Part):
    """One thing wrong with a site file."""

    key: str
    found: str
    wanted: str


class BadSite(ValueError):
    """Bad configuration: all faults of a site file."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{f.key}: {f.found}: {f.wanted}" for f in faults))


def read(toml: str) -> dict[str, Any]:
    """TOML as plain values. ``tomllib`` lets numbers of too many digits and too deep nesting escape as other errors."""
    try:
        return tomllib.loads(toml)
    except (ValueError, RecursionError) as error:
        raise BadSite((Fault(key="(file)", found="not TOML", wanted=str(error)),)) from None


def misjoined(raw: dict[str, Any]) -> Iterator[Fault]:
    """Names used twice and references to what is not there, in a file that may have other faults."""
    tables = {what: _tables(raw, what) for what in ("sensors", "feeds", "zones", "authorisations")}
    names = {what: [part["id"] for part in parts if isinstance(part.get("id"), str)] for what, parts in tables.items()}
    for what, given in names.items():
        for name in sorted({n for n in given if given.count(n) > 1}):
            yield Fault(key=f"{what}.{name}.id", found=_shown(name), wanted="a name of its own; two have this one")
    for feed in tables["feeds"]:
        if isinstance(sensor := feed.get("sensor"), str) and sensor not in names["sensors"]:
            known = ", ".join(sorted(set(names["sensors"]))) or "there are none"
            yield Fault(key=f"feeds.{feed.get('id')}.sensor", found=_shown(sensor), wanted=f"one of the sensors: {known}")
    if "elsewhere" in names["zones"]:
        wanted = "another name: `elsewhere` is the place outside all zones, described in [elsewhere]"
        yield Fault(key="zones.elsewhere.id", found="'elsewhere'", wanted=wanted)


def _tables(raw: dict[str, Any], what: str) -> list[dict[str, Any]]:
    parts = raw.get(what)
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def fault(raw: dict[str, Any], error: Any) -> Fault:
    """One pydantic error as key, what is there, what is allowed."""
    found = "nothing" if error["type"] == "missing" else _shown(error["input"])
    if error["type"] == "value_error" and isinstance(error["input"], dict):
        found = "its keys together"  # no one value is wrong, and a whole table cut short tells nobody which
    return Fault(key=_key(raw, error["loc"]), found=found, wanted=error["msg"].removeprefix("Value error, "))


def _key(raw: Any, loc: tuple[int | str, ...]) -> str:
    """Where a fault is: ``zones.ferry.horizon_s``; a table without a name is told by its place, from 0."""
    steps = []
    for step in loc:
        if isinstance(step, int):
            raw = raw[step] if isinstance(raw, list) and step < len(raw) else None
            step = raw["id"] if isinstance(raw, dict) and isinstance(raw.get("id"), str) else step
        elif step != "[key]":
            raw = raw.get(step) if isinstance(raw, dict) else None
        steps.append(str(step))
    return ".".join(step for step in steps if step != "[key]") or "(file)"


def _shown(value: Any) -> str:
    """A value as a person may find it again, cut to 80 characters."""
    try:
        return repr(value)[:80]
    except (ValueError, RecursionError):
        return f"a {type(value).__name__} too large to show"
