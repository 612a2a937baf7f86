"""Wind: a mean and gusts, the same everywhere at one time.

Gusts are an Ornstein-Uhlenbeck process in each component, by its exact discretisation (Uhlenbeck and Ornstein 1930): a first-order
shaping filter as in Dryden's longitudinal spectrum (MIL-F-8785C, 3.7.2), its length put as a time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from forewarn.simulate.scenario_parts import WeatherKeys

Array = NDArray[np.float64]
STEP_S = 0.1
LONGEST_S = 7200.0  # then the gusts come again


@dataclass(frozen=True)
class Wind:
    """``mean`` (3,) and ``gusts`` (3, n) in m/s east, north, up, the way the air moves; a gust every ``STEP_S``."""

    mean: Array
    gusts: Array

    def series(self, starts_s: float, steps: int) -> Array:
        """Gusts (3, steps) from a moment on, one a step."""
        first = round(starts_s / STEP_S)
        return self.gusts[:, (first + np.arange(steps)) % self.gusts.shape[1]]


def blow(weather: WeatherKeys, lasts_s: float, rng: np.random.Generator) -> Wind:
    """The wind of one run."""
    to = math.radians(weather.wind_from_deg + 180.0)
    steps = int(min(lasts_s, LONGEST_S) / STEP_S) + 1
    keep = math.exp(-STEP_S / weather.gust_s)
    drawn = rng.standard_normal((3, steps)) * math.sqrt(1.0 - keep**2)
    drawn[:, 0] /= math.sqrt(1.0 - keep**2)  # as if it had blown for ever
    gusts = lfilter([1.0], [1.0, -keep], drawn) * np.array([[1.0], [1.0], [0.5]]) * weather.gust_mps
    return Wind(weather.wind_mps * np.array([math.sin(to), math.cos(to), 0.0]), np.asarray(gusts, dtype=float))
