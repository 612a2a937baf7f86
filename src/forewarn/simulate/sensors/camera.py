"""Cameras: bearings with labels, in their field of view, as far as light, fog and size let them see.

Size: the target transfer probability function of the Johnson criteria, ``x^E / (1 + x^E)``, ``E = 2.7 + 0.7 x`` (Holst,
"Electro-Optical Imaging System Performance", 5th ed. 2008, ch. 20), x the resolution on the object against that which is right half
the time. Fog: contrast falls by ``exp(-3.912 R / V)``, V the visibility (Koschmieder's law; Middleton, "Vision through the
Atmosphere", 1952).
"""

from __future__ import annotations

import numpy as np

from forewarn.simulate.sensors.measure import measured
from forewarn.simulate.sensors.microphone import anywhere
from forewarn.simulate.sensors.rig import Random, Rig
from forewarn.simulate.sensors.rows import Rows, joined
from forewarn.simulate.sensors.scene import Array, Scene, Sights, facing
from forewarn.simulate.sensors.tell import real

KOSCHMIEDER = 3.912  # -ln 0.02


def look(rig: Rig, scene: Scene, rng: Random) -> Rows:
    """All that a camera tells."""
    seen = rig.sights(scene, rig.reach_m)
    caught = seen.at(rig.caught(scene, seen, chances(rig, scene, seen), rng))
    rows = real(rig, scene, caught, measured(rig, caught, rng), rng)
    return joined([rows, _in_view(rig, anywhere(rig, scene, rng))])


def chances(rig: Rig, scene: Scene, seen: Sights) -> Array:
    """Chance to be seen (m,) where nothing hides it."""
    size = np.array([flight.size_m for flight in scene.flights])[seen.flight]
    return rig.p * light(rig, scene.light) * recognised(rig, size, seen.range_m, scene.weather.visibility_m)


def light(rig: Rig, when: str) -> float:
    """What the hour leaves of the chance: all by day, ``night_factor`` at night, half way between at dusk."""
    return {"day": 1.0, "dusk": (1.0 + rig.keys.night_factor) / 2.0}.get(when, rig.keys.night_factor)


def recognised(rig: Rig, size_m: Array, range_m: Array, visibility_m: float) -> Array:
    """Chance by size and fog: half for ``seen_size_m`` at the greatest range in clear air."""
    contrast = np.exp(-KOSCHMIEDER * range_m / visibility_m)
    x = size_m / rig.keys.seen_size_m * rig.reach_m / np.maximum(range_m, 1.0) * contrast
    power = np.exp(np.minimum((2.7 + 0.7 * x) * np.log(np.maximum(x, 1e-9)), 50.0))
    return np.asarray(power / (1.0 + power))


def _in_view(rig: Rig, rows: Rows) -> Rows:
    return rows.at(facing(np.asarray(rows.values["azimuth"], dtype=float), rig.sectors, rig.blank)) if rows.values else rows
