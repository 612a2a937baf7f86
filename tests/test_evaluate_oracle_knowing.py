"""What the truth tells the oracle of plots: held against interpolation by NumPy and the cosines of angles."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.evaluate.oracle.knowing import FAR_M, FAR_RAD, FAR_SD, Known

BEGINS_S, LASTS_S, OBJECTS = 1_700_000_000, 5, 3
SPOT = (30.0, -40.0, 2.0)


def ways(rng: np.random.Generator) -> np.ndarray:
    """Places (3, k, s) of objects at whole seconds; the last object comes in the third."""
    enu = rng.uniform(-500.0, 500.0, (3, OBJECTS, LASTS_S))
    enu[:, -1, :2] = np.nan
    return enu


def told(enu: np.ndarray) -> Known:
    real: Any = SimpleNamespace(enu=enu, seconds=BEGINS_S + np.arange(float(LASTS_S)))
    return Known(real, {}, {}, np.ones((LASTS_S, OBJECTS), dtype=bool))


def look(place: np.ndarray, sd_m: float, bearing: np.ndarray, sd_rad: float, t_s: np.ndarray) -> Any:
    """A look of places (3, m) and bearings (b,) at times (m + b,) since the beginning."""
    m, b = place.shape[1], len(bearing)
    noise = np.broadcast_to(sd_m**2 / 2 * np.eye(2)[..., None], (2, 2, m)).copy()
    time_ns = BEGINS_S * 10**9 + (t_s * 1000).astype(np.int64) * 10**6
    return SimpleNamespace(
        place=place, noise=noise, bearing=bearing, bearing_sd=np.full(b, sd_rad), time_ns=time_ns, view=SimpleNamespace(spot=SPOT)
    )


@given(st.integers(0, 2**32), st.lists(st.floats(-1.0, LASTS_S + 1.0), min_size=6, max_size=6), st.floats(0.0, 60.0), st.floats(0.0, 0.3))
def test_far_is_beyond_what_errors_explain(seed: int, times: list[float], sd_m: float, sd_rad: float) -> None:
    rng = np.random.default_rng(seed)
    enu, who, t_s = ways(rng), rng.integers(0, OBJECTS, 6), np.array(times)
    place, bearing = rng.uniform(-500.0, 500.0, (3, 3)), rng.uniform(-7.0, 7.0, 3)
    seen = look(place, sd_m, bearing, sd_rad, t_s)
    since = seen.time_ns / 1e9 - BEGINS_S
    east, north = ([np.interp(t, np.arange(LASTS_S), axis[k]) for t, k in zip(since, who, strict=True)] for axis in enu[:2])
    off = np.hypot(place[0] - east[:3], place[1] - north[:3])
    turn = np.arccos(np.cos(bearing - np.arctan2(np.array(east[3:]) - SPOT[0], np.array(north[3:]) - SPOT[1])))
    margin = np.concatenate([off - FAR_SD * sd_m - FAR_M, turn - FAR_SD * sd_rad - FAR_RAD])
    sure = (np.abs(margin) > 1e-3) & (since >= 0)  # before the beginning nothing is known
    found = told(enu).far(seen, who)
    assert (found == (margin > 0))[sure].all()


@pytest.mark.parametrize("t_s", [0.0, 0.5, 1.0])
def test_one_that_is_not_there_is_not_far(t_s: float) -> None:
    enu = ways(np.random.default_rng(1))
    seen = look(np.full((3, 1), 1e6), 1.0, np.zeros(1), 0.01, np.array([t_s, t_s]))
    assert told(enu).far(seen, np.array([2, 2])).tolist() == [False, False]
    assert told(enu).far(seen, np.array([0, 0]))[0]
