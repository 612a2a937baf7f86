"""Stone Soup's trackers as peers: global nearest neighbour and JPDA on Autoferry's detections, and GNN's time a scan in a crowd.

Stone Soup (github.com/dstl/Stone-Soup, MIT) is used as its own tutorials use it: near-constant-velocity model, extended Kalman filter,
``MultiMeasurementInitiator``, time and covariance deleters. It is given every scan in order of measurement time, so it never has
to deal with late data. Each sensor has its own noise, probability of detection and clutter density. The settings below come
from ``bench/tune_peers.py``, which tries a stated grid on scenarios 2 and 6 alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
from stonesoup.dataassociator.probability import JPDA
from stonesoup.dataassociator.tree import DetectionKDTreeGNN2D
from stonesoup.deleter.error import CovarianceBasedDeleter
from stonesoup.deleter.multi import CompositeDeleter
from stonesoup.deleter.time import UpdateTimeDeleter
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.hypothesiser.probability import PDAHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.measurement.nonlinear import Cartesian2DToBearing
from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
from stonesoup.predictor.kalman import ExtendedKalmanPredictor, KalmanPredictor
from stonesoup.tracker.simple import MultiTargetMixtureTracker, MultiTargetTracker
from stonesoup.types.angle import Bearing
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import ExtendedKalmanUpdater, KalmanUpdater

from forewarn import geo
from forewarn.evaluate.aligned import whole_seconds
from forewarn.evaluate.gospa import GospaOverTime, gospa_over_time
from forewarn.evaluate.tables import AUTOFERRY_ORIGIN, Tracks, read_truth
from forewarn.evaluate.yardstick import Yardstick

Array = NDArray[np.float64]
Associator = Literal["gnn", "jpda"]
SENSORS = {1: "lidar", 2: "radar", 3: "infrared", 4: "visible"}


class Scan(NamedTuple):
    """One look of one sensor: its own place, and its positions (n, 2) or bearings (n,); north, east of the map's zero, metres, radians."""

    time_s: float
    sensor: str
    own: Array
    measured: Array


@dataclass(frozen=True)
class Settings:
    """How a peer is set. Noise in metres (cameras: degrees), densities per square metre (cameras: per radian)."""

    q: float = 0.1
    noise: dict[str, float] = field(default_factory=lambda: {"lidar": 4.0, "radar": 4.0, "visible": 3.0, "infrared": 3.0})
    detection: dict[str, float] = field(default_factory=lambda: {"lidar": 0.7, "radar": 0.9, "visible": 0.7, "infrared": 0.5})
    clutter: dict[str, float] = field(default_factory=lambda: {"lidar": 1e-5, "radar": 1e-5, "visible": 0.4, "infrared": 0.2})
    gate: float = 3.0
    min_points: int = 5
    drop_after_s: float = 5.0
    tentative_after_s: float = 5.0
    drop_above_m: float = 20.0
    speed_sd_mps: float = 3.0
    cameras: bool = False


TUNED: dict[Associator, Settings] = {
    "gnn": Settings(
        noise={"lidar": 4.0, "radar": 3.0, "visible": 3.0, "infrared": 3.0}, gate=3.0, min_points=32, drop_after_s=8.0, speed_sd_mps=3.0
    ),
    "jpda": Settings(
        noise={"lidar": 10.0, "radar": 8.0, "visible": 3.0, "infrared": 3.0},
        detection={"lidar": 0.8, "radar": 0.9, "visible": 0.7, "infrared": 0.5},
        clutter={"lidar": 1e-6, "radar": 1e-6, "visible": 0.4, "infrared": 0.2},
        gate=1.0,
        min_points=8,
        tentative_after_s=2.5,
        speed_sd_mps=4.0,
    ),
}
"""The best that ``bench/tune_peers.py`` saw on scenarios 2 and 6: in the mean 14.1 m (GNN) and 12.3 m (JPDA). Cameras help neither."""


def read_scans(path: Path) -> list[Scan]:
    """All scans of an Autoferry ``detections.json``, in order of measurement time."""
    rows = [row for batch in json.loads(path.read_text()) for row in (batch if isinstance(batch, list) else [batch])]
    return sorted((_scan(row) for row in rows), key=lambda scan: scan.time_s)


def _scan(row: dict[str, Any]) -> Scan:
    sensor = SENSORS[row["sensorID"]]
    measured = np.asarray(row["measurement"], dtype=float)
    own = np.array(row["ownshipPosition"], dtype=float)
    if sensor in ("radar", "lidar"):
        return Scan(row["time"], sensor, own, measured.reshape(2, -1).T + own)
    return Scan(row["time"], sensor, own, measured.reshape(-1))


class Peer:
    """A Stone Soup tracker over one run of scans."""

    def __init__(self, kind: Associator, settings: Settings, scans: Sequence[Scan]) -> None:
        self.settings = settings
        used = [scan for scan in scans if settings.cameras or scan.sensor in ("radar", "lidar")]
        self.frames = [self._frame(scan) for scan in used]
        sensor_at = {time: scan.sensor for (time, _), scan in zip(self.frames, used, strict=True)}
        self.predictor = ExtendedKalmanPredictor(
            CombinedLinearGaussianTransitionModel([ConstantVelocity(settings.q), ConstantVelocity(settings.q)])
        )
        self.updater = ExtendedKalmanUpdater()
        deleter, tentative = (_deleter(after_s, settings.drop_above_m) for after_s in (settings.drop_after_s, settings.tentative_after_s))
        nearest = GNNWith2DAssignment(DistanceHypothesiser(self.predictor, self.updater, Mahalanobis(), missed_distance=settings.gate))
        initiator = MultiMeasurementInitiator(
            prior_state=GaussianState([[0], [0], [0], [0]], np.diag([0, settings.speed_sd_mps**2, 0, settings.speed_sd_mps**2])),
            measurement_model=None,
            deleter=tentative,
            data_associator=nearest,
            updater=self.updater,
            min_points=settings.min_points,
            skip_non_reversible=True,
        )
        associator = nearest if kind == "gnn" else JPDA(_BySensor(self.predictor, self.updater, settings, sensor_at))
        tracker = MultiTargetTracker if kind == "gnn" else MultiTargetMixtureTracker
        self.tracker = tracker(initiator=initiator, deleter=deleter, detector=self.frames, data_associator=associator, updater=self.updater)

    def _frame(self, scan: Scan) -> tuple[datetime, set[Detection]]:
        """A scan as Stone Soup takes it: its time and its detections, each with its measurement model."""
        time = datetime.fromtimestamp(scan.time_s, UTC).replace(tzinfo=None)
        noise = self.settings.noise[scan.sensor]
        if scan.sensor in ("radar", "lidar"):
            model: Any = LinearGaussian(4, (0, 2), np.diag([noise**2, noise**2]))
            return time, {Detection([[n], [e]], timestamp=time, measurement_model=model) for n, e in scan.measured}
        model = Cartesian2DToBearing(
            4, (0, 2), noise_covar=np.array([[math.radians(noise) ** 2]]), translation_offset=scan.own.reshape(2, 1)
        )
        return time, {Detection([[Bearing(b)]], timestamp=time, measurement_model=model) for b in scan.measured}

    def run(self) -> Iterator[tuple[datetime, list[GaussianState]]]:
        """The newest state of every confirmed track after each scan."""
        for time, tracks in self.tracker:
            yield time, [track.state for track in tracks]

    def at(self, seconds: Array) -> list[Array]:
        """North and east of every track at each of ``seconds`` (s,), unix time, from the scans until then, predicted to it: (n, 2) each."""
        out: list[Array] = []
        states: list[GaussianState] = []
        clock = [datetime.fromtimestamp(s, UTC).replace(tzinfo=None) for s in seconds.tolist()]
        for time, newest in self.run():
            while len(out) < len(clock) and clock[len(out)] < time:
                out.append(self._predicted(states, clock[len(out)]))
            states = newest
        return out + [self._predicted(states, time) for time in clock[len(out) :]]

    def _predicted(self, states: Sequence[GaussianState], time: datetime) -> Array:
        ahead = [self.predictor.predict(state, timestamp=time).state_vector for state in states]
        return np.array([[float(x[0, 0]), float(x[2, 0])] for x in ahead]).reshape(-1, 2)


def _deleter(after_s: float, above_m: float) -> CompositeDeleter:
    """Drops a track that has no update for so long, or whose horizontal error (root mean square, each axis) is so large."""
    return CompositeDeleter(
        [UpdateTimeDeleter(timedelta(seconds=after_s)), CovarianceBasedDeleter(2 * above_m**2, mapping=[0, 2])], intersect=False
    )


class _BySensor:
    """A PDA hypothesiser for each sensor: which one a scan is from is told by its time."""

    def __init__(self, predictor: Any, updater: Any, settings: Settings, sensor_at: dict[datetime, str]) -> None:
        self.sensor_at = sensor_at
        self.of = {
            sensor: PDAHypothesiser(
                predictor,
                updater,
                clutter_spatial_density=settings.clutter[sensor],
                prob_detect=settings.detection[sensor],
                prob_gate=0.99,
            )
            for sensor in SENSORS.values()
        }

    def hypothesise(self, track: Any, detections: Any, timestamp: datetime, **kwargs: Any) -> Any:
        return self.of[self.sensor_at[timestamp]].hypothesise(track, detections, timestamp, **kwargs)


# ----------------------------------------------------------------------------------------------------------- autoferry


def score(kind: Associator, settings: Settings, folder: Path) -> GospaOverTime:
    """GOSPA of a peer on one scenario: ``folder`` holds ``detections.json`` and ``groundTruth.json``; c = 20 m, p = 2, whole seconds."""
    truth = read_truth(folder / "groundTruth.json")
    seconds = whole_seconds(truth)
    estimates = Peer(kind, settings, read_scans(folder / "detections.json")).at(seconds)
    return gospa_over_time(_table(seconds, estimates), truth, Yardstick(c_m=20.0, hold_s=0.0))


def _table(seconds: Array, estimates: Sequence[Array]) -> Tracks:
    """A peer's estimates as a track table: the same function scores them and us."""
    time = np.repeat(seconds, [len(e) for e in estimates])
    ne = np.concatenate(estimates)
    lat, lon, _ = geo.to_place((ne[:, 1], ne[:, 0], np.zeros(len(ne))), AUTOFERRY_ORIGIN)
    track = np.concatenate([np.arange(len(e)) for e in estimates]).astype(str)
    none = np.full(len(time), np.nan)
    return Tracks(time, track, lat, lon, none, none, np.ones(len(time)))


# --------------------------------------------------------------------------------------------------------- in a crowd

WARM, MEASURED = 5, 10


def gnn_ms_per_scan(scans: Sequence[Array], sigma_m: float = 5.0, tree: bool = False, clock: Callable[[], float] = perf_counter) -> float:
    """Median time that Stone Soup's GNN takes for a scan, milliseconds: over ten scans, after five in which its tracks begin.

    ``scans``: plots of one sensor that looks once a second, metres, shape (2, n) each. In the time: prediction, gating,
    assignment, update, deletion, new tracks. Not in it: making the detections. ``tree``: with Stone Soup's own k-d tree before the gate.
    ``clock``: by which it is timed.
    """
    model = LinearGaussian(4, (0, 2), np.diag([sigma_m**2, sigma_m**2]))
    start = datetime(2026, 1, 1)  # noqa: DTZ001 -- Stone Soup's times have no zone
    frames = [
        (time, {Detection([[e], [n]], timestamp=time, measurement_model=model) for e, n in plots.T})
        for time, plots in ((start + timedelta(seconds=k), plots) for k, plots in enumerate(scans[: WARM + MEASURED]))
    ]
    took = []
    steps = iter(_crowd_tracker(frames, tree))
    for _ in frames:
        begun = clock()
        next(steps)
        took.append(clock() - begun)
    return 1e3 * median(took[WARM:])


def _crowd_tracker(frames: list[tuple[datetime, set[Detection]]], tree: bool) -> Any:
    predictor = KalmanPredictor(CombinedLinearGaussianTransitionModel([ConstantVelocity(0.5), ConstantVelocity(0.5)]))
    updater = KalmanUpdater()
    hypothesiser = DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=4.0)
    near = DetectionKDTreeGNN2D(hypothesiser, predictor, updater, max_distance=100.0) if tree else GNNWith2DAssignment(hypothesiser)
    deleter = UpdateTimeDeleter(timedelta(seconds=3))
    initiator = MultiMeasurementInitiator(
        prior_state=GaussianState([[0], [0], [0], [0]], np.diag([0, 100, 0, 100])),
        deleter=deleter,
        data_associator=near,
        updater=updater,
        min_points=3,
    )
    return MultiTargetTracker(initiator=initiator, deleter=deleter, detector=frames, data_associator=near, updater=updater)
