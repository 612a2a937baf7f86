"""Whether the object of each track is there: the tracker's recursion (``track.update``, ``track.existence``) where a look has one plot
at the most.

A track is real, a ghost of the sensor that gave it birth, a thing that stands, or nothing. One plot is of one track or of none, so the
chances of all pairs are what their weights say, in closed form.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from forewarn.plan.motion import predict
from forewarn.plan.numbers import BEARING, Senses, Watch
from forewarn.plan.tracks import MOST, Tracks
from forewarn.track.existence import WANDER

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
        moves_off = tracks.fixed[i] * (1.0 - stay)
        tracks.real[i] = tracks.real[i] * stay + moves_off
        tracks.ghost[i] *= stay
        tracks.fixed[i] -= moves_off
        for e in (2, 4):
            tracks.spot[i, e] += WANDER * dt
        for s in range(len(senses.what)):
            usual = 1.0 - senses.spells[s, 0]
            if usual < 1.0:
                tracks.follows[i, s] = usual + (tracks.follows[i, s] - usual) * math.exp(-dt / (senses.spells[s, 1] * usual))


@numba.njit(cache=True, nogil=True)
def chances(senses: Senses, s: int, p: Array, log: Array, stands: Array, tracks: Tracks) -> tuple[Array, Array]:
    """The chance (N,) that a plot is each track's, and the share (N,) of it of one that stands. ``p`` (N,): of detection; ``log``,
    ``stands`` (N,): log likelihood against a plot of no track, of what may move and of what stands."""
    weight, still = np.zeros(MOST), np.zeros(MOST)
    for i in range(MOST):
        if tracks.real[i] > 0.0:
            shown, ghost, fixed = _shown(senses, s, p[i], tracks, i)
            missed = max(1.0 - (shown + ghost + fixed) * senses.scan[s], LEAST)
            moving = max(shown + ghost, 1e-300) * math.exp(min(max(log[i], -300.0), 300.0))
            standing = fixed * math.exp(min(max(stands[i], -300.0), 300.0))
            weight[i], still[i] = (moving + standing) / missed, standing / (moving + standing + 1e-300)
    weight /= 1.0 + weight.sum()
    return weight, still


@numba.njit(cache=True, nogil=True)
def there(senses: Senses, s: int, p: Array, pair: Array, still: Array, tracks: Tracks) -> tuple[Array, Array]:
    """Existence of all after a look that showed each with the chance ``pair`` (N,), as one that stands with the share ``still`` (N,): the
    weights (N,) of not having been shown, of what may move and of what stands."""
    none, stayed, tells = np.zeros(MOST), np.zeros(MOST), 1.0 * senses.scan[s]
    for i in range(MOST):
        if tracks.real[i] == 0.0:
            continue
        shown, ghost, fixed = _shown(senses, s, p[i], tracks, i)
        kept = (1.0 - pair[i]) / max(1.0 - (shown + ghost + fixed) * tells, LEAST)
        could = _could(senses, s, tracks, i)
        none[i] = kept * max(tracks.real[i] + tracks.ghost[i] - (shown + ghost) * tells, LEAST)
        stayed[i] = kept * (tracks.fixed[i] - fixed * tells)
        part = shown / (shown + ghost + 1e-300) * (1.0 - still[i])
        false = kept * (tracks.ghost[i] - ghost * tells) + pair[i] * (1.0 - part - still[i])
        tracks.real[i] = min(max(kept * (tracks.real[i] - shown * tells) + pair[i] * part, 0.0), 1.0)
        tracks.fixed[i] = min(max(stayed[i] + pair[i] * still[i], 0.0), 1.0 - tracks.real[i])
        tracks.ghost[i] = min(max(false, 0.0), 1.0 - tracks.real[i] - tracks.fixed[i])
        if senses.spells[s, 0] > 0.0:
            followed = kept * (could * tracks.follows[i, s] - (shown + ghost + fixed) * tells) + pair[i]
            tracks.follows[i, s] = min(max(followed / max(_could(senses, s, tracks, i), 1e-300), 0.0), 1.0)
    return none, stayed


@numba.njit(cache=True, nogil=True)
def _could(senses: Senses, s: int, tracks: Tracks, i: int) -> float:
    """The chance that a track is something that the sensor can show."""
    return float(tracks.real[i] + tracks.ghost[i] * (tracks.origin[i] == s) + tracks.fixed[i] * (senses.what[s] != BEARING))


@numba.njit(cache=True, nogil=True)
def _shown(senses: Senses, s: int, p: float, tracks: Tracks, i: int) -> tuple[float, float, float]:
    """The chances that a track is there and shown, that it is a ghost of the sensor and shown, and that it stands and is shown."""
    seen = p * tracks.follows[i, s]
    return tracks.real[i] * seen, tracks.ghost[i] * seen * (tracks.origin[i] == s), tracks.fixed[i] * seen * (senses.what[s] != BEARING)


@numba.njit(cache=True, nogil=True)
def credit(s: int, places: bool, pair: Array, look: int, now: float, tracks: Tracks) -> None:
    """Whose a plot counts as: a track's that it probably shows if the track is there, and no other's that it shows as probably."""
    best, most = 0, 0.0
    for i in range(MOST):
        share = pair[i] / max(tracks.real[i] + tracks.ghost[i] + tracks.fixed[i], 1e-300) if tracks.real[i] > 0.0 else 0.0
        share += pair[i] > 0.5
        if share > most:
            best, most = i, share
    if most > 0.5:
        tracks.shown[best, s], tracks.hit_s[best, s] = look, now
        if places:
            tracks.placed_s[best] = now
