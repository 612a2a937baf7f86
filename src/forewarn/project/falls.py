"""Where what falls comes down: sample paths of the tracker's third model (``track.fall``), as far as the ground.

Each sample has its own present state, its own speed u at which it falls in the end (log-normal about that of its sort, ``SPREAD``) and
its own wind (``WIND_MPS`` each way, calm on the mean: no wind is told). It is flown in steps of ``STEP_S`` by the classical Runge-Kutta
rule and cut where it meets the ground, which is level at the site's origin, or at the lowest ceiling of a zone below that. A path is
straight within a step: g STEP_S^2 / 8, a third of a metre.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.project.paths import Paths, roots
from forewarn.project.shapes import Solid
from forewarn.project.touch import first_times
from forewarn.track.fall import HEAVY_MPS, LIGHT_MPS, fallen, light
from forewarn.track.models.air import G0

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Mask = NDArray[np.bool_]

FALLING = 2
"""The place of the falling model among the models."""
SPREAD = 0.3
WIND_MPS = 5.0
STEP_S = 0.5
LEAST = 0.01
"""Objects of a smaller chance to fall are taken to fly: most of those that no sensor tells the height of."""
AT_ONCE = 4096  # paths, for the memory they take


class Falls(NamedTuple):
    """Objects ``who`` (f,) of which some samples fall, ``which`` (f, N); ``times`` (solids, f, N): when those first touch each solid, in
    s, inf for never."""

    who: Index
    which: Mask
    times: Array

    def joined(self, who: Index, times: Array) -> tuple[Index, Array]:
        """Objects (r,) and the times of their samples (solids, r, N) as if all flew, with those that fall put in."""
        if not len(self.who):
            return who, times
        every = np.union1d(who, self.who)
        both = np.full((len(times), len(every), self.which.shape[1]), np.inf)
        both[:, np.searchsorted(every, who)] = times
        at = np.searchsorted(every, self.who)
        both[:, at] = np.where(self.which, self.times, both[:, at])
        return every, both


def falls(mean: Array, cov: Array, model: Array, ways: Paths, solids: Sequence[Solid], base_m: float) -> Falls:
    """Of objects' mixtures, ``mean`` (M, 6, n), ``cov`` (M, 6, 6, n) and ``model`` (M, n), the part that falls; nobody where M is 2.

    ``base_m``: height of the frame's nought above the sea."""
    if len(model) <= FALLING:
        return _nobody(ways, solids)
    chance = model[FALLING] / np.add.reduce(model, axis=0)
    who = np.flatnonzero(chance >= LEAST)
    if not len(who):
        return _nobody(ways, solids)
    which = ways.choice >= 1.0 - chance[who][:, None]
    row, path = np.nonzero(which)
    root = roots(np.moveaxis(cov[FALLING][..., who], -1, 0))
    now = mean[FALLING][:, who][:, row].T + np.einsum("kab,bk->ka", root[row], ways.state[:6, path].astype(float))
    part = (ways.choice[path] - 1.0 + chance[who][row]) / chance[who][row]
    ground_m = min([0.0, *(solid.ceiling_m for solid in solids)])
    knots_s = STEP_S * np.arange(np.ceil(ways.knots_s[-1] / STEP_S) + 1.0)
    every = np.ones((len(knots_s) - 1, 1), dtype=bool)
    times = np.full((len(solids), *which.shape), np.inf)
    for first in range(0, len(row), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        ways_down = _down(now[some], part[some], ways.fall[:, path[some]], len(every), base_m, ground_m)
        for found, solid in zip(times, solids, strict=True):
            found[row[some], path[some]] = first_times(ways_down[None], knots_s, every, *solid.bare)[0]
    return Falls(who, which, times)


def _nobody(ways: Paths, solids: Sequence[Solid]) -> Falls:
    times = np.zeros((len(solids), 0, len(ways.choice)))
    return Falls(np.zeros(0, dtype=np.intp), np.zeros(times.shape[1:], dtype=bool), times)


def _down(now: Array, part: Array, fall: Array, steps: int, base_m: float, ground_m: float) -> NDArray[np.float32]:
    """Paths (3, steps + 1, k) from states ``now`` (k, 6); ``part`` (k,), uniform: of which sort; ``fall`` (3, k): see ``Paths``."""
    speed = np.sqrt((now[:, 3:] ** 2).sum(axis=1))
    usual = np.where(part < light(speed), LIGHT_MPS, HEAVY_MPS)
    bend = G0 / (usual * np.exp(SPREAD * fall[0])) ** 2
    return _flown(np.ascontiguousarray(now), bend, WIND_MPS * fall[1], WIND_MPS * fall[2], steps, base_m, ground_m)


@njit(cache=True)
def _flown(now: Array, bend: Array, east: Array, north: Array, steps: int, base_m: float, ground_m: float) -> NDArray[np.float32]:
    k = len(bend)
    path = np.empty((3, steps + 1, k), dtype=np.float32)
    for i in range(k):
        x, before = now[i].copy(), np.empty(3)
        down = False
        for a in range(3):
            path[a, 0, i] = x[a]
        for step in range(1, steps + 1):
            if not down:
                before[:] = x[:3]
                fallen(x, STEP_S, base_m, bend[i], east[i], north[i])
                if x[2] < ground_m:
                    down = True
                    share = (before[2] - ground_m) / (before[2] - x[2]) if before[2] > ground_m else 0.0
                    for a in range(3):
                        x[a] = before[a] + share * (x[a] - before[a])
            for a in range(3):
                path[a, step, i] = x[a]
    return path
