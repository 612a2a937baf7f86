"""The tracker: `start`, `step` with one scan, `estimate`. Pure: a state is never changed, and the same input gives the same bytes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from struct import Struct

import numpy as np

from forewarn.track.pmbm import learn, packed
from forewarn.track.pmbm.kinds import Position, Velocity
from forewarn.track.pmbm.values import Array, Estimates, Gaussians, Learned, Measure, Scan, Settings, State, nobody

Three = tuple[Array, Array, Array]
STEP, PREDICT, ESTIMATE = Struct("19d"), Struct("2d"), Struct("4d")  # the numbers that each of ``entries.py`` takes
ALONE = np.ones((1, 1))  # a lone model's chance of staying itself


def start(settings: Settings) -> State:
    """A tracker that has seen nothing. Raises ``ValueError`` where settings do not fit together."""
    _check(settings)
    models, s, _ = settings.undetected.mean.shape
    none = Gaussians(np.zeros(0), np.zeros((models, s, 0)), np.zeros((models, s, s, 0)), np.zeros((models, 0)))
    label = np.zeros((2, 0), np.int64)
    learned = Learned(np.zeros((2, 0)), np.zeros((2, 0)))
    return State(
        t_s=math.nan, scans=0, settled=0, label=label, undetected=settings.undetected, tracks=none, contest=nobody(), learned=learned
    )


def step(settings: Settings, state: State, t_s: float, scan: Scan) -> State:
    """The state after a scan at ``t_s``, which is not before the state's time. Raises ``ValueError`` for a scan that cannot be used."""
    dt = 0.0 if math.isnan(state.t_s) else t_s - state.t_s
    measure, noise = scan.measure, _velocities(settings)
    axes, turn = measure.axes, np.asarray(measure.turn, dtype=float)
    z, clutter = _plots(scan, len(turn), dt)
    direct = noise.size > 0 and isinstance(measure, Position) and not callable(scan.detection)
    tracks, hidden = (state.tracks, state.undetected) if direct else predicted(settings, state, dt)
    expected, hoped, added, near = _expected(measure, tracks, hidden, z, direct)
    more_clutter, more_seen = learn.factors(settings.doubt, state.learned, scan.sensor)
    stated, hidden_stated = _seen(scan, tracks, hidden)
    seen, hidden_seen = learn.shown(stated, more_seen), learn.shown(hidden_stated, more_seen)
    numbers = STEP.pack(
        state.settled, dt, settings.survival**dt, direct, axes[0], axes[1], near, scan.whole, state.scans,
        settings.gate, settings.keep, -math.log(settings.cut), settings.least, settings.faint,
        settings.modes, settings.apart, settings.alone, settings.vague**2, settings.doubt > 1.0,
    )  # fmt: skip
    made = packed.called(
        "step", state.label, *state.contest, *tracks, *hidden, *settings.births, noise, _changes(settings, dt), *expected, *hoped, added,
        turn, z, seen, hidden_seen, clutter if more_clutter == 1.0 else more_clutter * clutter, stated, numbers,
    )  # fmt: skip
    settled, *counts = made[0].tolist()
    return State(
        t_s=t_s,
        scans=state.scans + 1,
        settled=int(settled),
        label=made[1],
        contest=made[2:7],
        tracks=Gaussians(*made[7:11]),
        undetected=Gaussians(*made[11:]),
        learned=_learned(settings, state.learned, scan, z.shape[1], counts),
    )


def estimate(settings: Settings, state: State) -> Estimates:
    """The tracks that are likely to exist: each cluster's hypotheses merged into one set, after relabelling (``merge.py``)."""
    numbers = ESTIMATE.pack(state.settled, settings.report, settings.apart, settings.least)
    return Estimates(*packed.called("estimate", state.label, *state.contest, *state.tracks, numbers))


class Tracker:
    """The same for a loop: it keeps the newest state."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.state = settings, start(settings)

    def take(self, t_s: float, scan: Scan) -> Estimates:
        """Takes a scan; gives what is likely to exist after it."""
        self.state = step(self.settings, self.state, t_s, scan)
        return estimate(self.settings, self.state)


def predicted(settings: Settings, state: State, dt: float) -> tuple[Gaussians, Gaussians]:
    """Tracks and undetected objects ``dt`` seconds on, births among the latter."""
    tracks, hidden, births = state.tracks, state.undetected, settings.births
    if dt == 0.0:
        return tracks, hidden
    lives, noise, change = settings.survival**dt, _velocities(settings), _changes(settings, dt)
    if noise.size:
        made = packed.called("predict", *tracks, *hidden, *births, noise, change, PREDICT.pack(dt, lives))
        return Gaussians(*made[:4]), Gaussians(*made[4:])
    from forewarn.track.pmbm.undetected import renewed

    tracks, hidden = (_moved(settings, of, dt, lives, change) for of in (tracks, hidden))
    return tracks, Gaussians(*renewed(*hidden, births.weight * dt, births.mean, births.cov, births.model))


def _expected(measure: Measure, tracks: Gaussians, hidden: Gaussians, z: Array, direct: bool) -> tuple[Three, Three, Array, bool]:
    """What is expected of tracks and of undetected objects, the noise that is not in it yet, and whether the latter is for each plot.
    ``direct``: the kernel knows that positions are a slice of the state, which it has yet to predict."""
    if direct and isinstance(measure, Position):
        return (tracks.mean, tracks.cov, tracks.cov), (hidden.mean, hidden.cov, hidden.cov), np.asarray(measure.noise, dtype=float), False
    close = measure.near(hidden.mean, hidden.cov, z)
    hoped = measure.expect(hidden.mean, hidden.cov) if close is None else close
    return measure.expect(tracks.mean, tracks.cov), hoped, np.zeros((len(z), len(z))), close is not None


def _moved(settings: Settings, of: Gaussians, dt: float, lives: float, change: Array) -> Gaussians:
    """Objects ``dt`` seconds on under any models."""
    from forewarn.track.pmbm.linear import mix

    weight, mean, cov, model = of
    if len(settings.models) > 1:
        mean, cov, model = mix(mean, cov, model, change)
    moved = [motion.predict(mean[m], cov[m], dt) for m, motion in enumerate(settings.models)]
    return Gaussians(weight * lives, np.stack([x for x, _ in moved]), np.stack([p for _, p in moved]), model)


def _velocities(settings: Settings) -> Array:
    """The densities (M,) of models that are all near-constant velocities; otherwise none."""
    noise = [motion.noise for motion in settings.models if isinstance(motion, Velocity)]
    return _row(*noise) if len(noise) == len(settings.models) else _row()


@lru_cache
def _row(*numbers: float) -> Array:
    """An array (k,) of some numbers, not to be written to; kept, for settings and scans say the same ones again and again."""
    return np.array(numbers, dtype=float)


def _changes(settings: Settings, dt: float) -> Array:
    """`chances` of the settings; where they say nothing, models stay as they are."""
    if len(settings.models) == 1:
        return ALONE
    return np.eye(len(settings.models)) if settings.change is None else chances(settings.change, dt)


def chances(rate: Array, dt: float) -> Array:
    """Chances (M, M) of going over from one model to another within ``dt``, of rates a second (M, M): the exponential of a Markov
    chain's generator, by squaring a Taylor series. (SciPy's takes 60 ms to import, which one model never needs.)"""
    off = (rate - np.diag(np.diag(rate))) * dt
    small = off - np.diag(off.sum(axis=1))
    halvings = max(0, math.ceil(math.log2(max(float(np.abs(small).sum(axis=1).max()), 1e-9))) + 4)
    small, term, total = small / 2.0**halvings, np.eye(len(rate)), np.eye(len(rate))
    for k in range(1, 13):
        term = term @ small / k
        total = total + term
    for _ in range(halvings):
        total = total @ total
    return np.asarray(total)


def _learned(settings: Settings, learned: Learned, scan: Scan, plots: int, counts: Sequence[float]) -> Learned:
    if settings.doubt <= 1.0 or not scan.whole:
        return learned
    objects, hits, due = counts
    false, false_due = (0.0, 0.0) if math.isnan(scan.expected_false) else (plots - objects, scan.expected_false)
    return learn.taken(learned, scan.sensor, (false, hits), (false_due, due))


def _seen(scan: Scan, tracks: Gaussians, hidden: Gaussians) -> tuple[Array, Array]:
    """The chance (n,), or (1,) for all, that the sensor shows each track, and each undetected object, if it is there."""
    if callable(scan.detection):
        first, second = (_told(scan.detection, of) for of in (tracks, hidden))
        return first, second
    all_of_them = _row(scan.detection) if isinstance(scan.detection, float) else np.array([scan.detection], dtype=float)
    return all_of_them, all_of_them


def _told(detection: Callable[[Array], Array], of: Gaussians) -> Array:
    """What ``detection`` says of objects."""
    chances = np.array(detection((of.model[:, None] * of.mean).sum(axis=0)), dtype=float, ndmin=1)
    if chances.ndim > 1 or chances.size not in (1, of.weight.size):
        raise ValueError(f"detection: shape {chances.shape} for {of.weight.size} objects, wanted one chance, or one an object")
    return chances


def _plots(scan: Scan, size: int, dt: float) -> tuple[Array, Array]:
    """The plots (dz, m) of a scan, dz = ``size``, and the density (m,), or (1,) for all, of false ones there."""
    z = np.ascontiguousarray(scan.plots, dtype=float)
    if z.ndim != 2 or len(z) != size:
        raise ValueError(f"plots: shape {z.shape}, wanted ({size}, any)")
    if np.count_nonzero(np.isfinite(z)) < z.size:
        raise ValueError(f"plots: {z[~np.isfinite(z)][0]} at plot {int(np.argwhere(~np.isfinite(z))[0, 1])}, wanted finite numbers")
    clutter = _row(scan.clutter) if isinstance(scan.clutter, float) else np.array(scan.clutter, dtype=float, ndmin=1)
    if clutter.size not in (1, z.shape[1]):
        raise ValueError(f"clutter: {clutter.size} densities for {z.shape[1]} plots, wanted one, or one a plot")
    if scan.sensor < 0:
        raise ValueError(f"sensor: {scan.sensor}, wanted 0 or more")
    if not dt >= 0.0:
        raise ValueError(f"t_s: {-dt} s before the state, wanted a scan that is not older")
    return z, clutter


def _check(settings: Settings) -> None:
    models, s, k = settings.undetected.mean.shape
    for of, given in (("undetected", settings.undetected), ("births", settings.births)):
        for field, array in zip(given._fields, given, strict=True):
            if array.dtype != np.float64 or not np.isfinite(array).all():
                raise ValueError(f"{of}.{field}: {array.dtype}, wanted float64, all finite")
    if models != len(settings.models):
        raise ValueError(f"undetected.mean: {models} models, wanted {len(settings.models)}")
    if settings.births.mean.shape[:2] != (models, s) or settings.births.mean.shape[2] > k:
        raise ValueError(f"births.mean: shape {settings.births.mean.shape}, wanted ({models}, {s}, at most {k})")
    for name in ("survival", "cut", "report"):
        if not 0.0 < getattr(settings, name) <= 1.0:
            raise ValueError(f"{name}: {getattr(settings, name)}, wanted more than 0 and at most 1")
    for name in ("keep", "modes", "doubt"):
        if not 1 <= getattr(settings, name) < math.inf:
            raise ValueError(f"{name}: {getattr(settings, name)}, wanted at least 1")
