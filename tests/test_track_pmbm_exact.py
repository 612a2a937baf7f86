"""The filter against the exact multi-object posterior, by enumeration of every association and joint Gaussians instead of recursion."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from forewarn.track.pmbm import State, start, step
from tests import pmbm_help as world

EXPECTED, CLUTTER = 3.0, 0.02


def run(scans: list[world.Array]) -> State:
    settings = world.settings(EXPECTED)
    state = start(settings)
    for k, plots in enumerate(scans):
        state = step(settings, state, float(k), world.scan(plots, CLUTTER))
    return state


def weights(state: State) -> list[float]:
    """Weights of all global hypotheses: products over clusters."""
    row, weight = state.contest[1], np.exp(state.contest[4])
    each = [weight[a:b].tolist() for a, b in itertools.pairwise(row.tolist())]
    return sorted((float(np.prod(some)) for some in itertools.product(*each)), reverse=True)


def moments(state: State) -> dict[tuple[int, int], tuple[float, world.Array, world.Array]]:
    """By label: existence, and the first two moments of the state where it exists."""
    r, mean, cov, _ = state.tracks
    c_track, c_row, c_entry, hypothesis, weight = state.contest
    share = np.zeros((state.label.shape[1], len(r)))
    share[np.arange(state.settled), np.arange(state.settled)] = 1.0
    for c in range(len(c_track) - 1):
        columns = np.arange(c_track[c], c_track[c + 1])
        rows = hypothesis[c_entry[c] : c_entry[c + 1]].reshape(-1, len(columns))
        for g, row in enumerate(rows):
            for t, h in zip(columns, row, strict=True):
                if h >= 0:
                    share[state.settled + t, h] += np.exp(weight[c_row[c] + g])
    out = {}
    for t, (scan, plot) in enumerate(state.label.T.tolist()):
        w = share[t] * r
        second = cov[0] + mean[0][:, None] * mean[0][None]
        out[scan, plot] = (float(w.sum()), mean[0] @ w, second @ w)
    return out


@pytest.mark.parametrize("counts", [(2,), (2, 2), (2, 2, 2), (1, 3, 2), (4, 2, 1), (0, 4, 2), (3, 0, 3), (3, 3, 2), (4, 3, 1)])
@pytest.mark.parametrize("seed", [0, 1])
def test_posterior_is_the_exact_one(counts: tuple[int, ...], seed: int) -> None:
    rng = np.random.Generator(np.random.PCG64([seed, *counts]))
    scans = [rng.normal(0.0, 2.5, (2, n)) for n in counts]
    exact = world.everything(scans, EXPECTED, CLUTTER)
    state = run(scans)
    assert weights(state) == pytest.approx(sorted((w for w, _ in exact), reverse=True), abs=1e-9, rel=1e-9)
    found = moments(state)
    for label in {label for _, tracks in exact for label in tracks}:
        there = [(w, tracks[label]) for w, tracks in exact if label in tracks]
        existence = sum(w * t.existence for w, t in there)
        first = sum(w * t.existence * t.mean for w, t in there)
        second = sum(w * t.existence * (t.cov + np.outer(t.mean, t.mean)) for w, t in there)
        assert found[label][0] == pytest.approx(existence, abs=1e-9)
        np.testing.assert_allclose(found[label][1], first, atol=1e-9)
        np.testing.assert_allclose(found[label][2], second, atol=1e-8)


def test_undetected_objects_keep_their_number() -> None:
    state = run([np.zeros((2, 0)), np.zeros((2, 0)), np.zeros((2, 0))])
    missed = 1.0 - world.DETECTION
    assert state.undetected.weight == pytest.approx([EXPECTED * missed**3 * world.SURVIVAL**2])
    _, cov = world.joint(3)
    np.testing.assert_allclose(state.undetected.cov[0, :, :, 0], cov[-4:, -4:], rtol=1e-12)
