"""All sensors' errors as one Gaussian in information form: what comparisons told, kept apart from what the site file states.

B = 3 S errors: of each sensor its azimuth (radians, clockwise), range (metres) and clock (seconds; stamps less true time), all against
the site file's statement. Comparisons y = J b + e, e ~ N(0, N), add J' N^-1 J to the information and J' N^-1 y to the pull (information
filter: Maybeck, "Stochastic Models, Estimation, and Control" 1, 1979, 5.7). The prior, of mean nil and spread ``sd``, comes in when
the sum is read. With D = diag(sd) and A = I + D L D the posterior is P = D A^-1 D, m = P l, and the comparisons' log evidence
(l' m - log det A) / 2 but for a constant; a spread of nil is an error that is known.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec
import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
EACH = 3  # errors of one sensor
MEMORY_S = 3600.0
"""What comparisons told fades with this time: a sensor may be moved, a clock set."""
LOOSE = (math.radians(10.0), 50.0, 1.0)
"""Spread of the errors of a sensor whose statement is not believed."""


class Recent(msgspec.Struct, frozen=True):
    """The last k comparisons, each of noise one: ``who`` (2, k) was compared, ``row`` (2, 6, k) and ``y`` (2, k): Jacobian and difference,
    nil in the second row where there is one number; ``share`` (k,): how much is new of each, ``weight`` (k,): what it
    weighs, odd ones less; ``t_ns`` (k,): when it came."""

    who: np.ndarray
    row: np.ndarray
    y: np.ndarray
    share: np.ndarray
    weight: np.ndarray
    t_ns: np.ndarray


class Joint(msgspec.Struct, frozen=True):
    """``information`` (B, B) and ``pull`` (B,) of all comparisons until ``t_ns``; ``samples`` (S,): how many tell of each sensor;
    ``recent``: the last ones, which may be judged again."""

    information: np.ndarray
    pull: np.ndarray
    samples: np.ndarray
    recent: Recent
    t_ns: int = 0


class Reading(NamedTuple):
    """``mean`` (B,) and ``cov`` (B, B) of the errors."""

    mean: Array
    cov: Array


def nothing(sensors: int) -> Joint:
    """No comparison yet."""
    size = EACH * sensors
    none, number = np.zeros(0, dtype=np.int64), np.zeros(0)
    recent = Recent(np.zeros((2, 0), dtype=np.int64), np.zeros((2, 2 * EACH, 0)), np.zeros((2, 0)), number, number, none)
    return Joint(np.zeros((size, size)), np.zeros(size), np.zeros(sensors), recent)


def read(joint: Joint, sd: Array) -> Reading:
    """The errors under a prior of spread ``sd`` (B,)."""
    return Reading(*_posterior(joint.information, joint.pull, sd))


@njit(cache=True)
def _posterior(information: Array, pull: Array, sd: Array) -> tuple[Array, Array]:
    """Mean (B,) and covariance (B, B) of the errors. Those that are known, or that nothing tells of, stand apart from the others."""
    told, cov = np.flatnonzero(sd * np.diag(information)), np.diag(sd**2)
    a = np.eye(len(told))
    for i, one in enumerate(told):
        for j, two in enumerate(told):
            a[i, j] += sd[one] * information[one, two] * sd[two]
    inside = np.linalg.inv(a)
    for i, one in enumerate(told):
        for j, two in enumerate(told):
            cov[one, two] = sd[one] * sd[two] * (inside[i, j] + inside[j, i]) / 2.0
    return cov @ pull, cov


def evidence(joint: Joint, sd: Array) -> float:
    """Log evidence of the comparisons under a prior of spread ``sd`` (B,), but for a constant."""
    a = np.eye(len(sd)) + sd[:, None] * joint.information * sd
    return 0.5 * float(joint.pull @ read(joint, sd).mean - np.linalg.slogdet(a)[1])


def add(joint: Joint, t_ns: int, jacobian: Array, y: Array, inverse: Array, weight: Array) -> Joint:
    """With k comparisons of d numbers more: ``jacobian`` (d, B, k), ``y`` (d, k), ``inverse`` of the noise (d, d, k), ``weight`` (k,)."""
    keep = math.exp(-max(t_ns - joint.t_ns, 0) / 1e9 / MEMORY_S) if joint.t_ns else 1.0
    information, pull, samples = keep * joint.information, keep * joint.pull, keep * joint.samples
    _add(information, pull, samples, jacobian, y, inverse, weight)
    return Joint(information, pull, samples, joint.recent, max(t_ns, joint.t_ns))


@njit(cache=True)
def _add(information: Array, pull: Array, samples: Array, jacobian: Array, y: Array, inverse: Array, weight: Array) -> None:
    """Comparisons as in ``add``, in place."""
    for k in range(len(weight)):
        h = np.ascontiguousarray(jacobian[:, :, k])
        scaled = weight[k] * np.ascontiguousarray(inverse[:, :, k]) @ h
        information += h.T @ scaled
        pull += scaled.T @ np.ascontiguousarray(y[:, k])
        for s in range(len(samples)):
            if h[:, EACH * s : EACH * s + EACH].any():
                samples[s] += weight[k]
