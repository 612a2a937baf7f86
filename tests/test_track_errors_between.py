"""The numbers of comparisons: which are made, against the rule said slowly; what they say, against differences of plots and matrices."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.track.belief import PLACE
from forewarn.track.errors import between
from forewarn.track.errors.joint import EACH
from forewarn.track.plan import NEVER

OWN, OTHER, SENSES = 1, 2, 3
NOW = 1_600_000_000_000_000_000
SPOT = np.array([[300.0], [-200.0]])


@given(seed=st.integers(0, 10_000), claims=st.booleans())
def test_what_is_compared_and_for_how_much(seed: int, claims: bool) -> None:
    rng = np.random.default_rng(seed)
    track, time_ns, chance = np.array([2, 0]), NOW + rng.integers(-(10**9), 10**9, 2), rng.random(2)
    shown_ns = np.where(rng.random((SENSES, 3)) < 0.2, NEVER, NOW + rng.integers(-(10**10), 10**9, (SENSES, 3)))
    last_ns = np.where(rng.random(3) < 0.5, NEVER, NOW + rng.integers(-(10**10), 10**9, 3))
    tau_s, does = rng.choice([0.0, 8.0], SENSES), rng.random((2, SENSES)) < 0.5
    wanted: dict[tuple[int, int], float] = {}
    for s in (0, 2):
        for p, (i, t) in enumerate(zip(track, time_ns, strict=True)):
            if shown_ns[s, i] > last_ns[i] and abs(int(t - shown_ns[s, i])) <= between.WINDOW_S * 1e9 and (claims or not does[1, s]):
                tau = max(tau_s[OWN], between.CLAIM_S if does[1, s] else tau_s[s])
                since = math.inf if last_ns[i] == NEVER else max(int(t - last_ns[i]), 0) / 1e9
                wanted[s, p] = (0.5 if does[0, OWN] and does[0, s] else 1.0) * (1.0 - math.exp(-since / tau) if tau else float(since > 0))
    sensor, pair, age, weight = between.chosen(OWN, claims, shown_ns, last_ns, track, time_ns, chance, tau_s, does)
    assert list(zip(sensor.tolist(), pair.tolist(), strict=True)) == sorted(wanted)
    for s, p, after, w in zip(sensor, pair, age, weight, strict=True):
        assert after == pytest.approx((time_ns[p] - shown_ns[s, track[p]]) / 1e9)
        every = sum(one for (_, q), one in wanted.items() if q == p)
        assert w == pytest.approx(chance[p] * wanted[s, p] ** 2 / every if every else 0.0, abs=1e-9)


def compared(off: np.ndarray, seed: int, lines: bool, says: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A plot of one sensor beside another's place, 1.5 s older, with ``off`` (3, 3) taken off both."""
    rng = np.random.default_rng(seed)
    shown = np.zeros((SENSES, PLACE, 2))
    shown[OTHER, :, 1] = *(away := rng.uniform(400, 900, 2)), *(away - [50.0, 90.0]), 9.0, 1.0, 16.0
    rate, spread = rng.normal(0, 20, (2, 1)), np.array([[4.0, 1.0], [1.0, 2.0]])[..., None]
    sensor, track, dt = np.array([OTHER]), np.array([1]), np.array([1.5]) + off[OTHER, 2] - off[OWN, 2]
    other = between.carried(shown, sensor, track, dt, off, rate, spread, 5.0, np.array([False, False, says]))
    if lines:
        return between.bearings(OWN, np.array([0.7]), np.array([0.02]), SPOT, off, rate, sensor, other)
    place, var = rng.uniform(400, 900, (2, 1)), np.array([[25.0, 3.0], [3.0, 36.0]])[..., None]
    return between.places(OWN, place, SPOT, var, off, rate, sensor, other)


@given(seed=st.integers(0, 1000), lines=st.booleans())
def test_the_jacobian_is_how_the_gap_closes_as_errors_are_taken_off(seed: int, lines: bool) -> None:
    off = np.random.default_rng(seed + 1).normal(size=(SENSES, EACH)) * (0.03, 5.0, 0.2)
    _, jacobian, _ = compared(off, seed, lines)

    def gap(at: np.ndarray) -> np.ndarray:
        y, slope, _ = compared(at, seed, lines)
        return (y[:, 0] - slope[..., 0] @ at.ravel()).copy()

    for b, step in enumerate(np.tile((1e-6, 1e-4, 1e-5), SENSES)):
        move = np.zeros(off.size)
        move[b] = step
        slope = (gap(off + move.reshape(off.shape)) - gap(off - move.reshape(off.shape))) / (2 * step)
        assert slope == pytest.approx(-jacobian[:, b, 0], rel=1e-4, abs=1e-6)


def test_a_comparison_is_as_unsure_as_both_places_and_the_way_between() -> None:
    off, dt = np.zeros((SENSES, EACH)), 1.5
    way = np.array([[9.0, 1.0], [1.0, 16.0]]) + dt**2 * np.array([[4.0, 1.0], [1.0, 2.0]]) + 5.0 * dt**3 / 3.0 * np.eye(2)
    _, _, noise = compared(off, 3, lines=False)
    assert noise[..., 0] == pytest.approx(way + np.array([[25.0, 3.0], [3.0, 36.0]]))
    y, _, noise = compared(off, 3, lines=True)
    rng = np.random.default_rng(3)
    east, north = rng.uniform(400, 900, 2) + dt * rng.normal(0, 20, 2) - SPOT[:, 0]
    across = np.array([north, -east]) / (east**2 + north**2)
    assert y[0, 0] == pytest.approx(0.7 - math.atan2(east, north))
    assert noise[0, 0, 0] == pytest.approx(0.02**2 + across @ way @ across)


def test_a_claims_place_has_no_sensors_errors() -> None:
    _, jacobian, _ = compared(np.zeros((SENSES, EACH)), 5, lines=False, says=True)
    assert not jacobian[:, EACH * OTHER :].any()
    assert jacobian[:, EACH * OWN : EACH * OTHER].any()


@given(seed=st.integers(0, 1000), d=st.integers(1, 2), k=st.integers(1, 4))
def test_surprise_is_the_distance_of_the_joint_gaussian(seed: int, d: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    root, own = rng.normal(size=(6, 6)), rng.normal(size=(k, d, d))
    cov, noise = root @ root.T, np.moveaxis(own @ own.swapaxes(1, 2) + np.eye(d), 0, -1)
    y, jacobian, mean = rng.normal(size=(d, k)), rng.normal(size=(d, 6, k)), rng.normal(size=6)
    inverse, d2 = between.surprise(y, jacobian, noise, mean, cov)
    for j in range(k):
        h, gap = jacobian[..., j], y[:, j] - jacobian[..., j] @ mean
        assert inverse[..., j] @ noise[..., j] == pytest.approx(np.eye(d), abs=1e-9)
        assert d2[j] == pytest.approx(gap @ np.linalg.inv(h @ cov @ h.T + noise[..., j]) @ gap)
