"""Other units to SI; used in ``decode/`` alone. Exact by definition: foot (1959 yard agreement), knot and nautical mile (BIPM)."""

from __future__ import annotations

import math

FOOT_M = 0.3048
NAUTICAL_MILE_M = 1852.0
KNOT_MPS = NAUTICAL_MILE_M / 3600.0

FACTORS: dict[str, float] = {
    "": 1.0, "deg": 1.0, "rad": 180.0 / math.pi, "m": 1.0, "ft": FOOT_M, "km": 1000.0, "NM": NAUTICAL_MILE_M,
    "mps": 1.0, "kt": KNOT_MPS, "kmh": 1 / 3.6, "dB": 1.0, "%": 0.01,
}  # fmt: skip
"""What a value in a unit is multiplied with to be degrees, metres, metres a second, or as it is."""

NANOSECONDS: dict[str, int] = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1, "": 1_000_000_000}
"""Nanoseconds in a unit of time."""
