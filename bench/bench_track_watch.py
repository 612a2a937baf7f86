"""The scenario of Williams 2015 (``bench_track_williams``) for the tracker of a watch, beside the mixture on the same plots.

Ten times as large: a unit of length is ten metres. The watch's tracker is told what the scenario states, and tracks count from the same
chance on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bench import Figure, Value, measures
from bench.bench_track_williams import CLUTTER, SIDE, follow, squares, world
from forewarn import track
from forewarn.messages import Observation, Offset, Plot
from forewarn.sight.view import View
from forewarn.site import parse

Array = NDArray[np.float64]
RUNS = 200
UNIT_M, SECOND_NS = 10.0, 1_000_000_000
BELIEVED = 0.4  # as the mixture's estimate has it
SITE = """
version = 1
name = "four-that-meet"
origin = { lat_deg = 52.0, lon_deg = 5.0 }

[priors]
births_per_min_km2 = 0.2
life_s = 100.0

[[sensors]]
id = "radar"
kind = "radar"
reports = "position"
position = { lat_deg = 52.0, lon_deg = 5.0 }
sigma_m = 10.0
p_detection = 0.9
clutter = 10.0
coverage = { max_range_m = 4000.0 }

[[feeds]]
id = "radar"
sensor = "radar"
format = "autoferry"
channel = 1
file = "none"

[tracking]
calm = 2.0
agile = 2.2
speed_sd_mps = 10.0
"""
"""What the scenario states: intensity 3 of nine square kilometres, lives of 100 s, velocities of q = 2 m^2/s^3."""


def watched(field: Sequence[Array]) -> list[Array]:
    """Positions (n, 2), in the scenario's units, of what a watch's tracker believes in after each scan of ``field`` (2, m)."""
    site, found = parse(SITE), []
    state = track.start(site)
    density = CLUTTER / (SIDE * UNIT_M) ** 2
    view = View(sensor="radar", spot=(0.0, 0.0, 0.0), chance=0.9, density=density, reach_m=(0.0, 4000.0), height_m=(-1e4, 1e5))
    for k, plots in enumerate(field):
        t_ns = (k + 1) * SECOND_NS
        where = UNIT_M * (plots - SIDE / 2.0)
        shown = tuple(Plot(t_ns=t_ns, measured=Offset(east_m=east, north_m=north)) for east, north in where.T.tolist())
        state, _ = track.observe(state, site, view, Observation(sensor="radar", t_ns=t_ns, t_arrival_ns=t_ns, plots=shown, scan=True))
        state, picture = track.publish(state, site, t_ns)
        place = np.einsum("mn,man->an", picture.model, picture.mean[:, :2])
        found.append(place.T[picture.existence >= BELIEVED] / UNIT_M + SIDE / 2.0)
    return found


@measures(Figure("track.watch.rms_gospa", "m", at_most=3.3))
def accuracy() -> Iterator[Value]:
    """200 runs, each with its own trajectories (seeds 0 to 199)."""
    runs = [world(seed) for seed in range(RUNS)]
    ours, mixture = (
        math.sqrt(sum(squares(truth, tracker(field)) for truth, field in runs) / RUNS)
        for tracker in (watched, lambda field: follow(field)[0])
    )
    yield Value("track.watch.rms_gospa", ours, peer={"mixture": mixture}, runs=RUNS)
