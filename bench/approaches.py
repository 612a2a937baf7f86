"""Approaches flown through the rooms themselves: looks drawn from what the site file states of its sensors, one object, one zone.

Written apart from the warning-time map: its own geometry, its own random numbers, the rooms in the order of ``watch``. What the
watch would hear is handed to the rooms as observations; nothing is decoded or recorded.
"""

from __future__ import annotations

import copy
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn import identify, project, sight, track, warn
from forewarn.messages import Identity, Observation, Offset, Place, Plot, Polar, Warning
from forewarn.site import Sensor, Site, Zone

Array = NDArray[np.float64]
T0_NS = 1_700_000_000_000_000_000


class Approach(NamedTuple):
    """From ``azimuth_deg``, seen from the zone's centre (metres about the origin), appearing ``ahead_s`` before it enters at ``edge_m``."""

    centre: tuple[float, float]
    edge_m: float
    azimuth_deg: float
    ahead_s: float
    speed_mps: float
    height_m: float
    size_m2: float

    def at(self, t_s: float) -> Array:
        """Place and rates (6,) ``t_s`` after it appeared."""
        far = self.edge_m + self.speed_mps * (self.ahead_s - t_s)
        out = np.array([math.sin(math.radians(self.azimuth_deg)), math.cos(math.radians(self.azimuth_deg))])
        return np.array([*(self.centre + far * out), self.height_m, *(-self.speed_mps * out), 0.0])


class _Eye:
    """One sensor's looks."""

    def __init__(self, site: Site, sensor: Sensor, rng: np.random.Generator, before_s: float) -> None:
        self.sensor, self.rng = sensor, rng
        self.view = sight.view(sight.start(site), site, sensor.id, 0, None)
        self.spot = np.array(self.view.spot or (0.0, 0.0, 0.0))
        self.due_s = -before_s + sensor.interval_s * rng.random()
        self.last_s = -before_s - sensor.interval_s
        own = (0.5, sensor.correlation_s) if self.sigma_m else (0.0, 1.0)
        self.hidden, self.spell_s = (sensor.spells.hidden, sensor.spells.mean_s) if sensor.spells else own
        self.follows = bool(rng.random() >= self.hidden)
        self.slow = rng.normal(size=2) * self.sigma_m * math.sqrt(0.9)
        self.ghosts: list[Array] = []
        place = sensor.position
        self.pose = Place(lat_deg=place.lat_deg, lon_deg=place.lon_deg, alt_m=place.alt_m) if place else None

    @property
    def sigma_m(self) -> float:
        return self.sensor.sigma_m if self.sensor.correlation_s > 0 and self.sensor.reports != "bearing" else 0.0

    def look(self, approach: Approach | None) -> Observation | None:
        """The look that is due; None: a sensor of lone reports has none to make."""
        t_s, t_ns = self.due_s, T0_NS + round(self.due_s * 1e9)
        self._wander(t_s - self.last_s)
        self.last_s, self.due_s = t_s, t_s + self.sensor.interval_s
        plots = [self._plot(t_ns, *place) for place in self._false()]
        if approach is not None:
            state = approach.at(t_s)
            p = self.view.detection(state[:3, None], state[3:, None], approach.size_m2)[0]
            if self.follows and self.rng.random() < p:
                plots.append(self._plot(t_ns, *self._measured(state)))
        if not plots and not self.sensor.scan:
            return None
        return Observation(sensor=self.sensor.id, t_ns=t_ns, t_arrival_ns=t_ns, plots=tuple(plots), scan=self.sensor.scan, pose=self.pose)

    def _wander(self, dt: float) -> None:
        """Whether the object is in its sight, and, if it tracks by itself, its error of the moment."""
        if self.hidden:
            change = 1.0 - math.exp(-dt / (self.spell_s * (1.0 - self.hidden)))
            if self.rng.random() < change * (self.hidden if self.follows else 1.0 - self.hidden):
                self.follows = not self.follows
        if not self.sigma_m:
            return
        keep = math.exp(-dt / self.sensor.correlation_s)
        self.slow = keep * self.slow + math.sqrt(1.0 - keep * keep) * self.rng.normal(size=2) * self.sigma_m * math.sqrt(0.9)
        self.ghosts = [ghost for ghost in self.ghosts if self.rng.random() < keep]

    def _measured(self, state: Array) -> tuple[float, ...]:
        """Numbers of a plot of the object: east, north and up of the sensor, or azimuth, range and elevation."""
        s, rng = self.sensor, self.rng
        away = state[:3] - self.spot
        if s.reports == "position":
            white = self.sigma_m * math.sqrt(0.1) if self.sigma_m else s.sigma_m
            return tuple(
                (
                    away
                    + np.array([*(self.slow if self.sigma_m else (0.0, 0.0)), 0.0])
                    + rng.normal(size=3) * (white, white, s.sigma_alt_m or 0.0)
                ).tolist()
            )
        azimuth = math.degrees(math.atan2(away[0], away[1])) + rng.normal() * s.sigma_azimuth_deg
        elevation = math.degrees(math.atan2(away[2], math.hypot(away[0], away[1]))) + rng.normal() * (s.sigma_elevation_deg or 0.0)
        return azimuth, float(np.linalg.norm(away)) + rng.normal() * s.sigma_range_m, elevation

    def _false(self) -> list[tuple[float, ...]]:
        """False plots, even over the coverage; of a sensor that tracks by itself they come in runs."""
        cover, rng = self.sensor.coverage, self.rng
        share = 1.0 - math.exp(-self.sensor.interval_s / self.sensor.correlation_s) if self.sigma_m else 1.0
        for _ in range(rng.poisson(self.sensor.clutter * share)):
            far = math.sqrt(rng.uniform(cover.min_range_m**2, cover.max_range_m**2))
            self.ghosts.append(np.array([rng.uniform(0.0, 360.0), far, rng.uniform()]))
        found = [self._as_reported(ghost) for ghost in self.ghosts]
        self.ghosts = self.ghosts if self.sigma_m else []
        return found

    def _as_reported(self, ghost: Array) -> tuple[float, ...]:
        azimuth, far = math.radians(ghost[0]), ghost[1]
        if self.sensor.reports == "position":
            return far * math.sin(azimuth), far * math.cos(azimuth), 0.0
        return float(ghost[0]), float(far), math.degrees(math.atan2(120.0 * ghost[2] - self.spot[2], far))

    def _plot(self, t_ns: int, *m: float) -> Plot:
        s = self.sensor
        if s.reports == "position":
            return Plot(t_ns=t_ns, measured=Offset(east_m=m[0], north_m=m[1], up_m=m[2] if s.sigma_alt_m else None))
        if s.reports == "bearing":
            return Plot(t_ns=t_ns, measured=Polar(azimuth_deg=m[0] % 360.0))
        return Plot(
            t_ns=t_ns,
            measured=Polar(azimuth_deg=m[0] % 360.0, range_m=max(m[1], 0.0), elevation_deg=m[2] if s.sigma_elevation_deg else None),
        )


class Warm(NamedTuple):
    """A watch that has run for a while over nothing but false plots, up to ``T0_NS``."""

    eyes: tuple[_Eye, ...]
    rooms: tuple[sight.State, track.State, identify.State, warn.State]
    rng: np.random.Generator
    tick_s: float


def warm(site: Site, seed: int, before_s: float) -> Warm:
    """So that the maps of false plots, and what is believed of objects that nobody has seen, are as they are day by day."""
    rng = np.random.Generator(np.random.PCG64(seed))
    eyes = tuple(_Eye(site, sensor, rng, before_s) for sensor in site.sensors if sensor.reports != "claims")
    rooms = (sight.start(site), track.start(site), identify.start(site), warn.start(site))
    return _run(Warm(eyes, rooms, rng, -before_s + site.tick_s * rng.random()), site, "", None, 0.0)[0]


def warning_s(site: Site, zone: Zone, approach: Approach, watch: Warm, seed: int) -> float:
    """Seconds from the zone's warning to the entry, 0 if none is raised after the object appeared and before it enters."""
    eyes, rng = copy.deepcopy((watch.eyes, watch.rng))
    watch = watch._replace(eyes=eyes, rng=rng)
    watch.rng.bit_generator.state = np.random.PCG64(seed).state
    shift = {eye.sensor.id: eye.sensor.interval_s * watch.rng.random() for eye in watch.eyes}
    for eye in watch.eyes:  # at any time of its turn, not before the last look
        eye.due_s = max(shift[eye.sensor.id], eye.last_s + 1e-3)
    watch = watch._replace(tick_s=site.tick_s * watch.rng.random())
    return _run(watch, site, zone.id, approach, approach.ahead_s)[1]


def _run(watch: Warm, site: Site, zone: str, approach: Approach | None, until_s: float) -> tuple[Warm, float]:
    """On to a time; stops at the zone's warning. The seconds left then, else 0."""
    (seen, tracks, who, warned), tick_s = watch.rooms, watch.tick_s
    while True:
        eye = min(watch.eyes, key=lambda one: one.due_s)
        if min(eye.due_s, tick_s) >= until_s:
            return watch._replace(rooms=(seen, tracks, who, warned), tick_s=tick_s), 0.0
        if eye.due_s <= tick_s:
            look = eye.look(approach)
            if look is not None:
                seen, _ = sight.heard(seen, site, look)
                tracks, _ = track.observe(tracks, site, sight.view(seen, site, look.sensor, look.t_ns, look.pose), look)
            continue
        t_ns = T0_NS + round(tick_s * 1e9)
        tracks, picture = track.publish(tracks, site, t_ns)
        who, told = identify.judge(who, site, picture, t_ns)
        identities = [m for m in told if isinstance(m, Identity)]
        warned, said = warn.decide(warned, site, t_ns, picture.messages, identities, project.project(site, picture, t_ns))
        if any(isinstance(m, Warning) and m.zone == zone and m.action == "raise" for m in said):
            return watch, until_s - tick_s
        tick_s += site.tick_s
