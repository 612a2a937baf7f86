"""Range rate behind another kind of measurement: what a Doppler radar adds, positive when the object recedes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.track.models.measure.base import Line, Prior, column, offset, update
from forewarn.track.models.measure.curved import straighten
from forewarn.track.models.measure.range_azimuth import RangeAzimuth
from forewarn.track.models.measure.range_azimuth_elevation import RangeAzimuthElevation

Array = NDArray[np.float64]


class WithRangeRate(NamedTuple):
    """z: what ``kind`` says, then the range rate (m/s) against its sensor, which may move."""

    kind: RangeAzimuth | RangeAzimuthElevation
    axes: int = 3

    @property
    def angles(self) -> tuple[int, ...]:
        """Those of the kind."""
        return self.kind.angles

    def of(self, p: Array) -> Array:
        """See ``Curved.of``: an object at rest still nears a sensor that moves."""
        nearing = (_direction(self.kind, p) * column(self.kind.sensor.velocity)).sum(axis=0)
        return np.concatenate([self.kind.of(p), -nearing[None]])

    def by_rate(self, p: Array) -> Array | None:
        """The direction of the object."""
        return _direction(self.kind, p)

    def line(self, mean: Array, cov: Array, z: Array, noise: Array) -> Line:
        """See ``Measure.line``."""
        return straighten(self, mean, cov, z, noise)

    def born(self, z: Array, noise: Array, prior: Prior) -> tuple[Array, Array]:
        """The place from the kind's own plot; then the range rate taken as a measurement of its own, its error apart from the others'."""
        mean, cov = self.kind.born(z[:-1], noise[:-1, :-1], prior)
        found = update(_Alone(self.kind), mean, cov, z[-1:], noise[-1:, -1:])
        return found.mean, found.cov


class _Alone(NamedTuple):
    """The range rate by itself."""

    kind: RangeAzimuth | RangeAzimuthElevation
    angles: tuple[int, ...] = ()
    axes: int = 3

    def of(self, p: Array) -> Array:
        return WithRangeRate(self.kind).of(p)[-1:]

    def by_rate(self, p: Array) -> Array | None:
        return _direction(self.kind, p)

    def line(self, mean: Array, cov: Array, z: Array, noise: Array) -> Line:
        return straighten(self, mean, cov, z, noise)


def _direction(kind: RangeAzimuth | RangeAzimuthElevation, p: Array) -> Array:
    """Unit vectors (3, k, n) from the sensor to points."""
    by = offset(kind.sensor, p)
    return np.asarray(by / np.maximum(np.sqrt((by**2).sum(axis=0)), 1e-9))
