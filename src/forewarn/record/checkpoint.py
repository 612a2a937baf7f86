"""How large the log is and what its root is: the three lines of a C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint).

No signatures yet. The origin names the log by its first entry, so that two logs never share one and it can be checked like the rest.
"""

from __future__ import annotations

import base64
import re

import msgspec

MAX_BYTES = 4_096
_BODY = re.compile(r"([^\n]+)\n(0|[1-9]\d{0,18})\n([A-Za-z0-9+/]{43}=)\n", re.ASCII)


class Checkpoint(msgspec.Struct, frozen=True):
    """``origin``: which log. ``size``: entries. ``root``: the 32 bytes of the tree hash over them."""

    origin: str
    size: int
    root: bytes


def origin(first_leaf: bytes) -> str:
    """The name of the log whose first entry has this leaf hash."""
    return f"forewarn/{first_leaf.hex()}"


def to_text(checkpoint: Checkpoint) -> bytes:
    """The checkpoint as its file holds it."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{base64.b64encode(checkpoint.root).decode()}\n".encode()


def of_text(data: bytes) -> Checkpoint:
    """What ``to_text`` wrote. Raises ``ValueError`` for anything that differs from it by as much as a bit."""
    found = _BODY.fullmatch(data.decode("utf-8", "replace")) if len(data) <= MAX_BYTES else None
    if found is None:
        raise ValueError("not the three lines of a checkpoint: origin, size, root")
    checkpoint = Checkpoint(found[1], int(found[2]), base64.b64decode(found[3]))
    if to_text(checkpoint) != data:
        raise ValueError("the root is not in canonical base64, or the origin not in UTF-8")
    return checkpoint
