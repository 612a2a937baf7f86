"""What `sight` remembers: how each sensor does, where it stands, and what operators were last told of blind directions."""

from __future__ import annotations

import msgspec

from forewarn.messages import Observation, Place, Sector, SensorStatus
from forewarn.sight.health import Standing
from forewarn.sight.learned import Learned
from forewarn.site import Sensor, Site

CHANGES = 256
LatLonAlt = tuple[float, float, float]
"""Degrees, degrees, metres above the WGS 84 ellipsoid."""


class Condition(msgspec.Struct, frozen=True):
    """One sensor. ``stated`` is what it last said of itself, ``heard_ns`` the arrival of the last word that counted (None: the watch has
    not begun). ``place`` and ``blank`` are its status's, and before one came the site file's; None: nobody has said where it is."""

    state: Standing = "waiting"
    stated: str = "operational"
    heard_ns: int | None = None
    place: LatLonAlt | None = None
    blank: tuple[Sector, ...] = ()


class Change(msgspec.Struct, frozen=True):
    """A sensor's health changed."""

    sensor: str
    t_ns: int
    state: Standing


class Basis(msgspec.Struct, frozen=True):
    """What one sensor gave to the last working out of blind directions: whether it saw, how well, from where, and what it left out."""

    works: bool
    stated: str
    place: LatLonAlt | None
    blank: tuple[Sector, ...]


class State(msgspec.Struct, frozen=True):
    """All sensors by id in the site's order; ``basis`` and ``blind`` (by zone) are of the last working out of blind directions;
    ``changes``: the newest changes of health, oldest first; ``learned``: how often sensors show what says where it is."""

    sensors: dict[str, Condition]
    begun_ns: int | None = None
    basis: dict[str, Basis] | None = None
    blind: dict[str, tuple[Sector, ...]] = {}
    changes: tuple[Change, ...] = ()
    learned: Learned = Learned()


def history(state: State, sensor: str) -> tuple[Change, ...]:
    """How one sensor's health went, oldest first, as far as it is remembered: the newest ``CHANGES`` of all sensors."""
    return tuple(change for change in state.changes if change.sensor == sensor)


def changed(state: State, change: Change) -> State:
    """The state with one more change of health remembered."""
    return msgspec.structs.replace(state, changes=(*state.changes, change)[-CHANGES:])


def start(site: Site) -> State:
    """Every sensor waiting, where the site file puts it."""
    return State(sensors={sensor.id: _condition(sensor) for sensor in site.sensors})


def _condition(sensor: Sensor) -> Condition:
    blank = tuple(Sector(from_deg=s.from_deg, to_deg=s.to_deg) for s in sensor.coverage.blank)
    place = sensor.position
    return Condition(place=(place.lat_deg, place.lon_deg, place.alt_m) if place else None, blank=blank)


def placed(condition: Condition, site: Site, said: Observation | SensorStatus) -> Condition:
    """The sensor with the place and the blank sectors that a look or a status gives, where it gives them."""
    place = said.pose if isinstance(said, Observation) else said.place
    if place is not None:
        condition = msgspec.structs.replace(condition, place=_full(place, condition.place, site))
    if isinstance(said, SensorStatus) and said.blank is not None:
        condition = msgspec.structs.replace(condition, blank=said.blank)
    return condition


def _full(place: Place, before: LatLonAlt | None, site: Site) -> LatLonAlt:
    """A place with a height: where it says none, the one known before, else the origin's."""
    height = before[2] if before else site.origin.alt_m
    return place.lat_deg, place.lon_deg, height if place.alt_m is None else place.alt_m


def with_sensor(state: State, name: str, condition: Condition) -> State:
    """The state with one sensor's condition put in its place."""
    return msgspec.structs.replace(state, sensors={**state.sensors, name: condition})
