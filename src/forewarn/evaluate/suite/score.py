"""What one observer's warnings came to in one run: entries, false warnings, minutes, cost and distances, all zones together.

Entries, leads and false warnings are those of ``evaluate.warnings``, of dangerous objects alone (``evaluate.cost``), over all whole seconds
of the world. *Needless* is a second at which a warning stands and no dangerous object is inside, or was in the ``clear_after_s``
before, or will be in the coming ``horizon_s`` or ``need_s``, whichever is longer; it counts for each of the zone's ``people``. Latency is
from an object's first measurement by any sensor to the raise of the warning that stood at its entry (event time); a warning
raised before that, for another object, has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from forewarn.evaluate import cost
from forewarn.evaluate.aligned import Flags
from forewarn.evaluate.of_record import episodes, judged_zone
from forewarn.evaluate.suite.match import distances
from forewarn.evaluate.suite.notes import Notes, Published, table
from forewarn.evaluate.suite.real import Real, counts
from forewarn.evaluate.suite.result import Tally
from forewarn.evaluate.tables import Array, Tracks
from forewarn.evaluate.warnings import Entry, Episode, Reports, Watched, ZoneFigures, within, zone_figures
from forewarn.evaluate.warnings import Zone as Judged
from forewarn.messages import KINDS, Kind
from forewarn.site import Zone


class Scored(NamedTuple):
    """The sums, and each zone's entries (with the harm that each would do) and episodes (with their verdicts)."""

    tally: Tally
    entries: tuple[tuple[Zone, Entry, float], ...]
    episodes: tuple[tuple[Episode, str], ...]


def scored(real: Real, notes: Notes, published: Published, reports: Reports) -> Scored:
    """The judgement of one observer; ``reports`` are the plots that both had."""
    told = episodes(w for w in notes.warnings if w.zone != "elsewhere")
    rows = table(published)
    zones = [_zone(real, zone, tuple(e for e in told if e.zone == zone.id), reports, rows) for zone in real.site.zones]
    near = distances(real, published, real.site.tracking.confirmed)
    sums: dict[str, Any] = {name: sum(own[name] for own, _, _ in zones) for name in (zones[0][0] if zones else {})}
    tally = Tally(
        **sums,
        gospa_localisation=near.localisation,
        gospa_missed=near.missed,
        gospa_false=near.false,
        ospa_m=near.ospa_m,
        seconds=near.seconds,
    )
    return Scored(tally, tuple(e for _, own, _ in zones for e in own), tuple(e for _, _, own in zones for e in own))


def beside(ours: Scored, best: Scored) -> tuple[Scored, Scored]:
    """Two observers of one run, each with the leads of those entries that count for both: what is *earlier* to one may be new to the
    other, by the warnings that it had raised before."""
    pairs = [(own, other) for (_, own, _), (_, other, _) in zip(ours.entries, best.entries, strict=True) if _counts(own) and _counts(other)]
    first = msgspec.structs.replace(ours.tally, both=len(pairs), both_lead_s=sum(own.lead_s for own, _ in pairs))
    second = msgspec.structs.replace(best.tally, both=len(pairs), both_lead_s=sum(other.lead_s for _, other in pairs))
    return ours._replace(tally=first), best._replace(tally=second)


Sums = dict[str, float]
Found = tuple[Sums, list[tuple[Zone, Entry, float]], list[tuple[Episode, str]]]


def _zone(real: Real, zone: Zone, told: tuple[Episode, ...], reports: Reports, rows: Tracks) -> Found:
    shape = judged_zone(zone, real.site.origin.alt_m)
    harms = {(kind, keeps): cost.harm(zone.costs, kind, keeps) for kind in KINDS for keeps in (True, False)}
    grave = counts(real, zone, {which: harm >= zone.costs.false_alarm for which, harm in harms.items()})
    slight = counts(real, zone, {which: 0 < harm < zone.costs.false_alarm for which, harm in harms.items()})
    judge = _Judge(real, shape, told, reports, rows)
    figures = judge.figures(grave)
    entries = [(zone, e, _harm(real, harms, e)) for e in figures.entries]
    lesser = [(zone, e, _harm(real, harms, e)) for e in judge.figures(slight).entries] if slight.any() else []
    inside = np.array([within(shape, h) for h in real.here], dtype=bool).reshape(grave.shape) & grave
    sums = (
        _sums(figures)
        | _leads(real, entries)
        | _costs(zone, [*entries, *lesser], figures)
        | _minutes(real, zone, told, np.asarray(inside.any(axis=0)))
    )
    ordered = sorted(told, key=lambda e: e.t_raise_s)
    return sums, entries, list(zip(ordered, figures.verdicts, strict=True))


class _Judge(NamedTuple):
    real: Real
    zone: Judged
    told: tuple[Episode, ...]
    reports: Reports
    rows: Tracks

    def figures(self, matters: Flags) -> ZoneFigures:
        watched = Watched(self.real.seconds, matters)
        return zone_figures(self.zone, self.told, self.real.truth, self.reports, self.rows, watched=watched)


def _harm(real: Real, harms: Mapping[tuple[Kind, bool], float], entry: Entry) -> float:
    """The harm of an entry's object, as it was when it came in."""
    k = real.names.index(entry.object)
    return harms[real.kinds[k], bool(real.conforming[k, int(entry.t_s - real.seconds[0])])]


def _sums(figures: ZoneFigures) -> Sums:
    same = ("counted", "missed", "unseen", "earlier", "started_inside", "warnings", "withdrawn")
    return {
        "entries": len(figures.entries),
        **{name: getattr(figures, name) for name in same},
        "judged": sum(v != "not judged" for v in figures.verdicts),
        "false_nothing": figures.false_nothing,
        "false_no_entry": figures.false_no_entry,
    }


def _leads(real: Real, entries: Sequence[tuple[Zone, Entry, float]]) -> Sums:
    counted = [(zone, e) for zone, e, _ in entries if _counts(e)]
    waits = [e.t_s - e.lead_s - real.first_s.get(e.object, np.inf) for _, e, _ in entries if e.outcome == "warned"]
    after = [wait for wait in waits if 0 <= wait < np.inf]
    return {
        "warned": sum(e.outcome == "warned" for _, e in counted),
        "warned_unseen": sum(e.outcome == "warned" and not e.seen for _, e, _ in entries),
        "late": sum(e.late for _, e in counted),
        "lead_s": sum(e.lead_s for _, e in counted),
        "short_s": sum(max(0.0, zone.need_s - e.lead_s) for zone, e in counted),
        "latency_s": sum(after),
        "latencies": len(after),
    }


def _counts(entry: Entry) -> bool:
    return entry.seen and entry.outcome in ("warned", "missed")


def _costs(zone: Zone, entries: Sequence[tuple[Zone, Entry, float]], figures: ZoneFigures) -> Sums:
    return {
        "cost_missed": sum(harm for _, e, harm in entries if e.outcome in ("missed", "unseen")),
        "cost_late": sum(cost.late(harm, e.lead_s, zone.need_s) for _, e, harm in entries if e.outcome == "warned"),
        "cost_needless": zone.costs.false_alarm * (figures.false_nothing + figures.false_no_entry),
    }


def _minutes(real: Real, zone: Zone, told: Sequence[Episode], inside: Flags) -> Sums:
    stands = np.zeros(len(real.seconds), dtype=bool)
    for e in told:
        stands |= (real.seconds >= e.t_raise_s) & (real.seconds < (np.inf if e.t_clear_s is None else e.t_clear_s))
    needed = _about(real.seconds, inside, zone.clear_after_s, max(zone.horizon_s, zone.need_s))
    people = zone.people / 60.0
    return {"people_min": people * int(stands.sum()), "people_min_needless": people * int((stands & ~needed).sum())}


def _about(seconds: Array, inside: Flags, before_s: float, ahead_s: float) -> Flags:
    """The seconds (s,) with one ``inside`` (s,) from ``before_s`` before to ``ahead_s`` after them."""
    total = np.concatenate([[0], np.cumsum(inside)])
    since, until = np.searchsorted(seconds, seconds - before_s), np.searchsorted(seconds, seconds + ahead_s, side="right")
    flags: Flags = total[until] > total[since]
    return flags
