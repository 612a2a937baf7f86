"""Objects of which only directions are known: where they are, once that can be told, and their bearing until then.

``locate`` takes what stations saw of one object, two that stand apart or one that moves, and says ``Placed`` or ``Unplaced``. It walks
along the last line of sight: for each range on it the azimuth, height and velocity that fit best (Gauss-Newton on bearings, constant
velocity, the prior's spreads), and how well they fit. With an object as likely on any square metre of ground, that gives the chances of
the ranges; where they are narrow, the mixture over ranges is the object's state (range-parametrised initiation: Peach, "Bearings-only
tracking using a set of range-parameterised extended Kalman filters", IEE Proc. Control Theory and Applications 142 (1), 1995).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn import geo
from forewarn.track.models import kalman, linear
from forewarn.track.models.measure.base import Prior

Array = NDArray[np.float64]
RANGES = 96
NEAREST_M = 20.0
ROUNDS = 6
ENOUGH = 0.3  # standard deviation of the range, as a share of it, at which an object counts as placed
WIDE = 6.0  # standard deviations that the second, finer walk covers either way
FAR_END = 1e-3  # chance of the last ranges of the walk above which the object may be anywhere beyond


class Sightings(NamedTuple):
    """k sightings of one object, in order of time: ``t_s`` (k,), ``place`` (3, k) of the stations; azimuths and elevations in radians,
    biases taken off. An angle that a sensor does not give is NaN; the last azimuth is a number.
    """

    t_s: Array
    place: Array
    azimuth: Array
    azimuth_sd: Array
    elevation: Array
    elevation_sd: Array


class Placed(NamedTuple):
    """The range can be told: state ``mean`` (6,) and ``cov`` (6, 6) at the last sighting, range from its station and standard deviation.

    ``misfit``: chi-squared of the best fit, of about ``freedom`` degrees: large if the sightings are not of one object.
    """

    mean: Array
    cov: Array
    range_m: float
    range_sd_m: float
    misfit: float
    freedom: int


class Unplaced(NamedTuple):
    """The range cannot be told yet. ``azimuth``, ``elevation`` (None if not seen) at the last sighting: angle and rate (2,), cov (2, 2).

    ``range_m``, ``range_sd_m``: all that is known of the range from the last station; they lean on how far the walk goes.
    """

    azimuth: tuple[Array, Array]
    elevation: tuple[Array, Array] | None
    range_m: float
    range_sd_m: float


class _Fit(NamedTuple):
    """For each of ``ranges`` (g,): the state (6, g), covariance of what the range leaves open (6, 6, g), misfit (g,), log chance (g,)."""

    mean: Array
    cov: Array
    misfit: Array
    log: Array
    ranges: Array


def locate(seen: Sightings, prior: Prior, farthest_m: float = 30_000.0, rate_sd: float = 0.1) -> Placed | Unplaced:
    """Where the object is, or its bearing. ``rate_sd`` (rad/s): how fast a bearing may turn. ValueError: sightings that say nothing."""
    _check(seen)
    fit = _walk(seen, prior, np.geomspace(NEAREST_M, farthest_m, RANGES))
    chance, middle, spread = _told(fit)
    if spread > ENOUGH * middle or chance[-2:].sum() > FAR_END:
        return Unplaced(_bearing(seen, seen.azimuth, seen.azimuth_sd, rate_sd), _elevation(seen, rate_sd), middle, spread)
    about = WIDE * max(spread, middle * np.log(farthest_m / NEAREST_M) / RANGES)
    fit = _walk(seen, prior, np.linspace(max(middle - about, NEAREST_M), min(middle + about, farthest_m), RANGES))
    chance, middle, spread = _told(fit)
    mean = fit.mean @ chance
    apart = fit.mean - mean[:, None]
    cov = fit.cov @ chance + (apart * chance) @ apart.T
    told = int(np.isfinite(seen.azimuth).sum() + np.isfinite(seen.elevation).sum())
    return Placed(mean, cov, middle, spread, float(fit.misfit.min()), max(told - 3, 1))


def _told(fit: _Fit) -> tuple[Array, float, float]:
    """Chances of the ranges of a walk (g,), their mean and standard deviation; steps between them as wide as they are."""
    chance = np.exp(fit.log - fit.log.max()) * np.gradient(fit.ranges)
    chance /= chance.sum()
    middle = float(chance @ fit.ranges)
    return chance, middle, float(np.sqrt(chance @ (fit.ranges - middle) ** 2))


def coast(mean: Array, cov: Array, dt: Array, tau: float, spread: float) -> tuple[Array, Array]:
    """Bearings, angle and rate (2, n), (2, 2, n), after ``dt`` (n,) s: the rate is forgotten with ``tau`` (s), its spread ``spread``."""
    keep, reach, xx, xv, vv = linear.fading(tau, spread, dt)
    f = np.array([[np.ones_like(keep), reach], [np.zeros_like(keep), keep]])
    moved = np.einsum("abn,bcn,dcn->adn", f, cov, f) + np.array([[xx, xv], [xv, vv]])
    return np.einsum("abn,bn->an", f, mean), moved


def sighted(mean: Array, cov: Array, angle: Array, variance: Array) -> tuple[Array, Array, Array]:
    """Bearings (2, n), (2, 2, n) that take a sighting each, ``angle`` (n,) of ``variance`` (n,): mean, cov and log likelihood (n,)."""
    apart = geo.wrap_rad(angle - mean[0])
    found = kalman.update(mean[None], cov[None], np.ones((1, 1, len(angle))), apart[None, None], variance[None, None])
    return found.mean[0], found.cov[0], found.log[0]


def _check(seen: Sightings) -> None:
    lengths = {name: np.shape(part)[-1] for name, part in zip(Sightings._fields, seen, strict=True)}
    if len(set(lengths.values())) != 1 or not lengths["t_s"]:
        raise ValueError(f"sightings: lengths {lengths}; allowed: one or more, all alike")
    if not np.isfinite(seen.azimuth[-1]):
        raise ValueError(f"sightings: last azimuth {seen.azimuth[-1]}; allowed: a number")


def _walk(seen: Sightings, prior: Prior, ranges: Array) -> _Fit:
    """The best fit at each range along the last line of sight. Unknowns (5,): azimuth there, height, velocity."""
    start = np.array([seen.azimuth[-1], prior.height, 0.0, 0.0, 0.0])
    spread = np.array([np.inf, prior.height_sd, prior.speed, prior.speed, prior.climb])
    x = np.repeat(start[:, None], len(ranges), axis=1)
    for _ in range(ROUNDS):
        off, slope = _misses(seen, x, ranges)
        information = np.einsum("rug,rvg->uvg", slope, slope) + np.diag(spread**-2.0)[:, :, None]
        pull = np.einsum("rug,rg->ug", slope, off) + (start[:, None] - x) / spread[:, None] ** 2
        x = x + np.linalg.solve(information.transpose(2, 0, 1), pull.T[:, :, None])[:, :, 0].T
    off, slope = _misses(seen, x, ranges)
    information = (np.einsum("rug,rvg->uvg", slope, slope) + np.diag(spread**-2.0)[:, :, None]).transpose(2, 0, 1)
    misfit = (off**2).sum(axis=0) + (((x - start[:, None]) / spread[:, None]) ** 2).sum(axis=0)
    log = -0.5 * (misfit + np.linalg.slogdet(information)[1]) + np.log(ranges)
    along = np.zeros((6, 5, len(ranges)))
    along[0, 0], along[1, 0] = ranges * np.cos(x[0]), -ranges * np.sin(x[0])
    along[2:, 1:] = np.eye(4)[:, :, None]
    cov = np.einsum("aug,guv,bvg->abg", along, np.linalg.inv(information), along)
    return _Fit(_state(seen, x, ranges), cov, misfit, log, ranges)


def _state(seen: Sightings, x: Array, ranges: Array) -> Array:
    """East, north, up and rates (6, g) of the unknowns (5, g)."""
    east, north = seen.place[0, -1] + ranges * np.sin(x[0]), seen.place[1, -1] + ranges * np.cos(x[0])
    return np.stack([east, north, *x[1:]])


def _misses(seen: Sightings, x: Array, ranges: Array) -> tuple[Array, Array]:
    """By how many standard deviations each sighting lies off (r, g), and what it changes with the unknowns (r, 5, g)."""
    state = _state(seen, x, ranges)
    ago = (seen.t_s - seen.t_s[-1])[:, None]
    east, north, up = (state[a] + ago * state[a + 3] - seen.place[a][:, None] for a in range(3))
    level2 = np.maximum(east**2 + north**2, 1.0)
    level, whole2 = np.sqrt(level2), level2 + up**2
    across = np.stack([ranges * np.cos(x[0]), -ranges * np.sin(x[0])])
    azimuth = np.arctan2(east, north), (north / level2, -east / level2, 0.0 * east)
    elevation = np.arctan2(up, level), (-east * up / level / whole2, -north * up / level / whole2, level / whole2)
    off, slopes = [], []
    for angle, sd, (said, by) in ((seen.azimuth, seen.azimuth_sd, azimuth), (seen.elevation, seen.elevation_sd, elevation)):
        told = np.isfinite(angle)
        turn = [by[0] * across[0] + by[1] * across[1], by[2], by[0] * ago, by[1] * ago, by[2] * ago]
        weight = (1.0 / sd[told])[:, None]
        off.append(geo.wrap_rad(angle[told][:, None] - said[told]) * weight)
        slopes.append(np.stack([part[told] * weight for part in turn], axis=1))
    return np.concatenate(off), np.concatenate(slopes)


def _elevation(seen: Sightings, rate_sd: float) -> tuple[Array, Array] | None:
    return _bearing(seen, seen.elevation, seen.elevation_sd, rate_sd) if np.isfinite(seen.elevation).any() else None


def _bearing(seen: Sightings, angle: Array, sd: Array, rate_sd: float) -> tuple[Array, Array]:
    """Angle and rate at the last sighting as the last station saw them: a straight line through its sightings, the rate about nought."""
    own = np.isfinite(angle) & (np.linalg.norm(seen.place - seen.place[:, -1:], axis=0) < NEAREST_M)
    own = own if own.any() else np.isfinite(angle)
    about = angle[own][-1]
    rows = np.stack([np.ones(own.sum()), seen.t_s[own] - seen.t_s[-1]]) / sd[own]
    cov = np.linalg.inv(rows @ rows.T + np.diag([0.0, rate_sd**-2.0]))
    fitted = cov @ (rows @ (geo.wrap_rad(angle[own] - about) / sd[own]))
    return fitted + np.array([about, 0.0]), cov
