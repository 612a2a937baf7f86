"""Are existence probabilities true? Simulated worlds in which objects come, go and are missed, with many false plots.

Every track of every scan, from the first, with existence above 0.02 is a sample: it is right if a living object can be given to it, one
to one, within ``REACH`` of its standard deviations of place and no more than ``NEAR_M``. Samples are sorted into ten bins of existence;
the error of a bin is the mean existence less the share that is right; the figure is the largest error of the bins with at least 500
samples. Its interval, 95 %, is of 1,000 resamples of the worlds, the bins being the same.

One tracker does them all: it is told that clutter and detection may be wrong by two, and not whether they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from bench import Figure, Value, measures
from forewarn.track.pmbm import Gaussians, Position, Scan, Settings, State, Velocity, estimate, start, step

Array = NDArray[np.float64]
WORLDS, SCANS, LEAST, DRAWS = 240, 60, 500, 1_000
SIDE, NOISE_M, POWER, SURVIVAL, DETECTION, FALSE, BIRTHS = 1_500.0, 5.0, 0.2, 0.96, 0.75, 25.0, 0.4
SPREAD = np.array([300.0, 300.0, 6.0, 6.0])
REACH, NEAR_M = 4.5, 60.0
DOUBT = 2.0
MEASURE = Position(NOISE_M**2 * np.eye(2))


class Case(NamedTuple):
    """``clutter``: stated against true; ``stated`` and ``true`` chance of detection."""

    clutter: float = 1.0
    stated: float = DETECTION
    true: float = DETECTION


WRONG = {
    "clutter twice": Case(clutter=2.0),
    "clutter half": Case(clutter=0.5),
    "detection half": Case(stated=DETECTION / 2),
    "detection twice": Case(true=DETECTION / 2),
    "0.45 for 0.9": Case(stated=0.45, true=0.9),
    "0.9 for 0.45": Case(stated=0.9, true=0.45),
}


class Error(NamedTuple):
    """The largest error of a bin and the ends of its interval."""

    worst: float
    low: float
    high: float


def _wide(weight: float) -> Gaussians:
    return Gaussians(np.array([weight]), np.zeros((1, 4, 1)), np.diag(SPREAD**2)[None, :, :, None], np.ones((1, 1)))


SETTINGS = Settings(models=(Velocity(POWER),), undetected=_wide(BIRTHS), births=_wide(BIRTHS), survival=SURVIVAL, report=0.02, doubt=DOUBT)
BELIEVED = msgspec.structs.replace(SETTINGS, doubt=1.0)


def _world(seed: int, detection: float) -> Iterator[tuple[Array, Array]]:
    """Living objects' states (4, n) and plots (2, m) of each scan."""
    rng = np.random.Generator(np.random.PCG64(seed))
    step = np.eye(4) + np.eye(4, k=2)
    root = np.linalg.cholesky(POWER * np.kron(np.array([[1 / 3, 1 / 2], [1 / 2, 1.0]]), np.eye(2)))
    alive = np.zeros((4, 0))
    for _ in range(SCANS):
        alive = step @ alive + root @ rng.standard_normal(alive.shape)
        alive = alive[:, rng.random(alive.shape[1]) < SURVIVAL]
        alive = np.hstack([alive, SPREAD[:, None] * rng.standard_normal((4, rng.poisson(BIRTHS)))])
        seen = alive[:2, rng.random(alive.shape[1]) < detection]
        false = rng.uniform(-SIDE / 2, SIDE / 2, (2, rng.poisson(FALSE)))
        yield alive, np.hstack([seen + NOISE_M * rng.standard_normal(seen.shape), false])


def _right(alive: Array, settings: Settings, state: State) -> tuple[Array, Array]:
    """Existence (n,) of each track, and whether it is an object (n,)."""
    found = estimate(settings, state)
    off = found.mean[:2, :, None] - alive[:2, None]
    away = np.sqrt((off**2).sum(axis=0))
    size = np.sqrt(np.maximum(found.cov[0, 0], found.cov[1, 1]))
    cost = np.where((away < REACH * size[:, None]) & (away < NEAR_M), away - 1e3, 0.0)
    rows, columns = linear_sum_assignment(cost)
    right = np.zeros(len(found.existence))
    right[rows[cost[rows, columns] < 0.0]] = 1.0
    return found.existence, right


def _sums(seed: int, case: Case, settings: Settings) -> Array:
    """(2, 10): samples, existence less right ones summed, by bin, of one world."""
    total, state, false = np.zeros((2, 10)), start(settings), case.clutter * FALSE
    for k, (alive, plots) in enumerate(_world(seed, case.true)):
        scan = Scan(plots=plots, measure=MEASURE, detection=case.stated, clutter=false / SIDE**2, expected_false=false)
        state = step(settings, state, float(k), scan)
        r, right = _right(alive, settings, state)
        which = np.minimum((10.0 * r).astype(int), 9)
        total += [np.bincount(which, minlength=10), np.bincount(which, r - right, 10)]
    return total


def error(case: Case, settings: Settings = SETTINGS, worlds: int = WORLDS) -> Error:
    """How far existence is from true in one case."""
    each = np.stack([_sums(seed, case, settings) for seed in range(worlds)])
    enough = each[:, 0].sum(axis=0) >= LEAST
    draws = np.random.Generator(np.random.PCG64(0)).integers(worlds, size=(DRAWS, worlds))
    count, off = np.moveaxis(each[:, :, enough], 1, 0)
    drawn = np.abs(off[draws].sum(axis=1) / count[draws].sum(axis=1)).max(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Error(float(np.abs(off.sum(axis=0) / count.sum(axis=0)).max()), float(low), float(high))


@measures(
    Figure("track.existence.calibration_error", "1", at_most=0.05),
    Figure("track.existence.calibration_error_mismatched", "1", at_most=0.10),
)
def calibration() -> Iterator[Value]:
    """With the settings right; and the worst of six that are wrong by a factor of two. ``low``, ``high``: the interval; ``believed``:
    the same tracker told that nothing is wrong."""
    right = error(Case())
    peer = {"low": right.low, "high": right.high, "believed": error(Case(), BELIEVED).worst}
    yield Value("track.existence.calibration_error", right.worst, peer=peer, runs=WORLDS)
    wrong = {name: error(case) for name, case in WRONG.items()}
    worst = max(wrong.values())
    each = {name: one.worst for name, one in wrong.items()}
    believed = {f"{name}, believed": error(case, BELIEVED).worst for name, case in WRONG.items()}
    peer = {"low": worst.low, "high": worst.high, **each, **believed}
    yield Value("track.existence.calibration_error_mismatched", worst.worst, peer=peer, runs=WORLDS)
