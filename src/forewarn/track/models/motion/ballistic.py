"""Flight without power: gravity and drag by height, in a given wind. For rockets after burn-out and for what falls.

dv/dt = -g(h) up - (1/2) rho(h) c |v - w| (v - w), with c = drag coefficient x area / mass (m^2/kg). Its logarithm is the seventh state, so
that it cannot fall below nought; it wanders about its prior mean (Ornstein-Uhlenbeck), for the coefficient changes with the Mach number.

Sigma points on the five states that act non-linearly (height, rates, drag); the level place follows them exactly. Each point flies by
the classical Runge-Kutta rule, in steps short against the drag, with the density's logarithm to second order about where it set out.
The earth is flat and does not turn: over 60 s and 20 km that is 30 m of height and 10 to 15 m sideways.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.track.models import air, sigma

Array = NDArray[np.float64]
Index = NDArray[np.int64]
ORDER = (2, 3, 4, 5, 6, 0, 1)  # the five that act non-linearly, then east and north
BACK = tuple(ORDER.index(state) for state in range(7))
ACTING = 5
STEP_S = 2.0  # between two spreadings of points
MOST_STEPS = 512  # a longer interval is cut into this many
FINE, COARSE = 0.25, 1.0  # share of its speed that drag may take in one Runge-Kutta step: of the points' mean, of any point
STABLE = 1.25  # and never more than this, where the rule is stable: with more drag an object stops dead either way
MOST_FINE = 64  # Runge-Kutta steps


class Ballistic(NamedTuple):
    """``level``, ``climb``: power of what else accelerates it (m^2/s^3); ``drag``, ``drag_sd``: mean and spread of ln(c / (m^2/kg)).

    ``tau``: memory of the drag (s). ``wind_east``, ``wind_north`` (m/s). ``base``: height of the frame's nought above the sea (m).
    """

    level: float
    climb: float
    drag: float = -4.6
    drag_sd: float = 1.0
    tau: float = 300.0
    wind_east: float = 0.0
    wind_north: float = 0.0
    base: float = 0.0

    @property
    def extra(self) -> tuple[tuple[float, float], ...]:
        """The drag's logarithm."""
        return ((self.drag, self.drag_sd),)

    def advance(self, mean: Array, cov: Array, dt: Array) -> None:
        """See ``Motion.advance``."""
        steps = np.minimum(np.ceil(dt / STEP_S), MOST_STEPS).astype(np.int64)
        for done in range(int(steps.max(initial=0))):
            at = np.flatnonzero(steps > done)
            if len(at) == len(steps):
                mean[:], cov[:] = self._step(mean, cov, dt / steps)
            else:
                mean[:, at], cov[:, :, at] = self._step(mean[:, at], cov[:, :, at], dt[at] / steps[at])

    def _step(self, mean: Array, cov: Array, h: Array) -> tuple[Array, Array]:
        """Mean (7, n) and covariance (7, 7, n) after h (n,) seconds."""
        standard, weights = sigma.cubature(ACTING)
        low = sigma.root(cov[np.ix_(ORDER, ORDER)])
        points = sigma.spread(mean[ORDER, :], low[:, :ACTING], standard)
        self.fly(points, h)
        after, spread = sigma.moments(points, weights)
        rest = low[ACTING:, ACTING:]
        spread[ACTING:, ACTING:] += np.einsum("acn,bcn->abn", rest, rest)
        after, spread = after[BACK, :], spread[np.ix_(BACK, BACK)]
        gained = after[3:6] - mean[3:6]
        gained[2] += air.gravity(mean[2] + self.base) * h
        self._shake(after, spread, h, gained)
        return after, spread

    def _shake(self, mean: Array, cov: Array, h: Array, gained: Array) -> None:
        """What accelerates it besides, and the drag's wandering, in place; ``gained`` (3, n): what the drag made of the rates (m/s).

        What the drag wandered came in along the way, so it moved the rates by half of what it would have moved them from the start:
        covariances of Brownian motion and its integrals.
        """
        keep = np.exp(-h / self.tau)
        mean[6] = self.drag + keep * (mean[6] - self.drag)
        _shake(cov, h, keep, self.drag_sd**2 * (1.0 - keep**2), gained, self.level, self.climb)

    def fly(self, points: Array, h: Array) -> None:
        """Points (7, k, n), in the order up, rates, ln c, east, north, after h (n,) seconds, in place; the drag stays."""
        height = points[0] + self.base
        density, slope, bend = air.log_density(height)
        force = 0.5 * np.exp(density + points[4])
        level = (points[1] - self.wind_east) ** 2 + (points[2] - self.wind_north) ** 2
        speed = np.sqrt(level + points[3] ** 2) + air.G0 * h
        loss = force * speed * h
        wanted = np.maximum(loss.mean(axis=0) / FINE, loss.max(axis=0) / COARSE)
        steps = np.clip(np.ceil(wanted), 1, MOST_FINE).astype(np.int64)
        force *= np.minimum(1.0, STABLE * steps / np.maximum(loss, STABLE))
        _runge_kutta(points, force, slope, bend, air.gravity(height), h, steps, self.wind_east, self.wind_north)


@njit(cache=True)
def _shake(cov: Array, h: Array, keep: Array, new: Array, gained: Array, level: float, climb: float) -> None:
    """The covariance of ``Ballistic._shake``: ``keep`` and ``new`` (n,) of the drag's wandering."""
    for j in range(len(h)):
        t = h[j]
        for a in range(7):
            cov[a, 6, j] *= keep[j]
            cov[6, a, j] *= keep[j]
        cov[6, 6, j] += new[j]
        for a in range(3):
            power = climb if a == 2 else level
            cov[a, a, j] += power * t**3 / 3.0
            cov[a, a + 3, j] += power * t**2 / 2.0
            cov[a + 3, a + 3, j] += power * t
            cov[a, 6, j] += new[j] * gained[a, j] * t / 6.0
            cov[a + 3, 6, j] += new[j] * gained[a, j] / 2.0
            for b in range(3):
                both = new[j] * gained[a, j] * gained[b, j]
                cov[a, b, j] += both * t**2 / 20.0
                cov[a, b + 3, j] += both * t / 8.0
                cov[a + 3, b + 3, j] += both / 3.0
        for a in range(7):
            for b in range(a):
                cov[a, b, j] = cov[b, a, j]


@njit(cache=True)
def _thinned(rise: float, slope: float, bend: float) -> float:
    """The density after a rise (m), as a share: exp to the fourth order."""
    z = rise * (slope + 0.5 * bend * rise)
    return 1.0 + z * (1.0 + z * (0.5 + z * (1.0 / 6.0 + z / 24.0)))


@njit(cache=True, error_model="numpy")
def _runge_kutta(x: Array, force: Array, slope: Array, bend: Array, pull: Array, h: Array, steps: Index, east: float, north: float) -> None:
    """x (7, k, n) in place, in steps (n,) of the classical rule; ``force`` (k, n): rho c / 2 at its start; east, north: of the wind."""
    start = x[0].copy()
    t = h / steps
    for done in range(steps.max()):
        for j in range(len(h)):
            t[j] = t[j] if done < steps[j] else 0.0  # whoever has arrived stays
        for p in range(x.shape[1]):
            for j in range(len(h)):
                f, s, q, g, dt = force[p, j], slope[p, j], bend[p, j], pull[p, j], t[j]
                rise = x[0, p, j] - start[p, j]
                a, b, c = x[1, p, j] - east, x[2, p, j] - north, x[3, p, j]
                k = f * _thinned(rise, s, q) * np.sqrt(a * a + b * b + c * c)
                a1, b1, c1 = -k * a, -k * b, -k * c - g
                d, e, i = a + 0.5 * dt * a1, b + 0.5 * dt * b1, c + 0.5 * dt * c1
                k = f * _thinned(rise + 0.5 * dt * c, s, q) * np.sqrt(d * d + e * e + i * i)
                a2, b2, c2 = -k * d, -k * e, -k * i - g
                u, v, w = a + 0.5 * dt * a2, b + 0.5 * dt * b2, c + 0.5 * dt * c2
                k = f * _thinned(rise + 0.5 * dt * i, s, q) * np.sqrt(u * u + v * v + w * w)
                a3, b3, c3 = -k * u, -k * v, -k * w - g
                u, v, i = a + dt * a3, b + dt * b3, c + dt * c3
                k = f * _thinned(rise + dt * w, s, q) * np.sqrt(u * u + v * v + i * i)
                x[5, p, j] += dt * (x[1, p, j] + dt * (a1 + a2 + a3) / 6.0)
                x[6, p, j] += dt * (x[2, p, j] + dt * (b1 + b2 + b3) / 6.0)
                x[0, p, j] += dt * (c + dt * (c1 + c2 + c3) / 6.0)
                x[1, p, j] += dt * (a1 + 2.0 * (a2 + a3) - k * u) / 6.0
                x[2, p, j] += dt * (b1 + 2.0 * (b2 + b3) - k * v) / 6.0
                x[3, p, j] += dt * (c1 + 2.0 * (c2 + c3) - k * i - g) / 6.0
