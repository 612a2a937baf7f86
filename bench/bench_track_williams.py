"""The scenario of Williams 2015: four objects that come together and part, one of which dies where they meet; accuracy and time of the
tracker.

As in Garcia-Fernandez, Williams, Granstrom, Svensson, IEEE Trans. Aerospace and Electronic Systems 54 (4), 2018: 81 steps of 1 s, 2-D
Wiener velocity with q = 0.02, detection 0.9, survival 0.99, R = I, ten false plots a scan on 300 x 300. States at step 41 are drawn
from N([150 150 0 0], 0.1 I) and carried both ways; all are there from step 1, one is gone from step 41 on. RMS GOSPA: the root of the
mean over runs and steps of GOSPA squared (position, p = 2, alpha = 2, c = 10). Times are CPU times of the one thread, for the machine
is shared: a step is prediction, update and estimate.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from time import thread_time

import numpy as np
from numpy.typing import NDArray

from bench import Figure, Value, measures
from forewarn.evaluate.gospa import gospa
from forewarn.track.pmbm import Gaussians, Position, Scan, Settings, Velocity, estimate, start, step

Array = NDArray[np.float64]
STEPS, MEET, SIDE, CLUTTER = 81, 40, 300.0, 10.0
RUNS, ONE_SET, TIMED, REPEATS, PEER_RUNS = 2_000, 200, 200, 3, 5
F = np.kron(np.array([[1.0, 1.0], [0.0, 1.0]]), np.eye(2))
ROOT_Q = np.linalg.cholesky(0.02 * np.kron(np.array([[1 / 3, 1 / 2], [1 / 2, 1.0]]), np.eye(2)))


def _wide(weight: float) -> Gaussians:
    cov = np.diag([150.0, 150.0, 1.0, 1.0]) ** 2
    return Gaussians(np.array([weight]), np.array([100.0, 100.0, 0.0, 0.0]).reshape(1, 4, 1), cov[None, :, :, None], np.ones((1, 1)))


SETTINGS = Settings(models=(Velocity(0.02),), undetected=_wide(3.0), births=_wide(0.005), survival=0.99)
"""The tracker as it is used everywhere; only what the scenario states is set."""


def trajectories(rng: np.random.Generator) -> list[Array]:
    """Positions (n, 2) of the living at each step."""
    x = np.zeros((STEPS, 4, 4))
    x[MEET] = np.array([150.0, 150.0, 0.0, 0.0]) + math.sqrt(0.1) * rng.standard_normal((4, 4))
    for k in range(MEET + 1, STEPS):
        x[k] = x[k - 1] @ F.T + rng.standard_normal((4, 4)) @ ROOT_Q.T
    for k in range(MEET - 1, -1, -1):
        x[k] = (x[k + 1] - rng.standard_normal((4, 4)) @ ROOT_Q.T) @ np.linalg.inv(F).T
    return [x[k, : 4 if k < MEET else 3, :2] for k in range(STEPS)]


def scans(truth: Sequence[Array], rng: np.random.Generator) -> list[Array]:
    """Plots (2, m) of each step."""
    out = []
    for here in truth:
        seen = here[rng.random(len(here)) < 0.9]
        false = rng.uniform(0.0, SIDE, (rng.poisson(CLUTTER), 2))
        out.append(np.ascontiguousarray(np.concatenate([seen + rng.standard_normal(seen.shape), false]).T))
    return out


def world(seed: int, truth: list[Array] | None = None) -> tuple[list[Array], list[Array]]:
    """Truth and plots of one run."""
    rng = np.random.Generator(np.random.PCG64(seed))
    truth = trajectories(rng) if truth is None else truth
    return truth, scans(truth, rng)


def follow(field: Sequence[Array]) -> tuple[list[Array], Array]:
    """Positions (n, 2) that the tracker gives after each scan, and the seconds that each took."""
    state, found, took = start(SETTINGS), [], np.empty(len(field))
    looks = [Scan(plots=plots, measure=Position(np.eye(2)), detection=0.9, clutter=CLUTTER / SIDE**2) for plots in field]
    for k, look in enumerate(looks):
        begun = thread_time()
        state = step(SETTINGS, state, float(k), look)
        now = estimate(SETTINGS, state)
        took[k] = thread_time() - begun
        found.append(now.mean[:2].T)
    return found, took


def squares(truth: Sequence[Array], found: Sequence[Array]) -> float:
    """Mean over the steps of squared GOSPA."""
    return sum(gospa(t, f, 10.0).distance ** 2 for t, f in zip(truth, found, strict=True)) / len(truth)


def _rms(runs: int, truth: list[Array] | None = None) -> float:
    total = 0.0
    for seed in range(runs):
        known, field = world(seed, truth)
        total += squares(known, follow(field)[0])
    return math.sqrt(total / runs)


@measures(Figure("track.williams15.rms_gospa", "m", at_most=2.97), Figure("track.williams15.rms_gospa_one_set", "m"))
def accuracy() -> Iterator[Value]:
    """2,000 runs, each with its own trajectories (seeds 0 to 1,999), Stone Soup on the first five; 200 runs of one set of trajectories."""
    from bench import peers_track

    peer = {}
    for kind in ("gnn", "jpda"):
        each = [squares(truth, list(peers_track.williams(kind, field, CLUTTER / SIDE**2))) for truth, field in map(world, range(PEER_RUNS))]
        peer[f"stonesoup_{kind}_{PEER_RUNS}_runs"] = math.sqrt(sum(each) / len(each))
    yield Value("track.williams15.rms_gospa", _rms(RUNS), peer=peer, runs=RUNS)
    one = trajectories(np.random.Generator(np.random.PCG64(2015)))
    yield Value("track.williams15.rms_gospa_one_set", _rms(ONE_SET, one), runs=ONE_SET)


@measures(Figure("track.williams15.ms_per_step", "ms", at_most=0.2), Figure("track.williams15.ms_worst", "ms", at_most=1.0))
def times() -> Iterator[Value]:
    """Mean and worst step of 200 runs: of each step the least of three repeats."""
    follow(world(0)[1])
    each = np.concatenate([np.min([follow(field)[1] for _ in range(REPEATS)], axis=0) for _, field in map(world, range(TIMED))])
    yield Value("track.williams15.ms_per_step", 1e3 * float(each.mean()), runs=TIMED)
    yield Value("track.williams15.ms_worst", 1e3 * float(each.max()), runs=TIMED)
