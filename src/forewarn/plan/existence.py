"""Whether the object of one track is there: the tracker's recursion (``track.update``, ``track.existence``) for a track that is alone.

A track is real, a ghost of the sensor that gave it birth, or nothing. A sensor that tracks by itself may take the object for a ghost of its
own before the track is believed: a *rival* that explains its plots. Two tracks of one object merge soon (``track.tidy``): at each look
with the chance ``MERGED``, which was fitted to the tracker once.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from forewarn.plan.motion import predict
from forewarn.plan.numbers import Senses, Watch

Array = NDArray[np.float64]
REAL, GHOST, ORIGIN, PUBLISHED, PLACED_S, RIVAL, NUMBERS = range(7)
"""A track's numbers: chances to be there and to be a ghost of sensor ``ORIGIN``, whether it was published, when it last was surely shown,
the chance that a rival explains a self-tracking sensor's plots; and how many these are."""
NEVER = -1e9
MERGED = 0.6


@numba.njit(cache=True, nogil=True)
def carry(watch: Watch, senses: Senses, mean: Array, cov: Array, model: Array, follows: Array, track: Array, dt: float) -> None:
    """The track some seconds later, with nothing seen."""
    predict(watch, senses, mean, cov, model, dt)
    stay = math.exp(-dt / watch.life_s)
    track[REAL] *= stay
    track[GHOST] *= stay
    for s in range(len(follows)):
        if senses.slow[s, 0] > 0.0:
            follows[s] = 0.5 + (follows[s] - 0.5) * math.exp(-2.0 * dt / senses.slow[s, 0])
        else:
            follows[s] = 1.0


@numba.njit(cache=True, nogil=True)
def missed(senses: Senses, s: int, p: float, follows: Array, track: Array) -> None:
    """A look that scans did not show the track."""
    seen = p * follows[s]
    own = track[GHOST] if track[ORIGIN] == s else 0.0
    shown, ghost = track[REAL] * seen, own * seen
    unshown = max(1.0 - shown - ghost, 1e-9)
    if senses.slow[s, 0] > 0.0:
        track[RIVAL] *= (1.0 - p) / max(1.0 - track[RIVAL] * p, 1e-9)
    before = track[REAL] + own
    track[REAL] = (track[REAL] - shown) / unshown
    track[GHOST] = (track[GHOST] - ghost) / unshown
    if senses.slow[s, 0] > 0.0:
        follows[s] = min(
            max((before * follows[s] - shown - ghost) / unshown / max(track[REAL] + track[GHOST] * (own > 0), 1e-300), 0.0), 1.0
        )


@numba.njit(cache=True, nogil=True)
def there(senses: Senses, s: int, log: float, p: float, seen: float, follows: Array, track: Array, now: float) -> float:
    """Existence after a plot that fits the track ``exp(log)`` times better than nothing, by the weights of ``track.update``: the chance
    that the plot is the track's. ``p``: of detection; ``seen``: of that and that the sensor follows the track."""
    own = track[GHOST] if track[ORIGIN] == s else 0.0
    shown, ghost = track[REAL] * seen, own * seen
    unshown = max(1.0 - shown - ghost, 1e-9) if senses.scan[s] else 1.0
    weight = max(shown + ghost, 1e-300) / unshown * math.exp(min(max(log, -300.0), 300.0))
    rival = track[RIVAL] if senses.slow[s, 0] > 0.0 and track[ORIGIN] != s else 0.0
    other = rival * p / max(1.0 - rival * p, 1e-9) * math.exp(min(max(log, -300.0), 300.0))
    pair = weight / (1.0 + weight + other)
    none = 1.0 - pair
    if senses.slow[s, 0] > 0.0:
        track[RIVAL] = none
    kept = none / unshown
    part = shown / (shown + ghost + 1e-300)
    track[REAL] = min(kept * (track[REAL] - shown * senses.scan[s]) + pair * part, 1.0)
    track[GHOST] = min(max(kept * (track[GHOST] - ghost * senses.scan[s]) + pair * (1.0 - part), 0.0), 1.0 - track[REAL])
    if pair > 0.5:  # the tracker counts a plot as the track's only then
        track[PLACED_S] = max(now, track[PLACED_S])
    if senses.slow[s, 0] > 0.0:
        follows[s] = pair + none * follows[s]
    return float(pair)
