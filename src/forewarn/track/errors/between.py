"""The numbers of comparisons (see ``compare``): which are made, and what each says of the errors; k comparisons, last in every array."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.track.errors.joint import EACH
from forewarn.track.errors.place import of_place, true

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]
Carried = tuple[Array, Array, Array]  # what ``carried`` gives
WINDOW_S = 5.0  # a place older than this is no longer compared with
CLAIM_S = 60.0  # an object's claims err alike, or lie alike, for so long
NARROW = 0.26  # radians: a bearing is not compared where the other's place leaves it less sure than this


@njit(cache=True)
def chosen(
    own: int, claims: bool, shown_ns: Index, last_ns: Index, track: Index, time_ns: Index, chance: Array, tau_s: Array, does: Mask
) -> tuple[Index, Index, Array, Array]:
    """What p clear pairs of sensor ``own`` are compared with: the other ``sensor`` (k,), the ``pair`` (k,), the seconds from its place to
    the pair's plot, and how much each comparison tells that those before have not told (k,).

    ``shown_ns`` (S, n): when each sensor last showed the tracks, ``last_ns`` (n,): when they were last compared; the pairs' ``track``,
    ``time_ns``, ``chance`` (p,); ``tau_s`` (S,) of the sensors, ``does`` (2, S): which show places, and which only pass claims on.
    ``claims``: whether claims' places count.
    """
    places, says = does
    pairs = len(track)
    anew, every, use = np.zeros((len(tau_s), pairs)), np.zeros(pairs), np.zeros((len(tau_s), pairs), dtype=np.bool_)
    for s in range(len(tau_s)):
        tau = max(tau_s[own], CLAIM_S if says[s] else tau_s[s], 1e-9)
        half = 0.5 if places[own] and places[s] else 1.0
        for p in range(pairs):
            there, last = shown_ns[s, track[p]], last_ns[track[p]]
            use[s, p] = s != own and last < there and abs(time_ns[p] - there) <= WINDOW_S * 1e9 and (claims or not says[s])
            if use[s, p]:
                anew[s, p] = -half * math.expm1(-max((time_ns[p] - last) / 1e9, 0.0) / tau)
                every[p] += anew[s, p]
    sensor, pair = np.nonzero(use)
    age, weight = np.empty(len(pair)), np.empty(len(pair))
    for j in range(len(pair)):
        whose, which = sensor[j], pair[j]
        age[j] = (time_ns[which] - shown_ns[whose, track[which]]) / 1e9
        weight[j] = chance[which] * anew[whose, which] ** 2 / max(every[which], 1e-12)
    return sensor, pair, age, weight


@njit(cache=True)
def carried(
    shown: Array, sensor: Index, track: Index, dt: Array, off: Array, rate: Array, spread: Array, power: float, says: Mask
) -> Carried:
    """The others' places (2, k) with the sensors' errors ``off`` (S, 3) off them, ``dt`` (k,) seconds later, their covariance (2, 2, k),
    and how they move with those sensors' errors (2, 3, k); claims' do not.

    ``shown`` (S, 7, n) as ``Belief`` has it, by ``sensor`` and ``track`` (k,); ``rate`` (2, k) and its covariance ``spread`` (2, 2, k) of
    the objects; ``power``: density of their acceleration, m^2/s^3.
    """
    row, errors = np.empty((shown.shape[1], len(dt))), np.empty((EACH, len(dt)))
    for j in range(len(dt)):
        row[:, j], errors[:, j] = shown[sensor[j], :, track[j]], off[sensor[j]]
    away = true(row[2:4], errors)
    place = row[:2] - row[2:4] + away + dt * rate
    slope, cov = of_place(away, rate), dt**2 * spread
    for j in range(len(dt)):
        wander = power * abs(dt[j]) ** 3 / 3.0
        cov[0, 0, j] += row[4, j] + wander
        cov[1, 1, j] += row[6, j] + wander
        cov[0, 1, j] += row[5, j]
        cov[1, 0, j] += row[5, j]
        if says[sensor[j]]:
            slope[:, :, j] = 0.0
    return place, cov, slope


@njit(cache=True)
def places(
    own: int, place: Array, spot: Array, var: Array, off: Array, rate: Array, sensor: Index, other: Carried
) -> tuple[Array, Array, Array]:
    """Differences (2, k) of plots' places from the others', what they would be without errors, their Jacobian (2, B, k) and noise
    (2, 2, k). ``place`` (2, k), ``var`` (2, 2, k) of the plots of sensor ``own``, which stands at ``spot`` (2, 1), or (2, k); ``other``:
    see ``carried``."""
    theirs, cov, slope = other
    away = true(place - spot, off[own].reshape(-1, 1))
    mine, jacobian = of_place(away, rate), np.zeros((2, off.size, place.shape[1]))
    y = spot + away - theirs
    for j in range(len(sensor)):
        for a in range(2):
            for e in range(EACH):
                jacobian[a, EACH * own + e, j] = mine[a, e, j]
                jacobian[a, EACH * sensor[j] + e, j] = -slope[a, e, j]
                y[a, j] += mine[a, e, j] * off[own, e] - slope[a, e, j] * off[sensor[j], e]
    return y, jacobian, var + cov


@njit(cache=True)
def bearings(
    own: int, bearing: Array, sd: Array, spot: Array, off: Array, rate: Array, sensor: Index, other: Carried
) -> tuple[Array, Array, Array]:
    """The same of bearings (k,) with errors ``sd`` (k,): differences (1, k), Jacobian (1, B, k), noise (1, 1, k)."""
    theirs, cov, slope = other
    y, jacobian, noise = np.empty((1, len(sd))), np.zeros((1, off.size, len(sd))), np.empty((1, 1, len(sd)))
    for j in range(len(sd)):
        s, (east, north) = sensor[j], theirs[:, j] - spot[:, 0]
        squared = max(east**2 + north**2, 1.0)
        de, dn = north / squared, -east / squared
        spread = de**2 * cov[0, 0, j] + 2.0 * de * dn * cov[0, 1, j] + dn**2 * cov[1, 1, j]
        jacobian[0, EACH * own, j], jacobian[0, EACH * own + 2, j] = 1.0, -(de * rate[0, j] + dn * rate[1, j])
        for e in range(EACH):
            jacobian[0, EACH * s + e, j] = -(de * slope[0, e, j] + dn * slope[1, e, j])
        turn = (bearing[j] - off[own, 0] - math.atan2(east, north) + math.pi) % (2.0 * math.pi) - math.pi
        y[0, j] = turn + (np.ascontiguousarray(jacobian[0, :, j]) * off.ravel()).sum()
        noise[0, 0, j] = (sd[j] ** 2 + spread) * (1.0 if spread < NARROW**2 else 1e6)
    return y, jacobian, noise


@njit(cache=True)
def surprise(y: Array, jacobian: Array, noise: Array, mean: Array, cov: Array) -> tuple[Array, Array]:
    """Inverses (d, d, k) of the noise, and squared distances (k,) of the differences from what errors of ``mean`` (B,) and ``cov`` (B, B)
    make of them."""
    inverse, d2 = np.empty_like(noise), np.empty(y.shape[1])
    for j in range(y.shape[1]):
        h, r = np.ascontiguousarray(jacobian[:, :, j]), np.ascontiguousarray(noise[:, :, j])
        gap = y[:, j] - h @ mean
        inverse[:, :, j] = np.linalg.inv(r)
        d2[j] = (gap * np.linalg.solve(r + h @ cov @ h.T, gap)).sum()
    return inverse, d2
