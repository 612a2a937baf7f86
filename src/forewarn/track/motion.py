"""How objects move: two models with a velocity that wanders, and the slow errors of sensors that track by themselves.

State of a track, D = 6 + 2 C: east, north, up, their rates, and for each of the C sensors with ``correlation_s`` > 0 its present error
east and north. Each rate is an Ornstein-Uhlenbeck process (integrated: Vasicek 1977; in tracking, Coraluppi and Carthel, "Stability and
stationarity in target kinematic modeling", IEEE Aerospace Conf. 2012): white acceleration of power density q as in near-constant velocity,
and just so much drag, b = q / (2 s^2), that the spread of the rates stays the site's s however long nobody looks. With a = exp(-b t):

    F = [1, (1 - a) / b; 0, a]    Q_vv = s^2 (1 - a^2)    Q_xv = s^2 (1 - a)^2 / b    Q_xx = s^2 (2 b t - 3 + 4 a - a^2) / b^2

A sensor's error is a first-order Gauss-Markov process (Bar-Shalom, Li and Kirubarajan, "Estimation with Applications to Tracking and
Navigation", 2001, 8.2): e' = r e + w, r = exp(-t / tau), var w = (1 - r^2) s^2. The models mix as in the interacting multiple
model estimator (same, 11.6.6), with the chances of a change over any time from a continuous-time chain.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.track.plan import Plan

Array = NDArray[np.float64]


def predict(plan: Plan, mean: Array, cov: Array, model: Array, dt: float) -> tuple[Array, Array, Array]:
    """Mean (M, D, n), covariance (M, D, D, n) and model chances (M, n), ``dt`` >= 0 seconds later."""
    if dt <= 0.0 or mean.shape[2] == 0:
        return mean, cov, model
    mean, cov, model = mix(mean, cov, model, switching(plan, dt))
    for m, power in enumerate(plan.power):
        move(mean[m], cov[m], drift(power, plan.speed_mps, dt), drift(power * plan.vertical, plan.climb_mps, dt))
    fade(plan, mean, cov, dt)
    return mean, cov, model


class Drift(NamedTuple):
    """One axis over an interval: ``keep`` and ``reach`` of the rate (F), and Q."""

    keep: float
    reach: float
    xx: float
    xv: float
    vv: float


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


def move(mean: Array, cov: Array, level: Drift, climb: Drift) -> None:
    """One model's mean (D, n) and covariance (D, D, n) over an interval, in place."""
    for axis, by in ((0, level), (1, level), (2, climb)):
        rate = axis + 3
        for rows in (mean, cov, cov.swapaxes(0, 1)):
            rows[axis] += by.reach * rows[rate]
            rows[rate] *= by.keep
        cov[axis, axis] += by.xx
        cov[axis, rate] += by.xv
        cov[rate, axis] += by.xv
        cov[rate, rate] += by.vv


def switching(plan: Plan, dt: float) -> Array:
    """Chances (M, M) to be in the second model ``dt`` after the first: exp of the rate matrix of a two-state chain."""
    rates = 1.0 / np.array(plan.stay_s)
    steady = rates[::-1] / rates.sum()
    left = math.exp(-rates.sum() * dt)
    return np.asarray(left * np.eye(2) + (1.0 - left) * steady)


def mix(mean: Array, cov: Array, model: Array, change: Array) -> tuple[Array, Array, Array]:
    """Each model's start for the next interval: the mixture of where a track in it would have come from; fresh arrays."""
    after = np.einsum("kn,kj->jn", model, change)
    share = model[:, None] * change[:, :, None] / np.maximum(after, 1e-300)  # (from, to, n)
    apart = mean[0] - mean[1]
    mixed = np.stack([mean[1] + share[0, to] * apart for to in (0, 1)])
    spread = apart[:, None] * apart[None]
    covs = np.stack([share[0, to] * cov[0] + share[1, to] * cov[1] + share[0, to] * share[1, to] * spread for to in (0, 1)])
    return mixed, covs, after


def fade(plan: Plan, mean: Array, cov: Array, dt: float) -> None:
    """The sensors' errors after ``dt``, in place."""
    for at, tau_s, sigma_m in plan.slow:
        rho = math.exp(-dt / tau_s)
        for d in (at, at + 1):
            mean[:, d] *= rho
            cov[:, d] *= rho
            cov[:, :, d] *= rho
            cov[:, d, d] += (1.0 - rho**2) * sigma_m**2


def merged(mean: Array, cov: Array, model: Array) -> tuple[Array, Array]:
    """Mean (D, n) and covariance (D, D, n) of the mixture of the models."""
    apart = mean[0] - mean[1]
    whole = mean[1] + model[0] * apart
    return whole, model[0] * cov[0] + model[1] * cov[1] + model[0] * model[1] * apart[:, None] * apart[None]
