"""A run's notes and the truth made into figures, rows and a scene."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forewarn.evaluate.suite.match import objects
from forewarn.evaluate.suite.notes import Notes, Published
from forewarn.evaluate.suite.real import Real
from forewarn.evaluate.suite.result import EntryRow, Line, Outline, Run, Scene, WarningRow
from forewarn.evaluate.suite.samples import samples
from forewarn.evaluate.suite.score import Scored, beside, scored
from forewarn.evaluate.suite.sensing import judged as sensing
from forewarn.evaluate.tables import Array
from forewarn.geo import to_enu
from forewarn.site import Circle

EVERY_S = 2  # points of a line on the map
CIRCLE = 24  # corners of a circle on the map


def judged(real: Real, watch: Notes, oracle: Notes) -> Run:
    """All figures of one run; the caller says which it is."""
    published, reports = watch.published(), watch.reports()
    ours, best = beside(scored(real, watch, published, reports), scored(real, oracle, oracle.published(), reports))
    found = objects(real, published)
    said = samples(real, watch, published, found)
    health, faults = sensing(real, watch.health)
    return Run(
        scenario="",
        seed=0,
        key="",
        build="",
        watch=ours.tally,
        oracle=best.tally,
        exists=said.exists,
        entry=said.entry,
        authorised=said.authorised,
        impact=said.impact,
        naming=said.naming,
        health=health,
        entries=_entries(real, ours, best),
        warnings=(*_warnings(real, ours, "watch"), *_warnings(real, best, "oracle")),
        faults=faults,
        scene=_scene(real, published, found),
    )


def _entries(real: Real, ours: Scored, best: Scored) -> tuple[EntryRow, ...]:
    """The entries, which are the same for both, with what each had said."""
    return tuple(
        EntryRow(
            zone=zone.id,
            object=e.object,
            kind=real.kinds[real.names.index(e.object)],
            t_s=e.t_s - real.starts_s,
            need_s=zone.need_s,
            harm=harm,
            seen=e.seen,
            outcome=e.outcome,
            late=e.late,
            lead_s=e.lead_s,
            oracle_outcome=o.outcome,
            oracle_late=o.late,
            oracle_lead_s=o.lead_s,
            first_s=real.first_s[e.object] - real.starts_s if e.object in real.first_s else None,
        )
        for (zone, e, harm), (_, o, _) in zip(ours.entries, best.entries, strict=True)
    )


def _warnings(real: Real, scored: Scored, observer: str) -> list[WarningRow]:
    return [
        WarningRow(
            observer="watch" if observer == "watch" else "oracle",
            zone=e.zone,
            raised_s=e.t_raise_s - real.starts_s,
            cleared_s=None if e.t_clear_s is None else e.t_clear_s - real.starts_s,
            withdrawn=e.withdrawn,
            verdict=verdict,
            tracks=e.tracks,
        )
        for e, verdict in scored.episodes
    ]


# --------------------------------------------------------------------------------------------------------------- scene


def _scene(real: Real, published: Published, found: NDArray[np.intp]) -> Scene:
    since = np.arange(len(real.seconds))
    thin = since % EVERY_S == 0
    there = ~np.isnan(real.enu[0]) & thin
    return Scene(
        objects=tuple(
            _line(name, kind, since[there[k]], real.enu[:2, k, there[k]])
            for k, (name, kind) in enumerate(zip(real.names, real.kinds, strict=True))
        ),
        tracks=_tracks(real, published, found),
        zones=tuple(_outline(real, zone.id, zone.circle, zone.polygon) for zone in real.site.zones),
        sensors=tuple(
            _outline(real, s.id, None, ((s.position.lat_deg, s.position.lon_deg),)) for s in real.site.sensors if s.position is not None
        ),
    )


def _tracks(real: Real, published: Published, found: NDArray[np.intp]) -> tuple[Line, ...]:
    """Confirmed tracks; the ``kind`` of a line is the object that it mostly is, empty for nobody."""
    since = published.second - int(real.seconds[0])
    shown = (published.existence >= real.site.tracking.confirmed) & (since % EVERY_S == 0)
    lines = []
    for number in np.unique(published.track[shown]).tolist():
        own = shown & (published.track == number)
        who = np.bincount(found[own] + 1, minlength=len(real.names) + 1).argmax() - 1
        lines.append(_line(str(number), real.names[who] if who >= 0 else "", since[own], published.enu[:2, own]))
    return tuple(lines)


def _line(name: str, kind: str, t_s: NDArray[np.int64], plane: Array) -> Line:
    east, north = np.rint(plane).astype(int).tolist()
    return Line(id=name, kind=kind, t_s=tuple(t_s.tolist()), east_m=tuple(east), north_m=tuple(north))


def _outline(real: Real, name: str, circle: Circle | None, polygon: tuple[tuple[float, float], ...] | None) -> Outline:
    origin = real.site.origin
    corners = np.asarray(polygon or ([(circle.lat_deg, circle.lon_deg)] if circle else []), dtype=float)
    plane = to_enu(corners[:, 0], corners[:, 1], origin.alt_m, (origin.lat_deg, origin.lon_deg, origin.alt_m))[:2]
    if circle is not None:
        turn = np.linspace(0, 2 * np.pi, CIRCLE, endpoint=False)
        plane = plane + circle.radius_m * np.stack([np.sin(turn), np.cos(turn)])
    east, north = np.rint(plane).astype(int).tolist()
    return Outline(id=name, east_m=tuple(east), north_m=tuple(north))
