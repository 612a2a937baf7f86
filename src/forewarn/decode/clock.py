"""What every decoder asks of a measurement's time, and of its feed."""

from __future__ import annotations

from forewarn.decode.refusals import Unusable
from forewarn.decode.times import SECOND_NS
from forewarn.site import Feed, Site


def feed_of(name: str, site: Site) -> Feed:
    """The feed called so; StopIteration where the site has none."""
    return next(feed for feed in site.feeds if feed.id == name)


def interval_ns(name: str, site: Site) -> int:
    """How long a feed's open look, and what it refused, may wait: the interval of its sensor."""
    return int(site.sensor(feed_of(name, site).sensor).interval_s * SECOND_NS)


class Clock:
    """The arrival time ``t_ns`` of a chunk and the newest measurement so far, which times are held against.

    ``back_s``: how far behind the newest a measurement may lie; not given: as long as the tracker would still take it.
    """

    def __init__(self, site: Site, t_ns: int, newest_ns: int, back_s: float | None = None) -> None:
        self.t_ns, self.newest_ns = t_ns, newest_ns
        self.future_s, self.back_s = site.future_s, site.tracking.late_s if back_s is None else back_s
        self.latest_ns, self.back_ns = t_ns + int(self.future_s * SECOND_NS), int(self.back_s * SECOND_NS)

    def not_ahead(self, t_ns: int, field: str, value: str) -> int:
        """The time, unless it lies ahead of its arrival; raises ``Unusable``."""
        if t_ns > self.latest_ns:
            raise Unusable("future", field, value, f"at most {self.future_s:g} s ahead of its arrival")
        return t_ns

    def in_order(self, t_ns: int, field: str, value: str) -> int:
        """The time, unless it lies too far behind what came before; raises ``Unusable``."""
        if t_ns < self.newest_ns - self.back_ns:
            raise Unusable("time_backwards", field, value, f"at most {self.back_s:g} s behind the newest before it")
        return t_ns

    def passed(self, t_ns: int) -> None:
        """A measurement of that time was used."""
        self.newest_ns = max(self.newest_ns, t_ns)
