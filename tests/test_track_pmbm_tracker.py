"""The tracker as its users meet it."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from scipy.linalg import expm

from forewarn.freeze import freeze, thaw
from forewarn.track.pmbm import Curved, Gaussians, Position, Scan, Settings, State, Tracker, Velocity, estimate, start, step
from forewarn.track.pmbm.tracker import chances


def wide(weight: float, models: int = 1) -> Gaussians:
    cov = np.repeat(np.diag([200.0, 200.0, 10.0, 10.0])[None, :, :, None] ** 2, models, axis=0)
    return Gaussians(np.array([weight]), np.zeros((models, 4, 1)), cov, np.full((models, 1), 1.0 / models))


SETTINGS = Settings(models=(Velocity(0.1),), undetected=wide(2.0), births=wide(0.02))


def look(plots: list[tuple[float, float]], **others: object) -> Scan:
    given: dict[str, object] = {"measure": Position(np.eye(2)), "detection": 0.9, "clutter": 1e-5}
    return Scan(plots=np.array(plots, dtype=float).reshape(-1, 2).T, **(given | others))  # type: ignore[arg-type]


def followed(settings: Settings, scans: list[Scan]) -> State:
    state = start(settings)
    for k, scan in enumerate(scans):
        state = step(settings, state, float(k), scan)
    return state


def crossing(seed: int = 0, steps: int = 31) -> tuple[np.ndarray, list[Scan]]:
    """Two objects whose paths cross at a shallow angle at half time: places (steps, 2, 2), and their scans with clutter."""
    rng = np.random.Generator(np.random.PCG64(seed))
    t = np.arange(steps) - steps // 2
    truth = np.stack([np.stack([4.0 * t, 1.5 * t], -1), np.stack([4.0 * t, -1.5 * t], -1)], axis=1)
    scans = []
    for here in truth:
        seen = here[rng.random(2) < 0.9]
        scans.append(look([*map(tuple, seen + rng.normal(size=seen.shape)), *map(tuple, rng.uniform(-100, 100, (rng.poisson(1.0), 2)))]))
    return truth, scans


def test_one_object_is_found_and_kept() -> None:
    found = estimate(SETTINGS, followed(SETTINGS, [look([(2.0 * k, 1.0)]) for k in range(8)]))
    assert found.label.T.tolist() == [[0, 0]]
    assert found.existence[0] > 0.99
    np.testing.assert_allclose(found.mean[:, 0], [14.0, 1.0, 2.0, 0.0], atol=0.3)


def test_a_tracker_is_the_same_in_a_loop() -> None:
    tracker = Tracker(SETTINGS)
    for k in range(8):
        found = tracker.take(float(k), look([(2.0 * k, 1.0)]))
    assert freeze(tracker.state) == freeze(followed(SETTINGS, [look([(2.0 * k, 1.0)]) for k in range(8)]))
    assert found.existence[0] > 0.99


def test_an_object_that_is_missed_fades() -> None:
    scans = [look([(0.0, 0.0)])] * 4 + [look([])] * 4
    states = [followed(SETTINGS, scans[:k]) for k in range(4, 9)]
    existence = [float(s.tracks.weight.max(initial=0.0)) for s in states]
    assert existence == sorted(existence, reverse=True)
    assert existence[-1] < 0.1 < 0.9 < existence[0]


def test_silence_tells_nothing_of_lone_reports_or_of_where_nobody_looks() -> None:
    state = followed(SETTINGS, [look([(0.0, 0.0)])] * 4)
    lone = step(SETTINGS, state, 4.0, look([], whole=False))
    blind = step(SETTINGS, state, 4.0, look([], detection=lambda mean: np.where(mean[0] > 50.0, 0.9, 0.0)))
    for after in (lone, blind):
        assert after.tracks.weight == pytest.approx(state.tracks.weight * SETTINGS.survival)


@pytest.mark.parametrize("seed", range(5))
def test_those_who_cross_keep_their_labels_and_do_not_coalesce(seed: int) -> None:
    truth, scans = crossing(seed)
    found = estimate(SETTINGS, followed(SETTINGS, scans))
    before = estimate(SETTINGS, followed(SETTINGS, scans[:8]))
    assert found.mean.shape[1] == 2
    for k in range(2):
        mine = np.flatnonzero(np.linalg.norm(found.mean[:2].T - truth[-1, k], axis=1) < 4.0)
        was = np.flatnonzero(np.linalg.norm(before.mean[:2].T - truth[7, k], axis=1) < 4.0)
        assert (found.label[:, mine] == before.label[:, was]).all()


def test_a_state_is_never_changed_and_the_same_comes_out() -> None:
    _, scans = crossing()
    state = followed(SETTINGS, scans[:16])
    kept = freeze(state)
    once, twice = (freeze(step(SETTINGS, state, 16.0, scans[16])) for _ in range(2))
    estimate(SETTINGS, state)
    assert freeze(state) == kept
    assert once == twice


def test_freeze_thaw_step_is_step() -> None:
    _, scans = crossing()
    state = start(SETTINGS)
    for k, scan in enumerate(scans):
        state, again = (step(SETTINGS, s, float(k), scan) for s in (state, thaw(freeze(state), State)))
        assert freeze(state) == freeze(again)


def test_covariances_are_positive_all_along() -> None:
    _, scans = crossing(3)
    state = start(SETTINGS)
    for k, scan in enumerate(scans):
        state = step(SETTINGS, state, float(k), scan)
        for of in (state.tracks, state.undetected):
            np.linalg.cholesky(np.moveaxis(of.cov[0], -1, 0))
        assert ((state.tracks.weight >= 0.0) & (state.tracks.weight <= 1.0)).all()


def test_a_track_that_has_grown_vague_goes_back_to_the_undetected() -> None:
    settings = msgspec.structs.replace(SETTINGS, vague=40.0, survival=1.0, births=wide(0.0))
    state = followed(settings, [look([(0.0, 0.0)])] * 4)
    expected = state.tracks.weight.sum() + state.undetected.weight.sum()
    after = step(settings, state, 60.0, look([], detection=0.0))
    assert len(after.tracks.weight) == 0
    assert after.undetected.weight.sum() == pytest.approx(expected)
    again = step(settings, after, 61.0, look([], detection=0.0))
    assert again.undetected.weight.sum() == pytest.approx(expected)


@pytest.mark.parametrize("dt", [0.0, 1e-3, 1.0, 300.0])
def test_chances_of_a_change_are_those_of_a_markov_chain(dt: float) -> None:
    rate = np.array([[9.0, 0.05, 0.2], [0.1, 9.0, 0.0], [0.3, 0.02, 9.0]])
    off = rate - np.diag(np.diag(rate))
    np.testing.assert_allclose(chances(rate, dt), expm((off - np.diag(off.sum(axis=1))) * dt), atol=1e-13)


def test_a_manoeuvre_moves_the_models_chances() -> None:
    two = Settings(
        models=(Velocity(0.01), Velocity(20.0)), undetected=wide(2.0, 2), births=wide(0.02, 2), change=np.array([[0.0, 0.05], [0.1, 0.0]])
    )
    steady = followed(two, [look([(5.0 * k, 0.0)]) for k in range(15)])
    turned = steady
    for k in range(15, 18):
        turned = step(two, turned, float(k), look([(70.0, 9.0 * (k - 14))]))
    sure = [s.tracks.model[1, np.argmax(s.tracks.weight)] for s in (steady, turned)]
    assert sure[0] < 0.2 < 0.5 < sure[1]
    assert turned.tracks.model.sum(axis=0) == pytest.approx(1.0)


def test_a_radar_and_a_bearing_follow_one_object() -> None:
    radar = Curved(
        of=lambda p: np.stack([np.hypot(p[0], p[1] + 500.0), np.arctan2(p[0], p[1] + 500.0)]),
        noise=np.diag([25.0, 1e-4]), turn=np.array([0.0, 2 * np.pi]), d=2,
        back=lambda z: np.stack([z[0] * np.sin(z[1]), z[0] * np.cos(z[1]) - 500.0]),
    )  # fmt: skip
    finder = Curved(of=lambda p: np.arctan2(p[:1] + 400.0, p[1:2]), noise=np.full((1, 1), 1e-4), turn=np.full(1, 2 * np.pi), d=2)
    rng, state = np.random.Generator(np.random.PCG64(2)), start(SETTINGS)
    for k in range(20):
        place = np.array([[3.0 * k], [20.0]])
        kind, clutter = (radar, 1e-6) if k % 2 == 0 else (finder, 1e-3)
        z = kind.of(place) + np.sqrt(np.diag(kind.noise))[:, None] * rng.normal(size=(len(kind.noise), 1))
        state = step(SETTINGS, state, float(k), Scan(plots=z, measure=kind, detection=0.9, clutter=clutter))
    found = estimate(SETTINGS, state)
    assert found.label.T.tolist() == [[0, 0]]
    np.testing.assert_allclose(found.mean[:2, 0], [57.0, 20.0], atol=6.0)


def test_a_crowd_too_large_to_search_is_still_followed() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    places = np.stack(np.meshgrid(np.arange(7), np.arange(7))).reshape(2, -1) * 3.0
    scans = [look([tuple(p) for p in (places + rng.normal(size=places.shape)).T]) for _ in range(4)]
    found = estimate(SETTINGS, followed(msgspec.structs.replace(SETTINGS, undetected=wide(50.0)), scans))
    assert 40 <= found.mean.shape[1] <= 55


@pytest.mark.parametrize(
    ("scan", "t_s", "names"),
    [
        (look([(np.nan, 0.0)]), 1.0, "plots: nan at plot 0"),
        (msgspec.structs.replace(look([]), plots=np.zeros((3, 1))), 1.0, r"plots: shape \(3, 1\)"),
        (look([]), -1.0, "t_s: 1.0 s before the state"),
        (look([]), np.nan, "t_s"),
    ],
)
def test_bad_scans_are_refused(scan: Scan, t_s: float, names: str) -> None:
    state = step(SETTINGS, start(SETTINGS), 0.0, look([]))
    with pytest.raises(ValueError, match=names):
        step(SETTINGS, state, t_s, scan)


BAD = [("survival", 0.0), ("cut", 2.0), ("keep", 0), ("births", wide(1.0, 2)), ("undetected", wide(1)), ("undetected", wide(1.0, 2))]


@pytest.mark.parametrize(("field", "value"), BAD)
def test_bad_settings_are_refused(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=field):
        start(msgspec.structs.replace(SETTINGS, **{field: value}))


@pytest.mark.parametrize(("n", "apart"), [(16, 3.0), (16, 1.0), (24, 2.0)])
def test_a_crowd_stays_a_crowd(n: int, apart: float) -> None:
    """Objects in a square grid, a few errors apart or one, that fly on together: all may have shown what each has."""
    rng, side = np.random.Generator(np.random.PCG64(1)), math.ceil(math.sqrt(n))
    where, state = apart * np.stack([np.arange(n) % side, np.arange(n) // side], axis=-1), start(SETTINGS)
    for k in range(30):
        shown = where[rng.random(n) < 0.9] + 0.5 * k
        false = rng.uniform(-150.0, 150.0, (rng.poisson(10.0), 2))
        plots = np.concatenate([shown + rng.normal(size=shown.shape), false])
        state = step(SETTINGS, state, float(k), look([(x, y) for x, y in plots.tolist()], clutter=10.0 / 300.0**2))
        found = len(estimate(SETTINGS, state).existence)
        assert k < 5 or 0.8 * n <= found <= 1.2 * n


def test_a_model_that_nothing_speaks_for_harms_nothing() -> None:
    settings = Settings(models=(Velocity(0.01), Velocity(40.0)), undetected=wide(1.0, 2), births=wide(0.01, 2))
    rng = np.random.Generator(np.random.PCG64(2))
    state = followed(settings, [look([(3.0 * k + x, y)]) for k, (x, y) in enumerate(rng.normal(size=(400, 2)).tolist())])
    assert len(estimate(settings, state).existence) == 1
    assert np.isfinite(state.tracks.cov).all()


def test_detection_that_is_not_of_each_object_is_refused() -> None:
    with pytest.raises(ValueError, match=r"detection: shape \(3,\) for 0 objects"):
        step(SETTINGS, start(SETTINGS), 0.0, look([(0.0, 0.0)], detection=lambda place: np.full(3, 0.9)))
