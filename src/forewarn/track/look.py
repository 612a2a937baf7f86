"""One look as arrays: where its plots are, how sure, and what the sensor thinks of them. Plots are put in an order by value.

A plot measured at another time than its look is compared with where the track was then: z = p - lag v + slow error, where
lag = t_look - t_plot; the process noise over the lag is neglected.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from forewarn import geo
from forewarn.messages import KINDS, Observation, Offset, Plot, Polar, Position
from forewarn.sight.view import View
from forewarn.track.errors.place import true
from forewarn.track.plan import Plan, Sense

Array = NDArray[np.float64]
FINEST_M, FINEST_RAD = 0.05, 1e-5
"""No plot is meant more exactly than this, whatever it states: what has no width at all has no inverse."""


class Look(msgspec.Struct, frozen=True):
    """A look of ``sensor`` at ``t_ns``: m plots that are places, b that are bearings.

    ``place`` (3, m): metres about the site's origin, up NaN where not measured; ``noise`` (2, 2, m): horizontal covariance of what is
    new with each plot; ``up_var`` (m,); ``velocity`` (2, m): rates east and north, NaN where not told; ``bearing``, ``bearing_sd`` (b,):
    radians from north. The stated biases are taken off. ``time_ns`` (m + b,) and ``odds`` (K + 1, m + b), log likelihood of the sensor's
    opinion for each kind and of a false plot, run over places first, then bearings.
    """

    sensor: str
    t_ns: int
    scan: bool
    view: View
    place: np.ndarray
    noise: np.ndarray
    up_var: np.ndarray
    velocity: np.ndarray
    bearing: np.ndarray
    bearing_sd: np.ndarray
    time_ns: np.ndarray
    odds: np.ndarray

    @property
    def key(self) -> tuple[int, str, tuple[int, ...], tuple[float, ...]]:
        """Looks are taken in this order, whatever order they came in."""
        return self.t_ns, self.sensor, tuple(self.time_ns.tolist()), (*self.place[:2].ravel().tolist(), *self.bearing.tolist())


def read(plan: Plan, view: View, observation: Observation, plots: tuple[Plot, ...]) -> Look:
    """The look of ``observation`` with those of its plots that can be used."""
    sense = plan.sensors[observation.sensor]
    where = _cartesian(plan, sense, view, [p for p in plots if not _bearing_only(p)])
    lines = [p for p in plots if _bearing_only(p)]
    azimuth = np.array([math.radians(p.measured.azimuth_deg) for p in lines if isinstance(p.measured, Polar)]) - sense.error[0]
    spread = np.array([math.radians(p.sigma_azimuth_deg) if p.sigma_azimuth_deg else sense.azimuth_rad for p in lines])
    spread = np.maximum(spread, FINEST_RAD)
    if len(lines) > 1:
        order = np.lexsort((azimuth, np.array([p.t_ns for p in lines])))
        lines, azimuth, spread = [lines[i] for i in order.tolist()], azimuth[order], spread[order]
    everything = [*where.plots, *lines]
    return Look(
        sensor=observation.sensor,
        t_ns=observation.t_ns,
        scan=observation.scan,
        view=view,
        place=where.place,
        noise=where.noise,
        up_var=where.up_var,
        velocity=_velocity(where.plots),
        bearing=azimuth,
        bearing_sd=spread,
        time_ns=np.array([p.t_ns for p in everything], dtype=np.int64) - round(sense.error[2] * 1e9),
        odds=opinions(sense, everything),
    )


def claimed(plan: Plan, sensor: str, t_ns: int, place: tuple[float, float, float], sigma_m: float) -> Look:
    """A claim's place (metres about the site's origin) as a look of its receiver: one place, seen from nowhere; no track takes it in."""
    none = np.zeros(0)
    return Look(
        sensor=sensor, t_ns=t_ns, scan=False, view=View(sensor, None, 0.0, 0.0, (0.0, 0.0), (0.0, 0.0)), place=np.array(place)[:, None],
        noise=sigma_m**2 * np.eye(2)[..., None], up_var=np.ones(1), velocity=np.full((2, 1), np.nan), bearing=none, bearing_sd=none,
        time_ns=np.array([t_ns], dtype=np.int64), odds=np.zeros((len(KINDS) + 1, 1)),
    )  # fmt: skip


def _bearing_only(plot: Plot) -> bool:
    return isinstance(plot.measured, Polar) and plot.measured.range_m is None


class _Where(NamedTuple):
    """``place`` (3, m), its horizontal covariance ``noise`` (2, 2, m) and the variance ``up_var`` (m,) of the height of m ``plots``."""

    plots: list[Plot]
    place: Array
    noise: Array
    up_var: Array


def _cartesian(plan: Plan, sense: Sense, view: View, plots: list[Plot]) -> _Where:
    """Where plots are about the site's origin, ordered by time and place."""
    if not plots:
        return _Where([], np.zeros((3, 0)), np.zeros((2, 2, 0)), np.zeros(0))
    spot, tall = view.spot or (0.0, 0.0, 0.0), sense.up_m > 0
    rows = np.array([_row(sense, plot, spot, tall) for plot in plots]).T
    place, noise, up_var = rows[:3], rows[[[3, 4], [4, 5]]], rows[6]
    geodetic = [j for j, p in enumerate(plots) if isinstance(p.measured, Position)]
    if geodetic:
        place[:, geodetic] = _from_geodetic(plan, [plots[j] for j in geodetic], tall)
    if view.spot is not None and any(sense.error[:2]):
        level = np.array(spot[:2])[:, None]
        place[:2] = level + true(place[:2] - level, np.array(sense.error)[:, None])
    order = np.lexsort((place[1], place[0], np.array([p.t_ns for p in plots])))
    return _Where([plots[i] for i in order.tolist()], *(a.take(order, axis=-1) for a in (place, noise, up_var)))


def _row(sense: Sense, plot: Plot, spot: tuple[float, float, float], tall: bool) -> tuple[float, float, float, float, float, float, float]:
    """East, north and up of one plot, the three numbers of its horizontal covariance, and the variance of its height. Positions in degrees
    are still to come."""
    if isinstance(plot.measured, Polar):
        return _from_polar(sense, plot, plot.measured, spot)
    sigma, east, north, up = plot.sigma_m or 0.0, math.nan, math.nan, math.nan
    white = sense.white_m if not sigma else (math.sqrt(max(sigma**2 - sense.slow_m**2, sense.white_m**2)) if sense.at else sigma)
    variance = max(white, FINEST_M) ** 2
    if isinstance(plot.measured, Offset):
        east, north = spot[0] + plot.measured.east_m, spot[1] + plot.measured.north_m
        if tall and plot.measured.up_m is not None:
            up = spot[2] + plot.measured.up_m
    return east, north, up, variance, 0.0, variance, sense.up_m**2


def _from_geodetic(plan: Plan, plots: list[Plot], tall: bool) -> np.ndarray:
    """Positions as metres about the site's origin, (3, m); up NaN where no height is told or used."""
    where = [p.measured for p in plots if isinstance(p.measured, Position)]
    lat, lon = np.array([w.lat_deg for w in where]), np.array([w.lon_deg for w in where])
    alt = np.array([math.nan if w.alt_m is None or not tall else w.alt_m for w in where])
    told = np.isfinite(alt)
    enu = geo.to_enu(lat, lon, np.where(told, alt, plan.origin[2]), plan.origin)
    enu[2] = np.where(told, enu[2], math.nan)
    return enu


def _from_polar(
    sense: Sense, plot: Plot, polar: Polar, spot: tuple[float, float, float]
) -> tuple[float, float, float, float, float, float, float]:
    """``_row`` of a range and an azimuth. Without an elevation the range counts as level."""
    distance, azimuth = polar.range_m or 0.0, math.radians(polar.azimuth_deg)
    sd_range = plot.sigma_range_m or sense.range_m
    sd_azimuth = math.radians(plot.sigma_azimuth_deg) if plot.sigma_azimuth_deg else sense.azimuth_rad
    tall = polar.elevation_deg is not None and sense.elevation_rad > 0
    elevation = math.radians(polar.elevation_deg or 0.0) if tall else 0.0
    level, rise = distance * math.cos(elevation), distance * math.sin(elevation)
    east, north = math.sin(azimuth), math.cos(azimuth)
    out = max(math.hypot(sd_range * math.cos(elevation), rise * sense.elevation_rad), FINEST_M) ** 2
    side = max(level * sd_azimuth, FINEST_M) ** 2
    up_var = max((sd_range * math.sin(elevation)) ** 2 + (level * sense.elevation_rad) ** 2, FINEST_M**2)
    return (
        spot[0] + level * east, spot[1] + level * north, spot[2] + rise if tall else math.nan,
        out * (east * east) + side * (north * north), out * (east * north) - side * (east * north),
        out * (north * north) + side * (east * east), up_var,
    )  # fmt: skip


def _velocity(plots: list[Plot]) -> Array:
    """East and north rates (2, m), NaN where course or speed are not told."""
    if all(p.speed_mps is None or p.course_deg is None for p in plots):
        return np.full((2, len(plots)), np.nan)
    speed = np.array([math.nan if p.speed_mps is None else p.speed_mps for p in plots])
    course = np.radians([math.nan if p.course_deg is None else p.course_deg for p in plots])
    return np.array([speed * np.sin(course), speed * np.cos(course)])


SURPRISE = 0.05
"""Of readings, this share may be anything: no reading is impossible, and one that is odd for all tells nothing."""


def opinions(sense: Sense, plots: list[Plot]) -> np.ndarray:
    """Log likelihood of each plot's label, reflection and score for each kind and, last, for a false plot: (K + 1, m)."""
    log = np.zeros((len(KINDS) + 1, len(plots)))
    for j, plot in enumerate(plots):
        if plot.label is not None and plot.label in sense.labels:
            log[:, j] += np.log(np.maximum(sense.labels[plot.label], 1e-3))
        if plot.reflection_db is not None and sense.reflection:
            log[:, j] += [_bell(plot.reflection_db, *bell, 100.0) for bell in sense.reflection]
        if plot.score is not None and sense.score is not None:
            log[:-1, j] += _bell(plot.score, *sense.score[0], 1.0)
            log[-1, j] += _bell(plot.score, *sense.score[1], 1.0)
    return log


def _bell(x: float, mean: float, sd: float, width: float) -> float:
    """Log density of a normal, but for the share that may be anything over ``width``."""
    normal = math.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * math.sqrt(2.0 * math.pi))
    return math.log((1.0 - SURPRISE) * normal + SURPRISE / width)
