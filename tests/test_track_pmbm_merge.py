"""Gathering hypotheses into modes: nothing is lost, and tracks that crossed do not melt into one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forewarn.track.pmbm import merge

GATHERED: Any = merge.gathered  # called with its arguments unpacked


def contest(rows: list[list[int]], weight: list[float]) -> tuple[np.ndarray, ...]:
    columns = len(rows[0])
    flat = np.array(rows, np.int64).reshape(-1)
    return np.array([0, columns]), np.array([0, len(rows)]), np.array([0, len(flat)]), flat, np.log(weight)


def gather(rows: list[list[int]], weight: list[float], exist: np.ndarray, x: np.ndarray, p: np.ndarray, keep: int, apart: float) -> Any:
    found = GATHERED(*contest(rows, weight), 0, exist, x, p, keep, apart, 0, 0.0)
    k = len(found[1]) - 1
    out = np.empty(k), np.empty((1, 2, k)), np.empty((1, 2, 2, k)), np.empty((1, k))
    merge.mixed(found[1], found[2], found[3], x[None], p[None], np.ones((1, len(exist))), 0, *out)
    return found, out


CROSSED = np.array([[0.0, 10.0, 10.1, 0.1], [0.0, 0.0, 0.0, 0.0]])  # hypotheses 0, 2 of one track, 1, 3 of the other
TIGHT = np.repeat(np.eye(2)[:, :, None], 4, axis=2)


def test_hypotheses_that_only_change_places_become_one() -> None:
    found, (r, mean, cov, _) = gather([[0, 1], [2, 3]], [0.6, 0.4], np.ones(4), CROSSED, TIGHT, 25, 0.5)
    assert found[0] == 2
    assert r == pytest.approx([1.0, 1.0])
    np.testing.assert_allclose(mean[0, 0], [0.04, 10.04])
    assert cov[0, 0, 0] == pytest.approx(1.0 + 0.6 * 0.4 * 0.01)


def test_hypotheses_that_differ_stay_apart_until_there_is_no_room() -> None:
    far = CROSSED.copy()
    far[0, 2:] = [30.0, 50.0]
    found, _ = gather([[0, 1], [2, 3]], [0.6, 0.4], np.ones(4), far, TIGHT, 25, 0.5)
    assert found[0] == 0
    assert np.exp(found[9]) == pytest.approx([0.6, 0.4])
    one, (_, mean, _, _) = gather([[0, 1], [2, 3]], [0.6, 0.4], np.ones(4), far, TIGHT, 1, 0.5)
    assert one[0] == 2
    assert mean[0, 0].sum() == pytest.approx(0.6 * 10.0 + 0.4 * 80.0)


def test_moments_and_number_are_kept() -> None:
    rng = np.random.Generator(np.random.PCG64(4))
    x, p, exist = rng.normal(size=(2, 6)), np.repeat(np.eye(2)[:, :, None], 6, axis=2), rng.random(6)
    rows, weight = [[0, 1, 2], [3, -1, 2], [0, 4, 5], [3, 4, -1]], [0.4, 0.3, 0.2, 0.1]
    expected = sum(w * exist[h] for row, w in zip(rows, weight, strict=True) for h in row if h >= 0)
    first = sum(w * exist[h] * x[:, h] for row, w in zip(rows, weight, strict=True) for h in row if h >= 0)
    for keep, apart in ((1, 0.5), (2, 0.5), (25, 0.1), (25, 5.0)):
        found, (r, mean, _, _) = gather(rows, weight, exist, x, p, keep, apart)
        share = np.zeros(len(r))
        share[: found[0]] = 1.0
        count = np.diff(found[6])
        for g, w in enumerate(np.exp(found[9])):
            own = found[8].reshape(int(count.sum()), -1)[g] if len(count) else []
            for h in own:
                if h >= 0:
                    share[h] += w
        assert float(share @ r) == pytest.approx(expected)
        np.testing.assert_allclose(mean[0] @ (share * r), first, atol=1e-12)


def test_a_death_is_one_tracks_and_not_smeared() -> None:
    """Two objects side by side, one of which may be gone, and nobody knows which: one likely track and one doubtful, not two doubtful
    ones."""
    x = np.array([[0.0, 0.2, 0.0, 0.2], [0.0, 0.0, 0.0, 0.0]])
    found, (r, _, _, _) = gather([[0, 3], [2, 1]], [0.5, 0.5], np.array([1.0, 1.0, 0.3, 0.3]), x, TIGHT, 1, 0.5)
    assert found[0] == 2
    assert sorted(r.tolist()) == pytest.approx([0.3, 1.0])
