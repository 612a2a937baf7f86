"""A site with radars, a finder and claims, and what they would say of objects that fly over it with given errors of the sensors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from forewarn import geo, track
from forewarn.messages import Claim, Observation, Place, Plot, Polar, SensorError
from forewarn.sight.view import View
from forewarn.site import Site, parse
from forewarn.track.errors.joint import Joint
from tests.track_help import at

ORIGIN = (52.0, 5.0, 0.0)
SPOTS = {"one": (0.0, -600.0, 0.0), "two": (900.0, 300.0, 0.0), "three": (-700.0, 500.0, 0.0), "finder": (200.0, 0.0, 0.0)}
HEAD = 'version = 1\nname = "errors"\norigin = { lat_deg = 52.0, lon_deg = 5.0 }\n'
FEED = '[[feeds]]\nid = "one"\nsensor = "one"\nformat = "autoferry"\nchannel = 1\nfile = "none"\n'
TAIL = "[tracking]\ncalm = 0.5\nagile = 5.0\nheight_m = 0.0\nheight_sd_m = 1.0\n"
RADAR = """[[sensors]]
id = "{name}"
kind = "radar"
reports = "polar"
position = {{ lat_deg = {lat}, lon_deg = {lon} }}
sigma_range_m = 10.0
sigma_azimuth_deg = 1.0
clutter = 0.1
p_detection = 0.95
coverage = {{ max_range_m = 4000.0 }}
{more}
"""
FINDER = """[[sensors]]
id = "finder"
kind = "radio_finder"
reports = "bearing"
position = {{ lat_deg = {lat}, lon_deg = {lon} }}
sigma_azimuth_deg = 2.0
clutter = 0.3
p_detection = 0.8
scan = false
{more}
"""
RECEIVER = '[[sensors]]\nid = "receiver"\nkind = "receiver"\nreports = "claims"\n'


class Off(NamedTuple):
    """A sensor's error: what it reports minus what is true."""

    azimuth_deg: float = 0.0
    range_m: float = 0.0
    clock_s: float = 0.0


def site(sensors: Mapping[str, str], tracking: str = "") -> Site:
    """A site with these sensors, each with more keys."""
    parts = []
    for name, more in sensors.items():
        lat, lon, _ = geo.to_place(SPOTS[name], ORIGIN).tolist()
        parts.append((FINDER if name == "finder" else RADAR).format(name=name, lat=lat, lon=lon, more=more))
    return parse("\n".join((HEAD, *parts, RECEIVER, FEED, TAIL + tracking)))


def way(t_s: float, phase: float = 0.0) -> np.ndarray:
    """Where an object is: an ellipse about the origin in some five minutes, 700 m by 500 m."""
    angle = t_s / 45.0 + phase
    return np.array((700.0 * math.cos(angle), 500.0 * math.sin(angle), 0.0))


def polar(sensor: str, place: np.ndarray) -> tuple[float, float]:
    """Azimuth in degrees and range of a place."""
    away = place - np.array(SPOTS[sensor])
    return float(geo.azimuth_deg(away[0], away[1])), float(np.hypot(*away[:2]))


def observed(sensor: str, t_s: float, off: Off, rng: np.random.Generator, phase: float = 0.0) -> Observation:
    """What a sensor says at ``t_s`` by the true clock."""
    azimuth, distance = polar(sensor, way(t_s, phase))
    finder = sensor == "finder"
    noise = rng.normal(0.0, (2.0 if finder else 1.0, 10.0))
    measured = Polar(
        azimuth_deg=(azimuth + off.azimuth_deg + noise[0]) % 360.0, range_m=None if finder else distance + off.range_m + noise[1]
    )
    stamp = at(t_s + off.clock_s)
    plots = (Plot(t_ns=stamp, measured=measured),)
    return Observation(sensor=sensor, t_ns=stamp, t_arrival_ns=at(t_s + 0.5), plots=plots, scan=not finder)


def claimed(t_s: float, rng: np.random.Generator, shift: Sequence[float] = (0.0, 0.0), phase: float = 0.0) -> Claim:
    """What the object says of itself."""
    place = way(t_s, phase)
    east, north = (place[:2] + rng.normal(0.0, 3.0, 2) + shift).tolist()
    lat, lon, alt = geo.to_place((east, north, 0.0), ORIGIN).tolist()
    where = Place(lat_deg=lat, lon_deg=lon, alt_m=alt)
    return Claim(sensor="receiver", t_ns=at(t_s), t_arrival_ns=at(t_s + 0.5), identity="icao:abc123", place=where, sigma_m=10.0)


def said(
    off: Mapping[str, Off], seconds: int, claims: bool = False, seed: int = 1, shift: Sequence[float] = (0.0, 0.0)
) -> list[Observation | Claim]:
    """All that the sensors ``off`` say in so many seconds, one look a second each, not at once; and a claim a second."""
    rng = np.random.default_rng(seed)
    out: list[Observation | Claim] = []
    for k in range(seconds):
        out += [observed(name, k + 0.2 * i, error, rng) for i, (name, error) in enumerate(off.items())]
        out += [claimed(k + 0.9, rng, shift)] if claims else []
    return out


def view(of: Site, sensor: str) -> View:
    """What the sensor sees."""
    stated = of.sensor(sensor)
    bearing = stated.reports == "bearing"
    density = stated.clutter / (2 * math.pi) if bearing else stated.clutter / (math.pi * 4000.0**2)
    return View(sensor, SPOTS[sensor], stated.p_detection, density, (0.0, 4000.0), (-1e4, 1e4))


def heard(of: Site, items: Sequence[Observation | Claim], state: track.State | None = None) -> track.State:
    """The tracker after all that was said."""
    state = state or track.start(of)
    for item in items:
        if isinstance(item, Claim):
            state, refused = track.claim(state, of, item)
        else:
            state, refused = track.observe(state, of, view(of, item.sensor), item)
        assert refused == ()
    return state


def errors(state: track.State) -> Joint:
    """What sensors and claims tell of the sensors' errors."""
    return state.history.belief.vouched


def told(of: Site, state: track.State, t_s: float) -> dict[str, SensorError]:
    """What it says of them."""
    _, picture = track.publish(state, of, at(t_s))
    return {one.sensor: one for one in picture.errors}
