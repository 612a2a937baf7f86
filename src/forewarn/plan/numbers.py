"""A site's numbers as the kernels take them: flat arrays, sensors in the site's order without those that hear claims only."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn import sight
from forewarn.identify import kinds
from forewarn.messages import KINDS
from forewarn.project.paths import ORDER, paths
from forewarn.project.shapes import solid
from forewarn.sight import clutter
from forewarn.sight.view import View
from forewarn.site import Sensor, Site, Zone
from forewarn.track import plan as tracking

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
POSITION, POLAR, BEARING = 0, 1, 2


class Senses(NamedTuple):
    """S sensors: ``what`` each reports, whether it ``scan``s; ``spot`` (S, 3), metres; ``sd`` (S, 5): errors of a position (white part), of
    range, azimuth, elevation (0: none) and height (0: none); ``slow`` (S, 2): seconds and metres of the error that stays (0: none);
    ``spells`` (S, 2): share of the time that an object is hidden, and for how long (s); ``at`` (S,): its place in the state; ``density``:
    of false plots; ``unseen``: objects not seen yet a square metre, as the tracker expects them just before a look; ``chance``: inside the
    coverage; ``square_m`` and ``foreseen``: the squares of its map of false plots and how many of these the stated density foresees in
    each, over what the map remembers; ``remembered``: how many it will remember."""

    what: Ints
    scan: NDArray[np.bool_]
    interval_s: Array
    spot: Array
    sd: Array
    slow: Array
    spells: Array
    at: Ints
    density: Array
    unseen: Array
    chance: Array
    square_m: Array
    foreseen: Array
    remembered: Array


class Watch(NamedTuple):
    """The tracker's and identification's numbers; see ``track.plan.Plan``, ``site.Tracking`` and ``identify.kinds``."""

    size: int
    power: Array
    stay_s: Array
    vertical: float
    speed_mps: float
    climb_mps: float
    height: Array
    life_s: float
    fixtures: float
    drop_below: float
    publish_above: float
    coast_s: float
    vague_m: float
    tick_s: float
    prior: Array
    ranges: Array
    spread: Array
    least: Array
    usual: float
    bound: float


class Place(NamedTuple):
    """A zone: ``corners`` (2, c), c = 0 for a circle; ``harm`` (K,) of each kind, as a multiple of the cost of a needless warning."""

    centre: Array
    radius_m: float
    corners: Array
    floor_m: float
    ceiling_m: float
    horizon_s: float
    harm: Array


class Samples(NamedTuple):
    """``project.paths``, sample by sample in an order of which each part is spread evenly over all: ``state`` (N, 6) in ``order``,
    ``noise`` (models, N, K + 1, 3); ``spread_m`` (models,): of the noise at the end."""

    knots_s: Array
    state: Array
    choice: Array
    noise: Array
    order: Ints
    spread_m: Array


def counted(site: Site) -> list[Sensor]:
    """The sensors that can see what claims nothing."""
    return [sensor for sensor in site.sensors if sensor.reports != "claims"]


def views(site: Site) -> list[View]:
    """What each of them can see when all is well."""
    state = sight.start(site)
    return [sight.view(state, site, sensor.id, 0, None) for sensor in counted(site)]


def senses(site: Site) -> Senses:
    """The sensors' numbers. A sensor whose place nobody knows stands at the origin (see ``plan.placed``)."""
    made = tracking.make(site)
    known, seen = [made.sensors[sensor.id] for sensor in counted(site)], views(site)
    squares = np.array([4.0 * view.reach_m[1] / clutter.SIDE for view in seen])
    foreseen = np.array([view.density for view in seen]) * squares**2 * clutter.MEMORY
    both = list(zip(counted(site), known, strict=True))
    bearings = [sensor.reports == "bearing" for sensor in counted(site)]
    what = [BEARING if b else POLAR if sensor.reports == "polar" else POSITION for b, sensor in zip(bearings, counted(site), strict=True)]
    return Senses(
        what=np.array(what, dtype=np.int64),
        scan=np.array([sensor.scan for sensor in counted(site)], dtype=bool),
        interval_s=np.array([sensor.interval_s for sensor in counted(site)]),
        spot=np.array([view.spot or (0.0, 0.0, 0.0) for view in seen]).reshape(-1, 3),
        sd=np.array([(s.white_m, s.range_m, s.azimuth_rad, s.elevation_rad, s.up_m) for s in known]).reshape(-1, 5),
        slow=np.array([(s.tau_s, s.slow_m) if s.at else (0.0, 0.0) for s in known]).reshape(-1, 2),
        spells=np.array([(s.hidden, s.spell_s) for s in known]).reshape(-1, 2),
        at=np.array([s.at for s in known], dtype=np.int64),
        density=np.array([max(view.density, 1e-300) for view in seen]),
        unseen=np.array([_unseen(made, sensor, view.chance) for sensor, view in zip(counted(site), seen, strict=True)]),
        chance=np.array([view.chance for view in seen]),
        square_m=squares,
        foreseen=foreseen,
        remembered=foreseen * np.array([-math.expm1(-sensor.interval_s / s.tau_s) if s.at else 1.0 for sensor, s in both]),
    )


def _unseen(made: tracking.Plan, sensor: Sensor, chance: float) -> float:
    """Objects a square metre that a sensor has not seen yet, when births and its looks have balanced."""
    steady = made.births * made.life_s
    if not sensor.scan:
        return steady
    stay = float(np.exp(-sensor.interval_s / made.life_s))
    return steady * (1.0 - stay) / (1.0 - stay * (1.0 - chance))


def watch(site: Site) -> Watch:
    """The rooms' numbers."""
    made, t = tracking.make(site), site.tracking
    return Watch(
        size=made.size,
        power=np.array(made.power),
        stay_s=np.array(made.stay_s),
        vertical=made.vertical,
        speed_mps=made.speed_mps,
        climb_mps=made.climb_mps,
        height=np.array(made.height),
        life_s=made.life_s,
        fixtures=made.fixtures,
        drop_below=t.drop_below,
        publish_above=t.publish_above,
        coast_s=t.coast_s,
        vague_m=made.vague_m,
        tick_s=site.tick_s,
        prior=kinds.prior(site.priors),
        ranges=np.array([kinds.RANGES[kind] for kind in KINDS], dtype=float),
        spread=np.array([t.speed_sd_mps, t.height_sd_m, t.climb_sd_mps]),
        least=kinds.LEAST_ERROR,
        usual=kinds.USUAL,
        bound=kinds.MOTION_BOUND,
    )


def place(site: Site, zone: Zone) -> Place:
    """A zone's numbers."""
    shape, missed = solid(site, zone), zone.costs.missed
    corners = np.zeros((2, 0)) if shape.corners is None else shape.corners
    harm = np.array([missed.get(kind, missed.get("other", 0.0)) for kind in KINDS]) / zone.costs.false_alarm
    return Place(np.array(shape.centre), shape.radius_m, corners, shape.floor_m, shape.ceiling_m, zone.horizon_s, harm)


def samples(site: Site) -> Samples:
    """The sample paths that ``project`` uses under this site."""
    ways = paths(site.tracking, max([site.elsewhere.horizon_s, *(zone.horizon_s for zone in site.zones)]))
    count = len(ways.choice)
    turn = np.arange(count) * round(count * 0.381966) % count  # by the golden section: any run of it is even
    state = np.ascontiguousarray(ways.state[:6, turn].T, dtype=np.float64)
    noise = np.ascontiguousarray(np.moveaxis(ways.noise, 3, 1).swapaxes(2, 3)[:, turn], dtype=np.float64)
    return Samples(ways.knots_s, state, ways.choice[turn], noise, np.array(ORDER, dtype=np.int64), ways.spread_m[:, -1])
