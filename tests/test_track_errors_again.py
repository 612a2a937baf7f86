"""Comparisons weighed anew: the sums against direct ones, a wrong first pair, and what is remembered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.track.errors import again, between, joint
from forewarn.track.errors.joint import EACH, Joint

T = 1_600_000_000_000_000_000
SD = np.full(2 * EACH, 10.0)


def taken(known: Joint, own: int, other: int, jacobian: np.ndarray, y: np.ndarray, noise: np.ndarray, share: float, t_ns: int = T) -> Joint:
    """One comparison, as ``compare`` takes it."""
    now = joint.read(known, SD)
    inverse, d2 = between.surprise(y, jacobian, noise, now.mean, now.cov)
    weight = share * again.weighed(len(y), d2)
    added = joint.add(known, t_ns, jacobian, y, inverse, weight)
    return again.judged(added, now, own, np.array([other]), jacobian, y, inverse, np.array([share]), weight)


def azimuths(*told: float, sd: float = 1.0) -> Joint:
    """A finder, sensor 1, beside a radar whose azimuth is known, sensor 0."""
    known, jacobian = joint.nothing(2), np.zeros((1, 2 * EACH, 1))
    jacobian[0, EACH, 0] = 1.0
    for k, y in enumerate(told):
        known = taken(known, 1, 0, jacobian, np.full((1, 1), y), np.full((1, 1, 1), sd**2), 1.0, T + k)
    return known


@given(st.integers(0, 10_000), st.integers(1, 12))
def test_the_sums_are_those_of_the_comparisons_with_the_weights_that_they_have_now(seed: int, count: int) -> None:
    rng, known = np.random.default_rng(seed), joint.nothing(2)
    parts = []
    for _ in range(count):
        d, own = int(rng.integers(1, 3)), int(rng.integers(0, 2))
        root = rng.normal(size=(d, d))
        noise = root @ root.T + 0.5 * np.eye(d)
        h, y = rng.normal(size=(d, 2 * EACH)), rng.normal(0, 5, d)
        known = taken(known, own, 1 - own, h[..., None], y[:, None], noise[..., None], float(rng.uniform(0.1, 1)))
        parts.append((h, y, np.linalg.inv(noise)))
    weights = known.recent.weight
    assert known.information == pytest.approx(sum(w * h.T @ i @ h for w, (h, _, i) in zip(weights, parts, strict=True)), abs=1e-9)
    assert known.pull == pytest.approx(sum(w * h.T @ i @ y for w, (h, y, i) in zip(weights, parts, strict=True)), abs=1e-9)
    assert known.samples == pytest.approx(np.full(2, weights.sum()))
    assert (weights <= known.recent.share).all()


def test_a_wrong_first_pair_hardly_matters_once_more_is_known() -> None:
    rng = np.random.default_rng(4)
    told = rng.normal(-7.5, 1.0, 20)
    clean, wrong = (joint.read(azimuths(*first, *told), SD).mean[EACH] for first in ((), (14.0,)))
    assert wrong == pytest.approx(clean, abs=0.15)
    assert azimuths(14.0, *told[:12]).recent.weight[0] < 0.05 < 0.5 < azimuths(14.0).recent.weight[0]


def test_a_wrong_pair_that_was_right_after_all_comes_back() -> None:
    """The first was the wrong one, and what was odd beside it is not, once more say the same."""
    known = azimuths(14.0, *[-7.5] * 12)
    assert (known.recent.weight[1:] > 0.8).all()


def test_no_more_are_kept_than_stated_and_the_others_stay_in_the_sums() -> None:
    known = azimuths(*[1.0] * (again.EACH_PAIR + 30))
    assert known.recent.weight.shape == (again.EACH_PAIR,)
    assert known.recent.t_ns.tolist() == [T + k for k in range(30, again.EACH_PAIR + 30)]
    assert known.samples[1] == pytest.approx(again.EACH_PAIR + 30, rel=0.02)


def test_what_tells_most_is_kept_and_other_sensors_push_nothing_out() -> None:
    known, jacobian = joint.nothing(3), np.zeros((1, 3 * EACH, 1))
    jacobian[0, EACH, 0] = 1.0
    told = {(0, 0.9): 14.0}
    for k in range(60):  # one that is wholly new, many that hardly are, and as many of another two
        for other, share in ((0, 0.9 if k == 0 else 0.05), (2, 0.5)):
            y = np.full((1, 1), told.get((k + other, share), -7.5))
            now = joint.read(known, np.full(3 * EACH, 10.0))
            inverse, d2 = between.surprise(y, jacobian, np.ones((1, 1, 1)), now.mean, now.cov)
            weight = share * again.weighed(1, d2)
            added = joint.add(known, T + k, jacobian, y, inverse, weight)
            known = again.judged(added, now, 1, np.array([other]), jacobian, y, inverse, np.array([share]), weight)
    kept = known.recent
    assert np.bincount(kept.who[1]).tolist() == [again.EACH_PAIR, 0, again.EACH_PAIR]
    first = np.flatnonzero(kept.share == 0.9)
    assert kept.weight[first] < 0.05
    assert joint.read(known, np.full(3 * EACH, 10.0)).mean[EACH] == pytest.approx(-7.5, abs=0.1)


def test_what_fades_is_put_right_by_as_much_as_is_left_of_it() -> None:
    known, jacobian = azimuths(14.0, -7.5), np.zeros((1, 2 * EACH, 1))
    jacobian[0, EACH, 0] = 1.0
    later = T + round(joint.MEMORY_S * 1e9)
    known = taken(known, 1, 0, jacobian, np.full((1, 1), -7.5), np.ones((1, 1, 1)), 1.0, later)
    left = np.array([np.exp(-1.0), np.exp(-1.0), 1.0])
    assert known.information[EACH, EACH] == pytest.approx((left * known.recent.weight).sum(), rel=1e-6)


@given(st.floats(1e-12, 1e12), st.floats(-1, 1), st.floats(1e-12, 1e12))
def test_noise_of_any_shape_gives_rows_of_numbers(one: float, corr: float, two: float) -> None:
    """Even noise that has no root by rounding."""
    inverse = np.array([[one, corr * np.sqrt(one * two)], [corr * np.sqrt(one * two), two]])[..., None]
    jacobian, y = np.ones((2, 2 * EACH, 1)), np.ones((2, 1))
    row, told = again._whitened(0, np.array([1]), jacobian, y, inverse)
    assert np.isfinite(row).all()
    assert np.isfinite(told).all()
    if abs(corr) < 0.999:
        assert row[:, 0, 0] @ row[:, 0, 0] == pytest.approx(float(inverse.sum()), rel=1e-6)
