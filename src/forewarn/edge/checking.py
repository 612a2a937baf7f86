"""What is wrong with a site file beyond its own keys: recipients, units, places, and with the data at hand files and columns."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from forewarn.decode import columns, parquet
from forewarn.edge.problem import Problem
from forewarn.edge.recipients import read_recipients
from forewarn.geo import to_enu
from forewarn.site import BadSite, Column, Fault, Feed, Site, parse

FAR_M = 1_000_000.0  # a local level frame is of no use so far from its origin
HEADER_BYTES = 65_536


def read_site(path: Path) -> tuple[str, Site]:
    """A site file's text and what it says. Raises ``Problem`` where it cannot be read, ``BadSite`` where it is wrong."""
    try:
        toml = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{path}: cannot be read: {error}") from None
    return toml, parse(toml)


def check_site(path: Path, data: Path | None) -> tuple[Fault, ...]:
    """Every fault of a site file and of the recipients it names; with ``data``, of the feeds' files and their columns too."""
    try:
        _, site = read_site(path)
    except BadSite as error:
        return error.faults
    faults = [*_told(site, path.parent), *_places(site)]
    for feed in site.feeds:
        faults += _units(feed)
        faults += _file(feed, data) if data is not None else ()
    return tuple(faults)


def _told(site: Site, folder: Path) -> Iterator[Fault]:
    tells = {f"zones.{zone.id}.tell": zone.tell for zone in site.zones} | {"elsewhere.tell": site.elsewhere.tell}
    try:
        known = read_recipients(site, folder).ids
    except BadSite as error:
        yield from error.faults
        return
    wanted = f"one of the recipients: {', '.join(sorted(known)) or 'there are none'}"
    yield from (Fault(key=key, found=name, wanted=wanted) for key, tell in tells.items() for name in tell if name not in known)


def _places(site: Site) -> Iterator[Fault]:
    """Sensors and zones that lie too far from the origin."""
    places = {f"sensors.{s.id}.position": (s.position.lat_deg, s.position.lon_deg) for s in site.sensors if s.position}
    places |= {f"zones.{z.id}.circle": (z.circle.lat_deg, z.circle.lon_deg) for z in site.zones if z.circle}
    places |= {f"zones.{z.id}.polygon": z.polygon[0] for z in site.zones if z.polygon}
    for key, (lat, lon) in places.items():
        away_m = float(np.linalg.norm(to_enu(lat, lon, 0.0, (site.origin.lat_deg, site.origin.lon_deg, 0.0))))
        if away_m > FAR_M:
            yield Fault(key=key, found=f"{lat}, {lon}", wanted=f"a place near the origin; this one is {away_m / 1000:.0f} km from it")


def _units(feed: Feed) -> Iterator[Fault]:
    """Columns of a table whose unit does not fit what they mean."""
    if feed.table is None:
        return
    named: list[tuple[str, Column]] = [("time", feed.table.time), *feed.table.columns.items()]
    for meaning, column in named:
        if column.unit not in columns.UNITS[meaning]:
            wanted = f"one of {', '.join(unit for unit in columns.UNITS[meaning] if unit) or '(no unit)'}"
            yield Fault(key=f"feeds.{feed.id}.table.columns.{meaning}.unit", found=repr(column.unit), wanted=wanted)


def _file(feed: Feed, data: Path) -> Iterator[Fault]:
    """A feed's file that is not there, and columns that its first line does not have or the site file does not know."""
    if feed.arrivals and not (data / feed.arrivals).is_file():
        yield Fault(key=f"feeds.{feed.id}.arrivals", found=feed.arrivals, wanted=f"a file: there is none at {data / feed.arrivals}")
    path = data / feed.file
    if not path.is_file():
        yield Fault(key=f"feeds.{feed.id}.file", found=feed.file, wanted=f"a file: there is none at {path}")
        return
    if feed.table is None:
        return
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    if parquet.is_parquet(head[:4]):
        return
    header = tuple(next(csv.reader([head.split(b"\n", 1)[0].decode("utf-8", "replace").lstrip("\ufeff").rstrip("\r")]), []))
    for fault in columns.plan(feed.table, header)[1]:
        if fault.reason != "unsupported":
            yield Fault(
                key=f"feeds.{feed.id}.table", found=f"column {fault.field!r}: {fault.value}", wanted=fault.allowed or "a column once"
            )
