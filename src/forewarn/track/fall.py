"""What falls: gravity, and the drag of air that thins out with height. The third motion model of a track, and what ``project`` flies.

    dv/dt = -g up - (rho(h) / rho0) (g / u^2) |v - w| (v - w)

u is the speed at which a body falls in the end, where the air is as at sea level; w the wind. g is the standard acceleration (ISO
80000-3), rho that of the standard atmosphere (ISO 2533, ICAO Doc 7488: T = 288.15 K - 6.5 K/km h, rho ~ T^4.25588), held from 11 km up.

Two sorts of bodies fall. *Heavy* ones, shells and rockets, have u of 200 to 450 m/s (drag coefficient 0.2 to 0.5, 2,000 to 6,000 kg/m^2
to the front: McCoy, *Modern Exterior Ballistics*, 1999, chapters 4 and 8). *Light* ones, what is left of drones and birds, have 15 to 50
m/s (``models.motion.ballistic``: 40 m/s). What is as fast as ``PARTED_MPS`` and more is heavy: drag would have stopped the other.

A track's state has no place for u. So its model takes the mean over both sorts, and what it does not know of the drag is noise along the
velocity, of power s^2 x ``MEMORY_S``: s is ``DOUBT`` of the drag of a heavy body, and half of gravity where it may be a light one.
Its slope is left out of the covariance, which stays a little too wide for it.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn.track.models.air import FLOOR_M, G0, LAPSE, POWER, TROPOPAUSE_M

Array = NDArray[np.float64]

HEAVY_MPS, LIGHT_MPS = 300.0, 30.0
"""u of the one and the other sort, the median."""
PARTED_MPS = 50.0
DOUBT = 0.6
MEMORY_S = 1.0
REST = 1.0
"""Power of what else moves it, m^2/s^3: gusts, lift of a body that tumbles."""
STEP_S = 0.5


@njit(cache=True)
def thinness(height: float) -> float:
    """The air's density as a share of that at sea level, by height above the sea (m)."""
    return float((1.0 - LAPSE * min(max(height, FLOOR_M), TROPOPAUSE_M)) ** POWER)


@njit(cache=True)
def light(speed: float) -> float:
    """How likely a body of this speed (m/s) is a light one."""
    square = (speed / PARTED_MPS) ** 2
    return 1.0 / (1.0 + (square * square) ** 2)


@njit(cache=True)
def fallen(x: Array, dt: float, base: float, bend: float, east: float, north: float) -> None:
    """A state (6,) ``dt`` seconds later, in place, by one step of the classical Runge-Kutta rule.

    ``base``: height of the frame's nought above the sea (m); ``bend``: g / u^2 (1/m), below nought: the mean of both sorts at its speed;
    ``east``, ``north``: of the wind (m/s).
    """
    speed = np.empty(3)
    rate, sum_x, sum_v = np.zeros(3), np.zeros(3), np.zeros(3)
    for stage in range(4):
        ahead = 0.0 if stage == 0 else (dt if stage == 3 else 0.5 * dt)
        up = x[2]
        if stage > 0:
            up += ahead * speed[2]  # with the rate of the stage before
        for a in range(3):
            speed[a] = x[3 + a] + ahead * rate[a]
        fast = math.sqrt((speed[0] - east) ** 2 + (speed[1] - north) ** 2 + speed[2] ** 2)
        share = light(fast)
        k = bend if bend >= 0.0 else G0 * (share / LIGHT_MPS**2 + (1.0 - share) / HEAVY_MPS**2)
        k = min(k * thinness(base + up) * fast, 1.0 / dt)  # beyond, the rule would not converge
        rate[0], rate[1], rate[2] = -k * (speed[0] - east), -k * (speed[1] - north), -k * speed[2] - G0
        weight = 2.0 if 0 < stage < 3 else 1.0
        for a in range(3):
            sum_x[a] += weight * speed[a]
            sum_v[a] += weight * rate[a]
    for a in range(3):
        x[a] += dt * sum_x[a] / 6.0
        x[3 + a] += dt * sum_v[a] / 6.0


@njit(cache=True)
def fall(mean: Array, cov: Array, dt: float, base: float) -> None:
    """Means (D, n) and covariances (D, D, n) after ``dt`` seconds of falling, in place."""
    steps = math.ceil(dt / STEP_S)
    x = np.empty(6)
    _carry(cov, dt)
    for i in range(mean.shape[1]):
        x[:] = mean[:6, i]
        _shake(cov[:, :, i], x, dt, base)
        for _ in range(steps):
            fallen(x, dt / steps, base, -1.0, 0.0, 0.0)
        mean[:6, i] = x


@njit(cache=True)
def _carry(cov: Array, dt: float) -> None:
    """F P F' of places that follow their rates."""
    d, n = cov.shape[1], cov.shape[2]
    for axis in range(3):
        for k in range(d):
            for i in range(n):
                cov[axis, k, i] += dt * cov[axis + 3, k, i]
        for k in range(d):
            for i in range(n):
                cov[k, axis, i] += dt * cov[k, axis + 3, i]


@njit(cache=True)
def _shake(cov: Array, x: Array, dt: float, base: float) -> None:
    """The noise on one covariance (D, D) at a state ``x`` (6,)."""
    speed = math.sqrt(x[3] ** 2 + x[4] ** 2 + x[5] ** 2)
    power = doubt(speed, base + x[2]) ** 2 * MEMORY_S / max(speed, 1e-9) ** 2
    for a in range(3):
        for b in range(3):
            q = power * x[3 + a] * x[3 + b] + (REST if a == b else 0.0)
            cov[a, b] += q * dt**3 / 3.0
            cov[a, b + 3] += q * dt**2 / 2.0
            cov[a + 3, b] += q * dt**2 / 2.0
            cov[a + 3, b + 3] += q * dt


@njit(cache=True)
def doubt(speed: float, height: float) -> float:
    """What is not known of the drag (m/s^2, one standard deviation) at a speed and a height above the sea."""
    share, thin = light(speed), thinness(height)
    heavy = DOUBT * G0 * (speed / HEAVY_MPS) ** 2
    return thin * (share * 0.5 * G0 * min(1.0, (speed / LIGHT_MPS) ** 2) + (1.0 - share) * heavy)
