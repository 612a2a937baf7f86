"""Radars and lidars: detection by range and cross-section, filtered slow bodies, merged plots, and sensors that track by themselves.

Detection: Swerling 1, ``P_D = P_fa ** (1 / (1 + SNR))`` with ``SNR ~ rcs / R^4`` (Skolnik, "Introduction to Radar Systems", 3rd ed. 2001,
1.2 and 2.8), times the sensor's ``p_detection``, which stands for all else that goes wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from forewarn import geo
from forewarn.simulate.sensors.clutter import clutter
from forewarn.simulate.sensors.measure import measured
from forewarn.simulate.sensors.rig import Random, Rig, alternate
from forewarn.simulate.sensors.rows import Rows, Values, joined
from forewarn.simulate.sensors.scene import Array, Bools, Ints, Scene, Sights, angles
from forewarn.simulate.sensors.tell import real

REFERENCE_M2, UNSTATED_REACH = 0.01, 0.75
SPEED_SD_MPS = 1.0
HELD_LOOKS = 8
LANDED_MPS = 0.01  # what stands as still as this has come down, and turns its rotors off
STILL = frozenset({"boat", "vehicle", "rocket", "debris"})  # nothing on it turns or beats


def look(rig: Rig, scene: Scene, rng: Random) -> Rows:
    """All that a radar tells."""
    seen = rig.sights(scene, rig.reach_m, turn_s=rig.interval_s if rig.keys.rotates else 0.0)
    caught = rig.caught(scene, seen, chances(rig, scene, seen), rng)
    if rig.stated.correlation_s > 0:
        caught = caught[_followed(rig, seen.at(caught), rng)]
    shown = merged(rig, scene, seen.at(caught))
    values = measured(rig, shown, rng)
    if rig.stated.correlation_s <= 0:
        rows = real(rig, scene, shown, values, rng)
    else:
        rows = held(rig, real(rig, scene, shown, values | _motion(shown, rng), rng))
    return joined([rows, clutter(rig, scene, rng)])


def chances(rig: Rig, scene: Scene, seen: Sights) -> Array:
    """Detection probability of each sight (m,), where nothing hides it."""
    rcs = np.array([flight.rcs_m2 for flight in scene.flights])[seen.flight]
    chance = rig.p * swerling(signal(rig, rcs, seen.range_m), rig.keys.p_false_alarm)
    if rig.stated.correlation_s > 0:
        return chance  # its own tracker holds on to what hovers or turns
    slow = np.abs(_radial(seen, rig)) < rig.min_radial_mps
    left = _slow(rig, scene)[seen.flight] * (np.hypot(*seen.vel[:2]) + np.abs(seen.vel[2]) > LANDED_MPS)
    return np.where(slow, chance * left, chance)


def signal(rig: Rig, rcs_m2: Array, range_m: Array) -> Array:
    """Signal-to-noise ratio (a ratio of powers): falls with R^4, and is such that a known size at a known range is seen with chance 0.5."""
    half = math.log(rig.keys.p_false_alarm) / math.log(0.5) - 1.0
    reach, size = _reference(rig)
    return np.asarray(half * (rcs_m2 / size) * (reach / np.maximum(range_m, 1.0)) ** 4)


def _reference(rig: Rig) -> tuple[float, float]:
    """The range, in metres, at which a cross-section is seen half the time, and which: the scenario's, else the stated ones."""
    stated = rig.stated.coverage
    if rig.keys.half_range_m is None and stated.half_range_m is not None:
        return stated.half_range_m, stated.half_size_m2
    return rig.keys.half_range_m or UNSTATED_REACH * rig.reach_m, REFERENCE_M2


def swerling(snr: Array, p_false_alarm: float) -> Array:
    """Detection probability of a slowly fluctuating target (Swerling 1, one pulse)."""
    return np.asarray(p_false_alarm ** (1.0 / (1.0 + snr)))


def _radial(seen: Sights, rig: Rig) -> Array:
    local = rig.own.turn @ seen.vel
    return np.asarray((local * seen.local).sum(axis=0) / np.maximum(seen.range_m, 1.0))


def _slow(rig: Rig, scene: Scene) -> Array:
    return np.array([0.0 if flight.kind in STILL else rig.keys.p_slow for flight in scene.flights])


def merged(rig: Rig, scene: Scene, seen: Sights) -> Sights:
    """Objects of one look within a beam and a range cell of a stronger one are one plot with it, at their mean weighted by power;
    it counts as the strongest one's."""
    beam, cell = _resolution(rig)
    power = signal(rig, np.array([flight.rcs_m2 for flight in scene.flights])[seen.flight], seen.range_m)
    keep = np.ones(len(seen.look), dtype=bool)
    local = seen.local.copy()
    for group in _crowds(seen, beam, cell):
        while len(group) > 1:
            strongest = group[np.argmax(power[group])]
            one = _alike(seen, group, np.array([strongest]), beam, cell)[:, 0]
            absorbed = group[one]
            local[:, strongest] = (seen.local[:, absorbed] * power[absorbed]).sum(axis=1) / power[absorbed].sum()
            keep[absorbed[absorbed != strongest]] = False
            group = group[~one]
    kept = seen._replace(local=local).at(keep)
    range_m, azimuth, elevation = angles(kept.local)
    return kept._replace(range_m=range_m, azimuth_deg=azimuth, elevation_deg=elevation)


def _crowds(seen: Sights, beam: float, cell: float) -> Iterator[Ints]:
    """In each look, the sights that have another one near them."""
    starts = np.flatnonzero(np.diff(seen.look, prepend=-1))
    for group in np.split(np.arange(len(seen.look)), starts[1:]):
        yield group[_alike(seen, group, group, beam, cell).sum(axis=1) > 1]


def _alike(seen: Sights, some: Ints, others: Ints, beam: float, cell: float) -> Bools:
    """Whether each of some sights lies within a beam and a cell of each of the others (some, others)."""
    turn = np.abs((seen.azimuth_deg[some, None] - seen.azimuth_deg[others] + 180.0) % 360.0 - 180.0)
    return np.asarray((turn < beam) & (np.abs(seen.range_m[some, None] - seen.range_m[others]) < cell))


def _resolution(rig: Rig) -> tuple[float, float]:
    """Beam width in degrees and range cell in metres within which two objects are one plot."""
    sigma = rig.sigma_m if rig.stated.reports == "position" else rig.sigma_range_m
    return rig.keys.beam_deg or 3.0 * rig.sigma_azimuth_deg, rig.keys.cell_m or 3.0 * sigma


def _motion(seen: Sights, rng: Random) -> Values:
    """Speed and course of one that tracks by itself."""
    level = seen.vel[:2] + SPEED_SD_MPS * rng.standard_normal((2, len(seen.look)))
    return {"speed": np.hypot(level[0], level[1]), "course": geo.azimuth_deg(level[0], level[1])}


def _followed(rig: Rig, seen: Sights, rng: Random) -> Ints:
    """Of what was caught, what the sensor's own tracker follows: solid runs with holes between them."""
    follow = rig.keys.follow_s or rig.stated.correlation_s
    lost = rig.stated.correlation_s if rig.keys.lost_s is None else rig.keys.lost_s
    kept = np.zeros(len(seen.flight), dtype=bool)
    for flight in np.unique(seen.flight):
        mine = np.flatnonzero(seen.flight == flight)
        kept[mine] = alternate(seen.t_s[mine], follow, lost, rng)
    return np.flatnonzero(kept)


def held(rig: Rig, rows: Rows) -> Rows:
    """While it misses what it follows, such a sensor tells the last plot again, look by look, word for word: the same time of
    measurement, the same place; then it drops it."""
    hold_s = HELD_LOOKS * rig.interval_s if rig.keys.hold_s is None else rig.keys.hold_s
    longest = int(hold_s / rig.interval_s + 1e-9)
    look = np.searchsorted(rows.looks_ns, rows.look_ns)
    again = [np.zeros((2, 0), dtype=np.int64)]
    for name in sorted(set(rows.object)):
        mine = np.flatnonzero(rows.object == name)
        missed = np.diff(look[mine], append=len(rows.looks_ns)) - 1
        times = np.minimum(missed, longest)
        after = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times) + 1
        again.append(np.stack([np.repeat(mine, times), np.repeat(look[mine], times) + after]))
    row, index = np.hstack(again)
    return joined([rows, rows.at(row)._replace(look_ns=rows.looks_ns[index], sent_ns=rows.looks_sent_ns[index])])
