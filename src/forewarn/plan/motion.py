"""One track's motion, as ``track.motion`` has it for many: predict and correct, in place, for the kernels.

``mean`` (2, D), ``cov`` (2, D, D), ``model`` (2,): calm and agile; the state is that of ``track.motion``. Held against it by tests, as is
``mix`` against ``track.update``.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from forewarn.plan.numbers import Senses, Watch

Array = NDArray[np.float64]
LOG_2PI = math.log(2.0 * math.pi)


@numba.njit(cache=True, nogil=True)
def predict(watch: Watch, senses: Senses, mean: Array, cov: Array, model: Array, dt: float) -> None:
    """``dt`` seconds later."""
    if dt <= 0.0:
        return
    _mix(watch, mean, cov, model, dt)
    for m in range(2):
        _move(mean[m], cov[m], watch.power[m], watch.speed_mps, dt, 0)
        _move(mean[m], cov[m], watch.power[m], watch.speed_mps, dt, 1)
        _move(mean[m], cov[m], watch.power[m] * watch.vertical, watch.climb_mps, dt, 2)
        for s in range(len(senses.at)):
            if senses.at[s] > 0:
                _fade(mean[m], cov[m], senses.at[s], math.exp(-dt / senses.slow[s, 0]), senses.slow[s, 1])


@numba.njit(cache=True, nogil=True)
def _mix(watch: Watch, mean: Array, cov: Array, model: Array, dt: float) -> None:
    size = mean.shape[1]
    rates = 1.0 / watch.stay_s
    left = math.exp(-(rates[0] + rates[1]) * dt)
    to_calm = (1.0 - left) * rates[1] / (rates[0] + rates[1])
    calm = model[0] * (left + to_calm) + model[1] * to_calm
    share = np.empty(2)  # of what ends calm, and of what ends agile, that was calm
    share[0] = model[0] * (left + to_calm) / max(calm, 1e-300)
    share[1] = model[0] * (1.0 - left - to_calm) / max(1.0 - calm, 1e-300)
    for i in range(size):
        apart_i = mean[0, i] - mean[1, i]
        for j in range(i, size):
            both = apart_i * (mean[0, j] - mean[1, j])
            a, b = cov[0, i, j], cov[1, i, j]
            for m in range(2):
                cov[m, i, j] = cov[m, j, i] = share[m] * a + (1.0 - share[m]) * b + share[m] * (1.0 - share[m]) * both
    for i in range(size):
        a, b = mean[0, i], mean[1, i]
        mean[0, i], mean[1, i] = b + share[0] * (a - b), b + share[1] * (a - b)
    model[0], model[1] = calm, 1.0 - calm


@numba.njit(cache=True, nogil=True)
def _move(mean: Array, cov: Array, power: float, spread: float, dt: float, axis: int) -> None:
    """One axis (Ornstein-Uhlenbeck rate; the formulas are in ``track.motion``)."""
    b = power / (2.0 * spread * spread)
    x = b * dt
    gone = -math.expm1(-x)
    if x < 1e-3:
        xx, xv = power * dt**3 / 3.0 * (1.0 - 0.75 * x), power * dt**2 / 2.0 * (1.0 - x)
    else:
        xx, xv = (spread / b) ** 2 * (2.0 * x - 2.0 * gone - gone * gone), spread * spread * gone * gone / b
    keep, reach, rate = 1.0 - gone, gone / b, axis + 3
    mean[axis] += reach * mean[rate]
    mean[rate] *= keep
    for j in range(mean.shape[0]):
        cov[axis, j] += reach * cov[rate, j]
        cov[rate, j] *= keep
    for j in range(mean.shape[0]):
        cov[j, axis] += reach * cov[j, rate]
        cov[j, rate] *= keep
    cov[axis, axis] += xx
    cov[axis, rate] += xv
    cov[rate, axis] += xv
    cov[rate, rate] += spread * spread * gone * (2.0 - gone)


@numba.njit(cache=True, nogil=True)
def _fade(mean: Array, cov: Array, at: int, rho: float, sigma_m: float) -> None:
    for d in range(at, at + 2):
        mean[d] *= rho
        for j in range(mean.shape[0]):
            cov[d, j] *= rho
        for j in range(mean.shape[0]):
            cov[j, d] *= rho
        cov[d, d] += (1.0 - rho * rho) * sigma_m * sigma_m


@numba.njit(cache=True, nogil=True)
def correct(mean: Array, cov: Array, h: Array, z: float, r: float) -> float:
    """One model's Kalman update with a number z = h x + noise of variance r: its log likelihood."""
    size = mean.shape[0]
    ph = np.zeros(size)
    seen, s = 0.0, r
    for i in range(size):
        if h[i] != 0.0:
            seen += h[i] * mean[i]
            for j in range(size):
                ph[j] += cov[j, i] * h[i]
    for i in range(size):
        s += h[i] * ph[i]
    return gain(mean, cov, ph, z - seen, s)


@numba.njit(cache=True, nogil=True)
def gain(mean: Array, cov: Array, ph: Array, nu: float, s: float) -> float:
    """The update by an innovation ``nu`` of variance ``s`` and covariance ``ph`` (D,) with the state: its log likelihood."""
    for i in range(mean.shape[0]):
        mean[i] += ph[i] * nu / s
        for j in range(mean.shape[0]):
            cov[i, j] -= ph[i] * ph[j] / s
    return -0.5 * (nu * nu / s + math.log(s) + LOG_2PI)


@numba.njit(cache=True, nogil=True)
def weigh(model: Array, log: Array) -> float:
    """The models' chances after a measurement of ``log`` (2,) likelihoods: the log likelihood of both together."""
    most = max(log[0], log[1])
    one, two = model[0] * math.exp(log[0] - most), model[1] * math.exp(log[1] - most)
    model[0], model[1] = one / (one + two), two / (one + two)
    return float(most + math.log(one + two))


@numba.njit(cache=True, nogil=True)
def mix(mean: Array, cov: Array, model: Array, none: float, pair: float, means: Array, covs: Array, models: Array) -> None:
    """What a track was, of weight ``none``, and what a plot makes of it, of weight ``pair``: each model's mixture by its moments."""
    size = mean.shape[1]
    for m in range(2):
        before, after = model[m] * none, models[m] * pair
        share = after / max(before + after, 1e-300)
        for i in range(size):
            for j in range(i, size):
                both = (means[m, i] - mean[m, i]) * (means[m, j] - mean[m, j])
                cov[m, i, j] += share * (covs[m, i, j] - cov[m, i, j]) + share * (1.0 - share) * both
                cov[m, j, i] = cov[m, i, j]
        for i in range(size):
            mean[m, i] += share * (means[m, i] - mean[m, i])
        model[m] = before + after
    model[:] = model / model.sum()
