"""Time of one scan in a field of N objects, with the tracker of ``bench_track_williams``, against Stone Soup and a bare Kalman filter.

The field of ``bench_chain.scans``: detection 0.9, 0.2 N false plots, noise 5 m, on a square grid. Times are CPU times of the one
thread, ours and the peers', for the machine is shared: the median over the second half of the scans of
the least of some repeats; prediction and update, no estimate. A ratio to a peer is that of the least times of both, taken by turns.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import thread_time

import numpy as np
from numpy.typing import NDArray

from bench import Figure, Value, measures, peers, peers_track
from bench.bench_chain import scans
from forewarn.freeze import freeze
from forewarn.track.pmbm import Curved, Gaussians, Position, Scan, Settings, State, Velocity, start, step

Array = NDArray[np.float64]
OBJECTS, SPACINGS, LOOKS = (10, 100, 300, 1_000, 10_000, 100_000), (200, 1_000), 16
ROUNDS = 3  # of ours and a peer by turns, for a ratio of the least of either
FULL = (10, 100, 1_000, 10_000)
AT_MOST = {(300, 200): 0.22, (10_000, 200): 20.0, (10_000, 1_000): 10.0}


def _settings(side: float, objects: int, axes: int, noise: tuple[float, ...]) -> Settings:
    spread = [side / 2] * 2 + [100.0] * (axes - 2) + [7.0] * axes
    models = len(noise)

    def wide(weight: float) -> Gaussians:
        cov = np.repeat(np.diag(np.square(spread))[None, :, :, None], models, axis=0)
        return Gaussians(np.array([weight]), np.zeros((models, 2 * axes, 1)), cov, np.full((models, 1), 1.0 / models))

    change = np.full((models, models), 0.05) if models > 1 else None
    motions = tuple(Velocity(q) for q in noise)
    return Settings(models=motions, undetected=wide(float(objects)), births=wide(0.01 * objects), survival=0.999, change=change)


def _timed(settings: Settings, looks: list[Scan], repeats: int) -> tuple[float, State]:
    """Median milliseconds over the second half of the scans, and the state after the last."""
    took, state = np.full((repeats, len(looks)), np.inf), start(settings)
    for r in range(repeats):
        state = start(settings)
        for k, look in enumerate(looks):
            begun = thread_time()
            state = step(settings, state, float(k), look)
            took[r, k] = thread_time() - begun
    return 1e3 * float(np.median(took.min(axis=0)[len(looks) // 2 :])), state


def _side(objects: int, spacing: float) -> float:
    return float(np.ceil(np.sqrt(objects)) * spacing)


def _plain(objects: int, spacing: float) -> tuple[float, State]:
    side = _side(objects, spacing)
    measure, clutter = Position(25.0 * np.eye(2)), 0.2 * objects / side**2
    looks = [Scan(plots=plots, measure=measure, detection=0.9, clutter=clutter) for plots in scans(objects, spacing)[:LOOKS]]
    return _timed(_settings(side, objects, 2, (0.5,)), looks, 3 if objects > 1_000 else 7)


@measures(
    *(Figure(f"track.scale.ms.{n}.{spacing}", "ms", at_most=AT_MOST.get((n, spacing))) for n in OBJECTS for spacing in SPACINGS),
    Figure("track.scale.ratio_to_stonesoup.300", "1", at_least=5_000.0),
    Figure("track.scale.ratio_to_stonesoup_kdtree.300", "1"),
    Figure("track.scale.growth", "1", at_most=12.0),
    Figure("track.scale.ratio_to_bare", "1", at_most=8.0),
    Figure("track.scale.ratio_to_compiled", "1"),
    Figure("track.bytes_per_track", "B"),
)
def scale() -> Iterator[Value]:
    """Two states and two rates an object. Growth: from 1,000 to 10,000 objects; growth and ratios are the worse of both spacings."""
    _plain(10, 200)
    ms, size = {}, 0.0
    for n in OBJECTS:
        for spacing in SPACINGS:
            ms[n, spacing], state = _plain(n, spacing)
            size = len(freeze(state)) / state.label.shape[1]
            yield Value(f"track.scale.ms.{n}.{spacing}", ms[n, spacing], runs=LOOKS // 2)
    three = [(_plain(300, 200)[0], _stonesoup_ms(300, tree=False), _stonesoup_ms(300, tree=True)) for _ in range(ROUNDS)]
    ours, gnn, tree = np.min(three, axis=0).tolist()
    yield Value("track.scale.ratio_to_stonesoup.300", gnn / ours, peer={"stonesoup_gnn_ms": gnn, "ours_ms": ours}, runs=LOOKS // 2)
    yield Value("track.scale.ratio_to_stonesoup_kdtree.300", tree / ours, peer={"stonesoup_gnn_kdtree_ms": tree}, runs=LOOKS // 2)
    yield Value("track.scale.growth", max(ms[10_000, s] / ms[1_000, s] for s in SPACINGS), runs=LOOKS // 2)
    each = [
        (*(_plain(10_000, s)[0] for s in SPACINGS), peers_track.bare_ms(10_000), peers_track.compiled_ms(10_000)) for _ in range(ROUNDS)
    ]
    *both, bare, compiled = np.min(each, axis=0).tolist()
    worst = max(both)
    yield Value("track.scale.ratio_to_bare", worst / bare, peer={"bare_numpy_ms": bare, "ours_ms": worst}, runs=LOOKS // 2)
    yield Value("track.scale.ratio_to_compiled", worst / compiled, peer={"bare_numba_ms": compiled, "ours_ms": worst}, runs=LOOKS // 2)
    yield Value("track.bytes_per_track", size)


def _stonesoup_ms(objects: int, tree: bool) -> float:
    """Stone Soup's global nearest neighbour on the same plots, without and with its own k-d tree before the gate."""
    return peers.gnn_ms_per_scan(scans(objects, 200.0), tree=tree, clock=thread_time)


def _polar(p: Array) -> Array:
    """Slant range, azimuth and elevation (3, n) of places (3, n), from a mast south of the field."""
    east, north, up = p[0], p[1] + 3_000.0, p[2] + 100.0
    return np.stack([np.sqrt(east**2 + north**2 + up**2), np.arctan2(east, north), np.arctan2(up, np.hypot(east, north))])


def _place(z: Array) -> Array:
    """The place (3, n) of slant range, azimuth and elevation."""
    level = z[0] * np.cos(z[2])
    return np.stack([level * np.sin(z[1]), level * np.cos(z[1]) - 3_000.0, z[0] * np.sin(z[2]) - 100.0])


def _full_ms(objects: int) -> float:
    """Three sensors by turns: position in two and in three axes, and range, azimuth, elevation."""
    side, rng = _side(objects, 200.0), np.random.Generator(np.random.PCG64(7))
    measure = Curved(of=_polar, noise=np.diag([5.0, 0.002, 0.01]) ** 2, turn=np.array([0.0, 2 * np.pi, 0.0]), d=3, back=_place)
    level = 0.2 * objects / side**2
    solid = level / (5.0 * np.sqrt(2.0 * np.pi))  # false plots a cubic metre where they are most
    looks = []
    for k, plots in enumerate(scans(objects, 200.0)[:LOOKS]):
        high = np.vstack([plots, rng.normal(0.0, 5.0, plots.shape[1])])
        seen = _polar(high)
        if k % 3 == 0:
            looks.append(Scan(plots=plots, measure=Position(25.0 * np.eye(2)), detection=0.9, clutter=level))
        elif k % 3 == 1:
            looks.append(Scan(plots=high, measure=Position(25.0 * np.eye(3)), detection=0.9, clutter=solid))
        else:
            looks.append(Scan(plots=seen, measure=measure, detection=0.9, clutter=solid * seen[0] ** 2 * np.cos(seen[2])))
    return _timed(_settings(side, objects, 3, (0.05, 0.5, 10.0)), looks, 2 if objects > 1_000 else 5)[0]


@measures(*(Figure(f"track.full.ms.{n}", "ms") for n in FULL), Figure("track.full.ratio_to_bare", "1", at_most=8.0))
def full() -> Iterator[Value]:
    """Six states, three interacting models, three kinds of sensors, objects 200 m apart; the bare filter has as many states, models and
    tracks."""
    ms = 0.0
    for n in FULL:
        ms = _full_ms(n)
        yield Value(f"track.full.ms.{n}", ms, runs=LOOKS // 2)
    bare = peers_track.bare_ms(FULL[-1], 6, 3, 3, repeats=5)
    yield Value("track.full.ratio_to_bare", ms / bare, peer={"bare_numpy_ms": bare}, runs=LOOKS // 2)
