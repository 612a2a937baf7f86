"""Events: all that can change the watch's mind."""

from __future__ import annotations

from typing import Literal

from forewarn.messages.base import Message


class Event(Message, frozen=True, kw_only=True):
    """Something that happened to the watch. ``t_ns`` is arrival time, by the watch's own clock, and never goes back."""

    t_ns: int


class Chunk(Event, frozen=True, kw_only=True):
    """Bytes as a feed gave them: at most 32,768; longer reads come as several.

    ``whole``: the sender's own message ends with this chunk (a datagram, a row of a file with all rows of its arrival).
    ``derived``: the arrival time was worked out by the feed's stated rule, not seen. ``offset``: where in the feed's stream.
    """

    feed: str
    data: bytes
    offset: int = 0
    whole: bool = False
    derived: bool = False


class Tick(Event, frozen=True, kw_only=True):
    """The clock says that it is ``t_ns``. The watch judges at ticks."""


class SiteChanged(Event, frozen=True, kw_only=True):
    """A site file takes effect; a long one comes in ``parts`` of at most 10,000 characters, ``part`` counting from 0."""

    toml: str
    part: int = 0
    parts: int = 1


class OperatorAction(Event, frozen=True, kw_only=True):
    """An operator ends or withdraws the warning of a zone. ``role`` names a desk, not a person."""

    role: str
    action: Literal["all_clear", "withdraw"]
    zone: str
    reason: str = ""


class Answer(Event, frozen=True, kw_only=True):
    """Somebody answers an ``Ask``: the object is ours, is not ours, or nobody knows."""

    ask: int
    answer: Literal["ours", "not_ours", "unknown"]
    role: str


class Outcome(Event, frozen=True, kw_only=True):
    """A person reports what became of an object: an impact, a landing, an object brought down, nothing found."""

    outcome: Literal["impact", "landed", "brought_down", "nothing_found"]
    lat_deg: float
    lon_deg: float
    role: str
    track: int | None = None


class DeliveryReport(Event, frozen=True, kw_only=True):
    """What became of a ``Deliver``."""

    deliver: int
    state: Literal["sent", "acknowledged", "failed", "refused"]
    detail: str = ""
