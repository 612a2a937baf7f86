"""Published tracks as arrays, objects last (means) or first (covariances), in the local level frame at the site's origin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn import geo
from forewarn.messages import Track
from forewarn.site import Origin, Site

Array = NDArray[np.float64]
_UPPER = np.triu_indices(6)


class Objects(NamedTuple):
    """``mean`` (6, n): east, north, height above the origin, metres, and their rates. ``cov`` (n, 6, 6). ``sensed`` (n,): whether
    sensors alone tell of it; the estimate is then the one that no claim has touched (rule 8), else the aided one."""

    mean: Array
    cov: Array
    sensed: NDArray[np.bool_]


def gather(tracks: Sequence[Track], site: Site) -> Objects:
    """The estimates that identification goes by."""
    used = [track.sensed or track.aided for track in tracks]
    rows = np.array([(e.lat_deg, e.lon_deg, e.alt_m, e.east_mps, e.north_mps, e.up_mps) for e in used]).reshape(-1, 6).T
    mean = np.array(rows)
    mean[:3] = local(rows[0], rows[1], rows[2], site.origin)
    cov = np.empty((len(used), 6, 6))
    cov[:, _UPPER[0], _UPPER[1]] = cov[:, _UPPER[1], _UPPER[0]] = np.array([e.cov for e in used]).reshape(-1, 21)
    return Objects(mean, cov, np.array([track.sensed is not None for track in tracks], dtype=bool))


def local(lat: Array, lon: Array, alt: Array, origin: Origin) -> Array:
    """East and north about the origin, and the height above it (not above its tangent plane): (3, n)."""
    enu = geo.to_enu(lat, lon, alt, (origin.lat_deg, origin.lon_deg, origin.alt_m))
    enu[2] = alt - origin.alt_m
    return enu
