"""Receivers of claims (ADS-B, Remote ID): what objects say of themselves, true or not, as far as the radio reaches."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from forewarn import geo
from forewarn.simulate.sensors.measure import unit_errors
from forewarn.simulate.sensors.rig import Random, Rig
from forewarn.simulate.sensors.rows import Rows, Values, joined, nothing, texts
from forewarn.simulate.sensors.scene import SECOND_NS, Array, Scene, Sights, angles

DRIFT_S = 30.0  # a satellite receiver's errors stay alike for so long
SIGMA_UP = 1.5  # and are larger upwards


class Claim(Protocol):
    """One claim that an object makes, as in `[[objects.claims]]` of a scenario."""

    @property
    def identity(self) -> str: ...
    @property
    def callsign(self) -> str: ...
    @property
    def every_s(self) -> float: ...
    @property
    def sigma_m(self) -> float: ...
    @property
    def late_s(self) -> float: ...
    @property
    def from_s(self) -> float: ...
    @property
    def to_s(self) -> float: ...
    @property
    def offset_m(self) -> tuple[float, float, float]: ...


def look(rig: Rig, scene: Scene, rng: Random) -> Rows:
    """All claims that a receiver hears. Whose they are is known by the transmitter, wherever it says that it is."""
    parts = [_heard(rig, scene, i, claim, rng) for i, flight in enumerate(scene.flights) for claim in flight.claims]
    return joined([nothing(), *parts])


def _heard(rig: Rig, scene: Scene, i: int, claim: Claim, rng: Random) -> Rows:
    """The messages of one claim."""
    flight = scene.flights[i]
    first = max(claim.from_s, 0.0) + claim.every_s * rng.random()
    t_s = np.arange(first, min(claim.to_s, scene.lasts_s), claim.every_s)
    enu, vel, alive = flight.at(t_s)
    local = rig.own.local(enu)
    range_m, azimuth, elevation = angles(local)
    index = np.arange(len(t_s))
    sent = Sights(np.full(len(t_s), i), index, t_s, local, vel, range_m, azimuth, elevation).at(alive & (range_m <= rig.reach_m))
    caught = sent.at(rig.caught(scene, sent, np.full(len(sent.look), rig.p), rng, rig.keys.masked_share))
    errors = claim.sigma_m * unit_errors(caught, DRIFT_S, rng) * np.array([[1.0], [1.0], [SIGMA_UP]])
    t_ns = scene.ns(caught.t_s)
    sent_ns = t_ns + rig.latency_ns + round(claim.late_s * SECOND_NS)
    said = rig.own.site(caught.local) + np.array(claim.offset_m)[:, None] + errors
    values = _values(scene, claim, said, caught.vel)
    return Rows(t_ns, t_ns, sent_ns, values, texts([flight.id] * len(t_ns)), t_ns[:0], t_ns[:0])


def _values(scene: Scene, claim: Claim, said: Array, vel: Array) -> Values:
    lat, lon, alt = geo.to_place(said, scene.origin)
    n = said.shape[1]
    scheme, _, number = claim.identity.partition(":")
    course, speed = geo.azimuth_deg(vel[0], vel[1]), np.hypot(vel[0], vel[1])
    numbers: Values = {
        "lat": lat,
        "lon": lon,
        "alt": alt,
        "course": course,
        "speed": speed,
        "climb": vel[2],
        "sigma": np.full(n, claim.sigma_m),
    }
    numbers["sigma"] = np.full(n, claim.sigma_m)
    words = {"identity": number, "callsign": claim.callsign, "scheme": scheme, "kind": "aircraft" if scheme == "icao" else "drone"}
    return numbers | {meaning: texts([word] * n) for meaning, word in words.items()}
