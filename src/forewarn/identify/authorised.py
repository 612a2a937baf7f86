"""Whether an object is authorised, and whether it keeps to its flight authorisation now.

With q the chance that the claim is the object's own (``fit``), c the chance that the object is inside the volume of the claimed identity's
flight authorisation while that is in force, and p0 the site's prior of an object that claims nothing:

    P(authorised) = q (p0 + (ceiling - p0) c) + (1 - q) p0 / 5

``ceiling`` is the site's ``authorised_ceiling``, or 0.99 where the claim was authenticated. As q and c are chances, claims without
authentication never lift it above the site's ceiling for them, however many agree (rule 8). An object with a claim that is not its own
is a fifth as likely to be authorised as a silent one. An operator's answer is authenticated, and multiplies the odds by 1000 or 1/1000.

Conforming is P(authorised) c: the chance that it is authorised and keeps to its authorisation; zero without an authorisation. It
is bounded as P(authorised) is, so a false claim alone cannot lower the harm that an object may do by more than the site allows.

c is worked out, to within 0.02, on 512 points of equal weight under the object's Gaussian (Vogel 1979, radii by the quantiles of the
Rayleigh distribution), the height apart from it by the normal distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.special import ndtr

from forewarn.identify.gather import Objects, local
from forewarn.site import Authorisation, Circle, Origin, Site

Array = NDArray[np.float64]

AUTHENTICATED = 0.99
FALSE_CLAIM = 0.2
ANSWER_ODDS = 1000.0
UNSURE = 1e-3  # an answer finds no chance nearer to 0 or 1 than this
POINTS = 512
SMALLEST_VAR = 1e-6  # m^2: a place is never known better

_TURN = np.pi * (3.0 - np.sqrt(5.0)) * np.arange(POINTS)
_RADIUS = np.sqrt(-2.0 * np.log1p(-(np.arange(POINTS) + 0.5) / POINTS))
_SPIRAL = _RADIUS * np.stack([np.cos(_TURN), np.sin(_TURN)])  # (2, POINTS), standard normal


class Cover(NamedTuple):
    """The flight authorisation in force for each object's identity (its index in the site file, -1 for none) and P(inside it now)."""

    which: NDArray[np.int64]
    inside: Array


def chance(site: Site, claims: NDArray[np.bool_], own: Array, inside: Array, authenticated: NDArray[np.bool_]) -> Array:
    """P(authorised) before answers, shape (n,); ``claims`` says which objects claim something, ``own`` is q and ``inside`` c."""
    silent = site.priors.authorised
    most = np.maximum(np.where(authenticated, AUTHENTICATED, site.priors.authorised_ceiling), silent)
    with_claim = own * (silent + (most - silent) * inside) + (1.0 - own) * FALSE_CLAIM * silent
    return np.asarray(np.where(claims, with_claim, silent))


def answered(authorised: Array, answers: Sequence[str | None]) -> Array:
    """P(authorised) with what operators said: `ours` raises it, `not_ours` lowers it, `unknown` and None leave it."""
    if not any(answers):
        return authorised
    factor = np.array([{"ours": ANSWER_ODDS, "not_ours": 1.0 / ANSWER_ODDS}.get(a or "", 1.0) for a in answers])
    sure = np.minimum(np.maximum(authorised, UNSURE), 1.0 - UNSURE)
    return np.asarray(np.where(factor == 1.0, authorised, sure * factor / (sure * factor + 1.0 - sure)))


def cover(site: Site, identities: Sequence[str | None], objects: Objects, t_ns: int) -> Cover:
    """For each object the authorisation of its identity that is in force, the likeliest where there are several."""
    which = np.full(len(identities), -1)
    inside = np.zeros(len(identities))
    there = set(identities)
    for number, authorisation in enumerate(site.authorisations):
        if authorisation.identity in there and _in_force(authorisation, t_ns):
            columns = [i for i, identity in enumerate(identities) if identity == authorisation.identity]
            found = inside_volume(authorisation, site, objects.mean[:3, columns], objects.cov[columns][:, :3, :3])
            better = (found > inside[columns]) | (which[columns] < 0)
            which[columns] = np.where(better, number, which[columns])
            inside[columns] = np.where(better, found, inside[columns])
    return Cover(which, inside)


def _in_force(authorisation: Authorisation, t_ns: int) -> bool:
    return authorisation.starts.timestamp() <= t_ns / 1e9 < authorisation.ends.timestamp()


def inside_volume(authorisation: Authorisation, site: Site, mean: Array, cov: Array) -> Array:
    """P(inside the volume), shape (n,), of Gaussians with ``mean`` (3, n) and ``cov`` (n, 3, 3) in the site's frame."""
    along = np.sqrt(np.maximum(cov[:, 0, 0], SMALLEST_VAR))
    skew = cov[:, 0, 1] / along
    across = np.sqrt(np.maximum(cov[:, 1, 1] - skew**2, SMALLEST_VAR))
    east = mean[0, :, None] + along[:, None] * _SPIRAL[0]
    north = mean[1, :, None] + skew[:, None] * _SPIRAL[0] + across[:, None] * _SPIRAL[1]
    sigma = np.sqrt(np.maximum(cov[:, 2, 2], SMALLEST_VAR))
    height = ndtr((authorisation.ceiling_m - mean[2]) / sigma) - ndtr((authorisation.floor_m - mean[2]) / sigma)
    return np.asarray(np.add.reduce(_within(authorisation, site, east, north), axis=1) / POINTS * height)


def _within(authorisation: Authorisation, site: Site, east: Array, north: Array) -> NDArray[np.bool_]:
    if authorisation.circle is not None:
        x, y = _centre(authorisation.circle, site.origin)
        return np.asarray(np.hypot(east - x, north - y) <= authorisation.circle.radius_m)
    return np.asarray(shapely.contains_xy(_polygon(authorisation.polygon or (), site.origin), east, north))


@lru_cache(maxsize=256)
def _centre(circle: Circle, origin: Origin) -> tuple[float, float]:
    """Of a circle, east and north in the site's frame, worked out once."""
    east, north, _ = local(np.array(circle.lat_deg), np.array(circle.lon_deg), np.array(origin.alt_m), origin).tolist()
    return east, north


@lru_cache(maxsize=256)
def _polygon(corners: tuple[tuple[float, float], ...], origin: Origin) -> shapely.Polygon:
    """A polygon of latitudes and longitudes in the site's frame, made once."""
    lat, lon = np.array(corners).T
    polygon = shapely.Polygon(local(lat, lon, np.full(lat.shape, origin.alt_m), origin)[:2].T)
    shapely.prepare(polygon)
    return polygon
