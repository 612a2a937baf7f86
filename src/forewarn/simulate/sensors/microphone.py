"""Microphones: a bearing of where the object was when it made the sound that is heard now.

Speed of sound in dry air: ``331.3 sqrt(1 + T / 273.15)`` m/s (ISO 9613-1:1993, B.1, near enough). Level at range R: that at 1 m less
``20 log10 R`` (spherical spreading) less ``ABSORPTION`` R. Noise: the quiet of the place, and the wind in the microphone, whose power
is taken to go with the fifth power of its speed, 50 dB a decade (see Strasberg, "Dimensional analysis of windscreen noise", JASA 83, 1988).
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr

from forewarn.simulate.sensors.measure import measured
from forewarn.simulate.sensors.rig import Random, Rig
from forewarn.simulate.sensors.rows import Rows, joined
from forewarn.simulate.sensors.scene import Array, Scene
from forewarn.simulate.sensors.tell import false, real

ABSORPTION = 0.005  # dB a metre
FADING_DB = 3.0  # spread of the level
LOUDEST_TIMES = 10.0  # what is loud is heard farther than the stated range, up to so many times it


def look(rig: Rig, scene: Scene, rng: Random) -> Rows:
    """All that a microphone tells. Sound bends round hills: nothing hides it."""
    seen = rig.sights(scene, LOUDEST_TIMES * rig.reach_m, sound_mps=sound_mps(rig.keys.air_deg_c))
    loud = np.array([flight.sound_db for flight in scene.flights])[seen.flight]
    chance = rig.p * heard(rig, loud, seen.range_m, scene.weather.wind_mps)
    caught = seen.at(rng.random(len(chance)) < chance)
    rows = real(rig, scene, caught, measured(rig, caught, rng), rng)
    return joined([rows, anywhere(rig, scene, rng)])


def sound_mps(air_deg_c: float) -> float:
    """Speed of sound in dry air."""
    return 331.3 * math.sqrt(1.0 + air_deg_c / 273.15)


def level_db(at_1m_db: Array, range_m: Array) -> Array:
    """Level of a sound that far away."""
    away = np.maximum(range_m, 1.0)
    return np.asarray(at_1m_db - 20.0 * np.log10(away) - ABSORPTION * away)


def heard(rig: Rig, at_1m_db: Array, range_m: Array, wind_mps: float) -> Array:
    """Chance that a sound stands out: half where its level is that of ``heard_db`` at the greatest range, in no wind."""
    quiet = level_db(np.array([rig.keys.heard_db]), np.array([rig.reach_m]))[0]
    noise = 10.0 * math.log10(1.0 + (wind_mps / rig.keys.calm_mps) ** 5)
    return np.asarray(ndtr((level_db(at_1m_db, range_m) - quiet - noise) / FADING_DB))


def anywhere(rig: Rig, scene: Scene, rng: Random) -> Rows:
    """The stated false bearings, from all directions alike."""
    look = np.repeat(np.arange(len(rig.looks_s)), rng.poisson(rig.clutter, len(rig.looks_s)))
    azimuth = 360.0 * rng.random(len(look))
    return false(rig, scene, look, rig.looks_s[look], {"azimuth": azimuth}, rng)
