"""The only clock in the house: what time it is, and pacing a recording against it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from forewarn.messages import Event

MAX_SLEEP_S = 0.2  # so that a stop is heard soon


def now_ns() -> int:
    """Nanoseconds since 1970-01-01T00:00:00 UTC, by this machine."""
    return time.time_ns()


def pace(events: Iterable[Event], speed: float | None, stopped: Callable[[], bool] = lambda: False) -> Iterator[Event]:
    """The events, each no earlier than its time: ``speed`` seconds of events to one of the clock; None: as fast as it goes."""
    begun: tuple[float, int] | None = None
    for event in events:
        if stopped():
            return
        if speed is not None:
            begun = begun or (time.monotonic(), event.t_ns)
            due = begun[0] + (event.t_ns - begun[1]) / 1e9 / speed
            while not stopped() and (left := due - time.monotonic()) > 0:
                time.sleep(min(left, MAX_SLEEP_S))
        yield event
