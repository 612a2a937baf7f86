"""How much of the truth is covered, how well, and how often something is tracked that is not there.

At each whole second of the truth, the newest row of each track, at most ``hold_s`` old, is what a reader knows; a row whose
existence is at least ``confirmed`` is a confirmed track. A real object above ``min_height_m`` is *covered* when one lies
within ``near_m``; a confirmed track over ``far_m`` from every real object, on the ground or not, is false. Distances are
horizontal. Truth is interpolated linearly on whole seconds, gaps included. (In unix time a double cannot tell a nanosecond:
a row stamped exactly on a second is known from the next second on, as in the other scorer of these figures.)
"""

from __future__ import annotations

import itertools

import msgspec
import numpy as np

from forewarn.evaluate.aligned import Flags, Snapshot, at, distances, round_plane, snapshot, up, whole_seconds
from forewarn.evaluate.tables import Array, Tracks, Truth
from forewarn.evaluate.yardstick import STANDARD, Yardstick


class ObjectCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """One real object. ``coverage`` is a share of ``seconds_up``; ``rms_m`` is over the covered seconds, of the nearest
    confirmed track, None where there are none; ``tracks`` counts the different tracks that were nearest, ``switches`` how often
    the nearest one changed from one covered second to the next covered second, however much later."""

    object: str
    seconds_up: int
    seconds_covered: int
    coverage: float
    rms_m: float | None
    tracks: int
    switches: int


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """All real objects together, and each.

    ``false_track_seconds`` counts each false track at each second and ``false_fraction`` is that over ``seconds``, all whole
    seconds of the truth; ``false_seconds`` counts a second once, however many false tracks it has. With no real object
    present every confirmed track is false.
    """

    coverage: float
    rms_m: float | None
    false_fraction: float
    false_track_seconds: int
    false_seconds: int
    seconds: int
    seconds_up: int
    switches: int
    objects: tuple[ObjectCoverage, ...]


def coverage(tracks: Tracks, truth: Truth, yardstick: Yardstick = STANDARD) -> Coverage:
    """Coverage of ``truth`` by the confirmed of ``tracks``. Distances are in ``round_plane`` about the truth's first position."""
    seconds = whole_seconds(truth)
    here = [at(obj, seconds) for obj in truth]
    shot = snapshot(tracks, seconds - yardstick.hold_s, seconds + 1e-9, yardstick.confirmed)
    plane = round_plane(float(truth[0].lat_deg[0]), float(truth[0].lon_deg[0]))
    away = distances(tracks, shot, here, plane)
    ups = [up(h, yardstick.min_height_m) for h in here]
    found = [_nearest(tracks, shot, away[:, k], ups[k], yardstick.near_m) for k in range(len(truth))]
    false = shot.second[~(away <= yardstick.far_m).any(axis=1)]  # NaN, an absent object, is near nothing
    seconds_up, covered = sum(int(u.sum()) for u in ups), sum(map(len, found))
    objects = tuple(_object(obj.name, int(u.sum()), own) for obj, u, own in zip(truth, ups, found, strict=True))
    return Coverage(
        coverage=covered / max(seconds_up, 1),
        rms_m=_rms([d for own in found for d, _ in own]),
        false_fraction=len(false) / max(len(seconds), 1),
        false_track_seconds=len(false),
        false_seconds=len(np.unique(false)),
        seconds=len(seconds),
        seconds_up=seconds_up,
        switches=sum(o.switches for o in objects),
        objects=objects,
    )


def _nearest(tracks: Tracks, shot: Snapshot, away_m: Array, up: Flags, near_m: float) -> list[tuple[float, str]]:
    """Distance and name of the track nearest to an object, ``away_m`` (m,), at each second at which it is up and covered."""
    best: dict[int, tuple[float, str]] = {}
    for i in np.flatnonzero(up[shot.second] & (away_m <= near_m)).tolist():
        this = (float(away_m[i]), str(tracks.track[shot.row[i]]))
        second = int(shot.second[i])
        best[second] = min(best.get(second, this), this)
    return list(best.values())


def _object(name: str, seconds_up: int, found: list[tuple[float, str]]) -> ObjectCoverage:
    follows = [track for _, track in found]
    return ObjectCoverage(
        object=name,
        seconds_up=seconds_up,
        seconds_covered=len(found),
        coverage=len(found) / max(seconds_up, 1),
        rms_m=_rms([d for d, _ in found]),
        tracks=len(set(follows)),
        switches=sum(a != b for a, b in itertools.pairwise(follows)),
    )


def _rms(distances_m: list[float]) -> float | None:
    return float(np.sqrt(np.mean(np.square(distances_m)))) if distances_m else None
