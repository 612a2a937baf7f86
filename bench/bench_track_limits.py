"""How near the tracker's models come to what is possible, and whether they know how well they know: one object, no clutter, simulated.

Truth is a stochastic differential equation in small steps of its own (midpoint, 50 a second), drawn with its start from the filter's
prior. Limit: root mean square error of the place over the posterior Cramer-Rao bound (Tichavsky, Muravchik and Nehorai, "Posterior
Cramer-Rao bounds for discrete-time nonlinear filtering", IEEE Trans. Signal Processing 46 (5), 1998), expectations over the true flights,
slopes by differences. NEES: normalised estimation error squared, averaged over time and 200 runs, its distance from the number of states
as a share of the half-width of its chi-squared interval at 95 % after Bonferroni's correction for the number of cases; the degrees of
freedom from the spread between runs (Satterthwaite), for the errors of one run are not independent. Within 1 the filter is consistent.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from bench import Figure, Value, measures
from forewarn.track.models import air, imm
from forewarn.track.models.measure import (
    Azimuth,
    AzimuthElevation,
    Measure,
    Position,
    Prior,
    RangeAzimuth,
    RangeAzimuthElevation,
    Sensor,
    WithRangeRate,
    update,
)
from forewarn.track.models.motion import Ballistic, ConstantVelocity, Hover, Motion, OrnsteinUhlenbeck, Turn, extend, predict, size

Array = NDArray[np.float64]
Rate = Callable[[Array], Array]
FINE_S = 0.02
LIMIT_RUNS, NEES_RUNS = 2_000, 200
SPEED = 12.0
CALM = OrnsteinUhlenbeck(1.0, 0.2, SPEED, 3.0)
WANDER = ConstantVelocity(1.0, 0.2)
CURVE = Turn(0.5, 0.2, 0.25, 15.0)
REST = Hover(3.0, 0.4)
FALL = Ballistic(0.05, 0.05, math.log(0.001), 0.6, 600.0, 8.0, -5.0, 200.0)


class Case(NamedTuple):
    """One world: how the object moves, who looks at it at look k, with which standard deviations; where it starts.

    ``born``: the filter starts from the first plot. ``one_start``: all flights start alike, and what the filter knows is drawn round that.
    """

    motion: Motion
    look: Callable[[int], Measure]
    sd: tuple[float, ...]
    place: tuple[float, float, float] = (1500.0, 2500.0, 120.0)
    place_sd: float = 100.0
    rates: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rates_sd: tuple[float, float, float] = (SPEED, SPEED, 3.0)
    looks: int = 60
    every_s: float = 1.0
    born: bool = False
    one_start: bool = False


class Run(NamedTuple):
    """``truth`` (T, s, n); the filter's ``mean`` (T, s, n) and ``cov`` (T, s, s, n) after each look."""

    truth: Array
    mean: Array
    cov: Array


# ------------------------------------------------------------------------------------------------------------------ worlds


def drift(motion: Motion) -> tuple[Rate, Array]:
    """The model's equation dx = f(x) dt + root dW: f over states (s, ...), and the diagonal root (s,)."""
    if isinstance(motion, Ballistic):
        return _falling(motion), _roots(motion, motion.drag_sd * math.sqrt(2.0 / motion.tau))
    if isinstance(motion, Turn):
        return _turning(motion), _roots(motion, motion.rate * math.sqrt(2.0 / motion.tau))
    if isinstance(motion, ConstantVelocity):
        return _slowing(np.zeros(3)), _roots(motion)
    if isinstance(motion, Hover):
        return _slowing(np.full(3, 1.0 / motion.tau)), np.repeat([0.0, motion.sway * math.sqrt(2.0 / motion.tau)], 3)
    assert isinstance(motion, OrnsteinUhlenbeck)
    level, climb = motion.level / (2.0 * motion.speed**2), motion.climb / (2.0 * motion.sink**2)
    return _slowing(np.array([level, level, climb])), _roots(motion)


def _roots(motion: Turn | Ballistic | ConstantVelocity | OrnsteinUhlenbeck, *more: float) -> Array:
    level, climb = math.sqrt(motion.level), math.sqrt(motion.climb)
    return np.array([0.0, 0.0, 0.0, level, level, climb, *more])


def _slowing(by: Array) -> Rate:
    return lambda x: np.concatenate([x[3:6], -by.reshape(3, *[1] * (x.ndim - 1)) * x[3:6]])


def _turning(motion: Turn) -> Rate:
    return lambda x: np.stack([x[3], x[4], x[5], -x[6] * x[4], x[6] * x[3], 0.0 * x[5], -x[6] / motion.tau])


def _falling(motion: Ballistic) -> Rate:
    def rate(x: Array) -> Array:
        height = x[2] + motion.base
        east, north = x[3] - motion.wind_east, x[4] - motion.wind_north
        drag = 0.5 * np.exp(air.log_density(height)[0] + x[6]) * np.sqrt(east**2 + north**2 + x[5] ** 2)
        return np.stack(
            [x[3], x[4], x[5], -drag * east, -drag * north, -drag * x[5] - air.gravity(height), (motion.drag - x[6]) / motion.tau]
        )

    return rate


def flight(case: Case, start: Array, rng: np.random.Generator) -> Array:
    """True states (T, s, n) at the looks, the first at the start."""
    rate, root = drift(case.motion)
    states, x = [start], start
    fine = round(case.every_s / FINE_S)
    for _ in range(case.looks - 1):
        for _ in range(fine):
            x = _onward(rate, x, FINE_S) + math.sqrt(FINE_S) * root[:, None] * rng.standard_normal(x.shape)
        states.append(x)
    return np.stack(states)


def _onward(rate: Rate, x: Array, h: float) -> Array:
    """One midpoint step of the equation without its noise."""
    return x + h * rate(x + 0.5 * h * rate(x))


def prior(case: Case, n: int) -> tuple[Array, Array]:
    """What the filter knows before the first look: mean (s, n), cov (s, s, n)."""
    spread = np.diag(np.square([case.place_sd, case.place_sd, min(case.place_sd, 40.0), *case.rates_sd]))
    mean = np.array([*case.place, *case.rates])
    return extend(case.motion, np.repeat(mean[:, None], n, axis=1), np.repeat(spread[:, :, None], n, axis=2))


def filtered(case: Case, seed: int, n: int) -> Run:
    """n flights and what the filter makes of each."""
    rng = np.random.Generator(np.random.PCG64(seed))
    mean, cov = prior(case, n)
    drawn = mean + np.sqrt(np.einsum("aan->an", cov)) * rng.standard_normal(mean.shape)
    start, mean = (mean, drawn) if case.one_start else (drawn, mean)
    truth = flight(case, start, rng)
    noise = np.repeat(np.diag(np.square(case.sd))[:, :, None], n, axis=2)
    means, covs = [], []
    for k, x in enumerate(truth):
        measure = case.look(k)
        z = said(measure, x) + np.array(case.sd)[:, None] * rng.standard_normal((len(case.sd), n))
        if k == 0 and case.born:
            assert isinstance(measure, RangeAzimuth | WithRangeRate)
            before = Prior(SPEED, 3.0, case.place[2], min(case.place_sd, 40.0))
            mean, cov = extend(case.motion, *measure.born(z, noise, before))
        else:
            mean, cov = (mean, cov) if k == 0 else predict(case.motion, mean, cov, case.every_s)
            found = update(measure, mean, cov, z, noise)
            mean, cov = found.mean, found.cov
        means.append(mean)
        covs.append(cov)
    return Run(truth, np.stack(means), np.stack(covs))


def said(measure: Measure, x: Array) -> Array:
    """What a sensor without error says (d, n) of states (s, n)."""
    if isinstance(measure, Position):
        return x[: measure.axes]
    assert isinstance(measure, RangeAzimuth | RangeAzimuthElevation | Azimuth | AzimuthElevation | WithRangeRate)
    z, slope = measure.of(x[:3, None])[:, 0], measure.by_rate(x[:3, None])
    if slope is not None:
        z[-1] += (slope[:, 0] * x[3:6]).sum(axis=0)
    return z


# ------------------------------------------------------------------------------------------------------------------- limit

RADAR = Sensor((0.0, 0.0, 10.0))
FAR = Sensor((-12_000.0, -9_000.0, 10.0))
WEST, EAST = Sensor((0.0, 0.0, 5.0)), Sensor((3_000.0, 500.0, 5.0))
BURN_OUT = ((0.0, 0.0, 800.0), 100.0, (140.0, 60.0, 260.0), (20.0, 20.0, 20.0), 41)
ARC = Case(FALL, lambda k: RangeAzimuthElevation(FAR), (15.0, 0.005, 0.005), *BURN_OUT, one_start=True)
LIMITS = {
    "linear": Case(WANDER, lambda k: Position(3), (8.0, 8.0, 12.0), one_start=True),
    "range_azimuth": Case(CALM, lambda k: RangeAzimuth(FAR), (10.0, math.radians(1.0)), one_start=True),
    "two_station_bearings": Case(CALM, lambda k: Azimuth((WEST, EAST)[k % 2]), (math.radians(1.0),), one_start=True),
}


def bound(case: Case, truth: Array) -> Array:
    """The least mean square error of the state there can be, (T, s, s), by the recursion of the posterior information."""
    n = truth.shape[2]
    _, cov = prior(case, 1)
    info = np.linalg.inv(cov[..., 0])
    weight = np.diag(1.0 / np.square(case.sd))
    _, shake = predict(case.motion, truth[0][:, :1], np.zeros((truth.shape[1],) * 2 + (1,)), case.every_s)
    shaken = np.linalg.inv(shake[..., 0])
    bounds = []
    for k, x in enumerate(truth):
        h = slopes(lambda y, k=k: said(case.look(k), y), x)  # type: ignore[misc]
        seen = np.einsum("dan,de,ebn->ab", h, weight, h) / n
        if k:
            f = slopes(lambda y: _without_noise(case, y), truth[k - 1])
            here = np.einsum("ban,bc,cdn->ad", f, shaken, f) / n
            cross = -f.mean(axis=2).T @ shaken
            info = shaken - cross.T @ np.linalg.solve(info + here, cross)
        info = info + seen
        bounds.append(np.linalg.inv(info))
    return np.stack(bounds)


def _without_noise(case: Case, x: Array) -> Array:
    rate, _ = drift(case.motion)
    for _ in range(round(case.every_s / 0.1)):
        x = _onward(rate, x, 0.1)
    return x


def slopes(function: Callable[[Array], Array], x: Array) -> Array:
    """Derivatives (d, s, n) of a function of states (s, n) by central differences."""
    found = []
    for a in range(len(x)):
        step = np.zeros((len(x), 1))
        step[a] = 1e-3 if a < 6 else 1e-5
        found.append((function(x + step) - function(x - step)) / (2.0 * step[a]))
    return np.stack(found, axis=1)


def over_bound(case: Case, seed: int, at: slice | int) -> float:
    """Root mean square error of the place over its bound, at these looks."""
    run = filtered(case, seed, LIMIT_RUNS)
    least = bound(case, run.truth[:, :, :500])
    square = ((run.mean - run.truth)[:, :3] ** 2).sum(axis=1).mean(axis=1)
    return float(np.sqrt(square[at].mean() / np.einsum("kaa->k", least[:, :3, :3])[at].mean()))


@measures(*(Figure(f"track.limit.{case}", "ratio", at_most=1.1) for case in LIMITS))
def limits() -> Iterator[Value]:
    """Level flight: all looks after the tenth.

    All flights of a limit start alike, and what the filter knows is drawn round that. With starts drawn from a wide prior nobody reaches
    the recursion's bound: slopes that differ from flight to flight are averaged in it, and count as knowledge.
    """
    for seed, (name, case) in enumerate(LIMITS.items()):
        yield Value(f"track.limit.{name}", over_bound(case, seed, slice(10, None)), runs=LIMIT_RUNS)


@measures(*(Figure(f"track.limit.ballistic_{share}", "ratio", at_most=1.2) for share in (20, 40, 60)))
def arc() -> Iterator[Value]:
    """A rocket after burn-out, about 40 s from there to the ground, seen by a radar 15 km away."""
    for share in (20, 40, 60):
        yield Value(f"track.limit.ballistic_{share}", over_bound(ARC, 9, share * 40 // 100), runs=LIMIT_RUNS)


# -------------------------------------------------------------------------------------------------------------------- NEES


def _weaving(k: int) -> Sensor:
    return Sensor((20.0 * k, 150.0 * math.sin(0.3 * k), 5.0), (20.0, 45.0 * math.cos(0.3 * k), 0.0))


DEGREE = math.radians(1.0)
NEAR = (60.0, 80.0, 60.0)
NEES = {
    "constant_velocity": Case(WANDER, lambda k: Position(3), (8.0, 8.0, 12.0)),
    "ornstein_uhlenbeck": Case(CALM, lambda k: Position(3), (8.0, 8.0, 12.0)),
    "hover": Case(REST, lambda k: Position(3), (8.0, 8.0, 12.0)),
    "turn": Case(CURVE, lambda k: Position(3), (5.0, 5.0, 5.0), rates=(20.0, 10.0, 0.0), rates_sd=(5.0, 5.0, 1.0)),
    "ballistic": Case(FALL, lambda k: Position(3), (15.0, 15.0, 15.0), *BURN_OUT),
    "position_2d": Case(CALM, lambda k: Position(2), (8.0, 8.0)),
    "range_azimuth": Case(CALM, lambda k: RangeAzimuth(RADAR), (10.0, DEGREE), born=True),
    "range_azimuth_far": Case(CALM, lambda k: RangeAzimuth(FAR), (10.0, 2.0 * DEGREE), born=True),
    "range_azimuth_elevation": Case(CALM, lambda k: RangeAzimuthElevation(RADAR), (10.0, DEGREE, DEGREE)),
    "range_azimuth_range_rate": Case(CALM, lambda k: WithRangeRate(RangeAzimuth(RADAR)), (10.0, DEGREE, 1.0), born=True),
    "range_azimuth_elevation_range_rate": Case(
        CALM, lambda k: WithRangeRate(RangeAzimuthElevation(_weaving(k))), (10.0, DEGREE, DEGREE, 1.0)
    ),
    "azimuth": Case(CALM, lambda k: Azimuth((WEST, EAST)[k % 2]), (DEGREE,)),
    "azimuth_near": Case(REST, lambda k: Azimuth(RADAR), (3.0 * DEGREE,), NEAR, 40.0, rates_sd=(0.4, 0.4, 0.4)),
    "azimuth_moving": Case(CALM, lambda k: Azimuth(_weaving(k)), (DEGREE,), place_sd=400.0),
    "azimuth_elevation": Case(CALM, lambda k: AzimuthElevation((WEST, EAST)[k % 2]), (DEGREE, DEGREE)),
}


def nees(run: Run) -> Array:
    """Normalised estimation error squared of each run, averaged over its looks (n,)."""
    error = (run.mean - run.truth).transpose(0, 2, 1)
    return np.asarray(np.einsum("kna,kna->n", error, np.linalg.solve(run.cov.transpose(0, 3, 1, 2), error[..., None])[..., 0]) / len(error))


def interval(found: Array, states: int, cases: int) -> tuple[float, float]:
    """Where the mean of the runs' averages lies with 95 % if all of ``cases`` are consistent."""
    freedom = 2.0 * states**2 * len(found) / found.var(ddof=1)
    low, high = chi2.ppf([0.025 / cases, 1.0 - 0.025 / cases], freedom) * states / freedom
    return float(low), float(high)


@measures(*(Figure(f"track.nees.{case}", "half-widths", at_most=1.0) for case in NEES))
def consistent() -> Iterator[Value]:
    """Every motion and every measurement model."""
    for seed, (name, case) in enumerate(NEES.items()):
        found, states = nees(filtered(case, seed, NEES_RUNS)), size(case.motion)
        low, high = interval(found, states, len(NEES))
        mean = float(found.mean())
        off = (mean - states) / ((high - states) if mean > states else (states - low))
        yield Value(
            f"track.nees.{name}", abs(off), peer={"nees_a_state": mean / states, "low": low / states, "high": high / states}, runs=NEES_RUNS
        )


# ------------------------------------------------------------------------------------------------------------------- speed


def _least_ms(work: Callable[[], object], runs: int) -> float:
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times) * 1e3


def _bare(mean: Array, cov: Array, f: Array, q: Array, z: Array, r: Array) -> tuple[Array, Array]:
    """One model's Kalman predict and update in NumPy, arrays last, no structure used; z (3, n) is the place, an axis after the other."""
    s = len(f)
    x = f @ mean
    p = f @ (f @ cov.reshape(s, -1)).reshape(cov.shape) + q[:, :, None]
    for axis, variance in enumerate(r):
        gain = p[:, axis] / (p[axis, axis] + variance)
        x = x + gain * (z[axis] - x[axis])
        p = p - gain[:, None] * p[axis]
    return x, p


@measures(Figure("track.models.ms", "ms", at_most=2.0), Figure("track.models.range_azimuth_ms", "ms"))
def speed() -> Iterator[Value]:
    """1,000 tracks under five models (two of seven states), one interval and one plot each; beside five bare Kalman steps. Least of 100.

    In the time: mixing, prediction, update, the models' chances. NumPy's linear algebra on one thread.
    """
    with threadpool_limits(1):
        yield from _speed()


def _speed() -> Iterator[Value]:
    n, runs = 1_000, 100
    rng = np.random.Generator(np.random.PCG64(5))
    models = (ConstantVelocity(0.1, 0.1), ConstantVelocity(10.0, 1.0), CURVE, REST, FALL)
    suite = imm.suite(models, (60.0, 10.0, 20.0, 20.0, 30.0))
    place = np.vstack([rng.uniform(-5_000.0, 5_000.0, (2, n)), rng.uniform(50.0, 300.0, (1, n))])
    noise = np.repeat(np.diag([25.0, 25.0, 100.0])[:, :, None], n, axis=2)
    bank = imm.start(suite, *Position(3).born(place, noise, Prior()), np.ones(5))
    for _ in range(5):
        bank, _ = imm.update(imm.predict(bank, 1.0), Position(3), place + rng.normal(0.0, 5.0, (3, n)), noise)
    f, q = (part[..., 0] for part in WANDER.matrices(np.ones(1)))
    mean, cov = (np.ascontiguousarray(part) for part in imm.combined(bank))
    bare = _least_ms(lambda: [_bare(mean, cov, f, q, place, np.diag(noise[..., 0])) for _ in models], runs)
    ours = _least_ms(lambda: imm.update(imm.predict(bank, 1.0), Position(3), place, noise), runs)
    yield Value("track.models.ms", ours, peer={"bare_numpy_kalman": bare}, runs=runs)
    radar, z = RangeAzimuth(RADAR), said(RangeAzimuth(RADAR), place)
    curved = _least_ms(lambda: imm.update(imm.predict(bank, 1.0), radar, z, noise[:2, :2] * np.array([1.0, 1e-5])[:, None, None]), runs)
    yield Value("track.models.range_azimuth_ms", curved, peer={"bare_numpy_kalman": bare}, runs=runs)
