"""Rows of what was caught and of what is not there, with the sensor's opinions and the time at which they arrive."""

from __future__ import annotations

import numpy as np

from forewarn.simulate.sensors.readings import readings
from forewarn.simulate.sensors.rig import Random, Rig
from forewarn.simulate.sensors.rows import Rows, Values, texts
from forewarn.simulate.sensors.scene import Array, Ints, Scene, Sights


def real(rig: Rig, scene: Scene, seen: Sights, values: Values, rng: Random) -> Rows:
    """Rows of what was caught (m,), whose ``values`` are measured."""
    mine = [scene.flights[i] for i in seen.flight]
    kinds, rcs = [flight.kind for flight in mine], np.array([flight.rcs_m2 for flight in mine])
    values = readings(rig, kinds, rcs, rng) | values
    return _rows(rig, scene, seen.look, seen.t_s, values, [flight.id for flight in mine])


def false(rig: Rig, scene: Scene, look: Ints, t_s: Array, values: Values, rng: Random) -> Rows:
    """Rows of nothing, in looks (m,) at times (m,)."""
    none = [""] * len(look)
    return _rows(rig, scene, look, t_s, readings(rig, none, np.ones(len(look)), rng) | values, none)


def _rows(rig: Rig, scene: Scene, look: Ints, t_s: Array, values: Values, objects: list[str]) -> Rows:
    looks_ns = scene.ns(rig.looks_s)
    sent_ns = looks_ns + rig.latency_ns
    return Rows(scene.ns(t_s), looks_ns[look], sent_ns[look], values, texts(objects), looks_ns, sent_ns)
