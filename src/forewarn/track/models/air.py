"""The air and the pull of the earth by height, for what flies without power.

U.S. Standard Atmosphere, 1976 (NOAA-S/T 76-1562): up to 11 km rho = 1.225 (1 - L h / T0)^4.25588 kg/m^3 with L = 6.5 K/km and
T0 = 288.15 K; up to 20 km isothermal with a scale height of 6,341.6 m. Above 20 km the isothermal law is carried on: 2 % too thin at
32 km, 13 % at 47 km, where little is left. Gravity: g0 (R / (R + h))^2, R = 6,356.766 km (same source). Geometric heights are taken for
geopotential ones: the density is 0.2 % off at 11 km.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

G0 = 9.80665
EARTH_M = 6_356_766.0
SEA_DENSITY = 1.225
LAPSE = 0.0065 / 288.15
POWER = 4.255876
TROPOPAUSE_M = 11_000.0
SCALE_M = 6_341.62
FLOOR_M = -5_000.0  # below it nothing flies; the law is held there


def log_density(height: Array) -> tuple[Array, Array, Array]:
    """Natural logarithm of the density (kg/m^3), its first two derivatives by height (1/m, 1/m^2); height above the sea in m, any shape."""
    low = np.clip(height, FLOOR_M, TROPOPAUSE_M)
    rate = LAPSE / (1.0 - LAPSE * low)
    density = np.log(SEA_DENSITY) + POWER * np.log(LAPSE / rate)
    curved = low == height
    slope = np.where(curved, -POWER * rate, np.where(height > TROPOPAUSE_M, -1.0 / SCALE_M, 0.0))
    return density - np.maximum(height - TROPOPAUSE_M, 0.0) / SCALE_M, slope, np.where(curved, -POWER * rate**2, 0.0)


def gravity(height: Array) -> Array:
    """Acceleration downwards (m/s^2) at heights above the sea in metres."""
    return np.asarray(G0 * (EARTH_M / (EARTH_M + height)) ** 2)
