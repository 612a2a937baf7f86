"""Comparisons: what is compared with what, how much it counts, and what is left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.track import motion
from forewarn.track.errors import compare
from tests.errors_help import Off, errors, heard, said, site


def test_every_place_is_compared_once_and_from_both_sides_for_half() -> None:
    of = site({"one": "", "two": ""})
    found = errors(heard(of, said({"one": Off(), "two": Off()}, 60))).samples
    assert found[0] == found[1]
    assert 40 < found[0] <= 60


def test_plots_that_are_too_old_are_not_compared_with() -> None:
    of = site({"one": "", "two": ""})
    both = said({"one": Off(), "two": Off()}, 40)
    apart = [item for item in both if (item.sensor == "one") == (item.t_ns < both[40].t_ns)]
    apart = [item for item in apart if not both[40].t_ns <= item.t_ns < both[52].t_ns]
    assert errors(heard(of, apart)).samples.tolist() == [0.0, 0.0, 0.0]


def test_errors_that_stay_alike_tell_less() -> None:
    items = said({"one": Off(), "finder": Off()}, 60)
    anew = errors(heard(site({"one": "", "finder": ""}), items)).samples
    alike = errors(heard(site({"one": "", "finder": "correlation_s = 20.0"}), items)).samples
    assert 1.0 < alike[1] < anew[1] / 4


@given(seed=st.integers(0, 1000))
def test_kinematics_are_parts_of_the_mixture_of_models(seed: int) -> None:
    rng = np.random.default_rng(seed)
    root, model = rng.normal(size=(5, 3, 8, 8)), rng.random((3, 5))
    mean, cov, model = rng.normal(size=(3, 8, 5)), np.moveaxis(root @ root.swapaxes(2, 3), 0, -1).copy(), model / model.sum(axis=0)
    whole, spread = motion.merged(mean, cov, model)
    track, part = np.array([4, 0, 2]), np.array([0, 1, 3, 4])
    found = compare.kinematics(mean, cov, model, track, part)
    assert found[0] == pytest.approx(whole[np.ix_(part, track)])
    assert found[1] == pytest.approx(spread[np.ix_(part, part, track)])
