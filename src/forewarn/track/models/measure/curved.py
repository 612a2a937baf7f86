"""A curved measurement made straight where it counts: iterated posterior linearisation.

The measurement is regressed on the state over points of a Gaussian, first the prior, then what the regression made of it with the
measurement in hand, and again until it stands (Garcia-Fernandez, Svensson, Morelande and Sarkka, "Posterior linearization filter:
principles and implementation using sigma points", IEEE Trans. Signal Processing 63 (20), 2015). What a straight line cannot say becomes
noise: so a banana of kilometres and an azimuth from close by stay honest. Points: of Gauss and Hermite, on the axes that are read.

A kind reads the place, and perhaps in its last component the rates: z = f(p) + b(p) v. Given the place that is linear in the rates, which
therefore need no points.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from forewarn.track.models import kalman, sigma
from forewarn.track.models.measure.base import Line, wrapped

Array = NDArray[np.float64]
ORDER = {2: 5, 3: 3}  # points an axis: what five make of a place close by, three understate by a quarter; in space the corners help
MOST = 6  # rounds
STRAIGHT = 0.02  # share of a component's variance that curvature may make without another round
OWN = 0.2  # share of its spread that curvature may make before it is taken for the sensor's own
STANDS = 0.05  # standard deviations that a round may move the estimate by and be the last


class Curved(Protocol):
    """A kind of measurement by its function."""

    @property
    def angles(self) -> tuple[int, ...]:
        """Which components are angles."""

    @property
    def axes(self) -> int:
        """How many axes of the place it depends on: 2 (the level) or 3."""

    def of(self, p: Array) -> Array:
        """What it says (d, k, n) of objects at rest at p (3, k, n)."""

    def by_rate(self, p: Array) -> Array | None:
        """What its last component says more for each m/s, (3, k, n); or that it reads no rates."""


def straighten(kind: Curved, mean: Array, cov: Array, z: Array, noise: Array) -> Line:
    """``Measure.line`` of a curved kind."""
    states = 3 if kind.by_rate(mean[:3, None]) is None else 6
    before, spread = mean[:states], np.ascontiguousarray(cov[:states, :states])
    at, wide = before, spread
    found = _regressed(kind, at, wide, z, noise)
    live = _fresh(kind, found, spread, noise)
    for done in range(MOST):
        bent = (np.einsum("ddn->dn", found.noise) > (1.0 + STRAIGHT) * np.einsum("ddn->dn", noise)).any(axis=0)
        if not (live & bent).any():
            break
        apart = found.z - np.einsum("dkn,kn->dn", found.a, before)
        after = kalman.update(before[None], spread[None], found.a, apart[None], found.noise)
        moved = (np.abs(after.mean[0] - at) > STANDS * np.sqrt(np.einsum("kkn->kn", after.cov[0]))).any(axis=0)
        live &= bent & (moved | (done == 0))
        if not live.any():
            break
        at, wide = after.mean[0], after.cov[0]
        new = _regressed(kind, at, wide, z, noise)
        found = Line(*(np.where(live, one, other) for one, other in zip(new, found, strict=True)))
    return _lasting(found, before, spread, noise)


def _fresh(kind: Curved, found: Line, cov: Array, noise: Array) -> NDArray[np.bool_]:
    """Whether another round is right (n,): not where curvature makes a good share of the spread that a range meets.

    There the spread is most likely a banana that this sensor itself has bent. A line tangent elsewhere would cross the banana's own, and
    seem to tell the place along it, which is nothing but the bend (as in mapping: Huang, Mourikis and Roumeliotis, "Observability-based
    rules for designing consistent EKF SLAM estimators", Int. J. Robotics Research 29 (5), 2010).
    """
    ranges = [row for row in range(len(noise)) if row not in kind.angles]
    met = np.einsum("dkn,kln,dln->dn", found.a, cov, found.a)
    bend = np.einsum("ddn->dn", found.noise - noise)
    return np.asarray((bend < OWN * met)[ranges].all(axis=0))


def _lasting(found: Line, mean: Array, cov: Array, noise: Array) -> Line:
    """The same measurement, told that curvature does not average out from look to look.

    The error that a straight line makes is of variance W now, and the estimate, of spread V along the measurement, carries the same error
    from looks before. So the two errors share W, and the measurement says that much less: a Kalman update with correlated noise
    (Bar-Shalom, Li and Kirubarajan 2001, 8.3) has g P A' for P A' and V + R - W for S: slope and curvature cut by g = 1 - W / V.
    """
    v = np.einsum("dkn,kln,dln->dn", found.a, cov, found.a)
    w = np.einsum("ddn->dn", found.noise - noise)
    g = 1.0 - np.clip(np.divide(w, v, out=np.zeros_like(v), where=v > 0.0), 0.0, 1.0)
    less = found.z - (1.0 - g) * np.einsum("dkn,kn->dn", found.a, mean)
    return Line(g[:, None] * found.a, less, noise + np.sqrt(g[:, None] * g) * (found.noise - noise))


def _regressed(kind: Curved, mean: Array, cov: Array, z: Array, noise: Array) -> Line:
    """The measurement as its regression on the state over one Gaussian: mean (3 or 6, n), cov."""
    standard, weights = sigma.hermite(kind.axes, ORDER[kind.axes])
    low = sigma.root(cov)
    points = sigma.spread(mean, low[:, : kind.axes], standard)  # the rates follow the place
    middle = kind.of(mean[:3, None])
    said = wrapped(kind.of(points[:3]) - middle, kind.angles)
    slope = kind.by_rate(points[:3])
    if slope is not None:
        said[-1] += (slope * points[3:]).sum(axis=0)
    expected = weights @ said
    said -= expected[:, None]
    heavy = said * weights[:, None]
    along = standard @ heavy  # with the standard points
    left = np.einsum("dkn,ekn->den", heavy, said) - np.einsum("dxn,exn->den", along, along)
    a = np.zeros((len(z), len(mean), z.shape[1]))
    if slope is not None:
        by = weights @ slope
        left[-1, -1] += _unsteady(weights, slope - by[:, None], low[3:, 3:])
        a[-1, 3:] = by
        along[-1] -= np.einsum("an,axn->xn", by, low[3:, :3])
    a[:, : kind.axes] = _divided(along, low)
    apart = wrapped(z - middle[:, 0] - expected, kind.angles)
    return Line(a, apart + np.einsum("dkn,kn->dn", a, mean), noise + left)


def _unsteady(weights: Array, off: Array, low: Array) -> Array:
    """The variance (n,) that the rates' own spread L (3, 3, n) makes, the directions being ``off`` (3, k, n) from the mean one."""
    return np.asarray(weights @ sum((low[:, c, None] * off).sum(axis=0) ** 2 for c in range(3)))


def _divided(along: Array, low: Array) -> Array:
    """X (d, x, n) with X L = along, L (>= x, >= x, n) lower triangular; a direction without spread counts for nothing."""
    x = along.copy()
    for c in range(along.shape[1] - 1, -1, -1):
        for b in range(c + 1, along.shape[1]):
            x[:, c] -= x[:, b] * low[b, c]
        diagonal = low[c, c]
        x[:, c] = np.divide(x[:, c], diagonal, out=np.zeros_like(x[:, c]), where=diagonal > 0.0)
    return x
