"""What an object is told to do, as points to go through: legs and how this seed varies them.

A course is an array (k, 5): east, north, up (metres of the site's frame), speed (m/s), and how long to stay there (s; 0: fly through).
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.simulate.flights.kinds import KINDS
from forewarn.simulate.ground import Ground
from forewarn.simulate.scenario_parts import Leg, ObjectKeys, Vary

Array = NDArray[np.float64]
ORBIT_STEP = math.radians(10.0)
HUG_STEP_M = 25.0
TOUCH_MPS = 1.5


class Varied(NamedTuple):
    """How this seed's course differs: turned by ``turn`` (2, 2) and stretched about ``about`` (2,), shifted by ``shift`` (2,), higher by
    ``higher_m``, ``faster`` times as fast, ``later_s`` later."""

    turn: Array
    about: Array
    shift: Array
    higher_m: float
    faster: float
    later_s: float

    def place(self, level: tuple[float, ...]) -> Array:
        """Where a level place (2,) is now."""
        return np.asarray(self.about + self.turn @ (np.array(level[:2]) - self.about) + self.shift)


class Course(NamedTuple):
    """Where it starts (3,), what it goes through (k, 5), which point (from 0) is the last that it was told, and what becomes of it there.
    What falls or leaves does not brake for that: there is one more point behind its last."""

    start: Array
    points: Array
    goal: int
    end: Literal["stays", "lands", "falls", "gone"]


def varied(vary: Vary, about: tuple[float, float], rng: np.random.Generator) -> Varied:
    """This seed's draw; always as many numbers, so that one key changes no other's draw."""
    turn, stretch, speed, start, height = rng.uniform(-1.0, 1.0, 5)
    angle = math.radians(vary.azimuth_deg * turn)
    rotate = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return Varied(
        rotate * (1.0 + vary.distance * stretch), np.array(about, dtype=float), np.zeros(2),
        vary.height_m * height, 1.0 + vary.speed * speed, vary.start_s * start,
    )  # fmt: skip


def pivot(keys: ObjectKeys) -> tuple[float, float]:
    """What a course is turned about: where it comes nearest to the site's origin; the origin itself for one that goes nowhere."""
    if keys.impact is not None:
        return keys.impact
    places = [place for leg in keys.legs if (place := leg.to or leg.around) is not None]
    if not places:
        return 0.0, 0.0
    nearest = min(places, key=lambda place: math.hypot(place[0], place[1]))
    return nearest[0], nearest[1]


def chart(keys: ObjectKeys, ground: Ground, how: Varied) -> Course:
    """The course of one object."""
    if keys.start is None:
        raise ValueError(f"{keys.id} has no start")
    here = _above(ground, how.place(keys.start), max(keys.start[2] + how.higher_m * (keys.start[2] > 2.0), 0.0))
    start, rows = here, []
    end: Literal["stays", "lands", "falls", "gone"] = "stays"
    for leg in keys.legs:
        if leg.do in ("fall", "gone", "land"):
            end = {"fall": "falls", "gone": "gone", "land": "lands"}[leg.do]  # type: ignore[assignment]
            rows += [_touch(leg, ground, how, here)] if leg.do == "land" else []
            break
        points = _points(keys.kind, leg, ground, how, here)
        rows += [points]
        here = points[-1, :3]
    points = np.concatenate(rows) if rows else np.array([[*here, 0.0, 0.0]])
    points = _joined(points)
    goal = len(points) - 1
    if end in ("falls", "gone") and points[-1, 4] == 0.0:
        points = np.concatenate([points, _beyond(start, points)])
    return Course(start, points, goal, end)


def _points(kind: str, leg: Leg, ground: Ground, how: Varied, here: Array) -> Array:
    like = KINDS[kind]
    speed = (leg.speed_mps or (like.sprint_mps if leg.do == "sprint" else like.speed_mps)) * how.faster
    if leg.do == "hover":
        return np.array([[*here, speed, leg.for_s or 0.0]])
    if leg.do == "orbit":
        return _orbit(leg, ground, how, here, speed)
    to = how.place(leg.to or (0.0, 0.0))
    if leg.do == "hug":
        return _hug(to, ground, leg.above_m or 0.0, here, speed)
    height = leg.to[2] if leg.to is not None and len(leg.to) == 3 else 0.0
    return np.array([[*_above(ground, to, max(height + how.higher_m * (height > 2.0), 0.0)), speed, 0.0]])


def _orbit(leg: Leg, ground: Ground, how: Varied, here: Array, speed: float) -> Array:
    """Points round a circle, from where it is nearest; clockwise for turns above 0."""
    around = how.place(leg.around or (0.0, 0.0))
    height = here[2] - float(ground.height(here[:1], here[1:2])[0])
    first = math.atan2(here[0] - around[0], here[1] - around[1])
    whole = 2.0 * math.pi * leg.turns
    angles = first + np.linspace(0.0, whole, max(int(abs(whole) / ORBIT_STEP), 1) + 1)
    level = around[:, None] + (leg.radius_m or 0.0) * np.stack([np.sin(angles), np.cos(angles)])
    up = ground.height(level[0], level[1]) + height
    return np.stack([*level, up, np.full(len(angles), speed), np.zeros(len(angles))], axis=1)


def _hug(to: Array, ground: Ground, above_m: float, here: Array, speed: float) -> Array:
    """Points along the ground, each above the highest ground near it on the way."""
    steps = max(int(np.hypot(*(to - here[:2])) / HUG_STEP_M), 1)
    share = np.linspace(0.0, 1.0, steps + 1)
    level = here[:2, None] + (to - here[:2])[:, None] * share
    up = ground.height(level[0], level[1])
    beside = np.concatenate([up[:1], up, up[-1:]])
    up = np.maximum(np.maximum(beside[:-2], up), beside[2:]) + above_m
    return np.stack([*level, up, np.full(steps + 1, speed), np.zeros(steps + 1)], axis=1)[1:]


def _touch(leg: Leg, ground: Ground, how: Varied, here: Array) -> Array:
    """Over the place first, then down on it."""
    level = how.place(leg.to) if leg.to is not None else here[:2]
    down = _above(ground, level, 0.0)
    speed = (leg.speed_mps or 5.0) * how.faster
    return np.array([[level[0], level[1], max(here[2], down[2] + 10.0), speed, 0.1], [*down, TOUCH_MPS, 0.0]])


def _beyond(start: Array, points: Array) -> Array:
    way = points[-1, :3] - (points[-2, :3] if len(points) > 1 else start)
    ahead = points[-1, :3] + way / max(float(np.linalg.norm(way)), 1e-6) * 1000.0
    return np.array([[*ahead, points[-1, 3], 0.0]])


def _joined(points: Array) -> Array:
    """Staying somewhere belongs to the point it is at."""
    kept: list[Array] = []
    for point in points:
        if kept and point[4] > 0 and np.allclose(kept[-1][:3], point[:3]):
            kept[-1] = np.array([*kept[-1][:4], kept[-1][4] + point[4]])
        else:
            kept.append(point)
    return np.stack(kept)


def _above(ground: Ground, level: Array, height: float) -> Array:
    return np.array([level[0], level[1], float(ground.height(level[:1], level[1:2])[0]) + height])
