"""Which pieces of a way are looked at, against a brute force; the sample paths, against their definition."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from forewarn.project.reach import flights, near_pieces

KNOTS_S = np.array([0.0, 2.0, 5.2, 10.3])
LEAST, DEVIATIONS = 0.01, 3.0


def mixture(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means (2, 6, n), covariances (2, 6, 6, n) and chances (2, n) of objects within some hundreds of metres."""
    mean = rng.normal(0.0, 1.0, (2, 6, n)) * np.array([300, 300, 100, 20, 20, 3.0])[:, None]
    root = rng.normal(0.0, 1.0, (2, n, 6, 6)) * np.array([20, 20, 20, 3, 3, 3.0])[:, None]
    share = rng.choice([0.0, 0.005, 0.5, 1.0], n)
    return mean, np.moveaxis(root @ root.swapaxes(2, 3), 1, -1), np.stack([share, 1.0 - share])


def looked_at(mean: np.ndarray, cov: np.ndarray, model: np.ndarray, spread_m: np.ndarray, solid: np.ndarray, k: int, i: int) -> bool:
    """One piece of one object's way and one solid, by the eigenvalues and by shapely's distances."""
    for m in range(2):
        ends, widest = [], 0.0
        for knot in (k, k + 1):
            to = np.block([np.eye(2), np.zeros((2, 1)), KNOTS_S[knot] * np.eye(2), np.zeros((2, 1))])
            ends.append(to @ mean[m, :, i])
            widest = max(widest, np.linalg.eigvalsh(to @ cov[m, :, :, i] @ to.T)[1] + spread_m[m, knot] ** 2)
        off = shapely.LineString(ends).distance(shapely.Point(solid[:2]))
        if model[m, i] > LEAST and off <= DEVIATIONS * np.sqrt(widest) + solid[2]:
            return True
    return False


@given(st.integers(0, 2**32 - 1), st.integers(0, 3), st.integers(0, 3))
def test_pieces_near_enough_are_looked_at(seed: int, objects: int, solids: int) -> None:
    rng = np.random.default_rng(seed)
    mean, cov, model = mixture(rng, objects)
    rounds = rng.normal(0.0, 300.0, (solids, 3))
    rounds[:, 2] = rng.uniform(10.0, 100.0, solids)
    spread_m = np.cumsum(rng.uniform(0.0, 20.0, (2, len(KNOTS_S))), axis=1)
    found = near_pieces(mean, cov, model, KNOTS_S, spread_m, rounds, LEAST, DEVIATIONS)
    assert found.shape == (solids, len(KNOTS_S) - 1, objects)
    for s, k, i in np.ndindex(found.shape):
        assert found[s, k, i] == looked_at(mean, cov, model, spread_m, rounds[s], k, i)


def test_an_object_that_stands_still_has_a_way_of_no_length() -> None:
    mean, cov = np.zeros((2, 6, 1)), np.zeros((2, 6, 6, 1))
    rounds = np.array([[30.0, 40.0, 49.0], [30.0, 40.0, 51.0]])
    found = near_pieces(mean, cov, np.full((2, 1), 0.5), KNOTS_S, np.zeros((2, len(KNOTS_S))), rounds, LEAST, DEVIATIONS)
    assert found[:, :, 0].tolist() == [[False] * 3, [True] * 3]


def test_a_sample_flies_on_from_where_it_is_with_its_own_noise() -> None:
    rng = np.random.default_rng(0)
    states = rng.normal(0.0, 100.0, (2, 3, 6, 5)).astype(np.float32)
    noise = rng.normal(0.0, 10.0, (2, 3, len(KNOTS_S), 5)).astype(np.float32)
    calm, choice = np.array([0.0, 0.5, 1.0]), np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    found = flights(states, calm, choice, noise, KNOTS_S.astype(np.float32))
    model = (choice >= calm[:, None]).astype(int)
    assert model.tolist() == [[1] * 5, [0, 0, 1, 1, 1], [0] * 5]
    for i, axis, k, n in np.ndindex(found.shape):
        place, rate = states[model[i, n], i, [axis, axis + 3], n].astype(float)
        assert np.isclose(found[i, axis, k, n], place + rate * KNOTS_S[k] + noise[model[i, n], axis, k, n], rtol=1e-5, atol=1e-3)
