"""What is said of sensors' errors: the estimates, and whether the comparisons contradict the site file.

A sensor is *beyond* its statement where the comparisons are far likelier with that statement given up: by log evidence, the likeliest
sensor first, then, with it given up, the next. Two that explain them equally well are both named: which of them is off cannot be told.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from forewarn.messages import SensorError
from forewarn.track.errors import joint
from forewarn.track.errors.joint import EACH, Joint
from forewarn.track.plan import Plan

Array = NDArray[np.float64]
EVERY_NS = 10_000_000_000
MEANT = (math.radians(0.5), 5.0, 0.1)
"""No statement is meant more exactly than this, nor is a contradiction that is less worth telling."""
BEYOND = 5.0  # log evidence against a statement: more than a hundred to one
FEWEST = 3.0  # comparisons that contradict a statement: one odd pair does not
TIE = 3.0  # log evidence that tells two sensors apart
STATEMENTS = 3.0  # given up, a statement is still worth so many of its own spreads


class Said(msgspec.Struct, frozen=True):
    """The last word on each sensor, and when the next is due."""

    last: dict[str, SensorError] = {}
    due_ns: int = 0


def tell(plan: Plan, said: Said, errors: Joint, t_ns: int) -> tuple[Said, tuple[SensorError, ...]]:
    """What is new of the sensors' errors, every ten seconds at most; sensors that nothing is known of are left out."""
    if t_ns < said.due_ns or not errors.samples.any():
        return said, ()
    floor = np.where(plan.loose > 0, np.maximum(plan.stated, np.tile(MEANT, len(plan.ids))), 0.0)
    beyond, sd = contradicted(plan, errors, floor)
    now = joint.read(errors, sd)
    told = []
    for index, name in enumerate(plan.ids):
        before = said.last.get(name)
        one = _message(plan, index, now, errors, index in beyond, before.beyond if before else False, t_ns)
        if errors.samples[index] > 0 and (before is None or _numbers(one) != _numbers(before)):
            told.append(one)
    return Said({**said.last, **{one.sensor: one for one in told}}, t_ns + EVERY_NS), tuple(told)


def contradicted(plan: Plan, errors: Joint, sd: Array) -> tuple[frozenset[int], Array]:
    """The sensors whose statement is given up, and the spreads (B,) of the errors then."""
    beyond: frozenset[int] = frozenset()
    evidence = joint.evidence(errors, sd)
    while True:
        free = {s: loosened(plan, sd, s) for s in range(len(plan.ids)) if s not in beyond and errors.samples[s] >= FEWEST}
        gain = {s: joint.evidence(errors, wide) - evidence for s, wide in free.items()}
        best = max(gain.values(), default=0.0)
        if best < BEYOND:
            return beyond, sd
        tied = [s for s in gain if gain[s] >= max(best - TIE, BEYOND)]
        beyond |= frozenset(tied)
        for s in tied:
            sd = loosened(plan, sd, s)
        evidence = joint.evidence(errors, sd)


def loosened(plan: Plan, sd: Array, sensor: int) -> Array:
    """The spreads with one sensor's statement given up."""
    own = slice(EACH * sensor, EACH * sensor + EACH)
    wide = sd.copy()
    wide[own] = np.maximum(plan.loose[own], STATEMENTS * plan.stated[own])
    return wide


def _message(plan: Plan, index: int, now: joint.Reading, errors: Joint, beyond: bool, before: bool, t_ns: int) -> SensorError:
    sense, at = plan.senses[index], EACH * index
    mean, sigma = now.mean[at : at + EACH].tolist(), np.sqrt(np.diag(now.cov)[at : at + EACH]).tolist()
    return SensorError(
        sensor=plan.ids[index], t_ns=t_ns, azimuth_deg=math.degrees(sense.error[0] + mean[0]), azimuth_sigma_deg=math.degrees(sigma[0]),

        range_m=sense.error[1] + mean[1], range_sigma_m=sigma[1],
        clock_s=sense.error[2] + mean[2], clock_sigma_s=sigma[2], samples=round(float(errors.samples[index])),
        beyond=beyond, before=before,
    )  # fmt: skip


def _numbers(one: SensorError) -> tuple[float, ...]:
    return one.azimuth_deg, one.azimuth_sigma_deg, one.range_m, one.clock_s, one.beyond
