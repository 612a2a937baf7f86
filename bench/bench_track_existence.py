"""Are existence probabilities true? Simulated worlds in which objects come, go and are missed, with many false plots.

Every track of every scan with existence above 0.02 is a sample: it is right if a living object can be given to it, one to one, within
``REACH`` of its standard deviations of place and no more than ``NEAR_M``. Samples are sorted into ten bins of existence; the error of a
bin is the mean existence less the share that is right; the figure is the largest error of the bins with at least 500 samples.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from bench import Figure, Value, measures
from forewarn.track.pmbm import Gaussians, Position, Scan, Settings, State, Velocity, estimate, start, step

Array = NDArray[np.float64]
WORLDS, SCANS, LEAST = 120, 60, 500
SIDE, NOISE_M, POWER, SURVIVAL, DETECTION, FALSE, BIRTHS = 1_500.0, 5.0, 0.2, 0.96, 0.75, 25.0, 0.4
SPREAD = np.array([300.0, 300.0, 6.0, 6.0])
REACH, NEAR_M = 4.5, 60.0
WRONG = {"clutter twice": (2.0, DETECTION), "clutter half": (0.5, DETECTION), "detection half": (1.0, DETECTION / 2)}


def _wide(weight: float) -> Gaussians:
    return Gaussians(np.array([weight]), np.zeros((1, 4, 1)), np.diag(SPREAD**2)[None, :, :, None], np.ones((1, 1)))


SETTINGS = Settings(models=(Velocity(POWER),), undetected=_wide(BIRTHS), births=_wide(BIRTHS), survival=SURVIVAL, report=0.02)


def _world(seed: int) -> Iterator[tuple[Array, Array]]:
    """Living objects' states (4, n) and plots (2, m) of each scan."""
    rng = np.random.Generator(np.random.PCG64(seed))
    step = np.eye(4) + np.eye(4, k=2)
    root = np.linalg.cholesky(POWER * np.kron(np.array([[1 / 3, 1 / 2], [1 / 2, 1.0]]), np.eye(2)))
    alive = np.zeros((4, 0))
    for _ in range(SCANS):
        alive = step @ alive + root @ rng.standard_normal(alive.shape)
        alive = alive[:, rng.random(alive.shape[1]) < SURVIVAL]
        alive = np.hstack([alive, SPREAD[:, None] * rng.standard_normal((4, rng.poisson(BIRTHS)))])
        seen = alive[:2, rng.random(alive.shape[1]) < DETECTION]
        false = rng.uniform(-SIDE / 2, SIDE / 2, (2, rng.poisson(FALSE)))
        yield alive, np.hstack([seen + NOISE_M * rng.standard_normal(seen.shape), false])


def _right(alive: Array, state: State) -> tuple[Array, Array]:
    """Existence (n,) of each track, and whether it is an object (n,)."""
    found = estimate(SETTINGS, state)
    off = found.mean[:2, :, None] - alive[:2, None]
    away = np.sqrt((off**2).sum(axis=0))
    size = np.sqrt(np.maximum(found.cov[0, 0], found.cov[1, 1]))
    cost = np.where((away < REACH * size[:, None]) & (away < NEAR_M), away - 1e3, 0.0)
    rows, columns = linear_sum_assignment(cost)
    right = np.zeros(len(found.existence))
    right[rows[cost[rows, columns] < 0.0]] = 1.0
    return found.existence, right


def error(clutter: float, detection: float, worlds: int = WORLDS) -> tuple[float, int]:
    """Largest error of a bin, and the number of samples; ``clutter``: stated against true; ``detection`` as stated."""
    says, right = [], []
    for seed in range(worlds):
        state = start(SETTINGS)
        for k, (alive, plots) in enumerate(_world(seed)):
            look = Scan(plots=plots, measure=Position(NOISE_M**2 * np.eye(2)), detection=detection, clutter=clutter * FALSE / SIDE**2)
            state = step(SETTINGS, state, float(k), look)
            r, ok = _right(alive, state)
            says.append(r)
            right.append(ok)
    r, ok = np.concatenate(says), np.concatenate(right)
    which = np.minimum((10.0 * r).astype(int), 9)
    bins = [b for b in range(10) if (which == b).sum() >= LEAST]
    return max(abs(float(r[which == b].mean() - ok[which == b].mean())) for b in bins), len(r)


@measures(
    Figure("track.existence.calibration_error", "1", at_most=0.05),
    Figure("track.existence.calibration_error_mismatched", "1", at_most=0.10),
)
def calibration() -> Iterator[Value]:
    """With the settings right; and the worst of three that are wrong by a factor of two."""
    right, _ = error(1.0, DETECTION)
    yield Value("track.existence.calibration_error", right, runs=WORLDS)
    wrong = {name: error(*stated)[0] for name, stated in WRONG.items()}
    yield Value("track.existence.calibration_error_mismatched", max(wrong.values()), peer=wrong, runs=WORLDS)
