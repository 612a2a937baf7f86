"""One plot: measured with a sensor's errors, taken into the track, or the beginning of one (``track.look``, ``track.birth``,
``track.match``, ``track.bearing``)."""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from forewarn.plan import chance
from forewarn.plan.chance import normal
from forewarn.plan.existence import GHOST, NEVER, ORIGIN, PLACED_S, PUBLISHED, REAL, there
from forewarn.plan.motion import correct, gain, weigh
from forewarn.plan.numbers import BEARING, POSITION, Senses, Watch
from forewarn.sight.clutter import SIDE

Array = NDArray[np.float64]
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@numba.njit(cache=True, nogil=True)
def hit(
    watch: Watch, senses: Senses, s: int, p: float, true: Array, slow: Array, look: int, seed: int,
    mean: Array, cov: Array, model: Array, follows: Array, track: Array, learned: Array, now: float,
) -> None:  # fmt: skip
    """A look showed the object: the track takes it in, or begins with it."""
    if senses.what[s] == BEARING:
        if track[REAL] <= 0.0:
            return
        turned = _bearing(senses, s, true, seed, look, mean, cov, model)
        there(senses, s, turned - math.log(senses.density[s]), p, p * follows[s], follows, track, NEVER)
        return
    axes, z, r, up, up_var = _measured(senses, s, true, slow, seed, look)
    tall = up_var > 0.0
    row, column = _square(senses, s, axes, z)
    density = senses.density[s] * (1.0 + learned[row, column] / (1.0 + senses.foreseen[s]))
    if track[REAL] <= 0.0:
        learned[row, column] += 1.0
        _born(watch, senses, s, p, density, axes, z, r, up, up_var, mean, cov, model, follows, track)
        track[PLACED_S] = now
        return
    log, h = np.zeros(2), np.zeros(watch.size)
    for m in range(2):
        for d in range(2):
            h[:] = 0.0
            h[0], h[1] = axes[d, 0], axes[d, 1]
            if senses.at[s] > 0:
                h[senses.at[s]], h[senses.at[s] + 1] = axes[d, 0], axes[d, 1]
            log[m] += correct(mean[m], cov[m], h, z[d], r[d])
        if tall:
            h[:] = 0.0
            h[2] = 1.0
            log[m] += correct(mean[m], cov[m], h, up, up_var)
    false = math.log(density + senses.unseen[s] * p)
    if tall:
        false -= 0.5 * ((up - watch.height[0]) / watch.height[1]) ** 2 + math.log(watch.height[1]) + 0.5 * math.log(2.0 * math.pi)
    pair = there(senses, s, weigh(model, log) - false, p, p * follows[s], follows, track, now)
    learned[row, column] += (1.0 - pair) * senses.scan[s]


@numba.njit(cache=True, nogil=True)
def _measured(senses: Senses, s: int, true: Array, slow: Array, seed: int, look: int) -> tuple[Array, Array, Array, float, float]:
    """A measured place: axes (2, 2) along which its errors are independent, values and variances along them, height and its variance
    (0: not told)."""
    east, north, up = normal(seed, s, look, chance.EAST), normal(seed, s, look, chance.NORTH), normal(seed, s, look, chance.UP)
    axes, z, r = np.eye(2), np.empty(2), np.empty(2)
    if senses.what[s] == POSITION:
        white = senses.sd[s, 0]
        z[0], z[1] = true[0] + slow[0] + white * east, true[1] + slow[1] + white * north
        r[:] = white * white
        return axes, z, r, true[2] + senses.sd[s, 4] * up, senses.sd[s, 4] ** 2
    away = true[:3] - senses.spot[s]
    far = math.sqrt(away[0] ** 2 + away[1] ** 2 + away[2] ** 2) + senses.sd[s, 1] * east
    azimuth = math.atan2(away[0], away[1]) + senses.sd[s, 2] * north
    tall = senses.sd[s, 3] > 0.0
    elevation = math.atan2(away[2], math.hypot(away[0], away[1])) + senses.sd[s, 3] * up if tall else 0.0
    level, rise = far * math.cos(elevation), far * math.sin(elevation)
    axes[0, 0], axes[0, 1], axes[1, 0], axes[1, 1] = math.sin(azimuth), math.cos(azimuth), math.cos(azimuth), -math.sin(azimuth)
    at = senses.spot[s, :2] + level * axes[0] + slow
    z[0], z[1] = at[0] * axes[0, 0] + at[1] * axes[0, 1], at[0] * axes[1, 0] + at[1] * axes[1, 1]
    r[0] = (senses.sd[s, 1] * math.cos(elevation)) ** 2 + (rise * senses.sd[s, 3]) ** 2
    r[1] = (level * senses.sd[s, 2]) ** 2
    up_var = (senses.sd[s, 1] * math.sin(elevation)) ** 2 + (level * senses.sd[s, 3]) ** 2 if tall else 0.0
    return axes, z, r, senses.spot[s, 2] + rise, up_var


@numba.njit(cache=True, nogil=True)
def _born(
    watch: Watch, senses: Senses, s: int, p: float, density: float, axes: Array, z: Array, r: Array, up: float, up_var: float,
    mean: Array, cov: Array, model: Array, follows: Array, track: Array,
) -> None:  # fmt: skip
    """A track begins (``track.birth``)."""
    gain_up = watch.height[1] ** 2 / (watch.height[1] ** 2 + up_var) if up_var > 0.0 else 0.0
    mean[:], cov[:], model[:] = 0.0, 0.0, 0.5
    for m in range(2):
        for a in range(2):
            mean[m, a] = z[0] * axes[0, a] + z[1] * axes[1, a]
            for b in range(2):
                cov[m, a, b] = r[0] * axes[0, a] * axes[0, b] + r[1] * axes[1, a] * axes[1, b]
            cov[m, a + 3, a + 3] = watch.speed_mps**2
        mean[m, 2] = watch.height[0] + gain_up * (up - watch.height[0])
        cov[m, 2, 2] = watch.height[1] ** 2 * (1.0 - gain_up)
        cov[m, 5, 5] = watch.climb_mps**2
        for o in range(len(senses.at)):
            at, var = senses.at[o], senses.slow[o, 1] ** 2
            for a in range(2):
                if at > 0:
                    cov[m, at + a, at + a] = var
                if at > 0 and o == s:
                    cov[m, a, a] += var
                    cov[m, a, at + a] = cov[m, at + a, a] = -var
    new = senses.unseen[s] * p
    track[REAL] = new / (new + density)
    track[GHOST] = 1.0 - track[REAL] if senses.at[s] > 0 else 0.0
    track[ORIGIN], track[PUBLISHED] = s, 0.0
    for o in range(len(follows)):
        follows[o] = 0.5 if senses.slow[o, 0] > 0.0 else 1.0
    follows[s] = 1.0


@numba.njit(cache=True, nogil=True)
def _square(senses: Senses, s: int, axes: Array, z: Array) -> tuple[int, int]:
    """The square of the sensor's map of false plots (``sight.clutter``) that a plot falls in."""
    east, north = z[0] * axes[0, 0] + z[1] * axes[1, 0], z[0] * axes[0, 1] + z[1] * axes[1, 1]
    row = math.floor((east - senses.spot[s, 0]) / senses.square_m[s]) + SIDE // 2
    column = math.floor((north - senses.spot[s, 1]) / senses.square_m[s]) + SIDE // 2
    return min(max(int(row), 0), SIDE - 1), min(max(int(column), 0), SIDE - 1)


@numba.njit(cache=True, nogil=True)
def _bearing(senses: Senses, s: int, true: Array, seed: int, look: int, mean: Array, cov: Array, model: Array) -> float:
    """A bearing taken in: its log likelihood (``track.bearing``: linearised over the track's whole spread)."""
    away = true[:2] - senses.spot[s, :2]
    bearing = math.atan2(away[0], away[1]) + senses.sd[s, 2] * normal(seed, s, look, chance.EAST)
    log, ph = np.zeros(2), np.empty(mean.shape[1])
    for m in range(2):
        a = math.sqrt(cov[m, 0, 0])
        b = cov[m, 1, 0] / a
        c = math.sqrt(max(cov[m, 1, 1] - b * b, 1e-12))
        x, y = mean[m, 0] - senses.spot[s, 0], mean[m, 1] - senses.spot[s, 1]
        middle = math.atan2(x, y)
        first, second, with_one, with_two = 0.0, 0.0, 0.0, 0.0
        for i in range(5):
            for j in range(5):
                weight = WEIGHTS[i] * WEIGHTS[j]
                turn = _wrapped(math.atan2(x + NODES[i] * a, y + NODES[i] * b + NODES[j] * c) - middle)
                first += weight * turn
                second += weight * turn * turn
                with_one += weight * turn * NODES[i]
                with_two += weight * turn * NODES[j]
        # slope = P^-1 cov(place, turn), with place = L (one, two): L'^-1 (with_one, with_two)
        slope_n = with_two / c
        slope_e = (with_one - b * slope_n) / a
        for d in range(mean.shape[1]):
            ph[d] = cov[m, d, 0] * slope_e + cov[m, d, 1] * slope_n
        log[m] = gain(mean[m], cov[m], ph, _wrapped(bearing - middle - first), second - first * first + senses.sd[s, 2] ** 2)
    return float(weigh(model, log))


@numba.njit(cache=True, nogil=True)
def _wrapped(angle: float) -> float:
    return (angle + math.pi) % (2.0 * math.pi) - math.pi
