"""A site file over its feeds: read, watch, record, deliver, until the feeds end or somebody stops it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from forewarn.decode.columns import UNITS
from forewarn.edge import clock, feeds
from forewarn.edge.deliver import Couriers, Recipients, read_recipients
from forewarn.edge.problem import Problem
from forewarn.edge.store import Store
from forewarn.edge.summary import Summary
from forewarn.edge.watching import Watching
from forewarn.messages import Event, Message
from forewarn.site import BadSite, Column, Fault, Feed, Site, parse

DURABLE_EVERY = 64  # events of a recording between two writes to the disk; of live feeds, one
Listener = Callable[[Event, tuple[Message, ...]], None]


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How to run. ``speed``: seconds of a recording to one of the clock, None as fast as it goes. ``data``: where feeds' files are."""

    data: Path
    record: Path | None = None
    speed: float | None = None
    drill: str | None = None


def read_site(path: Path) -> tuple[str, Site]:
    """A site file's text and what it says. Raises ``Problem`` where it cannot be read, ``BadSite`` where it is wrong."""
    try:
        toml = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{path}: cannot be read: {error}") from None
    return toml, parse(toml)


def check_site(path: Path, data: Path | None) -> tuple[Fault, ...]:
    """Every fault of a site file, of the recipients it names, and, with ``data``, feeds' files that are not there."""
    try:
        _, site = read_site(path)
    except BadSite as error:
        return error.faults
    faults: list[Fault] = []
    tells = {f"zones.{zone.id}.tell": zone.tell for zone in site.zones} | {"elsewhere.tell": site.elsewhere.tell}
    try:
        known = read_recipients(site, path.parent).ids
    except BadSite as error:
        faults, known = list(error.faults), tuple(name for tell in tells.values() for name in tell)
    allowed = f"one of the recipients: {', '.join(sorted(known)) or 'there are none'}"
    faults += (Fault(key=key, found=name, wanted=allowed) for key, tell in tells.items() for name in tell if name not in known)
    faults += (fault for feed in site.feeds for fault in _units(feed))
    if data is not None:
        lost = (feed for feed in site.feeds if not (data / feed.file).is_file())
        faults += (
            Fault(key=f"feeds.{feed.id}.file", found=feed.file, wanted=f"a file: there is none at {data / feed.file}") for feed in lost
        )
    return tuple(faults)


def _units(feed: Feed) -> Iterator[Fault]:
    """Columns of a table whose unit does not fit what they mean."""
    if feed.table is None:
        return
    columns: list[tuple[str, Column]] = [("time", feed.table.time), *feed.table.columns.items()]
    for meaning, column in columns:
        if column.unit not in UNITS[meaning]:
            wanted = f"one of {', '.join(unit for unit in UNITS[meaning] if unit) or '(no unit)'}"
            yield Fault(key=f"feeds.{feed.id}.table.columns.{meaning}.unit", found=repr(column.unit), wanted=wanted)


def run(
    site_path: Path,
    options: Options,
    listener: Listener | None = None,
    say: Callable[[str], None] = print,
    stopped: Callable[[], bool] = lambda: False,
) -> Summary:
    """Run a site file over its feeds; with a record folder that holds a record already, go on with it."""
    toml, site = read_site(site_path)
    recipients = read_recipients(site, site_path.parent)
    store, resumed = _store(options.record)
    summary = Summary.of(site)
    begun = time.perf_counter()
    with Couriers(recipients, drill=options.drill) as couriers:
        watching = Watching(store, couriers, say, DURABLE_EVERY if site.recorded else 1)
        with closing(watching):
            for event in _events(site, options, watching, toml, recipients, resumed, stopped):
                taken: list[Event] = [event]
                while taken:
                    messages = watching.take(taken[0])
                    summary.add(taken[0], messages, site.tracking.confirmed)
                    if listener is not None:
                        listener(taken[0], messages)
                    taken[:1] = couriers.settle() if site.recorded else couriers.reports()
            for report in couriers.finish() if watching.state.rooms else ():
                watching.take(report)
            watching.snapshot()
            summary.end(watching.state, watching.whole)
    summary.wall_s = time.perf_counter() - begun
    return summary


def _store(record: Path | None) -> tuple[Store | None, bool]:
    if record is None:
        return None, False
    if Store.exists(record):
        return Store.open(record), True
    return Store.create(record), False


def _events(
    site: Site, options: Options, watching: Watching, toml: str, recipients: Recipients, resumed: bool, stopped: Callable[[], bool]
) -> Iterator[Event]:
    """The feeds' events, after the watch has begun or resumed at the time that the first of them gives."""
    if resumed:
        watching.resume(toml, recipients.salted_hash)
    if any(feed.live for feed in site.feeds):
        if not resumed:
            watching.begin(toml, clock.now_ns(), recipients.salted_hash)
        yield from feeds.follow(site, options.data, clock.now_ns, watching.state.positions, stopped, watching.say)
        return
    ticked_ns = watching.state.t_ns - (
        watching.state.ticked_ns < watching.state.t_ns
    )  # a tick that is due at that very time is still to come
    recorded = feeds.recorded(site, options.data, watching.state.positions, ticked_ns)
    first = next(recorded, None)
    if first is None:
        return
    if not resumed:
        watching.begin(toml, first.t_ns, recipients.salted_hash)
    yield from clock.pace(_behind(first, recorded), options.speed, stopped)


def _behind(first: Event, rest: Iterator[Event]) -> Iterator[Event]:
    yield first
    yield from rest
