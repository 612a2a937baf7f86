"""What a sensor thinks of what it saw: labels, scores and reflections, as often right as the site file's opinions say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from forewarn.simulate.sensors.rig import Random, Rig
from forewarn.simulate.sensors.rows import Text, Values, texts
from forewarn.simulate.sensors.scene import Array
from forewarn.site import Normal

KINDS: dict[str, str] = {
    "multirotor": "drone", "fixed_wing": "drone", "bird": "bird", "flock": "bird", "crewed": "aircraft", "boat": "boat",
    "vehicle": "vehicle", "rocket": "rocket", "debris": "other", "ghost": "other",
}  # fmt: skip
"""What the watch would call each kind of simulated object."""

FALSE_DBSM = (-22.0, 6.0)  # reflection of what is not there, where the site file says nothing: mean and spread
FLUCTUATION_DB = 5.57  # spread of an exponential cross-section in dB: 10 / ln(10) * pi / sqrt(6)


def kinds(objects: Sequence[str]) -> list[str]:
    """The watch's kinds of simulated objects; ``false`` of nothing (an empty kind)."""
    return [KINDS.get(kind, "other") if kind else "false" for kind in objects]


def readings(rig: Rig, what: Sequence[str], rcs_m2: Array, rng: Random) -> Values:
    """Values ``label``, ``score`` and ``reflection`` of rows, each of a kind of simulated object (empty: of nothing)."""
    named = kinds(what)
    opinions = rig.stated.opinions
    values: Values = {"reflection": _reflection(opinions.reflection_db, named, rcs_m2, rng), "label": _labels(rig, named, rng)}
    if opinions.score:
        sides = ["false" if name == "false" else "true" for name in named]
        values["score"] = np.clip(_normal(opinions.score, sides, rng), 0.0, 1.0)
    return values


def _reflection(stated: Mapping[Any, Normal], named: Sequence[str], rcs_m2: Array, rng: Random) -> Array:
    """As the site file says of the kind; else the cross-section in dBsm with the spread of a fluctuating one."""
    drawn = _normal(stated, named, rng)
    mean = 10.0 * np.log10(np.maximum(rcs_m2, 1e-6))
    real = np.array([name != "false" for name in named], dtype=bool)
    guess = np.where(real, mean, FALSE_DBSM[0]) + np.where(real, FLUCTUATION_DB, FALSE_DBSM[1]) * rng.standard_normal(len(named))
    return np.where(np.isnan(drawn), guess, drawn)


def _normal(stated: Mapping[Any, Normal], named: Sequence[str], rng: Random) -> Array:
    """A draw for each name; NaN where nothing is stated of it (``other`` speaks for every kind but false)."""
    spoken = [stated.get(name) or (None if name == "false" else stated.get("other")) for name in named]
    mean = np.array([s.mean if s else np.nan for s in spoken], dtype=float)
    return mean + np.array([s.sd if s else np.nan for s in spoken], dtype=float) * rng.standard_normal(len(named))


def _labels(rig: Rig, named: Sequence[str], rng: Random) -> Text:
    """Labels with the stated chances (brought to a sum of one at most; what is left is no label); else kinds, some of them wrong."""
    stated = rig.stated.opinions.labels
    draws = rng.random((2, len(named)))
    if not stated:
        return texts([_guess(name, rig.keys.wrong_kind, *draw) for name, draw in zip(named, draws.T, strict=True)])
    words = [*stated, ""]
    table = {name: np.cumsum(_chances(stated, name)) for name in set(named)}
    return texts([words[int(np.searchsorted(table[name], draw, side="right"))] for name, draw in zip(named, draws[0], strict=True)])


def _chances(stated: Mapping[str, Mapping[Any, float]], name: str) -> Array:
    fallback = [row.get("other", 1.0) for row in stated.values()]
    chances = np.array([row.get(name, other) for row, other in zip(stated.values(), fallback, strict=True)])
    return np.asarray(chances / max(1.0, float(chances.sum())))


_CONFUSED = {"drone": "bird", "bird": "drone", "aircraft": "drone", "boat": "other", "vehicle": "other", "rocket": "drone"}


def _guess(name: str, wrong: float, draw: float, other: float) -> str:
    """The kind; sometimes the one it is most like. What is not there is taken for something common."""
    if name == "false":
        return "drone" if other < 0.3 else "bird" if other < 0.7 else ""
    return _CONFUSED.get(name, "drone") if draw < wrong else name
