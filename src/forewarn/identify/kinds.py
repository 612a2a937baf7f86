"""What an object is: prior x the sensors' opinions x how it moves now x what it claims to be x whether it falls, for each kind.

How it moves is counted once, from the present estimate, and never added up over ticks: an object seen for a minute is not
sixty independent objects. Each kind has a usual and a possible range of speed, height and climb, and p(x | kind) is nine parts
uniform over the usual to one part over the possible one, smeared by the estimate's error s:

    p(x | range a..b) = (Phi((b - x)/s) - Phi((a - x)/s)) / (b - a)

What the tracker only assumed is no evidence: each factor counts with the weight 1 - (s / s0)^2, where s0 is the site's
spread for a new object. All of it together speaks for one kind against another by no more than 1000 to 1.

That it falls, with the tracker's chance p, speaks for what falls more than others: 1 - p + p f(kind) / f, where f(kind) is the share of its
time aloft that a kind falls, and f that of all by the priors. That it does not fall tells nothing: of many the tracker could not see it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from forewarn.identify.gather import Objects
from forewarn.messages import KINDS, Kind
from forewarn.site import Priors, Site
from forewarn.track.motion import FAILS_S, FALLS_S

Array = NDArray[np.float64]
Range = tuple[float, float]

RANGES: dict[Kind, tuple[tuple[Range, Range], tuple[Range, Range], tuple[Range, Range]]] = {
    # usual and possible   speed over ground, m/s      height above the site's origin, m    climb, m/s
    "drone":    (((0, 20), (0, 100)),        ((0, 150), (-100, 5000)),         ((-4, 4), (-30, 30))),
    "aircraft": (((25, 130), (0, 350)),      ((150, 3000), (-100, 15000)),     ((-8, 8), (-50, 50))),
    "bird":     (((3, 28), (0, 45)),         ((0, 200), (-100, 4000)),         ((-3, 3), (-15, 10))),
    "boat":     (((0, 13), (0, 35)),         ((-10, 15), (-100, 100)),         ((-1, 1), (-3, 3))),
    "vehicle":  (((0, 36), (0, 80)),         ((-20, 20), (-200, 300)),         ((-2, 2), (-8, 8))),
    "rocket":   (((50, 1000), (0, 3000)),    ((0, 5000), (-100, 100000)),      ((-300, 300), (-2000, 2000))),
    "other":    (((0, 50), (0, 500)),        ((-20, 1000), (-200, 20000)),     ((-5, 5), (-100, 100))),
}  # fmt: skip
"""Sources. Drone: 19 m/s and 120 m are the limits of class C1 and of the open category (EU 2019/945, annex, part 2; EU 2019/947,
UAS.OPEN.010), beyond them fixed wings. Aircraft: 250 kt below 10,000 ft (SERA.6001), 150 m least height (SERA.5005 (f)), helicopters
hover. Bird: 8 to 23 m/s through the air (Alerstam et al. 2007, PLoS Biology 5, e197) and 5 m/s of wind. Boat, vehicle: 25 kt and
130 km/h, common limits of harbour approaches and motorways. Rocket and other are wide on purpose. The ground is taken as level at the
site's origin, so what moves on it has some metres to spare."""

USUAL = 0.9
MOTION_BOUND = float(np.log(1000.0))
CLAIMED = 10.0  # a claim that is surely the object's own speaks for the kind that it names by this much
LEAST_ERROR = np.array([0.5, 5.0, 0.5])  # m/s, m, m/s: finer than that the ranges do not mean
TINY = 1e-300
ROCKET_FALLS, OTHERS_FALL = 0.95, FALLS_S / FAILS_S  # a rocket all but while it burns

_ROWS = np.array([RANGES[kind] for kind in KINDS], dtype=float)  # (K, 3 quantities, 2 ranges, 2 ends)

_FALLS = np.array([ROCKET_FALLS if kind == "rocket" else OTHERS_FALL for kind in KINDS])


def prior(priors: Priors) -> Array:
    """The site's priors as shares, shape (K,); all alike where the site gives none."""
    given = np.array([priors.kinds.get(kind, 0.0) for kind in KINDS])
    return given / given.sum() if given.sum() > 0 else np.full(len(KINDS), 1.0 / len(KINDS))


def motion(objects: Objects, site: Site) -> Array:
    """Log likelihood of how each object moves under each kind, shape (K, n), best kind 0, none below ``-MOTION_BOUND``."""
    value, error = _movement(objects)
    spread = np.array([site.tracking.speed_sd_mps, site.tracking.height_sd_m, site.tracking.climb_sd_mps])[:, None]
    weight = np.maximum(1.0 - (error / spread) ** 2, 0.0)
    smear = np.maximum(error, LEAST_ERROR[:, None])
    ends = _ROWS[..., None]
    density = (ndtr((ends[..., 1, :] - value[:, None]) / smear[:, None]) - ndtr((ends[..., 0, :] - value[:, None]) / smear[:, None])) / (
        ends[..., 1, :] - ends[..., 0, :]
    )
    log = np.add.reduce(weight * np.log(USUAL * density[:, :, 0] + (1.0 - USUAL) * density[:, :, 1] + TINY), axis=1)
    return np.asarray(np.maximum(log - np.maximum.reduce(log), -MOTION_BOUND))


def _movement(objects: Objects) -> tuple[Array, Array]:
    """Speed, height, climb and one standard deviation of each: (3, n) twice."""
    mean, variance = objects.mean, np.diagonal(objects.cov, axis1=1, axis2=2).T
    value = np.stack([np.hypot(mean[3], mean[4]), mean[2], mean[5]])
    return value, np.sqrt(np.stack([(variance[3] + variance[4]) / 2, variance[2], variance[5]]))


def claimed(named: list[Kind | None], own: Array) -> Array:
    """What naming a kind is worth, shape (K, n): 1 up to ``CLAIMED``, by the chance ``own`` (n,) that the claim is the object's own."""
    table = np.zeros((len(KINDS), len(named)))
    for column, kind in enumerate(named):
        if kind is not None:
            table[KINDS.index(kind), column] = np.log1p((CLAIMED - 1.0) * own[column])
    return table


def falling(falls: Array, priors: Priors) -> Array:
    """Log evidence, shape (K, n), of the chances ``falls`` (n,) that objects fall."""
    return np.asarray(np.log1p(falls * (_FALLS / (prior(priors) @ _FALLS) - 1.0)[:, None]))


def chances(evidence: Array) -> Array:
    """P(kind), shape (K, n), from log evidence (parts, K, n)."""
    total = evidence.sum(axis=0)
    share = np.exp(total - total.max(axis=0))
    return np.asarray(share / share.sum(axis=0))


def leading(chance: Array, evidence: Array) -> tuple[list[int], list[int], list[int]]:
    """For each object the likeliest kind, the next, and the part of the evidence that tells these two apart most; indices."""
    first, second = np.argsort(-chance, axis=0, kind="stable")[:2]
    every = np.arange(chance.shape[1])
    gain = evidence[:, first, every] - evidence[:, second, every]
    return first.tolist(), second.tolist(), gain.argmax(axis=0).tolist()
