"""By how much the simulated sensors differ from what the watch believes of them: the judged does not set its own paper."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import poisson

from forewarn import sight
from forewarn.simulate.sensors import radar
from forewarn.site import parse
from tests.simulate_sensors_help import STARTS_NS, Line, rig, rows, scene, sensor

SITE = Path(__file__).parent.parent / "examples/scenarios/sites/port.toml"


def test_detection_differs_from_the_coverage_model(record_property: pytest.FixtureRequest) -> None:
    """A small drone from 200 m to the edge, in a clear place: root-mean-square difference of the two chances."""
    site = parse(SITE.read_text())
    stated = site.sensor("roof")
    lines = [Line(start=(range_m, 0.0, 60.0), vel=(-15.0, 0.0, 0.0)) for range_m in np.arange(200.0, 5000.0, 100.0)]
    origin = (site.origin.lat_deg, site.origin.lon_deg, site.origin.alt_m)
    at = scene(lines)._replace(origin=origin)
    truth = rig(stated, at)
    seen = truth.sights(at, truth.reach_m)
    first = seen.at(seen.look == seen.look[0])
    believed = sight.view(sight.start(site), site, "roof", STARTS_NS, None).detection(truth.own.site(first.local))
    differ = float(np.sqrt(np.mean((radar.chances(truth, at, first) - believed) ** 2)))
    record_property("detection_rms_difference", differ)  # type: ignore[operator]
    assert 0.05 < differ < 0.9


def test_clutter_is_not_the_poisson_process_that_the_watch_takes_it_for() -> None:
    """Over the sea the chance of as many plots in a look as the fullest one has is nil for a Poisson process."""
    told = rows(sensor(), scene([], 2000.0, sea_state=4), sea=({"from_deg": 0, "to_deg": 180},), sea_clutter=3.0)
    counts = np.bincount(np.searchsorted(told.looks_ns, told.look_ns), minlength=len(told.looks_ns))
    assert poisson.sf(counts.max() - 1, counts.mean()) * len(counts) < 1e-3
