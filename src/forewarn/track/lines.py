"""Bearing tracks: what a sensor that tells directions alone says of objects that no track is.

One sensor's direction is followed by itself: azimuth and its rate, a Bernoulli component like a track's (``update.py``), but with no
range. It is fed by bearings as far as they are no track's (``direct.py``), so it withers once its object has become one. The rate is
what an object of the site's speeds shows, and is forgotten as it passes by (``RATE_AT``). Sightings are kept with it: ``cross.py``
makes a track of them once they tell a range.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from forewarn.messages import KINDS
from forewarn.track.models.bearings import coast
from forewarn.track.plan import Plan, Sense

Array = NDArray[np.float64]
Index = NDArray[np.int64]
DEPTH = 12  # sightings that are kept of each
HELD = 6  # intervals of its sensor that one lasts without a sighting
WIDEST_RAD = 1.0  # what is less sure than this is no direction
RATE_AT = 0.2
"""Bearings turn as fast as objects of the site's speed do at this share of the sensor's reach, and for as long as they take to pass."""


class Lines(msgspec.Struct, frozen=True):
    """l bearing tracks. ``sensor`` (l,): its number in the plan; ``t_ns`` (l,): of the estimate ``mean`` (2, l), azimuth and rate in
    radians from north, ``cov`` (2, 2, l); ``real`` (l,): chance that it is there and no track; ``log_kind`` (K, l): evidence of kinds;
    ``hit_ns`` (l,): when a bearing was last more likely its than not; ``label`` (3, l): sensor and time of its first sighting, and a
    number that no other of these has.
    Its last sightings, the newest behind: ``seen_ns`` (DEPTH, l), `NEVER` where there was none, and ``seen`` (5, DEPTH, l): where the
    sensor stood (metres east, north, up of the origin), azimuth and its standard deviation.
    """

    sensor: np.ndarray
    t_ns: np.ndarray
    mean: np.ndarray
    cov: np.ndarray
    real: np.ndarray
    log_kind: np.ndarray
    hit_ns: np.ndarray
    label: np.ndarray
    seen_ns: np.ndarray
    seen: np.ndarray

    @property
    def n(self) -> int:
        """How many."""
        return int(self.real.shape[0])

    def take(self, rows: Index) -> Lines:
        """Those of ``rows`` alone."""
        return Lines(*(np.ascontiguousarray(part.take(rows, axis=-1)) for part in msgspec.structs.astuple(self)))

    def joined(self, more: Lines) -> Lines:
        """These and others behind them."""
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(more), strict=True)
        return Lines(*(np.concatenate(pair, axis=-1) for pair in pairs))


def nothing() -> Lines:
    """No bearing tracks."""
    whole = [np.zeros(shape, dtype=np.int64) for shape in ((0,), (0,), (0,), (3, 0), (DEPTH, 0))]
    real = [np.zeros(shape) for shape in ((2, 0), (2, 2, 0), (0,), (len(KINDS), 0), (5, DEPTH, 0))]
    return Lines(whole[0], whole[1], real[0], real[1], real[2], real[3], whole[2], whole[3], whole[4], real[4])


def at(plan: Plan, lines: Lines, t_ns: int) -> Lines:
    """The same at a time that is not before any of theirs, with nothing more seen."""
    if lines.n == 0:
        return lines
    dt = np.maximum((t_ns - lines.t_ns) / 1e9, 0.0)
    mean, cov = lines.mean.copy(), lines.cov.copy()
    for index in np.unique(lines.sensor).tolist():
        own = np.flatnonzero(lines.sensor == index)
        mean[:, own], cov[..., own] = coast(mean[:, own], cov[..., own], dt[own], *rates(plan, plan.senses[index]))
    real = lines.real * np.exp(-dt / plan.life_s)
    silent = _silence(plan, lines, t_ns)
    real = real * silent / (1.0 - real + real * silent)
    return msgspec.structs.replace(lines, t_ns=np.full(lines.n, t_ns), mean=mean, cov=cov, real=real)


def unused(label: Index, sensor: int, t_ns: int) -> int:
    """The first place in a look that no label (3, n) of this sensor and time has."""
    places = label[2][(label[0] == sensor) & (label[1] == t_ns)]
    return int(places.max()) + 1 if len(places) else 0


def _silence(plan: Plan, lines: Lines, t_ns: int) -> Array:
    """Likelihood ratio (l,), there against not, of no sighting from their time until ``t_ns``, where reports are due one by one."""
    of = np.array([(1e9 * sense.interval_s, sense.missed) for sense in plan.senses])[lines.sensor]
    late = [np.maximum((t - lines.hit_ns) / of[:, 0] - 1.0, 0.0) for t in (lines.t_ns, t_ns)]
    return np.asarray(of[:, 1] ** (late[1] - late[0]))


def lately(plan: Plan, lines: Lines, t_ns: int) -> NDArray[np.bool_]:
    """Which (l,) were sighted within `HELD` of their sensor's intervals, and still are a direction."""
    hold_ns = np.array([1e9 * HELD * sense.interval_s for sense in plan.senses])
    return np.asarray((lines.hit_ns >= t_ns - hold_ns[lines.sensor]) & (lines.cov[0, 0] <= WIDEST_RAD**2))


def rates(plan: Plan, sense: Sense) -> tuple[float, float]:
    """For how long (s) a sensor's bearings turn alike, and how fast (rad/s)."""
    near = RATE_AT * sense.reach_m
    return near / plan.speed_mps, plan.speed_mps / near
