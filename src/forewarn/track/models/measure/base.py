"""What every kind of measurement gives, where its sensor stands, and the geometry that the kinds share.

Azimuths are radians clockwise from north, elevations radians above the level, both as the sensor says them: with its bias in.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forewarn import geo
from forewarn.track.models import kalman

Array = NDArray[np.float64]


class Line(NamedTuple):
    """A measurement as a linear one of the first k states: z = A x + e. ``a`` (d, k, n), ``z`` (d, n), ``noise`` (d, d, n): that of e."""

    a: Array
    z: Array
    noise: Array


class Measure(Protocol):
    """A kind of measurement by a sensor: a frozen value."""

    def line(self, mean: Array, cov: Array, z: Array, noise: Array) -> Line:
        """The measurement z (d, n) with noise (d, d, n) made straight for objects of mean (s, n) and covariance (s, s, n)."""


class Placing(Measure, Protocol):
    """A kind of measurement of which one plot tells a place."""

    def born(self, z: Array, noise: Array, prior: Prior) -> tuple[Array, Array]:
        """What one plot each, z (d, n) with noise (d, d, n), says of an object: mean (6, n), covariance (6, 6, n)."""


class Prior(NamedTuple):
    """What is known of an object before anything measured it: spread of its rates (m/s), its height above the frame's nought (m)."""

    speed: float = 20.0
    climb: float = 5.0
    height: float = 100.0
    height_sd: float = 100.0


class Sensor(NamedTuple):
    """``place`` (3,) or (3, n) m and ``velocity`` m/s in the local frame; biases: what the sensor says too much, one or n of them."""

    place: ArrayLike
    velocity: ArrayLike = (0.0, 0.0, 0.0)
    azimuth_bias: ArrayLike = 0.0
    range_bias: ArrayLike = 0.0


def column(vector: ArrayLike) -> Array:
    """(3,) or (3, n) as (3, 1, 1) or (3, 1, n), to stand beside points (3, k, n)."""
    return np.asarray(vector, dtype=float).reshape(3, 1, -1)


def offset(sensor: Sensor, p: Array) -> Array:
    """Points p (3, k, n) as seen from the sensor, (3, k, n)."""
    return np.asarray(p - column(sensor.place))


def azimuth(sensor: Sensor, p: Array) -> Array:
    """Azimuth (k, n) that the sensor says of points p (3, k, n)."""
    by = offset(sensor, p)
    return np.asarray(np.arctan2(by[0], by[1]) + np.asarray(sensor.azimuth_bias))


def elevation(sensor: Sensor, p: Array) -> Array:
    """Elevation (k, n)."""
    by = offset(sensor, p)
    return np.asarray(np.arctan2(by[2], np.hypot(by[0], by[1])))


def distance(sensor: Sensor, p: Array) -> Array:
    """Slant range (k, n) that the sensor says."""
    by = offset(sensor, p)
    return np.asarray(np.sqrt((by**2).sum(axis=0)) + np.asarray(sensor.range_bias))


def resting(prior: Prior, place: Array, cov: Array) -> tuple[Array, Array]:
    """Places (3, n) with covariance (3, 3, n) as states (6, n), (6, 6, n): rates unknown but for their spread."""
    n = place.shape[1]
    mean, whole = np.zeros((6, n)), np.zeros((6, 6, n))
    mean[:3], whole[:3, :3] = place, cov
    whole[3, 3] = whole[4, 4] = prior.speed**2
    whole[5, 5] = prior.climb**2
    return mean, whole


def update(measure: Measure, mean: Array, cov: Array, z: Array, noise: Array) -> kalman.Updated:
    """Objects under one model, mean (s, n) and cov (s, s, n), take a measurement each; the answer's arrays have no axis of models."""
    straight = measure.line(mean, cov, z, noise)
    apart = straight.z - np.einsum("dkn,kn->dn", straight.a, mean[: straight.a.shape[1]])
    found = kalman.update(mean[None], cov[None], straight.a, apart[None], straight.noise)
    return kalman.Updated(*(part[0] for part in found))


def wrapped(apart: Array, angles: tuple[int, ...]) -> Array:
    """Differences (d, ...) with those of angles in [-pi, pi), in place."""
    for row in angles:
        apart[row] = geo.wrap_rad(apart[row])
    return apart
