"""How well a watch did, against truth: coverage, GOSPA, and for each zone who was warned and how long before.

Pure functions over plain tables: ``tables`` reads them, ``evaluate`` puts all figures into one ``Evaluation``, and each figure
has a function of its own in ``coverage``, ``gospa`` and ``warnings``, where its definition stands. No room imports this package.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from forewarn.evaluate.coverage import Coverage
from forewarn.evaluate.coverage import coverage as _coverage
from forewarn.evaluate.gospa import GospaOverTime, gospa_over_time
from forewarn.evaluate.report import CurvePoint, Evaluation, to_json, to_text
from forewarn.evaluate.tables import TableFault, Tracks, Truth, read_tracks, read_truth, tracks_from, truth_from
from forewarn.evaluate.warnings import Episode, Reports, Zone, ZoneFigures, zone_figures
from forewarn.evaluate.yardstick import STANDARD, THRESHOLDS, Yardstick

__all__ = [
    "Coverage", "Episode", "Evaluation", "GospaOverTime", "Reports", "TableFault", "Tracks", "Truth", "Yardstick", "Zone", "ZoneFigures",
    "evaluate", "gospa_over_time", "read_tracks", "read_truth", "to_json", "to_text", "tracks_from", "truth_from", "zone_figures",
]  # fmt: skip

NO_REPORTS = Reports(np.empty(0), np.empty(0), np.empty(0))


def evaluate(
    tracks: Tracks,
    truth: Truth,
    *,
    zones: Sequence[Zone] = (),
    episodes: Sequence[Episode] = (),
    reports: Reports = NO_REPORTS,
    yardstick: Yardstick = STANDARD,
    thresholds: Sequence[float] = THRESHOLDS,
) -> Evaluation:
    """All figures of one run; ``thresholds`` are the existences at which the curve is drawn."""
    return Evaluation(
        yardstick=yardstick,
        coverage=_coverage(tracks, truth, yardstick),
        gospa=gospa_over_time(tracks, truth, yardstick),
        curve=tuple(_point(tracks, truth, msgspec.structs.replace(yardstick, confirmed=existence)) for existence in thresholds),
        zones=tuple(zone_figures(zone, episodes, truth, reports, tracks, yardstick) for zone in zones),
    )


def _point(tracks: Tracks, truth: Truth, yardstick: Yardstick) -> CurvePoint:
    covered = _coverage(tracks, truth, yardstick)
    return CurvePoint(
        existence=yardstick.confirmed,
        coverage=covered.coverage,
        rms_m=covered.rms_m,
        false_fraction=covered.false_fraction,
        switches=covered.switches,
        gospa_rms_m=gospa_over_time(tracks, truth, yardstick).rms_m,
    )
