"""A small site and looks for the tests of `track`: two radars that plot, one that tracks by itself, a radio finder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from forewarn import track
from forewarn.messages import Observation, Offset, Plot, Polar
from forewarn.sight.view import View
from forewarn.site import Site, parse

T0 = 1_600_000_000_000_000_000
SECOND = 1_000_000_000

SITE = """
version = 1
name = "field"
origin = {{ lat_deg = 52.0, lon_deg = 5.0 }}

[[sensors]]
id = "radar"
kind = "radar"
reports = "position"
position = {{ lat_deg = 52.0, lon_deg = 5.0 }}
sigma_m = 10.0
sigma_alt_m = 20.0
p_detection = 0.9
clutter = 1.0
coverage = {{ max_range_m = 3000.0 }}

[[sensors]]
id = "other"
kind = "radar"
reports = "position"
position = {{ lat_deg = 52.0, lon_deg = 5.0 }}
sigma_m = 20.0
p_detection = 0.6
clutter = 5.0
coverage = {{ max_range_m = 3000.0 }}

[[sensors]]
id = "tracker"
kind = "radar"
reports = "position"
position = {{ lat_deg = 52.0, lon_deg = 5.0 }}
sigma_m = 15.0
correlation_s = 20.0
clutter = 5.0
coverage = {{ max_range_m = 3000.0 }}

[[sensors]]
id = "finder"
kind = "radio_finder"
reports = "bearing"
position = {{ lat_deg = 52.0, lon_deg = 5.0 }}
sigma_azimuth_deg = 2.0
bias_azimuth_deg = 5.0
p_detection = 0.5
scan = false

[[sensors]]
id = "receiver"
kind = "receiver"
reports = "claims"

[[feeds]]
id = "radar"
sensor = "radar"
format = "autoferry"
channel = 1
file = "none"

{more}
[tracking]
{tracking}
"""


def site(tracking: str = "", more: str = "") -> Site:
    """The site, with more keys for the tracker or more tables."""
    return parse(SITE.format(tracking=tracking, more=more))


def view(sensor: str = "radar", chance: float = 0.9, density: float = 1e-7, reach_m: float = 3000.0) -> View:
    """A view from the site's origin."""
    return View(sensor=sensor, spot=(0.0, 0.0, 0.0), chance=chance, density=density, reach_m=(0.0, reach_m), height_m=(-1e4, 1e5))


def plot(t_s: float, east: float, north: float, up: float | None = None, **more: object) -> Plot:
    """A plot at metres east and north of the origin."""
    return Plot(t_ns=at(t_s), measured=Offset(east_m=east, north_m=north, up_m=up), **more)  # type: ignore[arg-type]


def bearing(t_s: float, azimuth_deg: float, **more: object) -> Plot:
    """A bearing from the finder."""
    return Plot(t_ns=at(t_s), measured=Polar(azimuth_deg=azimuth_deg), **more)  # type: ignore[arg-type]


def look(t_s: float, *plots: Plot, sensor: str = "radar", arrival_s: float | None = None, scan: bool = True) -> Observation:
    """A look at ``t_s`` seconds after T0."""
    late = t_s if arrival_s is None else arrival_s
    return Observation(sensor=sensor, t_ns=at(t_s), t_arrival_ns=at(late), plots=plots, scan=scan)


def at(t_s: float) -> int:
    """Nanoseconds of a time in seconds after T0."""
    return T0 + round(t_s * SECOND)


def feed(looks: Iterable[Observation], of: Site | None = None, state: track.State | None = None) -> track.State:
    """The tracker after looks; none may be refused."""
    of = of or site()
    state = state or track.start(of)
    for one in looks:
        state, refused = track.observe(state, of, view(one.sensor), one)
        assert refused == ()
    return state


def straight(n: int, rate: Sequence[float] = (5.0, -3.0), sigma: float = 10.0, seed: int = 1) -> list[Observation]:
    """Looks of the radar at one object on a straight way from (100, 200), one a second."""
    noise = np.random.default_rng(seed).normal(0.0, sigma, (n, 2))
    return [look(k, plot(k, 100.0 + rate[0] * k + noise[k, 0], 200.0 + rate[1] * k + noise[k, 1])) for k in range(n)]
