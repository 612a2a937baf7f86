"""Interacting multiple models for a batch of tracks, over models whose states differ in size.

Blom and Bar-Shalom, "The interacting multiple model algorithm", IEEE Trans. Automatic Control 33 (8), 1988. The chances of a change over
any interval come from the mean sojourn times by the exponential of the rate matrix. States behind the sixth are a model's own: a track that
comes into a model from another brings six, and takes the model's own estimate of the rest, so that mixing biases none (Granstrom, Willett
and Bar-Shalom, "Systematic approach to IMM mixing for unequal dimension states", IEEE Trans. AES 51 (4), 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from forewarn.track.models import kalman
from forewarn.track.models.measure.base import Line, Measure
from forewarn.track.models.measure.position import Position
from forewarn.track.models.motion.base import Motion, extend, intervals, size

Array = NDArray[np.float64]
Index = NDArray[np.int64]
COMMON = 6


class Suite(NamedTuple):
    """The models of a tracker. ``rates`` (M, M): of changing from the first to the second (1/s); each row sums to nought.

    The chances after t are the sum over k of ``parts`` (M, M, K) times exp(``decay`` (K,) t): the exponential of t times the rates.
    """

    models: tuple[Motion, ...]
    rates: Array
    parts: Array
    decay: Array


class Bank(NamedTuple):
    """Tracks under each model: ``mean`` (M, S, n), ``cov`` (M, S, S, n), ``weight`` (M, n). Rows that a model has not are nought."""

    suite: Suite
    mean: Array
    cov: Array
    weight: Array


def suite(models: Sequence[Motion], stay_s: Sequence[float], prior: ArrayLike | None = None) -> Suite:
    """Models with their mean sojourn times. ``prior`` (M,): where a track that leaves a model goes, in shares; all alike if not given."""
    stay, count = np.asarray(stay_s, dtype=float), len(models)
    if stay.shape != (count,) or not (stay > 0.0).all():
        raise ValueError(f"stay_s: {stay.tolist()}; allowed: {count} times above nought, one a model")
    to = np.ones(count) if prior is None else np.asarray(prior, dtype=float)
    if to.shape != (count,) or not (to > 0.0).all():
        raise ValueError(f"prior: {to.tolist()}; allowed: {count} shares above nought, one a model")
    others = to.sum() - to
    rates = to / np.maximum(others, 1e-300)[:, None] / stay[:, None]
    np.fill_diagonal(rates, 0.0 if count == 1 else -1.0 / stay)
    return Suite(tuple(models), rates, *_modes(rates, to * others * stay if count > 1 else to))


def _modes(rates: Array, steady: Array) -> tuple[Array, Array]:
    """``parts`` and ``decay`` of a chain in detailed balance with ``steady`` (M,): then diag(steady)^1/2 makes its rates symmetric."""
    half = np.sqrt(steady)
    decay, modes = np.linalg.eigh(half[:, None] * rates / half)
    return (modes / half[:, None])[:, None] * (modes * half[:, None])[None], np.minimum(decay, 0.0)


def start(suite: Suite, mean: Array, cov: Array, weight: ArrayLike) -> Bank:
    """New tracks from places and rates, mean (6, n) and cov (6, 6, n), with the chances (M,) or (M, n) of each model."""
    n, most = mean.shape[1], max(map(size, suite.models))
    means, covs = np.zeros((len(suite.models), most, n)), np.zeros((len(suite.models), most, most, n))
    for m, model in enumerate(suite.models):
        s = size(model)
        means[m, :s], covs[m, :s, :s] = extend(model, mean, cov)
    chance = np.asarray(weight, dtype=float).reshape(len(suite.models), -1)
    return Bank(suite, means, covs, np.broadcast_to(chance / chance.sum(axis=0), (len(suite.models), n)).copy())


def switching(suite: Suite, dt: Array) -> Array:
    """Chances (M, M, n) to be in the second model ``dt`` (n,) seconds after the first."""
    return np.maximum(suite.parts @ np.exp(np.outer(suite.decay, dt)), 0.0)


def predict(bank: Bank, dt: ArrayLike) -> Bank:
    """The tracks ``dt`` seconds later, one interval or n."""
    gaps = intervals(dt, bank.mean.shape[2])
    if not gaps.any():
        return bank
    mean, cov, weight = _mix(bank.mean, bank.cov, bank.weight, switching(bank.suite, gaps), _sizes(bank.suite))
    for m, model in enumerate(bank.suite.models):
        s = size(model)
        model.advance(mean[m, :s], cov[m, :s, :s], gaps)
    return Bank(bank.suite, mean, cov, weight)


def update(bank: Bank, measure: Measure, z: Array, noise: Array) -> tuple[Bank, Array]:
    """Each track takes its measurement, z (d, n) with noise (d, d, n); and the log likelihoods (n,) before it was taken."""
    straight = isinstance(measure, Position)  # whatever the state is
    whole, spread = (bank.mean[0], bank.cov[0]) if straight else combined(bank)
    return take(bank, measure.line(whole, spread, z, noise))


def take(bank: Bank, straight: Line) -> tuple[Bank, Array]:
    """As ``update``, with the measurement already made straight."""
    k = straight.a.shape[1]
    apart = straight.z - np.einsum("dkn,mkn->mdn", straight.a, bank.mean[:, :k])
    found = kalman.update(bank.mean, bank.cov, straight.a, apart, straight.noise)
    with np.errstate(divide="ignore"):
        joint = found.log + np.log(bank.weight)
    top = joint.max(axis=0)
    share = np.exp(joint - top)
    total = share.sum(axis=0)
    return Bank(bank.suite, found.mean, found.cov, share / total), top + np.log(total)


def combined(bank: Bank) -> tuple[Array, Array]:
    """Mean (6, n) and covariance (6, 6, n) of the mixture of the models."""
    return _combined(bank.mean, bank.cov, bank.weight)


def chosen(bank: Bank, tracks: Index) -> Bank:
    """The bank of these tracks (p,), in this order; one may be named more than once."""
    return Bank(bank.suite, bank.mean[..., tracks], bank.cov[..., tracks], bank.weight[:, tracks])


def _sizes(suite: Suite) -> Index:
    return np.array([size(model) for model in suite.models], dtype=np.int64)


@njit(cache=True)
def _combined(mean: Array, cov: Array, weight: Array) -> tuple[Array, Array]:
    models, _, n = mean.shape
    whole, spread = np.zeros((COMMON, n)), np.zeros((COMMON, COMMON, n))
    for m in range(models):
        for a in range(COMMON):
            for j in range(n):
                whole[a, j] += weight[m, j] * mean[m, a, j]
    for a in range(COMMON):
        for b in range(a + 1):
            row = spread[a, b]
            for m in range(models):
                for j in range(n):
                    apart = (mean[m, a, j] - whole[a, j]) * (mean[m, b, j] - whole[b, j])
                    row[j] += weight[m, j] * (cov[m, a, b, j] + apart)
            spread[b, a] = row
    return whole, spread


@njit(cache=True)
def _mix(mean: Array, cov: Array, weight: Array, change: Array, sizes: Index) -> tuple[Array, Array, Array]:
    """Each model's start for the next interval, and the chances of the models after it; fresh arrays."""
    models, _, n = mean.shape
    share, after = _shares(weight, change)
    mixed, covs = mean.copy(), np.zeros_like(cov)
    apart, shift = mean[:, :COMMON] - mean[0, :COMMON], np.zeros((models, COMMON, n))
    for m in range(models):
        for i in range(1, models):
            for a in range(COMMON):
                for j in range(n):
                    shift[m, a, j] += share[i, m, j] * apart[i, a, j]
        mixed[m, :COMMON] = mean[0, :COMMON] + shift[m]
    _mix_spread(cov, share, apart, shift, covs)
    for m in range(models):
        for e in range(COMMON, sizes[m]):
            covs[m, e, COMMON:] = cov[m, e, COMMON:]
            for a in range(COMMON):
                covs[m, a, e] = share[m, m] * cov[m, a, e]
                covs[m, e, a] = covs[m, a, e]
    return mixed, covs, after


@njit(cache=True, error_model="numpy")
def _shares(weight: Array, change: Array) -> tuple[Array, Array]:
    """Of each track that is in the second model after the interval, the share that came from the first (M, M, n); their chances (M, n)."""
    models, n = weight.shape
    share, after = np.empty((models, models, n)), np.zeros((models, n))
    for i in range(models):
        for m in range(models):
            for j in range(n):
                share[i, m, j] = weight[i, j] * change[i, m, j]
                after[m, j] += share[i, m, j]
    for i in range(models):
        for m in range(models):
            for j in range(n):  # nobody comes into a model without a chance: it keeps its own
                share[i, m, j] = share[i, m, j] / after[m, j] if after[m, j] > 1e-300 else 1.0 * (i == m)
    return share, after


@njit(cache=True)
def _mix_spread(cov: Array, share: Array, apart: Array, shift: Array, covs: Array) -> None:
    """Fill in the covariances of the common states: the mean of (P + d d'), less that of d squared, d from the first model's mean."""
    models, n = len(cov), cov.shape[3]
    whole = np.empty((models, n))
    for a in range(COMMON):
        for b in range(a + 1):
            for i in range(models):
                for j in range(n):
                    whole[i, j] = cov[i, a, b, j] + apart[i, a, j] * apart[i, b, j]
            for m in range(models):
                row = covs[m, a, b]
                for j in range(n):
                    row[j] = share[0, m, j] * whole[0, j] - shift[m, a, j] * shift[m, b, j]
                for i in range(1, models):
                    for j in range(n):
                        row[j] += share[i, m, j] * whole[i, j]
                covs[m, b, a] = row
