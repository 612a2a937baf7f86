"""The comparison of a tick for one track: existence x chance of entry x harm against the cost of a needless warning.

The harm follows from what the motion says of the kind (``identify.kinds``); whether the track is published at all from ``track.publish``.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from forewarn.plan.entry import reaches
from forewarn.plan.numbers import Place, Samples, Watch
from forewarn.plan.tracks import MOST, Tracks

Array = NDArray[np.float64]


@numba.njit(cache=True, nogil=True)
def warns(watch: Watch, zone: Place, ways: Samples, tracks: Tracks) -> bool:
    """Whether a track, by itself, is enough to warn of."""
    found = False
    for i in range(MOST):
        found |= tracks.real[i] > 0.0 and _told(watch, zone, ways, tracks, i)
    return found


@numba.njit(cache=True, nogil=True)
def _told(watch: Watch, zone: Place, ways: Samples, tracks: Tracks, k: int) -> bool:
    mean, cov, model = tracks.mean[k], tracks.cov[k], tracks.model[k]
    whole, spread = np.empty(6), np.empty(6)
    for i in range(6):
        apart = mean[0, i] - mean[1, i]
        whole[i] = mean[1, i] + model[0] * apart
        spread[i] = model[0] * cov[0, i, i] + model[1] * cov[1, i, i] + model[0] * model[1] * apart * apart
    if tracks.real[k] < watch.publish_above and not tracks.published[k]:
        return False
    if spread[0] + spread[1] > watch.vague_m**2:
        return False
    tracks.published[k] = True
    needed = 1.0 / max(tracks.real[k] * harm(watch, zone, whole, spread), 1e-12)
    return needed <= 1.0 and reaches(zone, ways, mean, cov, model, needed)


@numba.njit(cache=True, nogil=True)
def harm(watch: Watch, zone: Place, mean: Array, spread: Array) -> float:
    """The harm to expect of an object that moves so (``identify.kinds``), in units of the cost."""
    value = (math.hypot(mean[3], mean[4]), mean[2], mean[5])
    error = (math.sqrt((spread[3] + spread[4]) / 2.0), math.sqrt(spread[2]), math.sqrt(spread[5]))
    log = np.zeros(len(watch.prior))
    for kind in range(len(log)):
        for q in range(3):
            smear, density = max(error[q], watch.least[q]), 0.0
            for which in range(2):
                a, b = watch.ranges[kind, q, which, 0], watch.ranges[kind, q, which, 1]
                part = (
                    0.5 * (math.erf((b - value[q]) / smear / math.sqrt(2.0)) - math.erf((a - value[q]) / smear / math.sqrt(2.0))) / (b - a)
                )
                density += part * (watch.usual if which == 0 else 1.0 - watch.usual)
            log[kind] += min(max(1.0 - (error[q] / watch.spread[q]) ** 2, 0.0), 1.0) * math.log(density + 1e-300)
    most, total, harm = log.max(), 0.0, 0.0
    for kind in range(len(log)):
        share = watch.prior[kind] * math.exp(max(log[kind] - most, -watch.bound))
        total += share
        harm += share * zone.harm[kind]
    return harm / max(total, 1e-300)
