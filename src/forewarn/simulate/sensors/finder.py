"""Radio finders: bearings of what transmits, some by way of a reflector, and of the radios of others."""

from __future__ import annotations

import numpy as np

from forewarn.simulate.sensors.measure import measured
from forewarn.simulate.sensors.rig import Random, Rig
from forewarn.simulate.sensors.rows import Rows, Values, joined, texts
from forewarn.simulate.sensors.scene import Scene, Sights
from forewarn.simulate.sensors.tell import false, real

SILENT = frozenset({"", "none"})


def look(rig: Rig, scene: Scene, rng: Random) -> Rows:
    """All that a radio finder tells. A silent object is never heard; what comes by a reflector counts as nothing."""
    reflectors, others = 360.0 * rng.random(rig.keys.modes), 360.0 * rng.random(rig.keys.bystanders)
    seen = rig.sights(scene, rig.reach_m)
    sends = np.array([flight.radio not in SILENT for flight in scene.flights], dtype=bool)
    seen = seen.at(sends[seen.flight])
    caught = seen.at(rig.caught(scene, seen, np.full(len(seen.look), rig.p), rng, rig.keys.masked_share))
    values = measured(rig, caught, rng) | _names(rig, scene, caught)
    by_way = rng.random(len(caught.look)) < rig.keys.mode_share
    detour = reflectors[rng.integers(0, len(reflectors), len(by_way))] + rig.sigma_azimuth_deg * rng.standard_normal(len(by_way))
    values["azimuth"] = np.where(by_way, detour % 360.0, values["azimuth"])
    rows = real(rig, scene, caught, values, rng)
    rows.object[by_way] = ""
    return joined([rows, _others(rig, scene, others, rng)])


def _names(rig: Rig, scene: Scene, caught: Sights) -> Values:
    """The name of the radio, where the site file has no opinions on labels."""
    return {} if rig.stated.opinions.labels else {"label": texts([scene.flights[i].radio for i in caught.flight])}


def _others(rig: Rig, scene: Scene, others: np.ndarray, rng: Random) -> Rows:
    """The stated false bearings: half of them from a few fixed radios, the rest from anywhere."""
    look = np.repeat(np.arange(len(rig.looks_s)), rng.poisson(rig.clutter, len(rig.looks_s)))
    azimuth = 360.0 * rng.random(len(look))
    if len(others):
        fixed = others[rng.integers(0, len(others), len(look))] + rig.sigma_azimuth_deg * rng.standard_normal(len(look))
        azimuth = np.where(rng.random(len(look)) < 0.5, fixed % 360.0, azimuth)
    values: Values = {"azimuth": azimuth}
    if not rig.stated.opinions.labels:
        values["label"] = texts(["unknown"] * len(look))
    return false(rig, scene, look, rig.looks_s[look], values, rng)
