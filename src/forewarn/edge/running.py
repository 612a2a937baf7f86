"""A site file over its feeds: read, watch, record, deliver, until the feeds end or somebody stops it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from forewarn.edge import clock, feeds
from forewarn.edge.checking import read_site
from forewarn.edge.deliver import Couriers, Recipients, read_recipients
from forewarn.edge.rehearsal import rehearse
from forewarn.edge.store import Store
from forewarn.edge.summary import Summary
from forewarn.edge.watching import Watching
from forewarn.messages import Event, Message
from forewarn.site import Site

DURABLE_EVERY = 64  # events of a recording between two writes to the disk; of live feeds, one
Listener = Callable[[Event, tuple[Message, ...]], None]


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How to run. ``speed``: seconds of a recording to one of the clock, None as fast as it goes. ``data``: where feeds' files are."""

    data: Path
    record: Path | None = None
    speed: float | None = None
    drill: str | None = None


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
        rehearse(watching.say, stopped)
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
