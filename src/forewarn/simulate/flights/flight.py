"""The truth of one object."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forewarn.simulate.scenario_parts import ClaimKeys

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
STEP_S = 0.1


@dataclass(frozen=True, eq=False)
class Flight:
    """Where one object is, ten times a second while it is there.

    ``t_s`` (T,) seconds from the start, evenly ``STEP_S`` apart; ``enu`` (3, T) metres and ``vel`` (3, T) m/s east, north, up of the site's
    origin; ``alive`` (T,): there; ``on_ground`` (T,). ``falls_s``: from then on it is debris. ``authorised``: from when to when.
    ``rcs_m2``, ``size_m``, ``sound_db`` (at 1 m) and ``radio`` are what sensors notice of it.
    """

    id: str
    kind: str
    rcs_m2: float
    size_m: float
    sound_db: float
    radio: str
    t_s: Array
    enu: Array
    vel: Array
    alive: Bools
    on_ground: Bools
    claims: tuple[ClaimKeys, ...] = ()
    authorised: tuple[float, float] | None = None
    falls_s: float | None = None

    def at(self, t_s: Array) -> tuple[Array, Array, Bools]:
        """Places (3, k), velocities (3, k) and whether it is there (k,) at times (k,), between two steps on the straight line.
        Where it is not there, its first or last place."""
        if not len(self.t_s):
            return np.zeros((3, len(t_s))), np.zeros((3, len(t_s))), np.zeros(len(t_s), dtype=bool)
        last = len(self.t_s) - 1
        step = (np.asarray(t_s, dtype=float) - self.t_s[0]) / STEP_S
        inside = (step >= -1e-6) & (step <= last + 1e-6)
        step = np.clip(step, 0, last)
        low = np.minimum(step.astype(np.int64), max(last - 1, 0))
        high = np.minimum(low + 1, last)
        part = step - low
        enu = self.enu[:, low] * (1.0 - part) + self.enu[:, high] * part
        vel = self.vel[:, low] * (1.0 - part) + self.vel[:, high] * part
        return enu, vel, inside & self.alive[np.where(part > 0.5, high, low)]
