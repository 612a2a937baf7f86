"""A plain table of detections in, tracks out: the tracker alone, for people who need no watch.

``follow`` is the whole of it for places in metres; who needs other sensors or models sets up ``pmbm.Settings`` (``docs/tracking.md``).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forewarn.track import pmbm

Array = NDArray[np.float64]
NEW = 0.01  # new objects a second, as a share of those that are there at first


class Followed(NamedTuple):
    """One row a track and scan, (k,): ``time_s``, ``track`` (numbered from 1 in the order of their first row), ``existence``, ``sigma_m``
    (each axis, root mean square); ``place`` and ``rate`` (d, k), metres and metres a second."""

    time_s: Array
    track: NDArray[np.int64]
    place: Array
    rate: Array
    sigma_m: Array
    existence: Array


def follow(
    time_s: ArrayLike,
    place: ArrayLike,
    *,
    sigma_m: float,
    detection: float = 0.9,
    false_per_scan: float = 1.0,
    speed_mps: float = 10.0,
    agility: float = 1.0,
    doubt: float = 2.0,
    report: float = 0.5,
) -> Followed:
    """Tracks of detections at times (p,) and places (d, p), d = 2 or 3, in metres; rows of one time are one scan of everything.

    ``sigma_m``: a detection's error, one standard deviation each axis; ``detection``: chance that a scan shows an object; ``speed_mps``:
    spread of speeds, each axis; ``agility``: power density of the acceleration, m^2/s^3; ``doubt``: by which factor ``detection`` and
    ``false_per_scan`` may be wrong: they are learned on the way; 1: they are believed. Objects are expected within the table's span.
    Raises ``ValueError`` for shapes or numbers that make no sense.
    """
    time, where = np.asarray(time_s, dtype=float), np.asarray(place, dtype=float)
    if where.ndim != 2 or where.shape[0] not in (2, 3) or time.shape != where.shape[1:]:
        raise ValueError(f"place: shape {where.shape}, time_s: {time.shape}; wanted (2, p) or (3, p), and (p,)")
    if not (np.isfinite(time).all() and np.isfinite(where).all()):
        raise ValueError("time_s, place: wanted finite numbers")
    if not (sigma_m > 0 and 0 < detection < 1 and false_per_scan > 0 and speed_mps > 0 and agility > 0):
        raise ValueError("sigma_m, false_per_scan, speed_mps, agility: wanted above 0; detection: between 0 and 1")
    if time.size == 0:
        return _table([], where.shape[0])
    times = np.unique(time)
    low, high = where.min(axis=1), where.max(axis=1)
    span = np.maximum(high - low, 20.0 * sigma_m)
    objects = max(1.0, (time.size / times.size - false_per_scan) / detection)
    settings = _settings((low + high) / 2, span, objects, speed_mps, agility, doubt, report)
    measure = pmbm.Position(sigma_m**2 * np.eye(len(where)))
    tracker, found, clutter = pmbm.Tracker(settings), [], false_per_scan / float(span.prod())
    for now in times.tolist():
        plots = np.ascontiguousarray(where[:, time == now])
        scan = pmbm.Scan(plots=plots, measure=measure, detection=detection, clutter=clutter, expected_false=false_per_scan)
        found.append((now, tracker.take(now, scan)))
    return _table(found, where.shape[0])


def _settings(middle: Array, span: Array, objects: float, speed_mps: float, agility: float, doubt: float, report: float) -> pmbm.Settings:
    d = len(middle)
    mean = np.concatenate([middle, np.zeros(d)])[None, :, None]
    cov = np.diag(np.concatenate([(span / 2) ** 2, np.full(d, speed_mps**2)]))[None, :, :, None]
    at_first, new = (pmbm.Gaussians(np.array([weight]), mean, cov, np.ones((1, 1))) for weight in (objects, NEW * objects))
    return pmbm.Settings(models=(pmbm.Velocity(agility),), undetected=at_first, births=new, report=report, doubt=doubt)


def _table(found: list[tuple[float, pmbm.Estimates]], d: int) -> Followed:
    numbers: dict[tuple[int, ...], int] = {}
    time = np.concatenate([np.zeros(0), *(np.full(len(e.existence), now) for now, e in found)])
    labels = [tuple(label) for _, e in found for label in e.label.T.tolist()]
    track = np.array([numbers.setdefault(label, len(numbers) + 1) for label in labels], dtype=np.int64)
    mean = np.concatenate([np.zeros((2 * d, 0)), *(e.mean for _, e in found)], axis=1)
    spread = np.concatenate([np.zeros((d, 0)), *(e.cov[range(d), range(d)] for _, e in found)], axis=1)
    existence = np.concatenate([np.zeros(0), *(e.existence for _, e in found)])
    return Followed(time, track, mean[:d], mean[d:], np.sqrt(spread.mean(axis=0)) if spread.size else np.zeros(0), existence)
