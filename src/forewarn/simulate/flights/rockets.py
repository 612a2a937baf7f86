"""Rockets: a short burn, then ballistic.

A scenario says about where one starts, how steeply, and where it comes down. The arc is a made-up engine's, as long as the textbook range
without air says, and is moved as a whole so that it ends where it must: nothing is solved for, and nothing of a real rocket is in it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from forewarn.simulate.flights.falling import G, falling
from forewarn.simulate.ground import Ground

Array = NDArray[np.float64]
BURN_S = 1.5
DRAG = G / 250.0**2  # falls at 250 m/s in the end
LONGEST_S = 180.0
LOSS = 1.3  # more speed than without air


class NoFlight(ValueError):
    """No flight joins these places: says which object."""


def rocket(name: str, start: Array, impact: Array, elevation_deg: float, wind: Array, dt: float) -> tuple[Array, Array]:
    """Places and velocities (3, n) from about ``start`` (3,) until below the lower of its ends, which pass through ``impact`` (3,)."""
    elevation = math.radians(elevation_deg)
    way = impact - start
    far, azimuth = math.hypot(way[0], way[1]), math.atan2(way[0], way[1])
    air = np.repeat(wind[:, None], round(LONGEST_S / dt), axis=1)
    floor = min(float(start[2]), float(impact[2])) - 100.0
    push = LOSS * math.sqrt(max(far, 1.0) * G / math.sin(2 * elevation)) / BURN_S + G
    level = push * math.cos(elevation)
    thrust = np.array([level * math.sin(azimuth), level * math.cos(azimuth), push * math.sin(elevation)])
    enu, vel, count = falling(start, np.zeros(3), air, dt, DRAG, thrust, BURN_S, floor)
    enu, vel = enu[:, :count], vel[:, :count]
    short = impact[:2] - _crossing(enu, impact[2])
    if enu[2, -1] >= impact[2] or math.hypot(*short) > far / 2:  # still in the air when nobody looks any more, or much too far away
        raise NoFlight(f"objects.{name}: no arc from about `start` to `impact` within {LONGEST_S:g} s with this `elevation_deg`")
    enu[:2] += short[:, None]
    return enu, vel


def _crossing(enu: Array, up: float) -> Array:
    """Where (2,) a path last comes down through a height; its end where it never does."""
    under = np.flatnonzero((enu[2, :-1] >= up) & (enu[2, 1:] < up))
    if not len(under):
        return np.asarray(enu[:2, -1])
    i = int(under[-1])
    part = (enu[2, i] - up) / (enu[2, i] - enu[2, i + 1])
    return np.asarray(enu[:2, i] + part * (enu[:2, i + 1] - enu[:2, i]))


def landed(enu: Array, vel: Array, ground: Ground) -> tuple[Array, Array, bool]:
    """A falling path as far as the ground; whether it comes to it. The last place is on the ground."""
    above = enu[2] - ground.height(enu[0], enu[1])
    below = np.flatnonzero(above[1:] <= 0.0)
    if not len(below):
        return enu, vel, False
    i = int(below[0])
    part = float(np.clip(above[i] / max(above[i] - above[i + 1], 1e-9), 0.0, 1.0))
    last = enu[:, i] + part * (enu[:, i + 1] - enu[:, i])
    return np.column_stack([enu[:, : i + 1], last]), np.column_stack([vel[:, : i + 1], vel[:, i]]), True
