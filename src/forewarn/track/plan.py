"""The site file's numbers as the tracker uses them, worked out once a site and kept in the tracker's state."""

from __future__ import annotations

import math
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from forewarn import geo
from forewarn.messages import KINDS
from forewarn.sight.view import SURE
from forewarn.site import Opinions, Resolution, Sensor, Site
from forewarn.track.errors.joint import LOOSE
from forewarn.track.resolve import Cell

WHITE = 0.1
"""Of a self-tracking sensor's error variance, the share that is new with each plot; the rest stays for about ``correlation_s``."""
LOOKS = 5.0
"""A sensor that tracks by itself knows an object's velocity as from so many looks: its error is ``sigma_m / (LOOKS interval)``."""
SPELLS = 4.0
"""An agile spell lasts so much shorter than a calm one, which lasts ``stay_s``."""
VAGUE = 0.3
"""Where the site file does not say, a track is *vague*, and not published, once its horizontal error (root mean square) is this share of
``coast_s`` x ``speed_sd_mps``."""
NEVER = -(2**62)
"""A time before all others, nanoseconds: of what has not been."""
MODELS = 3
"""Calm, agile, falling (``motion``)."""
HARDLY = 1e-9
"""Chance of a model that nothing speaks for: none is quite 0, or its estimate would be nothing."""
FLIES = (0.5, 0.5, HARDLY)
"""The models' chances of a new track that nothing says to fall."""
Bell = tuple[float, float]


class Sense(msgspec.Struct, frozen=True):
    """One sensor. ``at``: where its slow error stands in a track's state, 0: it has none. ``labels`` are rows of P(label | kind) over
    the kinds and, last, false plots; ``reflection`` bells (mean, spread) in the same order; ``score`` of true and of false plots.
    ``error``: what the site file says that its azimuth (radians), range (m) and clock (s) are off by, ``error_sd``: how sure that is.
    ``reach_m``: how far it sees; ``missed``: chance that an object's next report fails to come, of a sensor that gives lone reports (of
    others 1); ``cell``: its resolution, where stated; ``hidden``: share of the time that an object is out of its sight, in spells of
    ``spell_s`` on the mean; ``echoes``: whether near objects give it any."""

    index: int
    places: bool
    at: int
    tau_s: float
    slow_m: float
    white_m: float
    up_m: float
    velocity_mps: float
    range_m: float
    azimuth_rad: float
    reach_m: float
    missed: float
    elevation_rad: float
    error: tuple[float, float, float]
    error_sd: tuple[float, float, float]
    interval_s: float
    claims: bool
    labels: dict[str, tuple[float, ...]]
    reflection: tuple[Bell, ...]
    score: tuple[Bell, Bell] | None
    cell: Cell | None
    hidden: float
    spell_s: float
    echoes: bool

    @property
    def ghosts(self) -> bool:
        """Whether it tracks by itself: it follows objects in runs, and its false plots come in runs too."""
        return self.at > 0


class Plan(msgspec.Struct, frozen=True, dict=True):
    """``power``: density of the two models' acceleration, m^2/s^3; ``vertical``: the vertical's share of it. ``kinds``: prior shares.
    ``births``: new objects a second and square metre; ``fixtures``: things that stand for each. ``slow``: (place in the state, seconds,
    metres) of each slow error.

    What follows from these numbers is worked out when first asked for, and kept."""

    size: int
    power: tuple[float, float]
    stay_s: tuple[float, float]
    vertical: float
    slow: tuple[tuple[int, float, float], ...]
    kinds: tuple[float, ...]
    births: float
    fixtures: float
    life_s: float
    speed_mps: float
    climb_mps: float
    height: Bell
    drop_below: float
    coast_s: float
    late_s: float
    vague_m: float
    ids: tuple[str, ...]
    sensors: dict[str, Sense]
    origin: geo.Origin

    @cached_property
    def senses(self) -> tuple[Sense, ...]:
        """The sensors in the site's order, which ``Sense.index`` counts; ``ids`` are their names."""
        return tuple(self.sensors[name] for name in self.ids)

    @cached_property
    def stated(self) -> NDArray[np.float64]:
        """Spreads (B,) of the sensors' errors by the site file (see ``errors.joint``)."""
        return np.array([sense.error_sd for sense in self.senses], dtype=float).ravel()

    @cached_property
    def loose(self) -> NDArray[np.float64]:
        """The same if the site file were believed of no sensor; claims' own errors, and ranges of bearings, are not looked for."""
        free = np.array([[not sense.claims, sense.places, not sense.claims] for sense in self.senses])
        return np.asarray(np.maximum((free * LOOSE).ravel(), self.stated))

    @cached_property
    def tau_s(self) -> NDArray[np.float64]:
        """How long errors of each sensor (S,) stay alike, seconds."""
        return np.array([sense.tau_s for sense in self.senses], dtype=float)

    @cached_property
    def does(self) -> NDArray[np.bool_]:
        """Which sensors show places, and which only pass claims on (2, S)."""
        return np.array([[sense.places for sense in self.senses], [sense.claims for sense in self.senses]], dtype=bool)

    @cached_property
    def followed(self) -> NDArray[np.float64]:
        """Chance (S, 1) that each sensor follows a new object, which it has not shown yet."""
        return np.array([[1.0 - sense.hidden] for sense in self.senses])

    @cached_property
    def log_kinds(self) -> NDArray[np.float64]:
        """Logarithms (K, 1) of the prior shares of the kinds, none quite nought."""
        return np.log(np.maximum(self.kinds, 1e-12))[:, None]

    def shares(self, log_kind: NDArray[np.float64]) -> NDArray[np.float64]:
        """Chances (K, n) of the kinds by the priors and the sensors' opinions so far, their log evidence (K, n)."""
        log = log_kind + self.log_kinds
        share = np.exp(log - np.maximum.reduce(log, axis=0))
        return np.asarray(share / np.add.reduce(share, axis=0))

    @cached_property
    def quick(self) -> Plan:
        """The same without sensors' slow errors: for estimates that have none in their state."""
        return msgspec.structs.replace(self, slow=())


def make(site: Site) -> Plan:
    """The plan of a site."""
    t = site.tracking
    sensors: dict[str, Sense] = {}
    slow: list[tuple[int, float, float]] = []
    for index, sensor in enumerate(site.sensors):
        at = 6 + 2 * len(slow) if sensor.correlation_s > 0 and sensor.reports in ("position", "polar") else 0
        sensors[sensor.id] = _sense(sensor, index, at)
        if at:
            slow.append((at, sensor.correlation_s, sensors[sensor.id].slow_m))
    shares = np.array([site.priors.kinds.get(kind, 0.0) for kind in KINDS])
    shares = shares / shares.sum() if shares.sum() > 0 else np.full(len(KINDS), 1.0 / len(KINDS))
    return Plan(
        size=6 + 2 * len(slow),
        power=(t.calm, t.agile),
        stay_s=(t.stay_s, t.stay_s / SPELLS),
        vertical=min((t.climb_sd_mps / t.speed_sd_mps) ** 2, 1.0),
        slow=tuple(slow),
        kinds=tuple(shares.tolist()),
        births=site.priors.births_per_min_km2 / 60.0 / 1e6,
        fixtures=site.priors.fixtures,
        life_s=site.priors.life_s,
        speed_mps=t.speed_sd_mps,
        climb_mps=t.climb_sd_mps,
        height=(t.height_m, t.height_sd_m),
        drop_below=t.drop_below,
        coast_s=t.coast_s,
        late_s=t.late_s,
        vague_m=t.vague_m or VAGUE * t.coast_s * t.speed_sd_mps,
        ids=tuple(sensor.id for sensor in site.sensors),
        sensors=sensors,
        origin=(site.origin.lat_deg, site.origin.lon_deg, site.origin.alt_m),
    )


def _sense(sensor: Sensor, index: int, at: int) -> Sense:
    white = WHITE if at else 1.0
    spells = (0.5 if at else 0.0, sensor.correlation_s) if sensor.spells is None else (sensor.spells.hidden, sensor.spells.mean_s)
    return Sense(
        index=index,
        places=sensor.reports in ("position", "polar"),
        at=at,
        tau_s=sensor.correlation_s,
        slow_m=sensor.sigma_m * math.sqrt(1.0 - white),
        white_m=sensor.sigma_m * math.sqrt(white),
        up_m=sensor.sigma_alt_m or 0.0,
        velocity_mps=sensor.sigma_m / (LOOKS * sensor.interval_s),
        range_m=sensor.sigma_range_m,
        azimuth_rad=math.radians(sensor.sigma_azimuth_deg),
        reach_m=sensor.coverage.max_range_m,
        missed=1.0 if sensor.scan else 1.0 - min(sensor.p_detection, SURE),
        elevation_rad=math.radians(sensor.sigma_elevation_deg or 0.0),
        error=(math.radians(sensor.bias_azimuth_deg), sensor.bias_range_m, sensor.bias_clock_s),
        error_sd=(math.radians(sensor.bias_sigma_azimuth_deg), sensor.bias_sigma_range_m, sensor.bias_sigma_clock_s),
        interval_s=sensor.interval_s,
        claims=sensor.reports == "claims",
        labels=_labels(sensor.opinions),
        reflection=_reflection(sensor.opinions),
        score=_score(sensor.opinions),
        cell=_cell(sensor.resolution),
        hidden=spells[0],
        spell_s=spells[1],
        echoes=sensor.echoes,
    )


def _cell(resolution: Resolution | None) -> Cell | None:
    if resolution is None:
        return None
    return Cell(resolution.range_m, math.radians(resolution.azimuth_deg), resolution.shadow)


def _labels(opinions: Opinions) -> dict[str, tuple[float, ...]]:
    """P(label | kind) for each kind and false plots; what is left out takes `other`, else 1."""
    return {
        label: (*(float(row.get(kind, row.get("other", 1.0))) for kind in KINDS), float(row.get("false", 1.0)))
        for label, row in opinions.labels.items()
    }


def _reflection(opinions: Opinions) -> tuple[Bell, ...]:
    """A bell for each kind and false plots; what is left out takes `other`, else that of false plots, so that it tells nothing."""
    table = opinions.reflection_db
    if not table:
        return ()
    spare = table.get("false") or next(iter(table.values()))
    bells = [table.get(kind) or table.get("other") or spare for kind in KINDS] + [spare]
    return tuple((bell.mean, bell.sd) for bell in bells)


def _score(opinions: Opinions) -> tuple[Bell, Bell] | None:
    table = opinions.score
    if "true" not in table or "false" not in table:
        return None
    return (table["true"].mean, table["true"].sd), (table["false"].mean, table["false"].sd)
