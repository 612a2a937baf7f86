"""How objects move: two models with a velocity that wanders, one that falls, and the slow errors of sensors that track by themselves.

State of a track, D = 6 + 2 C: east, north, up, their rates, and for each of the C sensors with ``correlation_s`` > 0 its present error
east and north. Each rate is an Ornstein-Uhlenbeck process (integrated: Vasicek 1977; in tracking, Coraluppi and Carthel, "Stability and
stationarity in target kinematic modeling", IEEE Aerospace Conf. 2012): white acceleration of power density q as in near-constant velocity,
and just so much drag, b = q / (2 s^2), that the spread of the rates stays the site's s however long nobody looks. With a = exp(-b t):

    F = [1, (1 - a) / b; 0, a]    Q_vv = s^2 (1 - a^2)    Q_xv = s^2 (1 - a)^2 / b    Q_xx = s^2 (2 b t - 3 + 4 a - a^2) / b^2

A sensor's error is a first-order Gauss-Markov process (Bar-Shalom, Li and Kirubarajan, "Estimation with Applications to Tracking and
Navigation", 2001, 8.2): e' = r e + w, r = exp(-t / tau), var w = (1 - r^2) s^2. The models mix as in the interacting multiple
model estimator (same, 11.6.6), with the chances of a change over any time from a continuous-time chain.

Calm, agile and, where arrays have a third model, falling (``fall``). Whatever flies may begin to fall once in ``FAILS_S``; after
``FALLS_S`` on the mean it does so no more, or was wrongly taken to. What no sensor tells the height of is not taken to fall: nothing would
speak against it, and its height would sink.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.track import fall
from forewarn.track.plan import HARDLY, Plan

Array = NDArray[np.float64]
FAILS_S, FALLS_S = 3600.0, 15.0


def predict(plan: Plan, mean: Array, cov: Array, model: Array, dt: float) -> tuple[Array, Array, Array]:
    """Mean (M, D, n), covariance (M, D, D, n) and model chances (M, n), M = 2 or 3, ``dt`` >= 0 seconds later; fresh arrays."""
    if dt <= 0.0 or mean.shape[2] == 0:
        return mean, cov, model
    drifts, slow = _over(plan.power, plan.vertical, plan.speed_mps, plan.climb_mps, plan.slow, dt)
    change = switching(plan.stay_s, dt, len(mean) > len(drifts))
    whole, untold = np.ascontiguousarray, (plan.height[1] ** 2, 1.01 * plan.climb_mps**2)
    moved: tuple[Array, Array, Array] = carried(whole(mean), whole(cov), whole(model), change, drifts, slow, dt, plan.origin[2], untold)
    return moved


@lru_cache(maxsize=1024)
def _over(
    power: tuple[float, float], vertical: float, speed_mps: float, climb_mps: float, slow: tuple[tuple[int, float, float], ...], dt: float
) -> tuple[Array, Array]:
    """What ``move`` and ``fade`` take of a plan for ``dt`` seconds."""
    drifts = [(drift(q, speed_mps, dt), drift(q * vertical, climb_mps, dt)) for q in power]
    return np.array(drifts), np.array([(at, math.exp(-dt / tau_s), sigma_m) for at, tau_s, sigma_m in slow]).reshape(-1, 3)


@njit(cache=True, error_model="numpy")
def carried(
    mean: Array, cov: Array, model: Array, change: Array, drifts: Array, slow: Array, dt: float, base: float, untold: tuple[float, float]
) -> tuple[Array, Array, Array]:
    """``predict`` with its numbers worked out: see ``mixed``, ``move``, ``fall.fall`` and ``fade``; fresh arrays. ``untold``: variances of
    height and climb (m^2, m^2/s^2); where the one is no less and the other no more, no sensor tells the height."""
    mean, cov, model = mixed(mean, cov, model, change)
    move(mean, cov, drifts)
    if len(mean) > len(drifts):
        fall.fall(mean[2], cov[2], dt, base)
        for i in range(mean.shape[2]):
            if cov[0, 2, 2, i] >= untold[0] and cov[0, 5, 5, i] <= untold[1]:
                model[2, i] = HARDLY
            model[:, i] /= model[:, i].sum()
    fade(mean, cov, slow)
    return mean, cov, model


class Drift(NamedTuple):
    """One axis over an interval: ``keep`` and ``reach`` of the rate (F), and Q."""

    keep: float
    reach: float
    xx: float
    xv: float
    vv: float


@lru_cache(maxsize=1024)
def drift(power: float, spread: float, dt: float) -> Drift:
    """How one axis moves over ``dt`` seconds with acceleration of ``power`` (m^2/s^3) and rates of ``spread`` (m/s)."""
    b = power / (2.0 * spread**2)
    x = b * dt
    gone = -math.expm1(-x)
    if x < 1e-3:  # the closed form cancels
        xx, xv = power * dt**3 / 3.0 * (1.0 - 0.75 * x), power * dt**2 / 2.0 * (1.0 - x)
    else:
        xx, xv = (spread / b) ** 2 * (2.0 * x - 2.0 * gone - gone**2), spread**2 * gone**2 / b
    return Drift(1.0 - gone, gone / b, xx, xv, spread**2 * gone * (2.0 - gone))


@njit(cache=True)
def move(mean: Array, cov: Array, drifts: Array) -> None:
    """Each model's mean (M, D, n) and covariance (M, D, D, n) over an interval, in place; ``drifts`` (2, 2, 5): level and climb
    of those that do not fall."""
    d, n = mean.shape[1], mean.shape[2]
    for m in range(drifts.shape[0]):
        for axis in range(3):
            keep, reach, xx, xv, vv = drifts[m, axis // 2]
            rate = axis + 3
            for i in range(n):
                mean[m, axis, i] += reach * mean[m, rate, i]
                mean[m, rate, i] *= keep
            for k in range(d):
                for i in range(n):
                    cov[m, axis, k, i] += reach * cov[m, rate, k, i]
                    cov[m, rate, k, i] *= keep
            for k in range(d):
                for i in range(n):
                    cov[m, k, axis, i] += reach * cov[m, k, rate, i]
                    cov[m, k, rate, i] *= keep
            for i in range(n):
                cov[m, axis, axis, i] += xx
                cov[m, axis, rate, i] += xv
                cov[m, rate, axis, i] += xv
                cov[m, rate, rate, i] += vv


@lru_cache(maxsize=256)
def switching(stay_s: tuple[float, float], dt: float, falls: bool = False) -> Array:
    """Chances (M, M) to be in the second model ``dt`` after the first: exp of the rate matrix of the chain.

    Calm and agile alone are a chain of two states with steady shares p. Both begin to fall at one rate, and what falls no more is calm
    or agile by p; so *flies* and *falls* are a chain of two as well, and what flies differs from p by less and less: in closed form.
    """
    rates = 1.0 / np.array(stay_s)
    steady = rates[::-1] / rates.sum()
    left = math.exp(-rates.sum() * dt)
    if not falls:
        return np.asarray(left * np.eye(2) + (1.0 - left) * steady)
    fails, ends = 1.0 / FAILS_S, 1.0 / FALLS_S
    still = math.exp(-(fails + ends) * dt)
    flies, lasts = (ends + fails * still) / (fails + ends), (fails + ends * still) / (fails + ends)
    left *= math.exp(-fails * dt)
    change = np.empty((3, 3))
    change[:2, :2] = left * (np.eye(2) - steady) + flies * steady
    change[2, :2], change[:2, 2], change[2, 2] = (1.0 - lasts) * steady, 1.0 - flies, lasts
    return change


@njit(cache=True)
def mixed(mean: Array, cov: Array, model: Array, change: Array) -> tuple[Array, Array, Array]:
    """Each model's start for the next interval: the mixture of where a track in it would have come from; fresh arrays."""
    models, n = model.shape
    means, covs, after = np.zeros_like(mean), np.empty_like(cov), np.zeros_like(model)
    share = np.empty((models, n))
    for to in range(models):
        for m in range(models):
            for i in range(n):
                after[to, i] += model[m, i] * change[m, to]
        for m in range(models):
            for i in range(n):
                share[m, i] = model[m, i] * change[m, to] / max(after[to, i], 1e-300)
        blend(mean, cov, share, means[to], covs[to])
    return means, covs, after


@njit(cache=True)
def blend(mean: Array, cov: Array, share: Array, whole: Array, spread: Array) -> None:
    """The mixture of models by ``share`` (M, n), into ``whole`` (D, n), which is nought, and ``spread`` (D, D, n)."""
    models, d, n = mean.shape
    apart = np.empty_like(mean)
    for m in range(models):
        whole += share[m] * mean[m]
    for m in range(models):
        apart[m] = mean[m] - whole
    for a in range(d):
        for b in range(a + 1):
            spread[a, b] = 0.0
            for m in range(models):
                for i in range(n):
                    spread[a, b, i] += share[m, i] * (cov[m, a, b, i] + apart[m, a, i] * apart[m, b, i])
            spread[b, a] = spread[a, b]


@njit(cache=True)
def fade(mean: Array, cov: Array, slow: Array) -> None:
    """The sensors' errors after an interval, in place. ``slow`` (C, 3): place in the state, what is left of the error, its spread."""
    d, n = mean.shape[1], mean.shape[2]
    for m in range(mean.shape[0]):
        for c in range(slow.shape[0]):
            rho, sigma_m = slow[c, 1], slow[c, 2]
            for e in range(2):
                at = int(slow[c, 0]) + e
                for i in range(n):
                    mean[m, at, i] *= rho
                    for k in range(d):
                        cov[m, at, k, i] *= rho
                    for k in range(d):
                        cov[m, k, at, i] *= rho
                    cov[m, at, at, i] += (1.0 - rho * rho) * sigma_m * sigma_m


def merged(mean: Array, cov: Array, model: Array) -> tuple[Array, Array]:
    """Mean (D, n) and covariance (D, D, n) of the mixture of the models."""
    whole, spread = np.zeros(mean.shape[1:]), np.empty(cov.shape[1:])
    blend(np.ascontiguousarray(mean), np.ascontiguousarray(cov), np.ascontiguousarray(model), whole, spread)
    return whole, spread
