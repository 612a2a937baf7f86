"""How sure a figure is: 95 % intervals of shares, and of anything that is worked out from sums over runs.

Shares whose cases do not depend on each other: Wilson's score interval (Wilson, JASA 22, 1927) and the exact bound of Clopper and
Pearson (Biometrika 26, 1934). The cases of one run do depend on each other, so figures of a suite are drawn again by whole runs,
scenario by scenario (a stratified cluster bootstrap: Davison and Hinkley, *Bootstrap Methods and their Application*, 1997, sections
2.4, 3.8 and 5.3), and the interval is that of the percentiles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv
from scipy.special import ndtri as normal_quantile

Array = NDArray[np.float64]
LEVEL = 0.95
DRAWS = 1000
SEED = 20260301


def wilson(hits: float, cases: float, level: float = LEVEL) -> tuple[float, float]:
    """Two-sided score interval of a share; 0 to 1 where there is no case."""
    _sound(hits, cases)
    if cases == 0:
        return 0.0, 1.0
    z, share = float(normal_quantile((1 + level) / 2)), hits / cases
    middle = (share + z * z / (2 * cases)) / (1 + z * z / cases)
    half = z / (1 + z * z / cases) * math.sqrt(share * (1 - share) / cases + z * z / (4 * cases * cases))
    return max(0.0, middle - half) if hits else 0.0, min(1.0, middle + half) if hits < cases else 1.0


def clopper_pearson(hits: int, cases: int, level: float = LEVEL) -> tuple[float, float]:
    """Two-sided exact interval of a share: neither end is passed by more than (1 - level) / 2 of chance."""
    _sound(hits, cases)
    tail = (1 - level) / 2
    low = float(betaincinv(hits, cases - hits + 1, tail)) if hits else 0.0
    return low, upper_bound(hits, cases, 1 - tail)


def upper_bound(hits: int, cases: int, level: float = LEVEL) -> float:
    """One-sided exact upper bound: with a greater share, so few ``hits`` would come with a chance of under 1 - level."""
    _sound(hits, cases)
    return float(betaincinv(hits + 1, cases - hits, level)) if hits < cases else 1.0


def _sound(hits: float, cases: float) -> None:
    if not 0 <= hits <= cases:
        raise ValueError(f"{hits} of {cases}: wanted a share")


def draws(strata: Sequence[object], draws: int = DRAWS, seed: int = SEED) -> Array:
    """How often each run is drawn, (draws, runs): with replacement among those of its own stratum, as many as that has.

    Strata of one run alone say nothing of their spread; they are drawn among each other, as one stratum.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    weights = np.zeros((draws, len(strata)))
    members: dict[object, list[int]] = {}
    for i, stratum in enumerate(strata):
        members.setdefault(stratum, []).append(i)
    alone = [own[0] for own in members.values() if len(own) == 1]
    for own in (*(own for own in members.values() if len(own) > 1), *([alone] if alone else [])):
        weights[:, own] = rng.multinomial(len(own), np.full(len(own), 1 / len(own)), size=draws)
    return weights


def between(values: Array, level: float = LEVEL) -> tuple[float | None, float | None]:
    """The middle ``level`` of drawn values (draws,); those that are not a number are left out, None where more than half are."""
    sound = values[np.isfinite(values)]
    if 2 * len(sound) < max(len(values), 1):
        return None, None
    low, high = np.quantile(sound, ((1 - level) / 2, (1 + level) / 2))
    return float(low), float(high)


def stepdown(found: Array, chance: Array) -> Array:
    """How likely chance alone gives so great a finding anywhere in a family: (m,), for findings (m,) and what chance made of them
    (draws, m), whose columns belong together draw by draw; what is not a number counts as nothing.

    Findings are measured in root mean squares of their own draws. The greatest finding is held against the greatest of each draw, the
    next against the greatest of the rest, and so on (step-down maxT: Westfall and Young, *Resampling-Based Multiple Testing*, 1993; Ge,
    Dudoit and Speed, TEST 12, 2003, box 2). Taking those of at most alpha for real is wrong of any of them with a chance of alpha at most,
    however they depend on each other.
    """
    drawn = np.nan_to_num(np.abs(chance), nan=0.0, posinf=0.0)
    scale = np.sqrt((drawn**2).mean(axis=0))
    scale[scale == 0] = np.inf
    drawn, size = drawn / scale, np.nan_to_num(np.abs(found), nan=0.0, posinf=0.0) / scale
    order = np.argsort(-size, kind="stable")
    greatest = np.maximum.accumulate(drawn[:, order[::-1]], axis=1)[:, ::-1]
    p = np.empty(len(found))
    p[order] = np.maximum.accumulate((1 + (greatest >= size[order] * (1 - 1e-9)).sum(axis=0)) / (1 + len(drawn)))
    return p
