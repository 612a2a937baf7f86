"""What objects of each kind are like, where a scenario does not say otherwise.

Radar cross-sections: small multirotors 0.01 to 0.02 m2, small fixed wing and large birds about 0.01 to 0.03 m2, a gull 0.01 m2, light
aircraft 2 m2 and more, small boats and cars tens of m2 (Skolnik, "Introduction to Radar Systems", 3rd ed. 2001, table 2.1; Ritchie et al.,
"Micro-drone RCS analysis", IEEE Radar Conference 2015). Sound levels are at 1 m: a small multirotor about 80 dB.
"""

from __future__ import annotations

from typing import NamedTuple


class Like(NamedTuple):
    """What sensors notice of a kind, and how it moves: metres a second, per second, degrees."""

    rcs_m2: float
    size_m: float
    sound_db: float
    speed_mps: float
    sprint_mps: float
    accel_mps2: float
    brake_mps2: float
    bank_deg: float
    climb_mps: float
    slowest_mps: float
    turn_deg_s: float


KINDS = {
    "multirotor": Like(0.015, 0.4, 80.0, 12.0, 20.0, 4.0, 4.0, 30.0, 4.0, 0.0, 120.0),
    "fixed_wing": Like(0.02, 1.5, 80.0, 22.0, 30.0, 1.5, 1.0, 35.0, 3.0, 12.0, 60.0),
    "bird": Like(0.01, 0.6, 30.0, 11.0, 15.0, 2.0, 2.0, 35.0, 2.0, 5.0, 90.0),
    "flock": Like(0.01, 0.6, 30.0, 11.0, 15.0, 2.0, 2.0, 35.0, 2.0, 5.0, 90.0),
    "crewed": Like(5.0, 12.0, 120.0, 60.0, 90.0, 1.5, 1.0, 25.0, 8.0, 15.0, 8.0),
    "boat": Like(20.0, 8.0, 90.0, 5.0, 12.0, 0.5, 0.5, 6.0, 0.0, 0.0, 12.0),
    "vehicle": Like(15.0, 4.5, 85.0, 12.0, 20.0, 2.0, 3.0, 20.0, 0.0, 0.0, 60.0),
    "rocket": Like(0.1, 1.0, 130.0, 300.0, 300.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "debris": Like(0.01, 0.3, 50.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "ghost": Like(0.015, 0.4, 80.0, 12.0, 20.0, 4.0, 4.0, 30.0, 4.0, 0.0, 120.0),
}
SURFACE = ("boat", "vehicle")
