"""Small worlds for the tests of the tracker's engine, and the exact answer by enumeration, in plain Python."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.track.pmbm import Gaussians, Position, Scan, Settings, Velocity

Array = NDArray[np.float64]
SURVIVAL, DETECTION, NOISE, POWER = 0.97, 0.8, 1.0, 0.3


def one(weight: float, spread: tuple[float, ...] = (4.0, 4.0, 1.0, 1.0), models: int = 1) -> Gaussians:
    """One undetected component about the origin, standard deviations ``spread``."""
    s = len(spread)
    cov = np.repeat((np.diag(spread) ** 2)[None, :, :, None], models, 0)
    return Gaussians(np.array([weight]), np.zeros((models, s, 1)), cov, np.full((models, 1), 1.0 / models))


def settings(expected: float = 3.0, **others: object) -> Settings:
    """Nothing pruned, nothing merged: as exact as the filter can be."""
    exact: dict[str, object] = {
        "gate": 1e9, "keep": 6000, "cut": 1e-300, "modes": 6000, "apart": -np.inf, "alone": 0,
        "least": 0.0, "faint": 0.0, "survival": SURVIVAL,
    }  # fmt: skip
    return Settings(models=(Velocity(POWER),), undetected=one(expected), births=one(0.0), **(exact | others))  # type: ignore[arg-type]


def scan(plots: Array, clutter: float, detection: float = DETECTION) -> Scan:
    return Scan(plots=plots, measure=Position(NOISE * np.eye(2)), detection=detection, clutter=clutter)


class Track(NamedTuple):
    """What one set of plots, by scan, says of one object: weight, existence, mean and covariance now."""

    weight: float
    existence: float
    mean: Array
    cov: Array


def joint(steps: int) -> tuple[Array, Array]:
    """Mean and covariance of an object's states at all scans together, a second apart."""
    f = np.kron(np.array([[1.0, 1.0], [0.0, 1.0]]), np.eye(2))
    q = POWER * np.kron(np.array([[1 / 3, 1 / 2], [1 / 2, 1.0]]), np.eye(2))
    blocks = [[np.zeros((4, 4))] * steps for _ in range(steps)]
    now = one(1.0).cov[0, :, :, 0]
    for k in range(steps):
        if k:
            now = f @ now @ f.T + q
        at = now
        for later in range(k, steps):
            blocks[later][k], blocks[k][later] = at, at.T
            at = f @ at
    return np.zeros(4 * steps), np.block(blocks)


def track(history: dict[int, Array], steps: int, expected: float, clutter: float) -> Track:
    """By conditioning one joint Gaussian over all times: no recursion. ``history``: the plot at each scan that has one."""
    _, cov = joint(steps)
    rows = np.concatenate([[4 * k, 4 * k + 1] for k in sorted(history)])
    z = np.concatenate([history[k] for k in sorted(history)])
    spread = cov[np.ix_(rows, rows)] + NOISE * np.eye(len(z))
    density = np.exp(-0.5 * z @ np.linalg.solve(spread, z)) / np.sqrt(np.linalg.det(2 * np.pi * spread))
    last = max(history)
    seen = np.prod([(SURVIVAL if k else 1.0) * (DETECTION if k in history else 1.0 - DETECTION) for k in range(last + 1)])
    silent, alive = 1.0, 1.0  # chance of showing nothing since the last plot, with or without being there still
    for _ in range(steps - 1 - last):
        silent, alive = (1 - SURVIVAL) + SURVIVAL * (1 - DETECTION) * silent, alive * SURVIVAL * (1 - DETECTION)
    there = expected * seen * density
    weight = there * silent + (clutter if len(history) == 1 else 0.0)
    now = np.arange(4 * (steps - 1), 4 * steps)
    gain = cov[np.ix_(now, rows)] @ np.linalg.inv(spread)
    return Track(weight, there * alive / weight, gain @ z, cov[np.ix_(now, now)] - gain @ cov[np.ix_(rows, now)])


def everything(scans: list[Array], expected: float, clutter: float) -> list[tuple[float, dict[tuple[int, int], Track]]]:
    """Every global hypothesis: its normalised weight, and its tracks by the scan and plot that began them."""
    partial: list[dict[tuple[int, int], dict[int, Array]]] = [{}]
    for k, plots in enumerate(scans):
        longer = []
        for before in partial:
            for owners in itertools.product([None, *before], repeat=plots.shape[1]):
                taken = [o for o in owners if o is not None]
                if len(taken) == len(set(taken)):
                    after = {label: dict(history) for label, history in before.items()}
                    for j, owner in enumerate(owners):
                        after.setdefault(owner or (k, j), {})[k] = plots[:, j]
                    longer.append(after)
        partial = longer
    known: dict[tuple[tuple[int, bytes], ...], Track] = {}
    out = []
    for hypothesis in partial:
        tracks = {}
        for label, history in hypothesis.items():
            key = tuple((k, z.tobytes()) for k, z in sorted(history.items()))
            if key not in known:
                known[key] = track(history, len(scans), expected, clutter)
            tracks[label] = known[key]
        out.append((float(np.prod([t.weight for t in tracks.values()])), tracks))
    total = sum(weight for weight, _ in out)
    return [(weight / total, tracks) for weight, tracks in out]
