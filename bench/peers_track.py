"""Peers of the tracker alone: Stone Soup's global nearest neighbour and JPDA on a stream of plots, and a bare batched Kalman filter.

Stone Soup (github.com/dstl/Stone-Soup, MIT) as in ``bench/peers.py``. In the scenario of Williams 2015 both are told the true noise,
clutter and probability of detection; the other settings are the best of a small grid on the first five runs (points to begin a track 2
or 3, gate 3 or 4, seconds to its end 1.5 or 2.5).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from time import thread_time
from typing import Any, Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray
from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
from stonesoup.dataassociator.probability import JPDA
from stonesoup.deleter.time import UpdateTimeDeleter
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.hypothesiser.probability import PDAHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.tracker.simple import MultiTargetMixtureTracker, MultiTargetTracker
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import KalmanUpdater

Array = NDArray[np.float64]


def williams(kind: Literal["gnn", "jpda"], scans: Sequence[Array], clutter: float) -> Iterator[Array]:
    """Positions (n, 2) of the confirmed tracks after each scan of plots (2, m): noise 1 m, detection 0.9, motion q = 0.02, a second
    apart."""
    model = LinearGaussian(4, (0, 2), np.eye(2))
    begun = datetime(2026, 1, 1)  # noqa: DTZ001 -- Stone Soup's times have no zone
    frames = [
        (time, {Detection([[x], [y]], timestamp=time, measurement_model=model) for x, y in plots.T})
        for time, plots in ((begun + timedelta(seconds=k), plots) for k, plots in enumerate(scans))
    ]
    predictor = KalmanPredictor(CombinedLinearGaussianTransitionModel([ConstantVelocity(0.02), ConstantVelocity(0.02)]))
    updater = KalmanUpdater()
    nearest = GNNWith2DAssignment(DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=3.0))
    chances = JPDA(PDAHypothesiser(predictor, updater, clutter_spatial_density=clutter, prob_detect=0.9, prob_gate=0.999))
    deleter = UpdateTimeDeleter(timedelta(seconds=2.5))
    initiator = MultiMeasurementInitiator(
        prior_state=GaussianState([[0], [0], [0], [0]], np.diag([0, 1, 0, 1])),
        deleter=UpdateTimeDeleter(timedelta(seconds=1.5)),
        data_associator=nearest,
        updater=updater,
        min_points=3,
    )
    tracker: Any = MultiTargetTracker if kind == "gnn" else MultiTargetMixtureTracker
    associator = nearest if kind == "gnn" else chances
    for _, tracks in tracker(initiator=initiator, deleter=deleter, detector=frames, data_associator=associator, updater=updater):
        yield np.array([[float(t.state.state_vector[0, 0]), float(t.state.state_vector[2, 0])] for t in tracks]).reshape(-1, 2)


def bare_ms(tracks: int, size: int = 4, measured: int = 2, models: int = 1, repeats: int = 15) -> float:
    """Milliseconds of CPU, the least of some repeats, for predicting and updating so many Gaussians by one plot each: NumPy, arrays
    last, dense matrices with no structure used, no association, existence or choice at all. With ``models``, each has as many."""
    n = tracks * models
    rng = np.random.Generator(np.random.PCG64(0))
    x, p = rng.normal(size=(size, n)), np.repeat(10.0 * np.eye(size)[:, :, None], n, axis=2)
    f = np.eye(size) + np.eye(size, k=size // 2)
    noise, z = np.eye(size), x[:measured] + rng.normal(size=(measured, n))
    took = []
    for _ in range(repeats):
        begun = thread_time()
        _bare(x, p, f, noise, z)
        took.append(thread_time() - begun)
    return 1e3 * min(took)


def _bare(x: Array, p: Array, f: Array, q: Array, z: Array) -> tuple[Array, Array]:
    s, n = x.shape
    d = len(z)
    x = f @ x
    half = (f @ p.reshape(s, -1)).reshape(s, s, n)
    p = np.stack([(f @ half[a]) for a in range(s)]) + q[:, :, None]
    spread = p[:d, :d] + 25.0 * np.eye(d)[:, :, None]
    gain = np.stack([_solved(spread, p[a, :d]) for a in range(s)])
    off = z - x[:d]
    x = x + sum(gain[:, b] * off[b] for b in range(d))
    p = p - np.stack([sum(gain[a, b] * p[b] for b in range(d)) for a in range(s)])
    return x, p


def _solved(spread: Array, right: Array) -> Array:
    """Solutions (d, n) of symmetric systems (d, d, n), d of 2 or 3, by cofactors."""
    if len(right) == 2:
        (a, b), (_, c) = spread
        return np.asarray(np.stack([c * right[0] - b * right[1], a * right[1] - b * right[0]]) / (a * c - b * b))
    (a, b, c), (_, d, e), (_, _, g) = spread
    i, j, k = d * g - e * e, c * e - b * g, b * e - c * d
    u, v, w = a * g - c * c, b * c - a * e, a * d - b * b
    det = a * i + b * j + c * k
    x, y, t = right
    return np.asarray(np.stack([i * x + j * y + k * t, j * x + u * y + v * t, k * x + v * y + w * t]) / det)


@njit(cache=True)
def _compiled(x: Array, p: Array, z: Array) -> None:
    """Predict and update in place of 2-D near-constant velocity, one object after another."""
    for i in range(x.shape[1]):
        for a in range(2):
            x[a, i] += x[a + 2, i]
            for b in range(2):
                p[a, b, i] += p[a + 2, b, i] + p[a, b + 2, i] + p[a + 2, b + 2, i] + (1.0 if a == b else 0.0)
        for a in range(2):
            for b in range(2):
                p[a, b + 2, i] += p[a + 2, b + 2, i]
                p[b + 2, a, i] = p[a, b + 2, i]
            p[a + 2, a + 2, i] += 1.0
        s00, s01, s11 = p[0, 0, i] + 25.0, p[0, 1, i], p[1, 1, i] + 25.0
        det = s00 * s11 - s01 * s01
        u, v = z[0, i] - x[0, i], z[1, i] - x[1, i]
        c0, c1 = p[:, 0, i].copy(), p[:, 1, i].copy()
        for a in range(4):
            k0, k1 = (s11 * c0[a] - s01 * c1[a]) / det, (s00 * c1[a] - s01 * c0[a]) / det
            x[a, i] += k0 * u + k1 * v
            for b in range(4):
                p[a, b, i] -= k0 * c0[b] + k1 * c1[b]


def compiled_ms(tracks: int, repeats: int = 15) -> float:
    """`bare_ms` of 2-D near-constant velocity with its block structure, in numba."""
    took = []
    for _ in range(repeats):
        x, p, z = np.zeros((4, tracks)), np.repeat(10.0 * np.eye(4)[:, :, None], tracks, axis=2), np.ones((2, tracks))
        begun = thread_time()
        _compiled(x, p, z)
        took.append(thread_time() - begun)
    return 1e3 * min(took)
