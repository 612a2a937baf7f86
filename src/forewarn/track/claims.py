"""What objects say of themselves: one filter for each identity, beside the tracks and never mixed into them.

So the sensed estimate stays untouched by claims (rule 8). A claim belongs to a track while its place and velocity fit the sensed
ones, and no better than one claim to a track; the aided estimate is then the covariance intersection of the two (Julier and Uhlmann,
ACC 1997; weights of Niehsen, FUSION 2002), which is honest whatever they have in common. Claims that come late are put in their place.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numba import njit
from numpy.typing import NDArray

from forewarn import geo
from forewarn.messages import Claim
from forewarn.track import motion
from forewarn.track.plan import FLIES, MODELS, Plan

Array = NDArray[np.float64]
SIGMA_M = 30.0  # of a claimed place that states no error
UP_M = 30.0
VELOCITY_MPS = 2.0
RECENT = 128  # fixes remembered of one identity
MOST = 4096  # identities
DOUBT = 0.5  # each claim halves the doubt that anything is there
SUREST = 0.95  # that an unauthenticated claim's object is there
_LEVEL = np.array([0, 1, 3, 4])  # of a state: place and velocity over ground
JOIN, LEAVE = 13.3, 23.5  # squared distance (4 numbers) to join a track and to leave it: chi-squared 0.99, 0.9999


class Fix(msgspec.Struct, frozen=True, order=True):
    """One claim as numbers: ``place`` east, north, up and ``rates``, NaN where not told; ``sigma_m`` horizontal."""

    t_ns: int
    place: tuple[float, float, float]
    rates: tuple[float, float, float]
    sigma_m: float
    authenticated: bool


class Claimed(msgspec.Struct, frozen=True):
    """An identity: its fixes in order, the estimate before the first of them and after the last; the track that it belongs to.

    ``mean`` (M, 6, 1), ``cov`` (M, 6, 6, 1), ``model`` (M, 1) at ``t_ns``; the ``base_`` ones at ``base_ns`` (0: nothing before).
    """

    identity: str
    born_ns: int
    t_ns: int
    mean: np.ndarray
    cov: np.ndarray
    model: np.ndarray
    doubt: float
    authenticated: bool = False
    fixes: tuple[Fix, ...] = ()
    base: Claimed | None = None
    belongs: tuple[int, int, int] | None = None


def fix(plan: Plan, claim: Claim) -> Fix | None:
    """The claim as numbers; None where it names no place."""
    if claim.place is None:
        return None
    place, alt = claim.place, claim.place.alt_m
    east, north, up = geo.to_enu(place.lat_deg, place.lon_deg, plan.origin[2] if alt is None else alt, plan.origin).tolist()
    told = claim.course_deg is not None and claim.speed_mps is not None
    course, speed = math.radians(claim.course_deg or 0.0), claim.speed_mps or 0.0
    level = (speed * math.sin(course), speed * math.cos(course)) if told else (math.nan, math.nan)
    climb = math.nan if claim.climb_mps is None else claim.climb_mps
    return Fix(claim.t_ns, (east, north, math.nan if alt is None else up), (*level, climb), claim.sigma_m or SIGMA_M, claim.authenticated)


def add(plan: Plan, known: Claimed | None, identity: str, new: Fix) -> Claimed | None:
    """The identity with one more fix, wherever in its order that belongs; None: it is older than what is remembered."""
    if known is None:
        return _first(plan, identity, new)
    if new.t_ns >= known.t_ns:
        if len(known.fixes) >= RECENT:
            return _rebase(plan, known, new)
        return msgspec.structs.replace(_next(plan, known, new), fixes=(*known.fixes, new))
    if known.base is not None and new.t_ns < known.base.t_ns:
        return None
    return _again(plan, known, tuple(sorted((*known.fixes, new))))


def _rebase(plan: Plan, known: Claimed, new: Fix) -> Claimed:
    """Forget the older half of the fixes: what they told stays in the base."""
    half = _again(plan, known, known.fixes[: RECENT // 2])
    base = msgspec.structs.replace(half, fixes=(), base=None)
    return msgspec.structs.replace(_next(plan, known, new), fixes=(*known.fixes[RECENT // 2 :], new), base=base)


def _again(plan: Plan, known: Claimed, fixes: tuple[Fix, ...]) -> Claimed:
    found, rest = (known.base, fixes) if known.base else (_first(plan, known.identity, fixes[0]), fixes[1:])
    for one in rest:
        found = _next(plan, found, one)
    return msgspec.structs.replace(found, fixes=fixes, base=known.base, belongs=known.belongs, born_ns=min(known.born_ns, found.born_ns))


def _first(plan: Plan, identity: str, new: Fix) -> Claimed:
    mean = np.zeros((MODELS, 6, 1))
    mean[:, :3, 0] = (*new.place[:2], plan.height[0])
    cov = np.zeros((MODELS, 6, 6, 1))
    cov[:, range(6), range(6), 0] = (1e8, 1e8, plan.height[1] ** 2, plan.speed_mps**2, plan.speed_mps**2, plan.climb_mps**2)
    start = Claimed(identity, new.t_ns, new.t_ns, mean, cov, np.array(FLIES)[:, None], 1.0)
    return msgspec.structs.replace(_next(plan, start, new), fixes=(new,))


def _next(plan: Plan, known: Claimed, new: Fix) -> Claimed:
    """Kalman update of all models with what the fix tells."""
    mean, cov, model = ahead(plan, known, new.t_ns)
    r = np.array((new.sigma_m, new.sigma_m, UP_M, VELOCITY_MPS, VELOCITY_MPS, VELOCITY_MPS)) ** 2
    mean, cov, log = updated(mean, cov, np.array((*new.place, *new.rates)), r)
    weight = model[:, 0] * np.exp(log - log.max())
    return msgspec.structs.replace(
        known, t_ns=new.t_ns, mean=mean, cov=cov, model=(weight / weight.sum())[:, None], authenticated=new.authenticated,
        doubt=max(known.doubt * DOUBT, 1.0 - SUREST),
    )  # fmt: skip


@njit(cache=True)
def updated(mean: Array, cov: Array, z: Array, r: Array) -> tuple[Array, Array, Array]:
    """Kalman update of each model (M, 6, 1), (M, 6, 6, 1) with the numbers ``z`` (6,), NaN where not told, whose errors are independent,
    of variances ``r`` (6,): one after the other. Fresh arrays, and the log likelihoods (M,) but for a constant."""
    mean, cov, log = mean.copy(), cov.copy(), np.zeros(len(mean))
    for m in range(len(mean)):
        for i in range(len(z)):
            if not np.isfinite(z[i]):
                continue
            nu, s, across = z[i] - mean[m, i, 0], cov[m, i, i, 0] + r[i], cov[m, :, i, 0].copy()
            log[m] -= 0.5 * (nu * nu / s + math.log(s))
            for a in range(len(z)):
                mean[m, a, 0] += across[a] * nu / s
                for b in range(len(z)):
                    cov[m, a, b, 0] -= across[a] * across[b] / s
    return mean, cov, log


def ahead(plan: Plan, known: Claimed, t_ns: int) -> tuple[Array, Array, Array]:
    """Mean (M, 6, 1), covariance and model chances at a time."""
    return motion.predict(plan.quick, known.mean, known.cov, known.model, max(known_dt(known, t_ns), 0.0))


def known_dt(known: Claimed, t_ns: int) -> float:
    """Seconds from the last fix to ``t_ns``."""
    return (t_ns - known.t_ns) / 1e9


def existence(plan: Plan, known: Claimed, t_ns: int) -> float:
    """Chance that there is something where the claims say."""
    return (1.0 - known.doubt) * math.exp(-max(known_dt(known, t_ns), 0.0) / plan.life_s)


def distance(one: Array, p: Array, two: Array, q: Array) -> Array:
    """Squared distance (n,) of place and velocity over ground of means (6, n), (6, 1), against covariances (6, 6, n), (6, 6, 1)."""
    spread = (p + q)[_LEVEL[:, None], _LEVEL].transpose(2, 0, 1)
    gap = (one - two)[_LEVEL].T[..., None]
    return np.asarray((gap * np.linalg.solve(spread, gap)).sum(axis=(1, 2)))


def intersect(one: Array, p: Array, two: Array, q: Array) -> tuple[Array, Array]:
    """Covariance intersection of (..., 6), (..., 6, 6) and (6,), (6, 6)."""
    ours, theirs = p[..., 0, 0] + p[..., 1, 1], q[0, 0] + q[1, 1]
    share = np.asarray(theirs / (ours + theirs))[..., None, None]
    a, b = share * np.linalg.inv(p), (1.0 - share) * np.linalg.inv(q)
    cov = np.linalg.inv(a + b)
    return (cov @ (a @ one[..., None] + b @ two[:, None]))[..., 0], (cov + cov.swapaxes(-1, -2)) / 2
