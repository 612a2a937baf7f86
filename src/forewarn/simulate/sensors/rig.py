"""A sensor as it really is in one run: what the site file states, where the scenario does not say otherwise."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from forewarn.simulate.sensors.keys import SensorKeys
from forewarn.simulate.sensors.scene import SECOND_NS, Array, Bools, Frame, Ints, Scene, Sights, frame, sights, unmasked, within
from forewarn.site import Sector
from forewarn.site import Sensor as Stated

Random = np.random.Generator
STAYS = 2.0  # shape of how long: neither regular nor without memory


class Rig(NamedTuple):
    """One sensor in one run. ``looks_s`` (k,): ends of its looks; ``bias_deg``, ``bias_range_m`` and
    ``clock_s`` (how far its clock is ahead): this run's; angles in degrees, lengths in metres.
    ``sigma_alt_m`` and ``sigma_elevation_deg`` are None where it tells no height."""

    keys: SensorKeys
    stated: Stated
    own: Frame
    looks_s: Array
    interval_s: float
    p: float
    clutter: float
    sectors: tuple[Sector, ...]
    blank: tuple[Sector, ...]
    bias_deg: float
    bias_range_m: float
    clock_s: float
    sigma_m: float
    sigma_range_m: float
    sigma_azimuth_deg: float
    sigma_alt_m: float | None
    sigma_elevation_deg: float | None

    @property
    def reach_m(self) -> float:
        """The greatest range."""
        return self.stated.coverage.max_range_m

    @property
    def min_radial_mps(self) -> float:
        """Slower than this towards or away from it, a body is filtered out."""
        stated = self.stated.coverage.min_radial_mps
        return stated if stated > 0 and "min_radial_mps" not in self.keys.model_fields_set else self.keys.min_radial_mps

    @property
    def latency_ns(self) -> int:
        """From the end of a look until it arrives."""
        return round(self.keys.latency_s * SECOND_NS)

    def sights(self, scene: Scene, reach_m: float, turn_s: float = 0.0, sound_mps: float = math.inf) -> Sights:
        """What could be seen up to ``reach_m``, within its heights and directions, hidden or not (see ``scene.sights``)."""
        seen = sights(scene, self.own, self.looks_s, reach_m, turn_s, sound_mps)
        return seen.at(within(self.stated, self.own, self.sectors, self.blank, seen))

    def caught(self, scene: Scene, seen: Sights, chance: Array, rng: Random, masked: float = 0.0) -> Ints:
        """Which sights the sensor catches: each with its ``chance``; behind a hill or a house with ``masked`` times it."""
        drawn = rng.random(len(chance))
        likely = np.flatnonzero(drawn < chance)  # the line of sight is looked at only where it matters
        clear = unmasked(scene, self.own, seen.at(likely))
        return likely[clear | (drawn[likely] < masked * chance[likely])]


def rig_up(keys: SensorKeys, stated: Stated, scene: Scene, rng: Random) -> Rig:
    """A sensor for one run; its phase and, if the site file is not sure of it, its bias are drawn."""
    interval_s = keys.interval_s or stated.interval_s
    unsure = np.array([stated.bias_sigma_azimuth_deg, stated.bias_sigma_range_m, stated.bias_sigma_clock_s])
    said = np.array([stated.bias_azimuth_deg, stated.bias_range_m, stated.bias_clock_s])
    azimuth, range_m, clock_s = said + unsure * rng.standard_normal(3)
    first = interval_s * (1.0 - rng.random())
    return Rig(
        keys=keys, stated=stated, own=frame(stated.position, scene.origin), looks_s=np.arange(first, scene.lasts_s, interval_s),
        interval_s=interval_s, p=_or(keys.p_detection, stated.p_detection), clutter=_or(keys.clutter, stated.clutter),
        bias_range_m=keys.bias_range_m if "bias_range_m" in keys.model_fields_set else range_m, clock_s=clock_s,
        sectors=stated.coverage.sectors if keys.sectors is None else keys.sectors,
        blank=stated.coverage.blank if keys.blank is None else keys.blank,
        bias_deg=_or(keys.bias_azimuth_deg, azimuth), sigma_m=keys.sigma_m or stated.sigma_m,
        sigma_range_m=keys.sigma_range_m or stated.sigma_range_m, sigma_azimuth_deg=keys.sigma_azimuth_deg or stated.sigma_azimuth_deg,
        sigma_alt_m=keys.sigma_alt_m or stated.sigma_alt_m,
        sigma_elevation_deg=keys.sigma_elevation_deg or stated.sigma_elevation_deg,
    )  # fmt: skip


def _or(given: float | None, stated: float) -> float:
    return stated if given is None else given


def alternate(times_s: Array, on_s: float, off_s: float, rng: Random) -> Bools:
    """Whether something that comes and goes is there at rising times (k,): stays Gamma (shape 2), means ``on_s`` and ``off_s``; its state
    at the start is drawn in proportion."""
    if off_s <= 0 or not len(times_s):
        return np.ones(len(times_s), dtype=bool)
    on = bool(rng.random() < on_s / (on_s + off_s))
    count = 8 + 2 * int(4 * (times_s[-1] - times_s[0]) / (on_s + off_s))
    means = np.tile([on_s, off_s] if on else [off_s, on_s], count // 2)
    changes = times_s[0] + np.cumsum(rng.gamma(STAYS, means / STAYS))
    return np.asarray((np.searchsorted(changes, times_s, side="right") % 2 == 0) == on)
