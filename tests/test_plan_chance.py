"""Looked-up random numbers: spread as they should be, and nobody's business but the key's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from forewarn.plan import chance

pytestmark = pytest.mark.slow


def test_uniform_numbers_are_uniform_over_each_part_of_the_key() -> None:
    keys = [(s, 0, 0) for s in range(2000)], [(1, s, 0) for s in range(2000)], [(1, 0, s) for s in range(2000)]
    for part in keys:
        values = [chance.uniform(*key, chance.HIT) for key in part]
        assert stats.kstest(values, "uniform").pvalue > 0.001
        assert abs(np.corrcoef(values[1:], values[:-1])[0, 1]) < 0.08


def test_normal_numbers_are_normal_and_new_for_each_purpose() -> None:
    east = [chance.normal(7, 2, k, chance.EAST) for k in range(3000)]
    north = [chance.normal(7, 2, k, chance.NORTH) for k in range(3000)]
    assert stats.kstest(east, "norm").pvalue > 0.001
    assert abs(np.corrcoef(east, north)[0, 1]) < 0.07


def test_the_same_key_gives_the_same_number() -> None:
    assert chance.uniform(1, 2, 3, 4) == chance.uniform(1, 2, 3, 4)
    assert chance.uniform(1, 2, 3, 4) != chance.uniform(1, 2, 4, 4)
