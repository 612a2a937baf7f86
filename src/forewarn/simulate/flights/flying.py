"""From what a scenario says of an object to what it does: each kind by its own motion, then whatever falls."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.simulate.flights.birds import flocking, wandering
from forewarn.simulate.flights.course import Course, Varied, chart, pivot, varied
from forewarn.simulate.flights.falling import G, falling
from forewarn.simulate.flights.flight import STEP_S, Flight
from forewarn.simulate.flights.hovering import hovering
from forewarn.simulate.flights.kinds import KINDS, SURFACE
from forewarn.simulate.flights.recorded import replayed
from forewarn.simulate.flights.rockets import landed, rocket
from forewarn.simulate.flights.steering import steering
from forewarn.simulate.ground import Ground
from forewarn.simulate.scenario import Scenario
from forewarn.simulate.scenario_parts import ClaimKeys, ObjectKeys
from forewarn.simulate.seeds import Seeds
from forewarn.simulate.weather import Wind, blow

Array = NDArray[np.float64]
LIES_S = 10.0
"""How long something that came down lies there before nobody counts it any more."""
LOWEST_M = 1.0
FALL_S = 90.0
TERMINAL_MPS = {"fixed_wing": (18.0, 32.0), "crewed": (55.0, 80.0), "bird": (10.0, 15.0), "flock": (10.0, 15.0)}
TUMBLING_MPS = (15.0, 30.0)
"""Speeds at which bodies fall in the end, tumbling; a small multirotor of 1 kg with a drag area of 0.03 m2 does 23 m/s."""


class Made(NamedTuple):
    """A path (3, n) ten times a second from ``starts_s``, and what became of it.

    ``falls``: step from which it is debris; ``down``: step from which it lies on the ground.
    """

    starts_s: float
    enu: Array
    vel: Array
    falls: int | None = None
    down: int | None = None


class Air(NamedTuple):
    """All that motion depends on but the object: ground, wind, how long the scenario lasts."""

    ground: Ground
    wind: Wind
    lasts_s: float

    def moves(self, starts_s: float, steps: int) -> Array:
        """How the air moves (3, steps)."""
        return self.wind.mean[:, None] + self.wind.series(starts_s, steps)


def fly(scenario: Scenario, ground: Ground, seeds: Seeds) -> tuple[Flight, ...]:
    """The flights of all objects, in the order of the scenario. Raises ``NoFlight`` and ``BadRecording``."""
    air = Air(ground, blow(scenario.weather, scenario.lasts_s, seeds.rng("weather")), scenario.lasts_s)
    return tuple(flight for keys in scenario.objects for flight in _alike(keys, scenario, air, seeds))


def _alike(keys: ObjectKeys, scenario: Scenario, air: Air, seeds: Seeds) -> list[Flight]:
    """An object, or several of its like."""
    how = varied(keys.vary, pivot(keys), seeds.rng("object", keys.id, "vary"))
    names = [keys.id] if keys.count == 1 else [f"{keys.id}-{i + 1}" for i in range(keys.count)]
    if keys.kind == "flock":
        made = _flock(keys, how, air, seeds.rng("object", keys.id))
    else:
        made = [_one(keys, name, how, scenario, air, seeds.rng("object", name)) for name in names]
    return [_told(keys, name, path, i, air) for i, (name, path) in enumerate(zip(names, made, strict=True))]


def _one(keys: ObjectKeys, name: str, how: Varied, scenario: Scenario, air: Air, rng: np.random.Generator) -> Made:
    shift = rng.standard_normal(2) * keys.spread_m * (keys.count > 1)
    how = how._replace(shift=shift)
    starts_s, steps = _when(keys, how, air)
    if keys.recording is not None:
        at = scenario.watched.origin
        times = np.arange(steps, dtype=np.float64) * STEP_S
        enu, vel = replayed(keys.recording, scenario.folder, (at.lat_deg, at.lon_deg, at.alt_m), times)
        return Made(starts_s, enu, vel)
    course = chart(keys, air.ground, how)
    if keys.kind == "rocket":
        return _rocket(keys, name, how, course, air, starts_s)
    if keys.kind == "debris":
        return _fallen(Made(starts_s, course.start[:, None], np.array(keys.throw_mps)[:, None]), 0, keys.kind, air, rng)
    made, reached = _moved(keys, course, air, starts_s, steps, rng)
    return _ended(made, reached, keys, course, air, rng)


def _when(keys: ObjectKeys, how: Varied, air: Air) -> tuple[float, int]:
    """When it starts, on a whole step, and how many steps there are."""
    starts_s = round(max(keys.starts_s + how.later_s, 0.0) / STEP_S) * STEP_S
    lasts_s = max(air.lasts_s - starts_s, 0.0)
    return starts_s, _steps(lasts_s if keys.lasts_s is None else min(keys.lasts_s, lasts_s))


def _steps(lasts_s: float) -> int:
    """How many steps fit, both ends among them; 0.3 s are three tenths and no rounding error less."""
    return max(int(lasts_s / STEP_S + 1e-6) + 1, 0)


def _moved(keys: ObjectKeys, course: Course, air: Air, starts_s: float, steps: int, rng: np.random.Generator) -> tuple[Made, int]:
    """Under its own power."""
    like = KINDS[keys.kind]
    bank = G * math.tan(math.radians(like.bank_deg))
    if keys.kind in SURFACE:
        limits = (like.accel_mps2, like.brake_mps2, bank, 0.0, like.slowest_mps, math.radians(like.turn_deg_s))
        enu, vel, reached = steering(course.points, course.goal, course.start, np.zeros((3, steps)), STEP_S, limits)
        return _on_surface(Made(starts_s, enu, vel), air), reached
    if keys.kind == "bird" and not keys.legs:
        enu, vel = _bird(course.start, like.speed_mps, air.moves(starts_s, steps), rng)
        return _above_ground(Made(starts_s, enu, vel), air), steps
    if keys.kind in ("multirotor", "ghost") or (keys.kind == "crewed" and any(leg.do == "hover" for leg in keys.legs)):
        speed = float(course.points[0, 3]) if course.start[2] - _under(course.start, air) > 3.0 else 0.0
        gusts = air.wind.series(starts_s, steps)
        level = (like.accel_mps2, like.brake_mps2, bank, like.climb_mps)
        enu, vel, reached = hovering(course.points, course.goal, course.start, speed, gusts, STEP_S, level)
        return _above_ground(Made(starts_s, enu, vel), air), reached
    limits = (like.accel_mps2, like.brake_mps2, bank, like.climb_mps, like.slowest_mps, math.radians(like.turn_deg_s))
    points = course.points if course.points[0, 3] > 0 else course.points + np.array([0, 0, 0, like.speed_mps, 0])
    enu, vel, reached = steering(points, course.goal, course.start, air.moves(starts_s, steps), STEP_S, limits)
    return _above_ground(Made(starts_s, enu, vel), air), reached


def _bird(start: Array, speed: float, moves: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    steps = moves.shape[1]
    heading, faster, drawn = rng.uniform(0.0, 2 * math.pi), rng.uniform(0.8, 1.2), rng.standard_normal((2, steps))
    spells = np.cumsum(rng.exponential(np.tile([40.0, 20.0], 4 + int(steps * STEP_S / 20.0))))
    soars = np.searchsorted(spells, np.arange(steps, dtype=np.float64) * STEP_S) % 2 == 1
    return wandering(start, heading, speed * faster, moves, drawn, soars, STEP_S)


def _flock(keys: ObjectKeys, how: Varied, air: Air, rng: np.random.Generator) -> list[Made]:
    starts_s, steps = _when(keys, how, air)
    middle = chart(keys, air.ground, how).start
    moves, speed = air.moves(starts_s, steps), KINDS["flock"].speed_mps
    lead, _ = _bird(middle, 0.7 * speed, moves, rng)
    starts = middle[:, None] + rng.standard_normal((3, keys.count)) * np.array([[15.0], [15.0], [4.0]])
    headings = np.full(keys.count, rng.uniform(0.0, 2 * math.pi))
    enu, vel = flocking(starts, headings, lead, moves, rng.standard_normal((3, keys.count, steps)), speed, STEP_S)
    return [_above_ground(Made(starts_s, enu[:, i], vel[:, i]), air) for i in range(keys.count)]


def _rocket(keys: ObjectKeys, name: str, how: Varied, course: Course, air: Air, starts_s: float) -> Made:
    level = np.array(keys.impact or (0.0, 0.0)) + how.shift
    impact = np.array([*level, float(air.ground.height(level[:1], level[1:])[0])])
    enu, vel, down = landed(*rocket(name, course.start, impact, keys.elevation_deg, air.wind.mean, STEP_S), air.ground)
    return _lying(Made(starts_s, enu, vel, down=enu.shape[1] - 1 if down else None))


def _ended(made: Made, reached: int, keys: ObjectKeys, course: Course, air: Air, rng: np.random.Generator) -> Made:
    """What becomes of it once its course is over."""
    last = min(reached, made.enu.shape[1] - 1)
    if course.end == "stays" or reached >= made.enu.shape[1]:
        return made
    if course.end == "falls":
        return _fallen(made, last, keys.kind, air, rng)
    made = made._replace(enu=made.enu[:, : last + 1], vel=made.vel[:, : last + 1])
    return made if course.end == "gone" else _lying(made._replace(down=last))


def _fallen(made: Made, step: int, kind: str, air: Air, rng: np.random.Generator) -> Made:
    """The same thing, without power from a step on."""
    terminal = rng.uniform(*TERMINAL_MPS.get(kind, TUMBLING_MPS))
    moves = air.moves(made.starts_s + step * STEP_S, round(FALL_S / STEP_S))
    floor = float(made.enu[2, step]) - 6000.0
    enu, vel, count = falling(made.enu[:, step].copy(), made.vel[:, step].copy(), moves, STEP_S, G / terminal**2, np.zeros(3), 0.0, floor)
    enu, vel, down = landed(enu[:, :count], vel[:, :count], air.ground)
    joined = np.concatenate([made.enu[:, :step], enu], axis=1), np.concatenate([made.vel[:, :step], vel], axis=1)
    return _lying(made._replace(enu=joined[0], vel=joined[1], falls=step, down=joined[0].shape[1] - 1 if down else None))


def _lying(made: Made) -> Made:
    """What came down lies there a while."""
    if made.down is None:
        return made
    rest = round(LIES_S / STEP_S)
    vel = np.concatenate([made.vel, np.zeros((3, rest))], axis=1)
    return made._replace(enu=np.concatenate([made.enu, np.repeat(made.enu[:, -1:], rest, axis=1)], axis=1), vel=vel)


def _under(place: Array, air: Air) -> float:
    return float(air.ground.height(place[:1], place[1:2])[0])


def _on_surface(made: Made, air: Air) -> Made:
    up = air.ground.height(made.enu[0], made.enu[1])
    climb = np.gradient(up, STEP_S) if len(up) > 1 else np.zeros_like(up)
    return made._replace(enu=np.stack([*made.enu[:2], up]), vel=np.stack([*made.vel[:2], climb]))


def _above_ground(made: Made, air: Air) -> Made:
    """Nothing flies through a hill: what would, follows it."""
    low = air.ground.height(made.enu[0], made.enu[1])
    up = np.maximum(made.enu[2], low + np.minimum(LOWEST_M, np.abs(made.enu[2, :1] - low[:1])))
    return made._replace(enu=np.stack([*made.enu[:2], up]))


def _told(keys: ObjectKeys, name: str, made: Made, i: int, air: Air) -> Flight:
    """As sensors and judges see it, cut to the scenario."""
    like = KINDS[keys.kind]
    lasts_s = air.lasts_s if keys.lasts_s is None else min(air.lasts_s, made.starts_s + keys.lasts_s)
    steps = min(made.enu.shape[1], _steps(lasts_s - made.starts_s))
    surface = keys.kind in SURFACE
    on_ground = np.full(steps, surface) if made.down is None or surface else np.arange(steps) >= made.down
    authorised = keys.authorised if not isinstance(keys.authorised, bool) else None
    return Flight(
        id=name, kind=keys.kind, rcs_m2=keys.rcs_m2 or like.rcs_m2, size_m=keys.size_m or like.size_m,
        sound_db=like.sound_db if keys.sound_db is None else keys.sound_db, radio=keys.radio,
        t_s=(round(made.starts_s / STEP_S) + np.arange(steps)) / round(1.0 / STEP_S), enu=made.enu[:, :steps], vel=made.vel[:, :steps],
        alive=np.ones(steps, dtype=bool), on_ground=on_ground,
        claims=tuple(_own(claim, i) if keys.count > 1 else claim for claim in keys.claims),
        authorised=(authorised.from_s, authorised.to_s) if authorised else (0.0, 1e9) if keys.authorised is True else None,
        falls_s=None if made.falls is None else made.starts_s + made.falls * STEP_S,
    )  # fmt: skip


def _own(claim: ClaimKeys, i: int) -> ClaimKeys:
    """The claim of one of several: a number of its own."""
    scheme, _, number = claim.identity.partition(":")
    own = f"{(int(number, 16) + i) % 2**24:06x}" if scheme == "icao" else f"{number[:58]}-{i + 1}"
    return claim.model_copy(update={"identity": f"{scheme}:{own}"})
