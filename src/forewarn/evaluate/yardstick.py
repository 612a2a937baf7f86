"""What is measured against: the lengths, times and chances in every figure's definition, in one place."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Positive = Annotated[float, Meta(gt=0)]
Natural = Annotated[float, Meta(ge=0)]

THRESHOLDS: tuple[float, ...] = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Existence thresholds at which curves are drawn."""


class Yardstick(msgspec.Struct, frozen=True, kw_only=True):
    """The defaults are those of this project's published figures.

    ``confirmed``: existence from which a track counts. ``hold_s``: how long a track's row counts. ``min_height_m``: real objects not
    above this height above take-off are asked of nobody. ``near_m``: so near a track covers an object; ``far_m``: farther from all
    objects it is false. ``c_m``: GOSPA's cut-off. ``seen_m`` and ``seen_s``: an entry is seen where a position report was so
    near the object within such a time before it. ``reach_m``: an object so near a zone was there, where a warning names no track.
    """

    confirmed: Annotated[float, Meta(ge=0, le=1)] = 0.5
    hold_s: Natural = 1.5
    min_height_m: float = 10.0
    near_m: Positive = 50.0
    far_m: Positive = 100.0
    c_m: Positive = 20.0
    seen_m: Positive = 60.0
    seen_s: Natural = 30.0
    reach_m: Positive = 500.0


STANDARD = Yardstick()
