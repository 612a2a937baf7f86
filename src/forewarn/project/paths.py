"""Where objects may fly within the horizon: one set of sample paths, the same for all objects and at all times.

Motion. Position follows velocity. Velocity wanders about its present value v0: dv = -(v - v0) q / (2 s^2) dt + sqrt(q) dW for each
axis, an Ornstein-Uhlenbeck process whose spread settles at s (``speed_sd_mps``; upwards ``climb_sd_mps``). For short times this is
the near-constant velocity of Bar-Shalom, Li and Kirubarajan, *Estimation with Applications to Tracking and Navigation*, 2001,
section 6.2.2, with power density q; for long ones no object gains speed without end. q is that of the motion model in force
(``calm``, ``agile``), which changes after an exponential time of mean ``stay_s``: each sample has its own time of the first change,
thereafter q is its expectation. Upwards, noise is scaled by ``climb_sd_mps`` / ``speed_sd_mps``.

Samples. A Korobov lattice (Korobov 1959; Sloan and Joe, *Lattice Methods for Multiple Integration*, 1994, section 4.3), turned to
normals by the inverse normal distribution; the first coordinates drive what matters most. ``design/project.md`` says how it was
chosen. Common samples make chances smooth in time and the same everywhere.

Paths are straight between knots, which lie the closer the sooner: noise bends a path by as little before the next knot as it is
itself uncertain there.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from forewarn.site import Tracking

Array = NDArray[np.float64]

SAMPLES = 257  # a prime
GENERATOR = 96
FIRST_S = 2.0
GROWTH = 1.6  # each piece is so much longer than the one before
CELLS = 24  # of each piece, for the integrals over the noise
MODELS = 2  # calm, agile

MODEL, CHANGE = 4, 5  # coordinates that choose the present model and the time of its change


class Paths(msgspec.Struct, frozen=True):
    """The samples for one horizon.

    ``knots_s`` (K + 1,) from 0. ``state`` (7, N): standard normals for the present state, in the order that ``ORDER`` says, and ones.
    ``choice`` (N,), uniform: which model is in force now. ``noise`` (models, 3, K + 1, N): metres off the straight path by noise, by
    present model. ``spread_m`` (models, K + 1): the greatest standard deviation of that, horizontally. ``fall`` (3, N): standard normals
    for the drag and the wind, east and north, of what falls, and has no such noise.
    """

    knots_s: np.ndarray
    state: np.ndarray
    choice: np.ndarray
    noise: np.ndarray
    spread_m: np.ndarray
    fall: np.ndarray


ORDER = (3, 4, 0, 1, 5, 2)
"""East, north, up, their rates -> velocity, place, climb, height: the order in which ``Paths.state`` drives them."""
_FORTH, _BACK = np.array(ORDER), np.argsort(ORDER)


def paths(tracking: Tracking, horizon_s: float) -> Paths:
    """The sample paths under a site's tracking settings, made once."""
    return _paths(tracking.calm, tracking.agile, tracking.stay_s, tracking.speed_sd_mps, tracking.climb_sd_mps, horizon_s)


@lru_cache(maxsize=8)
def _paths(calm: float, agile: float, stay_s: float, speed_sd: float, climb_sd: float, horizon_s: float) -> Paths:
    knots = knots_s(horizon_s)
    pieces = len(knots) - 1
    cube = lattice(SAMPLES, 8 + 3 * pieces)
    normal = ndtri(cube)
    level, rest = normal[:2], normal[8:]  # where the noise ends, east and north; the rest of it, piece by piece backwards
    east, north = np.vstack([level[:1], rest[: pieces - 1]]), np.vstack([level[1:], rest[pieces - 1 : 2 * pieces - 2]])
    up = rest[2 * pieces : 3 * pieces] * min(climb_sd / speed_sd, 1.0)
    state = np.vstack([normal[[2, 3, 6, 7, 8 + 2 * pieces - 2, 8 + 2 * pieces - 1]], np.ones(SAMPLES)])
    change_s = -stay_s * np.log1p(-cube[CHANGE])
    noise, spread = np.zeros((MODELS, 3, pieces + 1, SAMPLES)), np.zeros((MODELS, pieces + 1))
    for model, densities in enumerate(((calm, agile), (agile, calm))):
        covariance = _covariance(knots, change_s, densities, stay_s, speed_sd)
        factor = np.linalg.cholesky(covariance[:, ::-1, ::-1])
        noise[model, :, 1:] = np.einsum("nkj,ajn->akn", factor, np.stack([east, north, up]))[:, ::-1]
        spread[model, 1:] = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2).max(axis=0))
    return Paths(knots, state.astype(np.float32), cube[MODEL], noise.astype(np.float32), spread, normal[[CHANGE, 0, 1]])


def knots_s(horizon_s: float) -> Array:
    """Times from 0 to the horizon, each gap ``GROWTH`` times the one before it."""
    steps = FIRST_S * GROWTH ** np.arange(64)
    inner = np.cumsum(steps)
    return np.concatenate([[0.0], inner[inner + steps / 3 < horizon_s], [horizon_s]])


def lattice(samples: int, dimensions: int) -> Array:
    """A Korobov lattice in the open unit cube, (dimensions, samples): coordinate j of point i is i g^j / samples + half a step, mod 1."""
    powers = np.array([pow(GENERATOR, j, samples) for j in range(dimensions)])
    return np.asarray((powers[:, None] * np.arange(samples) % samples + 0.5) / samples)


def _covariance(knots: Array, change_s: Array, densities: tuple[float, float], stay_s: float, speed_sd: float) -> Array:
    """Covariance of the displacement by noise at the knots after the first, one axis, for each sample: (N, K, K), m^2.

    C(t, u) = integral of q(s) G(s, t) G(s, u) ds, where G(s, t), the displacement at t for a unit change of velocity at s, follows
    backwards from dG/ds = -1 + G q / (2 sd^2), G(t, t) = 0. Both integrals run over ``CELLS`` cells a piece, by the midpoint rule.
    """
    edges = np.concatenate([np.linspace(a, b, CELLS, endpoint=False) for a, b in pairwise(knots)] + [knots[-1:]])
    middle, width = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    density = _density(middle, change_s, densities, stay_s)
    rate = density / (2 * speed_sd**2)
    decay = np.exp(-rate * width[:, None])
    drift = (1 - decay) / rate
    gain = np.zeros((len(knots) - 1, len(change_s)))
    covariance = np.zeros((len(change_s), len(knots) - 1, len(knots) - 1))
    for cell in range(len(middle) - 1, -1, -1):
        lives = (knots[1:] > middle[cell])[:, None]
        before = np.where(lives, drift[cell] + decay[cell] * gain, 0.0)
        mean = ((before + gain) / 2).T
        covariance += (density[cell] * width[cell])[:, None, None] * mean[:, :, None] * mean[:, None, :]
        gain = before
    floor = 1e-12 * np.trace(covariance, axis1=1, axis2=2)[:, None, None]
    return np.asarray(covariance + floor * np.eye(len(knots) - 1))


def _density(t_s: Array, change_s: Array, densities: tuple[float, float], stay_s: float) -> Array:
    """Power density at times, by sample, (times, N): the first model's until it changes, then the expectation of the two."""
    before, after = densities
    mean = (before + after) / 2
    since = np.maximum(t_s[:, None] - change_s, 0.0)
    return np.where(t_s[:, None] < change_s, before, mean + (after - mean) * np.exp(-2 * since / stay_s))


def roots(cov: Array) -> Array:
    """A root of each covariance, (..., 6, 6), whose columns belong to ``Paths.state``: Cholesky's with the state in ``ORDER``, or where
    one is singular the symmetric root of all."""
    turned = cov[..., _FORTH[:, None], _FORTH]
    try:
        roots = np.linalg.cholesky(turned)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(turned)
        roots = vectors * np.sqrt(np.maximum(values, 0.0))[..., None, :]
    return np.asarray(roots[..., _BACK, :])
