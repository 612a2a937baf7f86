"""How well tracks are named: the log score of the chances of kinds, and who is taken for whom.

The score of one track at one second is -ln P(its true kind) (Good, "Rational decisions", Journal of the Royal Statistical Society B 14,
1952): least on average for whoever says what he believes. A chance under ``LEAST`` counts as that, so that one
wrong certainty costs 13.8 and not all.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import msgspec

from forewarn.messages import Kind

LEAST = 1e-6


class Naming(msgspec.Struct, frozen=True, kw_only=True):
    """Whether tracks of real objects were named right, at each second: the sum of -ln P(true kind) over ``samples``, and how often which
    true kind was held most likely to be which (``confusion[true][said]``)."""

    log_loss: float = 0.0
    samples: int = 0
    confusion: dict[str, dict[str, int]] = {}


def log_loss(kinds: Mapping[Kind, float], true: Kind) -> float:
    """-ln of the chance given to the true kind, chances scaled to sum to one."""
    return -math.log(max(kinds.get(true, 0.0) / (sum(kinds.values()) or 1.0), LEAST))


def likeliest(kinds: Mapping[Kind, float]) -> str:
    """The kind held most likely; of equal ones the first by name."""
    return min(kinds, key=lambda kind: (-kinds[kind], kind)) if kinds else ""


def naming(pairs: Iterable[tuple[Kind, Mapping[Kind, float]]]) -> Naming:
    """The counts of (true kind, chances said), one pair a track and second."""
    loss, samples = 0.0, 0
    confusion: dict[str, dict[str, int]] = {}
    for true, kinds in pairs:
        loss, samples = loss + log_loss(kinds, true), samples + 1
        row, said = confusion.setdefault(true, {}), likeliest(kinds)
        row[said] = row.get(said, 0) + 1
    return Naming(log_loss=loss, samples=samples, confusion=confusion)


def added(each: Iterable[Naming]) -> Naming:
    """The sum of counts."""
    loss, samples = 0.0, 0
    confusion: dict[str, dict[str, int]] = {}
    for one in each:
        loss, samples = loss + one.log_loss, samples + one.samples
        for true, row in one.confusion.items():
            total = confusion.setdefault(true, {})
            for said, n in row.items():
                total[said] = total.get(said, 0) + n
    return Naming(log_loss=loss, samples=samples, confusion={true: dict(sorted(confusion[true].items())) for true in sorted(confusion)})
