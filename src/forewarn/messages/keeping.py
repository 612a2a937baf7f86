"""The record's own book-keeping; these have no number in the watch (``seq`` 0)."""

from __future__ import annotations

from forewarn.messages.base import Message


class Header(Message, frozen=True, kw_only=True):
    """Who writes the record from here on: the first entry, and again each time that a watch resumes it."""

    t_ns: int
    format: int
    build: str
    python: str
    numpy: str
    processor: str
    features: tuple[str, ...]
    recipients_hash: str = ""
    resumed: bool = False


class StepDigest(Message, frozen=True, kw_only=True):
    """SHA-256 over the canonical bytes of all messages of the step that the event ``of`` caused, and how many they were."""

    of: int
    messages: int
    sha256: str


class Snapshot(Message, frozen=True, kw_only=True):
    """The watch's state after number ``of``, the last one given, was written to ``snapshots/<of>`` of the record."""

    of: int
    sha256: str
    size: int
