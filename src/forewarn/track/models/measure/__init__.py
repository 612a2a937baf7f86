"""What sensors measure. One file a kind; each a frozen value with ``line`` (``base.Measure``), and ``born`` if one plot tells a place."""

from __future__ import annotations

from forewarn.track.models.measure.azimuth import Azimuth
from forewarn.track.models.measure.azimuth_elevation import AzimuthElevation
from forewarn.track.models.measure.base import Line, Measure, Placing, Prior, Sensor, update
from forewarn.track.models.measure.position import Position
from forewarn.track.models.measure.range_azimuth import RangeAzimuth
from forewarn.track.models.measure.range_azimuth_elevation import RangeAzimuthElevation
from forewarn.track.models.measure.range_rate import WithRangeRate

__all__ = [
    "Azimuth",
    "AzimuthElevation",
    "Line",
    "Measure",
    "Placing",
    "Position",
    "Prior",
    "RangeAzimuth",
    "RangeAzimuthElevation",
    "Sensor",
    "WithRangeRate",
    "update",
]
