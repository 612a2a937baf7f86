"""What every message is made of."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["drone", "aircraft", "bird", "boat", "vehicle", "rocket", "other"]
KINDS: tuple[Kind, ...] = ("drone", "aircraft", "bird", "boat", "vehicle", "rocket", "other")


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a message; has no number of its own."""


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Anything with a place in the order of the watch.

    ``site``: the watch's name. ``seq``: its number in this watch, from 1, without holes; 0 until ``watch`` stamps it.
    ``causes``: the numbers of the entries that it follows from, ascending, at most 64 (the newest).
    """

    site: str = ""
    seq: int = 0
    causes: tuple[int, ...] = ()
