"""What was said of tracks at each whole second, beside what was so: the samples of the reliability curves and of naming.

exists      every published track's chance to exist; true if it is an object (``match``)
entry       every threat to a zone by a track that is an object; true if that object is inside within the zone's horizon. Only
            while the whole horizon lies within the world, so that each outcome is known. A threat too small to be told is no sample
authorised  every identity's chance of a track that is an object; true if that object is authorised at that second
impact      as ``entry``, of rockets and falling debris alone; true if it comes down (its last place) within the zone's outline
naming      every identity's kinds of a track that is an object, against the object's kind
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.evaluate.aligned import at
from forewarn.evaluate.calibration import Bins, binned
from forewarn.evaluate.identity import Naming, naming
from forewarn.evaluate.of_record import judged_zone
from forewarn.evaluate.suite.notes import Notes, Published
from forewarn.evaluate.suite.real import Real
from forewarn.evaluate.tables import Array
from forewarn.evaluate.warnings import within
from forewarn.site import Zone

Who = dict[tuple[int, int], int]
"""The object of a second and track."""


class Samples(NamedTuple):
    """One run's."""

    exists: Bins
    entry: Bins
    authorised: Bins
    impact: Bins
    naming: Naming


def samples(real: Real, notes: Notes, published: Published, found: NDArray[np.intp]) -> Samples:
    """The samples of a run; ``found`` (n,): the object of each published row, -1 for nobody."""
    rows = zip(published.second.tolist(), published.track.tolist(), found.tolist(), strict=True)
    who = {(second, track): k for second, track, k in rows if k >= 0}
    entry, impact = _threats(real, notes, who)
    named = [(real, who[s, t], s, kinds, p) for s, t, kinds, p in notes.identities if (s, t) in who]
    begin = int(real.seconds[0])
    pairs = [(p, bool(real.authorised[k, s - begin])) for _, k, s, _, p in named if 0 <= s - begin < len(real.seconds)]
    return Samples(
        exists=binned(np.clip(published.existence, 0.0, 1.0), found >= 0),
        entry=entry,
        authorised=_bins(pairs),
        impact=impact,
        naming=naming((real.kinds[k], kinds) for _, k, _, kinds, _ in named),
    )


def _bins(pairs: list[tuple[float, bool]]) -> Bins:
    said, came = zip(*pairs, strict=True) if pairs else ((), ())
    return binned(np.clip(said, 0.0, 1.0), came)


def _threats(real: Real, notes: Notes, who: Who) -> tuple[Bins, Bins]:
    zones = {zone.id: zone for zone in real.site.zones}
    ends = float(real.seconds[-1])
    inside = {zone.id: [_inside(real, zone, k) for k in range(len(real.names))] for zone in real.site.zones}
    down = {zone.id: [_comes_down(real, zone, k) for k in range(len(real.names))] for zone in real.site.zones}
    entry: list[tuple[float, bool]] = []
    impact: list[tuple[float, bool]] = []
    for second, track, name, chance in notes.threats:
        k, zone = who.get((second, track)), zones.get(name)
        if k is None or zone is None:
            continue
        if second + zone.horizon_s <= ends:
            entry.append((chance, _next(inside[name][k], second) <= second + zone.horizon_s))
        if second >= real.falls_s[k] and (hit := down[name][k]) is not None:
            impact.append((chance, hit))
    return _bins(entry), _bins(impact)


def _inside(real: Real, zone: Zone, k: int) -> Array:
    """The times of the truth at which an object is inside: by its own rows, ten a second."""
    obj = real.truth[k]
    return obj.time_s[within(judged_zone(zone, real.site.origin.alt_m), at(obj, obj.time_s))]


def _next(times_s: Array, since_s: float) -> float:
    """The first of ascending times at or after one; inf for none."""
    i = int(np.searchsorted(times_s, since_s))
    return float(times_s[i]) if i < len(times_s) else math.inf


def _comes_down(real: Real, zone: Zone, k: int) -> bool | None:
    """Whether an object's last place lies within the outline; None where it does not fall, or is in the air as the world ends."""
    obj = real.truth[k]
    if not (real.down[k] and np.isfinite(real.falls_s[k])):
        return None
    plain = judged_zone(zone, 0.0)
    over = type(plain)(name=zone.id, circle=plain.circle, polygon=plain.polygon)
    return bool(within(over, at(obj, obj.time_s[-1:]))[0])
