"""Whether operators heard of sensors' faults in time, and of no others.

A fault that stops a sensor (outage, stall) for longer than its silence time is *told in time* if the watch calls the sensor silent,
degraded or down no later than that time and ``GRACE_S`` after its begin, or has done so already. Other faults (a clock that is wrong, a
flood, a lie) are told if any such message comes while they last. A message is right if some fault of that sensor is there, or ended no
longer ago than its silence time and the grace.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from forewarn.evaluate.suite.real import Real
from forewarn.evaluate.suite.result import FaultRow, Health
from forewarn.messages import Health as Told
from forewarn.sight.health import silent_after_s

STOPS = ("outage", "stall")
ALARMING = ("silent", "degraded", "down")
GRACE_S = 2.0


def judged(real: Real, messages: Sequence[Told]) -> tuple[Health, tuple[FaultRow, ...]]:
    """The counts, and each fault with when it was told."""
    patience = {sensor.id: silent_after_s(sensor) + GRACE_S for sensor in real.site.sensors}
    alarms = [(m.sensor, m.t_ns / 1e9 - real.starts_s) for m in messages if m.state in ALARMING]
    ends_s = float(real.seconds[-1]) - real.starts_s
    rows = tuple(_row(fault, messages, real.starts_s) for fault in real.faults if fault.from_s < ends_s)
    stopped = [f for f in rows if f.what in STOPS and min(f.to_s, ends_s) - f.from_s > patience[f.sensor]]
    others = [f for f in rows if f.what not in STOPS]
    right = [any(f.sensor == s and f.from_s <= t <= f.to_s + patience[s] for f in rows) for s, t in alarms]
    health = Health(
        silences=len(stopped),
        silences_told=sum(f.told_s is not None and f.told_s <= f.from_s + patience[f.sensor] for f in stopped),
        others=len(others),
        others_told=sum(f.told_s is not None for f in others),
        alarms=len(alarms),
        alarms_right=sum(right),
    )
    return health, rows


def _row(fault: FaultRow, messages: Sequence[Told], starts_s: float) -> FaultRow:
    """The fault, with when the sensor was first called unwell while it lasted."""
    told, standing = None, "waiting"
    for message in messages:
        t = message.t_ns / 1e9 - starts_s
        if message.sensor != fault.sensor or t > fault.to_s:
            continue
        standing = message.state if t < fault.from_s else standing
        if t >= fault.from_s and message.state in ALARMING and told is None:
            told = t
    if standing in ALARMING:
        told = fault.from_s
    return msgspec.structs.replace(fault, told_s=told)
