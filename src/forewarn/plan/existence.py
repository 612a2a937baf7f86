"""Whether the object of each track is there: the tracker's recursion (``track.update``, ``track.existence``) where a look has one plot
at the most.

A track is real, a ghost of the sensor that gave it birth, or nothing. One plot is of one track or of none, so the chances of all pairs are
what their weights say, in closed form.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from forewarn.plan.motion import predict
from forewarn.plan.numbers import Senses, Watch
from forewarn.plan.tracks import MOST, Tracks

Array = NDArray[np.float64]
LEAST = 1e-9


@numba.njit(cache=True, nogil=True)
def carry(watch: Watch, senses: Senses, tracks: Tracks, dt: float) -> None:
    """The tracks some seconds later, with nothing seen."""
    stay = math.exp(-dt / watch.life_s)
    for i in range(MOST):
        if tracks.real[i] == 0.0:
            continue
        predict(watch, senses, tracks.mean[i], tracks.cov[i], tracks.model[i], dt)
        tracks.real[i] *= stay
        tracks.ghost[i] *= stay
        for s in range(len(senses.what)):
            usual = 1.0 - senses.spells[s, 0]
            if usual < 1.0:
                tracks.follows[i, s] = usual + (tracks.follows[i, s] - usual) * math.exp(-dt / (senses.spells[s, 1] * usual))


@numba.njit(cache=True, nogil=True)
def chances(senses: Senses, s: int, p: Array, log: Array, tracks: Tracks) -> Array:
    """The chance (N,) that a plot is each track's. ``p`` (N,): of detection; ``log`` (N,): log likelihood against a plot of no track."""
    weight = np.zeros(MOST)
    for i in range(MOST):
        if tracks.real[i] > 0.0:
            shown, ghost = _shown(s, p[i], tracks, i)
            missed = max(1.0 - (shown + ghost) * senses.scan[s], LEAST)
            weight[i] = max(shown + ghost, 1e-300) / missed * math.exp(min(max(log[i], -300.0), 300.0))
    weight /= 1.0 + weight.sum()
    return weight


@numba.njit(cache=True, nogil=True)
def there(senses: Senses, s: int, p: Array, pair: Array, tracks: Tracks) -> Array:
    """Existence of all after a look that showed each with the chance ``pair`` (N,): the weight (N,) of not having been shown."""
    none, tells = np.zeros(MOST), 1.0 * senses.scan[s]
    for i in range(MOST):
        if tracks.real[i] == 0.0:
            continue
        shown, ghost = _shown(s, p[i], tracks, i)
        kept = (1.0 - pair[i]) / max(1.0 - (shown + ghost) * tells, LEAST)
        real, false, own = tracks.real[i], tracks.ghost[i], tracks.ghost[i] * (tracks.origin[i] == s)
        none[i] = kept * max(real + false - (shown + ghost) * tells, LEAST)
        part = shown / (shown + ghost + 1e-300)
        tracks.real[i] = min(max(kept * (real - shown * tells) + pair[i] * part, 0.0), 1.0)
        tracks.ghost[i] = min(max(kept * (false - ghost * tells) + pair[i] * (1.0 - part), 0.0), 1.0 - tracks.real[i])
        if senses.spells[s, 0] > 0.0:
            followed = kept * ((real + own) * tracks.follows[i, s] - (shown + ghost) * tells) + pair[i]
            left = tracks.real[i] + tracks.ghost[i] * (tracks.origin[i] == s)
            tracks.follows[i, s] = min(max(followed / max(left, 1e-300), 0.0), 1.0)
    return none


@numba.njit(cache=True, nogil=True)
def _shown(s: int, p: float, tracks: Tracks, i: int) -> tuple[float, float]:
    """The chances that a track is there and shown, and that it is a ghost of the sensor and shown."""
    seen = p * tracks.follows[i, s]
    return tracks.real[i] * seen, tracks.ghost[i] * seen * (tracks.origin[i] == s)


@numba.njit(cache=True, nogil=True)
def credit(s: int, places: bool, pair: Array, look: int, now: float, tracks: Tracks) -> None:
    """Whose a plot counts as: a track's that it probably shows if the track is there, and no other's that it shows as probably."""
    best, most = 0, 0.0
    for i in range(MOST):
        share = pair[i] / max(tracks.real[i] + tracks.ghost[i], 1e-300) if tracks.real[i] > 0.0 else 0.0
        share += pair[i] > 0.5
        if share > most:
            best, most = i, share
    if most > 0.5:
        tracks.shown[best, s] = look
        if places:
            tracks.placed_s[best] = now
