"""Simulated sensors with real errors. They share no motion, sensor or coverage code with the rooms that are judged.

One file a kind of sensor; ``docs/simulated-sensors.md`` gives the formulas with their sources and what they were checked against.
"""

from __future__ import annotations

import numpy as np

from forewarn.simulate.sensors import camera, finder, microphone, people, radar, receiver
from forewarn.simulate.sensors.keys import SensorKeys, misfits
from forewarn.simulate.sensors.rig import rig_up
from forewarn.simulate.sensors.rows import Rows
from forewarn.simulate.sensors.scene import MS_NS, Scene
from forewarn.site import Sensor as Stated

__all__ = ["Rows", "Scene", "SensorKeys", "look", "misfits"]

_KINDS = {
    "radar": radar.look, "lidar": radar.look, "radio_finder": finder.look, "microphone": microphone.look, "camera": camera.look,
    "receiver": receiver.look, "person": people.look,
}  # fmt: skip


def look(keys: SensorKeys, stated: Stated, scene: Scene, rng: np.random.Generator) -> Rows:
    """All that one sensor tells in a scenario, before anything goes wrong on the way. The same ``rng``, the same rows."""
    rig = rig_up(keys, stated, scene, rng)
    rows = _KINDS[stated.kind](rig, scene, rng)
    ahead_ns = round(rig.clock_s * 1000.0) * MS_NS
    return rows._replace(t_ns=rows.t_ns + ahead_ns, look_ns=rows.look_ns + ahead_ns, looks_ns=rows.looks_ns + ahead_ns)
