"""Does what an object claims fit what is sensed of it? Tested against the estimate that no claim has touched (rule 8).

Each new claim is carried on to the time of the estimate with its own velocity; what is unknown of the way there is white noise
acceleration (Bar-Shalom, Li and Kirubarajan 2001, 6.2.2), or, where no velocity is claimed, the site's spread of speeds. With d the
difference, S its covariance under *own* (the sum of both) and S + A under *another's* (a claim of something else near by, A below):

    log LR = 1/2 (ln|S + A| - ln|S| - d' S^-1 d + d' (S + A)^-1 d)

One claim counts from -2 to 2, so no single one makes a conflict; claims follow each other by ``log odds <- 0.8 log odds + log LR``, and
the odds stay within e^-5 to e^5: claims of one minute share their errors, so many of them are not much more than a few. ``p`` is the
chance of a squared Mahalanobis distance d' S^-1 d at least as large under *own* (chi-square). What is not claimed has an infinite
variance, as good as.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaincc

from forewarn.identify.gather import Objects, local
from forewarn.identify.state import Known, Memory
from forewarn.messages import Claim
from forewarn.site import Site

Array = NDArray[np.float64]

UNKNOWN_VAR = 1e9
LEAST_SD_M = 1.0  # of a claimed place: no claim is surer of itself
VELOCITY_SD_MPS = 5.0  # of a claimed velocity, each axis: DO-260B NACv 1 allows 10 m/s at 95 %
VELOCITY_HOLDS_S = 5.0  # a velocity claimed longer than this before or after the place is not used
OTHER_VAR = np.array([500.0, 500.0, 300.0, 20.0, 20.0, 5.0]) ** 2  # A: m^2, m^2/s^2
ONE_CLAIM = 2.0
MEMORY = 0.8
MOST = 5.0
CONFLICT = float(np.log(0.1 / 0.9))  # the chance of being the object's own is below 0.1
FITS = -CONFLICT


def stands(known: Known, site: Site, t_ns: int) -> bool:
    """Whether an identity has claimed a place, not longer ago than the site lets a track coast."""
    return known.placed is not None and (t_ns - known.placed.t_ns) / 1e9 <= site.tracking.coast_s


def test(objects: Objects, claims: Sequence[Known | None], memories: Sequence[Memory], site: Site, t_ns: int) -> list[Memory]:
    """Each track's memory with its newest claim tested, where that is new and something is sensed. ``claims`` and ``memories`` run
    along the objects; a claim of None does not stand."""
    new = [
        (i, known, known.placed)
        for i, known in enumerate(claims)
        if known is not None and known.placed is not None and objects.sensed[i] and known.placed.t_ns > memories[i].tested_ns
    ]
    after = list(memories)
    if new:
        which = [i for i, _, _ in new]
        state, variance = carried([_row(known, placed, site, t_ns) for _, known, placed in new], site)
        results = likelihood_ratio(state - objects.mean[:, which].T, objects.cov[which], variance)
        for (i, _, placed), ratio, distance, p in zip(new, *(r.tolist() for r in results), strict=True):
            after[i] = _counted(memories[i], placed, ratio, distance, p)
    return after


def own(log_odds: Array) -> Array:
    """The chance that the claim under test is the object's own; half and half before any test."""
    return np.asarray(expit(log_odds))


def likelihood_ratio(difference: Array, cov: Array, variance: Array) -> tuple[Array, Array, Array]:
    """Log LR, horizontal distance (m) and p of claims, (m,) each: ``difference`` (m, 6), sensed ``cov`` (m, 6, 6), claimed
    ``variance`` (m, 6). A component with ``UNKNOWN_VAR`` was not claimed."""
    known = variance < UNKNOWN_VAR
    difference = np.where(known, difference, 0.0)
    own_cov = cov + variance[:, :, None] * np.eye(6)
    (square, logdet), (other_square, other_logdet) = (_distance(difference, s) for s in (own_cov, own_cov + np.diag(OTHER_VAR)))
    p = gammaincc(known.sum(axis=1) / 2.0, square / 2.0)
    return (other_logdet - logdet - square + other_square) / 2.0, np.hypot(difference[:, 0], difference[:, 1]), np.asarray(p)


def _distance(difference: Array, cov: Array) -> tuple[Array, Array]:
    """Squared Mahalanobis distances (m,) and log determinants (m,)."""
    square = np.einsum("mi,mi->m", difference, np.linalg.solve(cov, difference[..., None])[..., 0])
    return square, np.linalg.slogdet(cov)[1]


def _row(known: Known, placed: Claim, site: Site, t_ns: int) -> tuple[float, ...]:
    """A claim as numbers, NaN where nothing is claimed: latitude, longitude, height, speed, course, age, and the standard
    deviations of place and height."""
    sensor = site.sensor(placed.sensor)
    moving = known.moving
    if moving is not None and abs(moving.t_ns - placed.t_ns) / 1e9 > VELOCITY_HOLDS_S:
        moving = None
    speed, course = (moving.speed_mps, moving.course_deg) if moving is not None else (None, None)
    lat, lon, height = (placed.place.lat_deg, placed.place.lon_deg, placed.place.alt_m) if placed.place else (None, None, None)
    sigma = sensor.sigma_m if placed.sigma_m is None else placed.sigma_m
    age_s = (t_ns - placed.t_ns) / 1e9
    return tuple(np.nan if v is None else v for v in (lat, lon, height, speed, course, age_s, sigma, sensor.sigma_alt_m))


def carried(rows: Sequence[tuple[float, ...]], site: Site) -> tuple[Array, Array]:
    """Claims (``_row``) carried on by their age: east, north, height and rates (m, 6), and the variance of each (m, 6)."""
    lat, lon, height, speed, course, age, sigma, sigma_alt = np.array(rows).T
    heard = np.isfinite(speed)
    velocity = np.where(heard, speed * np.stack([np.sin(np.radians(course)), np.cos(np.radians(course))]), 0.0)
    high = np.isfinite(height) & np.isfinite(sigma_alt)
    place = local(lat, lon, np.where(high, height, site.origin.alt_m), site.origin)
    place[:2] += velocity * age
    noise = site.tracking.agile * np.abs(age)
    spread = np.where(heard, VELOCITY_SD_MPS, site.tracking.speed_sd_mps) ** 2
    across = np.maximum(sigma, LEAST_SD_M) ** 2 + spread * age**2 + noise * age**2 / 3.0
    up = np.where(high, sigma_alt**2 + (site.tracking.climb_sd_mps * age) ** 2, UNKNOWN_VAR)
    rate = np.where(heard, VELOCITY_SD_MPS**2 + noise, UNKNOWN_VAR)
    nothing = np.zeros_like(age)
    state = np.stack([*place, *velocity, nothing]).T
    return state, np.stack([across, across, up, rate, rate, nothing + UNKNOWN_VAR]).T


def _counted(memory: Memory, placed: Claim, ratio: float, distance: float, p: float) -> Memory:
    odds = MEMORY * memory.log_odds + min(max(ratio, -ONE_CLAIM), ONE_CLAIM)
    odds = min(max(odds, -MOST), MOST)
    return msgspec.structs.replace(memory, log_odds=odds, tested_ns=placed.t_ns, distance_m=distance, p=p)
