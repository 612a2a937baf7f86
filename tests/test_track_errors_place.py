"""Errors and places: the Jacobian against differences, and taking errors off against putting them on from first principles."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.track.errors.place import of_place, true

places = st.tuples(st.floats(-2000, 2000), st.floats(-2000, 2000)).filter(lambda p: math.hypot(*p) > 50)


def reported(place: np.ndarray, rate: np.ndarray, off: np.ndarray) -> np.ndarray:
    """What a sensor with errors ``off`` says of a place (2,): by angles, from first principles."""
    then = place - off[2] * rate
    azimuth, distance = math.atan2(then[0], then[1]) + off[0], math.hypot(*then) + off[1]
    return distance * np.array([math.sin(azimuth), math.cos(azimuth)])


@given(place=places, rate=st.tuples(st.floats(-30, 30), st.floats(-30, 30)))
def test_a_place_moves_with_its_sensors_errors_as_stated(place: tuple[float, float], rate: tuple[float, float]) -> None:
    at, v = np.array(place), np.array(rate)
    slope = of_place(at[:, None], v[:, None])[..., 0]
    for axis, step in enumerate((1e-6, 1e-3, 1e-4)):
        off = np.zeros(3)
        off[axis] = step
        assert (reported(at, v, off) - at) / step == pytest.approx(slope[:, axis], abs=1e-2)


@given(place=places, azimuth=st.floats(-0.3, 0.3), distance=st.floats(-40, 40))
def test_taking_errors_off_undoes_them(place: tuple[float, float], azimuth: float, distance: float) -> None:
    off = np.array([azimuth, distance, 0.0])
    found = true(reported(np.array(place), np.zeros(2), off)[:, None], off[:, None])[:, 0]
    assert found == pytest.approx(place, abs=1e-6)
