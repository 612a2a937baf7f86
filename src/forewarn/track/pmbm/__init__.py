"""A Poisson multi-Bernoulli mixture tracker, usable alone: settings, `start`, `step` with a scan, `estimate`. How it works:
design/pmbm.md."""

from __future__ import annotations

from forewarn.track.pmbm.kinds import Advanced, Curved, Linear, Position, Velocity
from forewarn.track.pmbm.tracker import Tracker, estimate, start, step
from forewarn.track.pmbm.values import Estimates, Gaussians, Measure, Motion, Scan, Settings, State

__all__ = [
    "Advanced",
    "Curved",
    "Estimates",
    "Gaussians",
    "Linear",
    "Measure",
    "Motion",
    "Position",
    "Scan",
    "Settings",
    "State",
    "Tracker",
    "Velocity",
    "estimate",
    "start",
    "step",
]
