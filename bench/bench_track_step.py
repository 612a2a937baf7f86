"""One scan through the tracker alone: N objects 200 m apart, nine in ten shown, 0.2 N false plots; and publishing all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from bench import Figure, Value, measures
from bench.bench_chain import FIELD, SCANS, START_NS, scans
from forewarn import sight, track
from forewarn.messages import Observation, Offset, Place, Plot
from forewarn.site import parse

OBJECTS = (10, 100, 300)
ORIGIN = Place(lat_deg=0.0, lon_deg=0.0, alt_m=0.0)


def _steps_ms(objects: int) -> tuple[float, float]:
    """Median milliseconds of a look and of a publication, over the second half of the scans."""
    site = parse(FIELD.format(clutter=max(0.2 * objects, 0.1), reach=200.0 * objects**0.5 + 500.0))
    state, seen = track.start(site), sight.start(site)
    looks, tells = [], []
    for k, plots in enumerate(scans(objects, 200.0)):
        t_ns = START_NS + k * 1_000_000_000
        found = tuple(Plot(t_ns=t_ns, measured=Offset(east_m=e, north_m=n)) for e, n in plots.T.tolist())
        look = Observation(sensor="radar", t_ns=t_ns, t_arrival_ns=t_ns, plots=found, pose=ORIGIN)
        view = sight.view(seen, site, "radar", t_ns, ORIGIN)
        begun = time.perf_counter()
        state, _ = track.observe(state, site, view, look)
        looked = time.perf_counter()
        state, _ = track.publish(state, site, t_ns)
        looks.append(looked - begun)
        tells.append(time.perf_counter() - looked)
    return statistics.median(looks[SCANS // 2 :]) * 1e3, statistics.median(tells[SCANS // 2 :]) * 1e3


@measures(*(Figure(f"track.{what}_ms.{n}", "ms") for n in OBJECTS for what in ("look", "publish")))
def steps() -> Iterator[Value]:
    """A look and a publication at 10, 100 and 300 objects."""
    for objects in OBJECTS:
        look, publish = _steps_ms(objects)
        yield Value(f"track.look_ms.{objects}", look, runs=SCANS // 2)
        yield Value(f"track.publish_ms.{objects}", publish, runs=SCANS // 2)
