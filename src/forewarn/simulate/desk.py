"""`[[desks]]` of a scenario: operators who answer the watch's question whether an object is theirs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Annotated, Literal, cast

import numpy as np
from pydantic import Field

from forewarn import geo
from forewarn.messages import Answer, Ask, Estimate, Event, Message, Track
from forewarn.simulate.sensors.scene import SECOND_NS, Array, Scene
from forewarn.site.base import Name, Part

Said = Literal["ours", "not_ours", "unknown"]


class DeskKeys(Part):
    """One desk."""

    answers: Literal["truth", "ours", "not_ours", "unknown", "never"] = "truth"
    after_s: Annotated[float, Field(ge=0, le=1e6)] = Field(20.0, description="from the question to the answer, on average")
    spread: Annotated[float, Field(ge=0, le=1)] = Field(0.3, description="how much that varies: a share of it, either way")
    near_m: Annotated[float, Field(gt=0, le=1e5)] = Field(300.0, description="truth: farther than this from any object, nobody knows")
    role: Name = "desk"


class Desk:
    """Operators who hear the watch's tracks and questions, and answer. They know which object they look at by where it is.

    ``authorised(object, t_s)`` is the truth of it; ``flights`` and ``origin`` as in ``Scene``. What is remembered is one place a track.
    """

    def __init__(
        self, desks: Sequence[DeskKeys], scene: Scene, authorised: Callable[[str, float], bool], seeds: Callable[[str], np.random.Generator]
    ) -> None:
        self._desks = tuple((keys, seeds(f"desk {i}")) for i, keys in enumerate(desks))
        self._scene, self._authorised = scene, authorised
        self._tracks: dict[int, Estimate] = {}

    def reply(self, message: Message, t_ns: int) -> tuple[Event, ...]:
        """What the desks answer to a message that was said at ``t_ns``, each at its own later time, the soonest first."""
        if isinstance(message, Track):
            self._heard(message)
        if not isinstance(message, Ask):
            return ()
        answers = [self._answer(keys, rng, message, t_ns) for keys, rng in self._desks if keys.answers != "never"]
        return tuple(sorted(answers, key=lambda answer: answer.t_ns))

    def _heard(self, track: Track) -> None:
        if track.ended:
            self._tracks.pop(track.track, None)
        else:
            self._tracks[track.track] = track.aided

    def _answer(self, keys: DeskKeys, rng: np.random.Generator, ask: Ask, t_ns: int) -> Answer:
        after_s = keys.after_s * (1.0 + keys.spread * rng.uniform(-1.0, 1.0))
        said = self._truth(keys, ask) if keys.answers == "truth" else keys.answers
        return Answer(t_ns=t_ns + round(after_s * SECOND_NS), ask=ask.seq, answer=cast(Said, said), role=keys.role)

    def _truth(self, keys: DeskKeys, ask: Ask) -> str:
        """By the object that is nearest to the track where it was last told to be."""
        told = self._tracks.get(ask.track)
        if told is None:
            return "unknown"
        at = geo.to_enu(told.lat_deg, told.lon_deg, told.alt_m, self._scene.origin)
        t_s = (ask.t_ns - self._scene.starts_ns) / SECOND_NS
        name, away_m = self._nearest(at, t_s)
        if away_m > keys.near_m:
            return "unknown"
        return "ours" if self._authorised(name, t_s) else "not_ours"

    def _nearest(self, at: Array, t_s: float) -> tuple[str, float]:
        """The object that is nearest on the ground, and how far off it is."""
        found = [("", math.inf)]
        for flight in self._scene.flights:
            enu, _, alive = flight.at(np.array([t_s]))
            if alive[0] and flight.kind != "ghost":
                found.append((flight.id, float(np.hypot(enu[0, 0] - at[0], enu[1, 0] - at[1]))))
        return min(found, key=lambda pair: pair[1])
