"""Whether the people of each zone were warned, how long before, and how often for nothing.

All times are unix seconds. Truth is looked at on whole seconds, interpolated linearly, gaps included. The choices made:

**Entry.** A real object enters a zone at the first whole second at which it is inside after a second at which it was outside,
both within that object's own truth. Inside: on or within the outline, and at or between floor and ceiling where its height
is known. An object that is inside when its truth begins does not enter (nobody could have been told); it is counted apart as
``started_inside``. Every crossing inwards is an entry: an object that flickers along the edge enters each time, and while one
warning stands the later ones are listed as ``earlier``.

**Standing.** A warning stands from its raise (arrival time) until its all clear or withdrawal, that moment not counted. At an
entry the warning counts that was raised before it and still stands. Its lead is entry minus raise. A warning raised at or after
the entry is too late to be one: the entry is ``missed``, lead 0.

**Earlier.** A warning was raised for an earlier entry if some real object was inside at a whole second from its raise (the last
second at or before it) until this entry. If only such warnings stand, the entry is ``earlier``: it has a lead, but is listed
apart and counts neither for nor against.

**Seen.** An entry is seen where, in the ``seen_s`` before it by plot time, a position report lay within ``seen_m`` of the object,
where that then was. Bearings are no position reports, and a stale repeat has its first plot time, so it changes nothing. An
entry without a warning is ``missed`` if seen, else ``unseen``. *Counted* entries are the seen ones that are warned or missed.

**False.** A warning is true if some real object is inside its zone at some whole second while it stands. Otherwise it is false,
under two definitions, each warning under just one of them: ``false_nothing``, nothing was there, or ``false_no_entry``, something
was there and did not enter. Something was there if, at some whole second while it stood, a real object was within ``far_m`` of
the newest row of one of the tracks that the warning names; where it names none, within ``reach_m`` of the zone. Where truth tells
harmless objects from others (``Watched``), one of those inside is none that entered. A withdrawn
warning is judged like any other, and counted as withdrawn too. Warnings that stand at no second of the truth are not judged.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec
import numpy as np
import shapely

from forewarn.evaluate.aligned import At, Flags, at, distances, snapshot, to_plane, true_plane, whole_seconds
from forewarn.evaluate.tables import Array, Tracks, Truth, TruthObject
from forewarn.evaluate.yardstick import STANDARD, Yardstick


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """A place where people are: a ``circle`` (latitude, longitude, radius in metres) or a ``polygon`` of (latitude, longitude).

    ``floor_m`` and ``ceiling_m`` are in the height reference of the truth's ``alt_m``, or of its height above take-off where it has
    no other. ``need_s``: the time its people need.
    """

    name: str
    circle: tuple[float, float, float] | None = None
    polygon: tuple[tuple[float, float], ...] | None = None
    floor_m: float = -math.inf
    ceiling_m: float = math.inf
    need_s: float = 0.0


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """One warning of one zone, from its raise to its all clear or withdrawal (None: it still stands at the end).

    Times are arrival times. ``tracks``: the names in the track table of what it was raised or updated for, where known.
    """

    zone: str
    t_raise_s: float
    t_clear_s: float | None = None
    withdrawn: bool = False
    tracks: tuple[str, ...] = ()


class Reports(NamedTuple):
    """Position reports of all sensors, shape (n,) each: plot time and place; bearings left out."""

    time_s: Array
    lat_deg: Array
    lon_deg: Array


Outcome = Literal["warned", "missed", "unseen", "earlier"]
Verdict = Literal["true", "nothing", "no entry", "not judged"]


class Watched(NamedTuple):
    """Where more is known than where objects were: the whole ``seconds`` (s,) that the watch was judged on, whether truth has objects then
    or not, and ``counts`` (objects, s): when an object inside would count as such, which harmless ones do not."""

    seconds: Array
    counts: Flags


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One real object comes into a zone. ``lead_s`` is 0 without a warning; ``late``: warned, but under the zone's need."""

    object: str
    t_s: float
    outcome: Outcome
    seen: bool
    lead_s: float
    late: bool


class ZoneFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one zone. ``counted`` entries are the seen ones that were warned or missed; ``lead_min_s`` and ``lead_median_s``
    are over these, ``lead_min_any_s`` over all that were warned or missed, seen or not; None where there are none. ``verdicts``: of its
    warnings, by the time of their raise."""

    zone: str
    entries: tuple[Entry, ...]
    counted: int
    warned: int
    late: int
    missed: int
    unseen: int
    earlier: int
    started_inside: int
    lead_min_s: float | None
    lead_median_s: float | None
    lead_min_any_s: float | None
    warnings: int
    withdrawn: int
    false_nothing: int
    false_no_entry: int
    seconds_warned: int
    seconds: int
    verdicts: tuple[Verdict, ...] = ()


class _Scene(NamedTuple):
    """What a zone is judged on: seconds (s,), each object there, who is inside and how far away, shape (k, s), NaN where absent."""

    zone: Zone
    truth: Truth
    seconds: Array
    here: tuple[At, ...]
    inside: Flags
    away_m: Array


def zone_figures(
    zone: Zone,
    episodes: Sequence[Episode],
    truth: Truth,
    reports: Reports,
    tracks: Tracks,
    yardstick: Yardstick = STANDARD,
    watched: Watched | None = None,
) -> ZoneFigures:
    """The figures of one zone. Episodes of other zones are passed over; ``tracks`` serve the two kinds of false warnings alone."""
    own = sorted((e for e in episodes if e.zone == zone.name), key=lambda e: e.t_raise_s)
    scene = _scene(zone, truth, watched)
    entries = tuple(_entry(scene, own, k, t, _seen(truth[k], t, reports, yardstick)) for t, k in _crossings(scene))
    verdicts = tuple(_verdict(scene, e, tracks, yardstick) for e in own)
    standing = np.array([_stands(e, scene.seconds) for e in own], dtype=bool).reshape(len(own), len(scene.seconds))
    return _figures(scene, entries, own, verdicts, int(standing.any(axis=0).sum()))


def _figures(
    scene: _Scene, entries: tuple[Entry, ...], own: Sequence[Episode], verdicts: tuple[Verdict, ...], seconds_warned: int
) -> ZoneFigures:
    leads = [(e.lead_s, e.seen) for e in entries if e.outcome in ("warned", "missed")]
    counted = [lead for lead, seen in leads if seen]
    outcomes = [e.outcome for e in entries]
    return ZoneFigures(
        zone=scene.zone.name,
        entries=entries,
        counted=len(counted),
        warned=outcomes.count("warned"),
        late=sum(e.late for e in entries),
        missed=outcomes.count("missed"),
        unseen=outcomes.count("unseen"),
        earlier=outcomes.count("earlier"),
        started_inside=sum(bool(row[h.present][:1].any()) for row, h in zip(scene.inside, scene.here, strict=True)),
        lead_min_s=min(counted, default=None),
        lead_median_s=statistics.median(counted) if counted else None,
        lead_min_any_s=min((lead for lead, _ in leads), default=None),
        warnings=len(own),
        withdrawn=sum(e.withdrawn for e in own),
        false_nothing=verdicts.count("nothing"),
        false_no_entry=verdicts.count("no entry"),
        seconds_warned=seconds_warned,
        seconds=len(scene.seconds),
        verdicts=verdicts,
    )


def _scene(zone: Zone, truth: Truth, watched: Watched | None) -> _Scene:
    seconds = watched.seconds if watched else whole_seconds(truth)
    here = tuple(at(obj, seconds) for obj in truth)
    shape = len(truth), len(seconds)
    inside = np.array([within(zone, h) for h in here], dtype=bool).reshape(shape)
    away = np.array([distance_m(zone, h) for h in here], dtype=float).reshape(shape)
    return _Scene(zone, truth, seconds, here, inside & watched.counts if watched else inside, away)


# ------------------------------------------------------------------------------------------------------------ geometry


def distance_m(zone: Zone, here: At) -> Array:
    """Horizontal distance from the zone's outline, 0 on and within it, shape (s,); NaN where the object is absent."""
    if zone.circle is not None:
        lat, lon, radius = zone.circle
        return np.maximum(np.hypot(*to_plane(true_plane(lat, lon), here.lat_deg, here.lon_deg)) - radius, 0.0)
    corners = np.asarray(zone.polygon, dtype=float)
    plane = true_plane(*corners.mean(axis=0).tolist())
    outline = shapely.Polygon(np.stack(to_plane(plane, corners[:, 0], corners[:, 1]), axis=-1))
    east, north = to_plane(plane, here.lat_deg, here.lon_deg)
    away = np.full(east.shape, np.nan)
    away[here.present] = shapely.distance(outline, shapely.points(east[here.present], north[here.present]))
    return away


def within(zone: Zone, here: At) -> Flags:
    """Whether the object is inside, shape (s,); a height that nobody knows is taken to lie between floor and ceiling."""
    height = np.where(np.isnan(here.alt_m), here.height_m, here.alt_m)
    inside: Flags = (distance_m(zone, here) == 0.0) & ~(height < zone.floor_m) & ~(height > zone.ceiling_m)
    return inside


# ------------------------------------------------------------------------------------------------------------- entries


def _crossings(scene: _Scene) -> list[tuple[float, int]]:
    """Time and object of every entry, in order."""
    known = np.array([h.present for h in scene.here], dtype=bool).reshape(scene.inside.shape)
    comes_in = scene.inside[:, 1:] & known[:, :-1] & ~scene.inside[:, :-1]
    return sorted((float(scene.seconds[s + 1]), int(k)) for k, s in np.argwhere(comes_in))


def _entry(scene: _Scene, own: Sequence[Episode], k: int, t: float, seen: bool) -> Entry:
    """What was said before the entry of object ``k`` at ``t``."""
    raised = [e.t_raise_s for e in own if e.t_raise_s < t and (e.t_clear_s is None or e.t_clear_s > t)]
    fresh = [r for r in raised if not _occupied(scene, r, t)]
    outcome: Outcome = "warned" if fresh else "earlier" if raised else "missed" if seen else "unseen"
    lead = t - min(fresh or raised, default=t)
    late = outcome == "warned" and lead < scene.zone.need_s
    return Entry(object=scene.truth[k].name, t_s=t, outcome=outcome, seen=seen, lead_s=lead, late=late)


def _occupied(scene: _Scene, since_s: float, until_s: float) -> bool:
    """Whether any real object was inside from the last second at or before ``since_s`` until before ``until_s``."""
    between = (scene.seconds >= math.floor(since_s)) & (scene.seconds < until_s)
    return bool(scene.inside[:, between].any())


def _seen(obj: TruthObject, t: float, reports: Reports, yardstick: Yardstick) -> bool:
    """Whether a position report of the ``seen_s`` before ``t`` was within ``seen_m`` of where the object then was."""
    recent = (reports.time_s >= t - yardstick.seen_s) & (reports.time_s <= t)
    there = at(obj, reports.time_s[recent])
    plane = true_plane(float(obj.lat_deg[0]), float(obj.lon_deg[0]))
    east, north = to_plane(plane, reports.lat_deg[recent], reports.lon_deg[recent])
    e, n = to_plane(plane, there.lat_deg, there.lon_deg)
    return bool((np.hypot(east - e, north - n) <= yardstick.seen_m).any())


# --------------------------------------------------------------------------------------------------------------- false


def _stands(episode: Episode, seconds: Array) -> Flags:
    """The whole seconds at which a warning stands, shape (s,)."""
    until = math.inf if episode.t_clear_s is None else episode.t_clear_s
    stands: Flags = (seconds >= episode.t_raise_s) & (seconds < until)
    return stands


def _verdict(scene: _Scene, episode: Episode, tracks: Tracks, yardstick: Yardstick) -> Verdict:
    """Whether a warning was false, and how."""
    standing = _stands(episode, scene.seconds)
    if not standing.any():
        return "not judged"
    if scene.inside[:, standing].any():
        return "true"
    if episode.tracks and scene.truth:
        there = _followed(scene, episode, standing, tracks, yardstick)
    else:
        there = bool((scene.away_m[:, standing] <= yardstick.reach_m).any())
    return "no entry" if there else "nothing"


def _followed(scene: _Scene, episode: Episode, standing: Flags, tracks: Tracks, yardstick: Yardstick) -> bool:
    """Whether a track that the warning names was within ``far_m`` of a real object at one of the seconds."""
    seconds = scene.seconds[standing]
    shot = snapshot(tracks, seconds - yardstick.hold_s, np.nextafter(seconds, np.inf), confirmed=0.0)
    plane = true_plane(float(scene.truth[0].lat_deg[0]), float(scene.truth[0].lon_deg[0]))
    near = distances(tracks, shot, [at(obj, seconds) for obj in scene.truth], plane) <= yardstick.far_m
    return bool((near.any(axis=1) & np.isin(tracks.track[shot.row], episode.tracks)).any())
