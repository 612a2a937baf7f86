"""What a sensor says of itself: its state, where it stands, where it is blank."""

from __future__ import annotations

import numpy as np

from forewarn.simulate.sensors.keys import SensorKeys
from forewarn.simulate.sensors.rows import Rows, Values, texts
from forewarn.simulate.sensors.scene import SECOND_NS, Scene
from forewarn.site import Sensor as Stated


def status(keys: SensorKeys, stated: Stated, scene: Scene, downs: tuple[tuple[float, float], ...], rng: np.random.Generator) -> Rows:
    """States at its usual pace, and at once when one of the ``downs`` (from, to; seconds) begins or ends, which it owns up to."""
    turns = [t for down in downs for t in down if t < scene.lasts_s]
    t_s = np.sort(np.concatenate([np.arange(keys.status_every_s * rng.random(), scene.lasts_s, keys.status_every_s), turns]))
    down = np.zeros(len(t_s), dtype=bool)
    for from_s, to_s in downs:
        down |= (t_s >= from_s) & (t_s < to_s)
    t_ns = scene.ns(t_s)
    sent_ns = t_ns + round(keys.latency_s * SECOND_NS)
    values = {"state": texts(["down" if d else "operational" for d in down])} | _stand(keys, stated, len(t_s))
    return Rows(t_ns, t_ns, sent_ns, values, texts([""] * len(t_s)), t_ns[:0], t_ns[:0])


def _stand(keys: SensorKeys, stated: Stated, n: int) -> Values:
    """Place and first blank sector, the same in each row; a width of nought where it is blank nowhere."""
    sectors = stated.coverage.blank if keys.blank is None else keys.blank
    start, end = (sectors[0].from_deg, sectors[0].to_deg) if sectors else (0.0, 0.0)
    width = 360.0 if end - start >= 360.0 else (end - start) % 360.0
    told = {"blank_from": start, "blank_to": end, "blank_width": width, "blank_centre": (start + width / 2) % 360.0}
    if stated.position is not None:
        place = {"lat": stated.position.lat_deg, "lon": stated.position.lon_deg, "alt": stated.position.alt_m}
        told |= place | {"sensor_" + name: value for name, value in place.items()}
    return {meaning: np.full(n, value) for meaning, value in told.items()}
