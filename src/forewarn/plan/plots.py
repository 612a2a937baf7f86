"""One plot: measured with a sensor's errors, taken into the track, or the beginning of one (``track.look``, ``track.birth``,
``track.match``, ``track.bearing``)."""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from forewarn.plan import chance
from forewarn.plan.chance import normal
from forewarn.plan.course import Course, along, expected
from forewarn.plan.existence import chances, credit, there
from forewarn.plan.learned import density, square
from forewarn.plan.motion import LOG_2PI, correct, gain, mix, weigh
from forewarn.plan.numbers import BEARING, POSITION, Senses, Watch
from forewarn.plan.tracks import MOST, Tracks, free
from forewarn.track.belief import SPOT
from forewarn.track.fixture import mixed, stood

Array = NDArray[np.float64]
Measured = tuple[Array, Array, Array, float, float]
"""Of a plot that is a place: axes (2, 2) along which its errors are independent, values (2,) and variances (2,) along them, height and its
variance (0: not told)."""
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@numba.njit(cache=True, nogil=True)
def hit(
    watch: Watch, senses: Senses, s: int, course: Course, true: Array, slow: Array, look: int, seed: int, tracks: Tracks, learned: Array,
    now: float,
) -> None:  # fmt: skip
    """A look showed the object: each track takes in as much of the plot as is probably its own, and a new one begins with the rest."""
    p = expected(course, s, tracks)
    if senses.what[s] == BEARING:
        mean, cov, model, log = tracks.mean.copy(), tracks.cov.copy(), tracks.model.copy(), np.zeros(MOST)
        for i in range(MOST):
            if tracks.real[i] > 0.0:
                log[i] = _bearing(senses, s, true, seed, look, mean[i], cov[i], model[i]) - math.log(senses.density[s])
        pair, still = chances(senses, s, p, log, np.full(MOST, -math.inf), tracks)
        _shared(senses, s, p, pair, still, tracks.spot, mean, cov, model, look, now, tracks)
        return
    plot = _measured(senses, s, true, slow, seed, look)
    east, north = _place(plot)
    row, column = square(senses, s, east, north)
    false = density(senses, s, learned, row, column, seed)
    chance = course.expected[s, along(course, east, north)] if senses.scan[s] else senses.chance[s]
    nobody = taken(watch, senses, s, plot, p, false, senses.unseen[s] * chance, look, now, tracks)
    if senses.scan[s] and row >= 0:
        learned[row, column] += nobody


@numba.njit(cache=True, nogil=True)
def taken(
    watch: Watch, senses: Senses, s: int, plot: Measured, p: Array, false: float, new: float, look: int, now: float, tracks: Tracks
) -> float:
    """A plot that is a place taken in by all tracks, of which each is detected with ``p`` (N,), and the beginning of one more: the chance
    that it was none's. ``false``, ``new``: density of false plots and of objects not seen yet, a square metre."""
    mean, cov, model, log = tracks.mean.copy(), tracks.cov.copy(), tracks.model.copy(), np.zeros(MOST)
    spot, stands, stay = tracks.spot.copy(), np.full(MOST, -math.inf), new * watch.fixtures
    other = math.log(false + new + stay)
    for i in range(MOST):
        if tracks.real[i] > 0.0:
            log[i] = _fitted(watch, senses, s, plot, mean[i], cov[i], model[i]) - other - _tall(watch, plot)
            if tracks.fixed[i] > 0.0:
                stands[i] = _stood(senses, s, plot, now - tracks.hit_s[i, s], spot[i]) - other
    pair, still = chances(senses, s, p, log, stands, tracks)
    nobody = 1.0 - pair.sum()
    _shared(senses, s, p, pair, still, spot, mean, cov, model, look, now, tracks)
    real, fixed = nobody * new / (new + stay + false), nobody * stay / (new + stay + false)
    i = free(tracks, real + fixed) if real + fixed >= watch.drop_below else -1
    if i >= 0:
        _born(watch, senses, s, plot, tracks, i)
        tracks.real[i], tracks.fixed[i], tracks.ghost[i] = real, fixed, (nobody - real - fixed) * (senses.at[s] > 0)
        tracks.shown[i, s], tracks.hit_s[i, s], tracks.placed_s[i] = look, now, now
    return float(nobody)


@numba.njit(cache=True, nogil=True)
def _shared(
    senses: Senses, s: int, p: Array, pair: Array, still: Array, spot: Array, mean: Array, cov: Array, model: Array, look: int, now: float,
    tracks: Tracks,
) -> None:  # fmt: skip
    """The tracks after a plot that is each one's with chance ``pair`` (N,), with the share ``still`` (N,) as one that stands, and then
    gives ``spot``, ``mean``, ``cov`` and ``model``."""
    unshown, stayed = there(senses, s, p, pair, still, tracks)
    credit(s, senses.what[s] != BEARING, pair, look, now, tracks)
    for i in range(MOST):
        if tracks.real[i] > 0.0:
            mix(tracks.mean[i], tracks.cov[i], tracks.model[i], unshown[i], pair[i] * (1.0 - still[i]), mean[i], cov[i], model[i])
            if still[i] > 0.0:
                one, own = np.zeros(1, dtype=np.int64), np.ascontiguousarray(tracks.spot[i]).reshape(SPOT, 1)
                weight, after = np.array([pair[i] * still[i]]), np.ascontiguousarray(spot[i]).reshape(SPOT, 1)
                tracks.spot[i] = mixed(own, np.array([stayed[i]]), one, weight, after)[:, 0]


@numba.njit(cache=True, nogil=True)
def _error(senses: Senses, s: int, plot: Measured, since_s: float) -> tuple[float, float, float]:
    """Variance east, covariance and variance north of a plot, with what is new of the sensor's slow error after ``since_s``."""
    axes, r, (tau_s, slow_m) = plot[0], plot[2], senses.slow[s]
    slow = slow_m**2 * (1.0 - math.exp(-2.0 * since_s / tau_s)) if tau_s > 0.0 else 0.0
    ee, nn = r[0] * axes[0, 0] ** 2 + r[1] * axes[1, 0] ** 2, r[0] * axes[0, 1] ** 2 + r[1] * axes[1, 1] ** 2
    return ee + slow, r[0] * axes[0, 0] * axes[0, 1] + r[1] * axes[1, 0] * axes[1, 1], nn + slow


@numba.njit(cache=True, nogil=True)
def _stood(senses: Senses, s: int, plot: Measured, since_s: float, spot: Array) -> float:
    """A plot taken in by what stands at ``spot`` (5,), in place: its log likelihood, height left out. ``since_s``: since the sensor showed
    it last."""
    (east, north), (ee, en, nn) = _place(plot), _error(senses, s, plot, since_s)
    numbers = stood(spot, east, north, ee, en, nn)
    for e in range(SPOT):
        spot[e] = numbers[e + 1]
    return float(numbers[0])


@numba.njit(cache=True, nogil=True)
def _fitted(watch: Watch, senses: Senses, s: int, plot: Measured, mean: Array, cov: Array, model: Array) -> float:
    """A track that takes a place in, all of it: its log likelihood."""
    axes, z, r, up, up_var = plot
    log, h = np.zeros(2), np.zeros(watch.size)
    for m in range(2):
        for d in range(2):
            h[:] = 0.0
            h[0], h[1] = axes[d, 0], axes[d, 1]
            if senses.at[s] > 0:
                h[senses.at[s]], h[senses.at[s] + 1] = axes[d, 0], axes[d, 1]
            log[m] += correct(mean[m], cov[m], h, z[d], r[d])
        if up_var > 0.0:
            h[:] = 0.0
            h[2] = 1.0
            log[m] += correct(mean[m], cov[m], h, up, up_var)
    return float(weigh(model, log))


@numba.njit(cache=True, nogil=True)
def _tall(watch: Watch, plot: Measured) -> float:
    """Log density of a false plot's height; 0 where none is told."""
    if plot[4] <= 0.0:
        return 0.0
    return float(-0.5 * ((plot[3] - watch.height[0]) / watch.height[1]) ** 2 - math.log(watch.height[1]) - 0.5 * LOG_2PI)


@numba.njit(cache=True, nogil=True)
def _place(plot: Measured) -> tuple[float, float]:
    """East and north of a plot, metres."""
    axes, z = plot[0], plot[1]
    return z[0] * axes[0, 0] + z[1] * axes[1, 0], z[0] * axes[0, 1] + z[1] * axes[1, 1]


@numba.njit(cache=True, nogil=True)
def _measured(senses: Senses, s: int, true: Array, slow: Array, seed: int, look: int) -> Measured:
    """The object's place, measured with the sensor's errors."""
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
def _born(watch: Watch, senses: Senses, s: int, plot: Measured, tracks: Tracks, i: int) -> None:
    """A track begins (``track.birth``) at place ``i``."""
    axes, z, r, up, up_var = plot
    gain_up = watch.height[1] ** 2 / (watch.height[1] ** 2 + up_var) if up_var > 0.0 else 0.0
    mean, cov = tracks.mean[i], tracks.cov[i]
    mean[:], cov[:], tracks.model[i] = 0.0, 0.0, 0.5
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
    tracks.spot[i, 0], tracks.spot[i, 1] = _place(plot)
    tracks.spot[i, 2], tracks.spot[i, 3], tracks.spot[i, 4] = _error(senses, s, plot, math.inf)
    tracks.origin[i], tracks.published[i], tracks.shown[i], tracks.hit_s[i] = s, False, 0, -math.inf
    for o in range(len(senses.at)):
        tracks.follows[i, o] = 1.0 if o == s else 1.0 - senses.spells[o, 0]


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
