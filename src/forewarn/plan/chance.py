"""Random numbers that are looked up, not drawn: the same for the same seed, sensor and look, whatever else is in the site.

SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014) as a hash of the key. So one more
sensor changes none of the others' looks, and two maps differ by the sensor alone.
"""

from __future__ import annotations

import math

import numba
import numpy as np

PHASE, HIT, EAST, NORTH, UP, FOLLOW, SLOW_EAST, SLOW_NORTH, REMEMBERED = range(9)
"""What a number is for."""


@numba.njit(cache=True, nogil=True, inline="always")
def _mixed(x: np.uint64) -> np.uint64:
    x = np.uint64(x + np.uint64(0x9E3779B97F4A7C15))
    x = np.uint64((x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9))
    x = np.uint64((x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB))
    return np.uint64(x ^ (x >> np.uint64(31)))


@numba.njit(cache=True, nogil=True)
def uniform(seed: int, sensor: int, look: int, what: int) -> float:
    """A number in (0, 1)."""
    key = _mixed(np.uint64(seed))
    key = _mixed(key ^ np.uint64(sensor * 65536 + what))
    key = _mixed(key ^ np.uint64(look))
    return (float(key >> np.uint64(11)) + 0.5) / 9007199254740992.0


@numba.njit(cache=True, nogil=True)
def normal(seed: int, sensor: int, look: int, what: int) -> float:
    """A standard normal (Box and Muller)."""
    one, two = uniform(seed, sensor, look, 32 + 2 * what), uniform(seed, sensor, look, 33 + 2 * what)
    return math.sqrt(-2.0 * math.log(one)) * math.cos(2.0 * math.pi * two)
