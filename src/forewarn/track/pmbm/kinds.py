"""Ways to move and to measure that need nothing else: near-constant velocity, any linear motion, position, and any function of position."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec
import numpy as np

from forewarn.track.pmbm.values import Array


class Velocity(msgspec.Struct, frozen=True):
    """Near-constant velocity: state d positions, d velocities; white acceleration of density ``noise`` (m^2/s^3) on each axis."""

    noise: float

    def predict(self, mean: Array, cov: Array, dt: float) -> tuple[Array, Array]:
        """See `values.Motion`."""
        from forewarn.track.pmbm import linear  # which needs the compiler

        moved, spread = linear.velocity(mean[None], cov[None], dt, np.array([self.noise]))
        return moved[0], spread[0]


class Linear(msgspec.Struct, frozen=True):
    """Any linear motion: ``matrices(dt)`` gives F (s, s) and Q (s, s)."""

    matrices: Callable[[float], tuple[Array, Array]]

    def predict(self, mean: Array, cov: Array, dt: float) -> tuple[Array, Array]:
        """See `values.Motion`."""
        from forewarn.track.pmbm import linear  # which needs the compiler

        step, noise = self.matrices(dt)
        moved, spread = linear.linear(np.ascontiguousarray(mean), np.ascontiguousarray(cov), step, noise)
        return moved, spread


class Advances(Protocol):
    """A motion model that moves Gaussians in place: those of ``forewarn.track.models.motion``."""

    def advance(self, mean: Array, cov: Array, dt: Array) -> None:
        """Means (s, n) and covariances (s, s, n) after ``dt`` (n,) seconds."""


class Advanced(msgspec.Struct, frozen=True):
    """Such a model as a `values.Motion`. All models of one tracker have the same size of state."""

    model: Advances

    def predict(self, mean: Array, cov: Array, dt: float) -> tuple[Array, Array]:
        """See `values.Motion`."""
        moved, spread = np.array(mean), np.array(cov)
        self.model.advance(moved, spread, np.full(mean.shape[1], dt))
        return moved, spread


class Position(msgspec.Struct, frozen=True):
    """The state's first d numbers, measured with covariance ``noise`` (d, d), square metres."""

    noise: np.ndarray

    @property
    def turn(self) -> Array:
        """No angles."""
        return np.zeros(len(self.noise))

    @property
    def axes(self) -> tuple[int, int]:
        """East and north."""
        return 0, 1

    def expect(self, mean: Array, cov: Array) -> tuple[Array, Array, Array]:
        """See `values.Measure`."""
        d = len(self.noise)
        return mean[:, :d].copy(), cov[:, :d, :d] + self.noise[None, :, :, None], cov[:, :, :d].copy()

    def near(self, mean: Array, cov: Array, z: Array) -> None:
        """It is linear."""


class Curved(msgspec.Struct, frozen=True):
    """Any function of position: ``of(p (d, n)) -> (dz, n)``, with covariance ``noise`` (dz, dz), by sigma points (the third-degree
    spherical cubature, Arasaratnam and Haykin, IEEE Trans. Automatic Control 54 (6), 2009). ``turn`` as in `values.Measure`.
    ``back(z (dz, m)) -> (d, m)``: a place that would show each plot; without it plots begin no tracks."""

    of: Callable[[Array], Array]
    noise: np.ndarray
    turn: np.ndarray
    d: int
    axes: tuple[int, int] = (-1, -1)
    back: Callable[[Array], Array] | None = None

    def expect(self, mean: Array, cov: Array) -> tuple[Array, Array, Array]:
        """See `values.Measure`."""
        from forewarn.track.models import sigma  # which needs the compiler

        models, s, n = mean.shape
        x = mean.transpose(1, 0, 2).reshape(s, models * n)
        p = cov.transpose(1, 2, 0, 3).reshape(s, s, models * n)
        root = sigma.root(np.ascontiguousarray(p))[:, : self.d] * np.sqrt(
            self.d
        )  # lower triangular: the first d points are all that moves the place
        points = np.concatenate([x[: self.d, None] + root[: self.d], x[: self.d, None] - root[: self.d]], axis=1)
        middle = self.of(x[: self.d])
        said = self.of(points.reshape(self.d, -1)).reshape(len(middle), 2 * self.d, -1) - middle[:, None]
        said = self._turned(said)
        at = said.mean(axis=1)
        off = said - at[:, None]
        spread = np.einsum("akn,bkn->abn", off, off) / (2 * self.d) + self.noise[:, :, None]
        cross = np.einsum("skn,akn->san", root, off[:, : self.d] - off[:, self.d :]) / (2 * self.d)

        def back(a: Array) -> Array:
            return np.ascontiguousarray(np.moveaxis(a.reshape(*a.shape[:-1], models, n), -2, 0))

        return back(at + middle), back(spread), back(cross)

    def near(self, mean: Array, cov: Array, z: Array) -> tuple[Array, Array, Array]:
        """See `values.Measure`: linear about the place that each plot tells, by central differences."""
        models, s, k = mean.shape
        m, dz, d = z.shape[1], len(z), self.d
        at, cross = np.full((models, dz, k, m), 1e12), np.zeros((models, s, dz, k, m))
        spread = np.broadcast_to(self.noise[None, :, :, None, None], (models, dz, dz, k, m)).copy()
        if self.back is not None:
            place = self.back(z)
            slope = np.empty((dz, d, m))
            for a in range(d):
                step = np.zeros((d, 1))
                step[a] = 0.1
                slope[:, a] = self._turned((self.of(place + step) - self.of(place - step))[:, None])[:, 0] / 0.2
            at = self.of(place)[None, :, None] + np.einsum("zdm,qdkm->qzkm", slope, mean[:, :d, :, None] - place[None, :, None])
            cross = np.einsum("qsdk,zdm->qszkm", cov[:, :, :d], slope)
            spread += np.einsum("zdm,qdykm->qzykm", slope, cross[:, :d])
        return tuple(np.ascontiguousarray(a.reshape(*a.shape[:-2], k * m)) for a in (at, spread, cross))  # type: ignore[return-value]

    def _turned(self, off: Array) -> Array:
        """Differences (dz, k, n) with angles in half a turn."""
        turn = self.turn[:, None, None]
        return np.asarray(np.where(turn > 0, off - turn * np.rint(off / np.where(turn > 0, turn, 1.0)), off))
