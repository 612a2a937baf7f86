"""A receiver of Mode S frames: from frames, however they were framed, to claims."""

from __future__ import annotations

import msgspec

from forewarn.decode.clock import Clock, feed_of
from forewarn.decode.refusals import Tally, Unusable
from forewarn.decode.repeats import Memory, Seen
from forewarn.decode.squitter import Aircraft, address, hear
from forewarn.decode.times import SECOND_NS
from forewarn.messages import Claim, Refusal
from forewarn.site import Site

FLEET = 4096  # at most so many aircraft; the quarter that was not heard for longest is forgotten
TELL_NS = SECOND_NS
FRAME_BYTES = (7, 14)
Item = Claim | Refusal


class Heard(msgspec.Struct, frozen=True):
    """What a receiver remembers: aircraft by address, the newest time, the frames heard lately, and what it did not tell yet."""

    fleet: dict[str, Aircraft] = {}
    newest_ns: int = 0
    seen: Seen = Seen()
    refused: tuple[Refusal, ...] = ()


class Receiver:
    """``Heard``, open for change while one chunk is read."""

    def __init__(self, feed: str, site: Site, heard: Heard, t_ns: int) -> None:
        self.sensor = feed_of(feed, site).sensor
        stands = site.sensor(self.sensor).position or site.origin
        self.near = (stands.lat_deg, stands.lon_deg)
        self.clock = Clock(site, t_ns, heard.newest_ns)
        self.tally, self.memory, self.fleet = Tally(feed, heard.refused), Memory(heard.seen), dict(heard.fleet)
        self.items: list[Item] = []

    @property
    def heard(self) -> Heard:
        """What is remembered."""
        return Heard(self.fleet, self.clock.newest_ns, self.memory.seen, self.tally.pending)

    def refuse(self, bad: Unusable, data: bytes, offset: int) -> None:
        """Count what could not be used."""
        self.tally.add(bad, self.clock.t_ns, data, offset)

    def frame(self, frame: bytes, t_ns: int, mark: str | None) -> None:
        """One frame measured at ``t_ns``; ``mark``: what another copy of it would have too, if there is such. Raises ``Unusable``."""
        if len(frame) not in FRAME_BYTES:
            raise Unusable("malformed", "frame", frame.hex(), "7 or 14 bytes")
        whose = address(frame)
        if mark is not None and mark in self.memory:
            raise Unusable("repeat", "frame", frame.hex(), "a frame once")
        aircraft, said = hear(self.fleet.get(whose) or Aircraft(t_ns), frame, t_ns, self.near)
        if mark is not None:
            self.memory.add(mark)
        self.clock.passed(t_ns)
        self._know(whose, aircraft)
        if said is not None:
            self.items.append(
                Claim(
                    sensor=self.sensor, t_ns=t_ns, t_arrival_ns=self.clock.t_ns, identity="icao:" + whose,
                    callsign=aircraft.callsign, kind=aircraft.kind, **said,
                )
            )  # fmt: skip

    def _know(self, whose: str, aircraft: Aircraft) -> None:
        self.fleet[whose] = aircraft
        if len(self.fleet) > FLEET:
            kept = sorted(self.fleet, key=lambda name: (self.fleet[name].t_ns, name))[FLEET // 4 :]
            self.fleet = {name: self.fleet[name] for name in sorted(kept)}


def due(heard: Heard, t_ns: int) -> bool:
    """Whether it is time to tell what was refused: frames come by the thousand, so like ones are counted for a second."""
    return bool(heard.refused) and t_ns - min(r.t_ns for r in heard.refused) >= TELL_NS


def told(heard: Heard) -> tuple[Heard, tuple[Refusal, ...]]:
    """What was refused, and what is remembered then."""
    return msgspec.structs.replace(heard, refused=()), heard.refused
