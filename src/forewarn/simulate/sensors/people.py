"""People who report: a place that is somewhat off, a time that is somewhat off, some time later; now and then a star."""

from __future__ import annotations

import numpy as np

from forewarn.simulate.sensors.camera import chances
from forewarn.simulate.sensors.measure import measured, placed
from forewarn.simulate.sensors.rig import Random, Rig
from forewarn.simulate.sensors.rows import Rows, joined
from forewarn.simulate.sensors.scene import SECOND_NS, Array, Scene
from forewarn.simulate.sensors.tell import false, real

UP_M = 50.0  # how high people take it to be
TELLINGS, TELLING_S = 3.0, 20.0  # a star is told of so often, so far apart, on average


def look(rig: Rig, scene: Scene, rng: Random) -> Rows:
    """All that people report: lone reports, each when it comes."""
    seen = rig.sights(scene, rig.reach_m)
    caught = seen.at(rig.caught(scene, seen, chances(rig, scene, seen), rng))
    rows = real(rig, scene, caught, measured(rig, caught, rng), rng)
    return _told(rig, joined([rows, _mistakes(rig, scene, rng)]), rng)


def _mistakes(rig: Rig, scene: Scene, rng: Random) -> Rows:
    """The stated false reports, one by one; and stars and lights."""
    lone_s = np.repeat(rig.looks_s, rng.poisson(rig.clutter, len(rig.looks_s)))
    lone = rig.reach_m * np.sqrt(rng.random(len(lone_s))) * _unit(rng, len(lone_s))
    star_s, star = _stars(rig, scene, rng)
    t_s, level = np.concatenate([lone_s, star_s]), np.hstack([lone, star])
    during = t_s < (rig.looks_s[-1] if len(rig.looks_s) else -1.0)
    t_s, level = t_s[during], level[:, during]
    values = placed(rig, np.vstack([level, np.full(len(t_s), UP_M)]))
    return false(rig, scene, np.searchsorted(rig.looks_s, t_s), t_s, values, rng)


def _stars(rig: Rig, scene: Scene, rng: Random) -> tuple[Array, Array]:
    """When (m,) and at which places (2, m) stars are told of, each several times about the same place."""
    count = rng.poisson(rig.keys.mistakes_per_h * scene.lasts_s / 3600.0)
    tellings = 1 + rng.poisson(TELLINGS - 1.0, count)
    nth = np.arange(tellings.sum()) - np.repeat(np.cumsum(tellings) - tellings, tellings)
    t_s = np.repeat(rng.uniform(0.0, scene.lasts_s, count), tellings) + TELLING_S * nth * rng.uniform(0.5, 1.5, len(nth))
    place = np.repeat(0.5 * rig.reach_m * _unit(rng, count), tellings, axis=1)
    return t_s, place + rig.sigma_m * rng.standard_normal(place.shape)


def _unit(rng: Random, n: int) -> Array:
    angle = 2.0 * np.pi * rng.random(n)
    return np.stack([np.sin(angle), np.cos(angle)])


def _told(rig: Rig, rows: Rows, rng: Random) -> Rows:
    """When each report arrives, and which time it tells: whole seconds, not later than its arrival."""
    n = len(rows.t_ns)
    delay_s = rig.keys.delay_s * (0.25 + 0.75 * rng.exponential(1.0, n))
    sent_ns = rows.t_ns + np.rint(delay_s * 1000.0).astype(np.int64) * (SECOND_NS // 1000)
    error_ns = (rig.keys.time_sd_s * rng.standard_normal(n) * SECOND_NS).astype(np.int64)
    told_ns = np.minimum(rows.t_ns + error_ns, sent_ns) // SECOND_NS * SECOND_NS
    none = rows.looks_ns[:0]
    return rows._replace(t_ns=told_ns, look_ns=told_ns, sent_ns=sent_ns, looks_ns=none, looks_sent_ns=none).in_order()
