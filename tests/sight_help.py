"""Sites for the tests of `sight`: one radar that scans, one receiver, one person, one zone around the origin."""

from __future__ import annotations

from forewarn.messages import Claim, Observation, Place, Sector, SensorStatus
from forewarn.site import Site, parse

T0 = 1_600_000_000_000_000_000
SECOND = 1_000_000_000

RADAR = """
[[sensors]]
id = "radar"
kind = "radar"
reports = "polar"
interval_s = 1.0
position = { lat_deg = 60.0, lon_deg = 10.0 }
"""
OTHERS = """
[[sensors]]
id = "receiver"
kind = "receiver"
reports = "claims"
[[sensors]]
id = "finder"
kind = "radio_finder"
reports = "bearing"
moves = true
scan = false
"""
ZONE = """
[[zones]]
id = "yard"
name = { en = "Yard" }
circle = { lat_deg = 60.0, lon_deg = 10.0, radius_m = 100.0 }
ceiling_m = 200.0
"""


def site(sensors: str = RADAR + OTHERS, zone: str = ZONE) -> Site:
    head = 'version = 1\nname = "test"\n[origin]\nlat_deg = 60.0\nlon_deg = 10.0\n'
    feeds = '[[feeds]]\nid = "radar"\nsensor = "radar"\nformat = "autoferry"\nchannel = 1\nfile = "x"\n'
    return parse(head + sensors + feeds + zone)


def ns(seconds: float) -> int:
    return T0 + round(seconds * SECOND)


def look(at_s: float, sensor: str = "radar", age_s: float = 0.0, pose: Place | None = None) -> Observation:
    return Observation(sensor=sensor, t_ns=ns(at_s - age_s), t_arrival_ns=ns(at_s), pose=pose)


def claim(at_s: float) -> Claim:
    return Claim(sensor="receiver", t_ns=ns(at_s), t_arrival_ns=ns(at_s), identity="icao:abcdef")


def status(
    at_s: float, state: str, sensor: str = "radar", place: Place | None = None, blank: tuple[Sector, ...] | None = None
) -> SensorStatus:
    return SensorStatus(sensor=sensor, t_ns=ns(at_s), t_arrival_ns=ns(at_s), state=state, place=place, blank=blank)  # type: ignore[arg-type]
