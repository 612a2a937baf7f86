"""Whether said chances come true as often as they say: reliability curves and the calibration error.

A bin holds the samples whose chance lies above its lower edge and up to its upper (0 itself in the first); a perfect observer's
share of what came true equals the mean of what was said in each. The *expected calibration error* is the mean distance of the two over
bins, weighted by their samples (Naeini, Cooper, Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI
2015); the *greatest* error is over bins with enough samples alone. Counts of runs add up; nothing else is kept of them.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
BINS = 10
FEW = 500
"""A bin with fewer samples says so, and does not count for the greatest error."""
EDGES = np.linspace(0.0, 1.0, BINS + 1)


class Bins(msgspec.Struct, frozen=True, kw_only=True):
    """Said chances in ten equal bins from 0 to 1: ``n`` samples, the sum of what was ``said``, how many ``came`` true; (10,) each."""

    n: tuple[int, ...] = (0,) * BINS
    said: tuple[float, ...] = (0.0,) * BINS
    came: tuple[int, ...] = (0,) * BINS


def binned(said: ArrayLike, came: ArrayLike) -> Bins:
    """Counts of chances ``said`` (n,), 0 to 1, and whether each ``came`` true (n,)."""
    p, y = np.asarray(said, dtype=float), np.asarray(came, dtype=bool)
    if p.shape != y.shape or (p.size and not (p.min() >= 0.0 and p.max() <= 1.0)):
        raise ValueError("wanted as many outcomes as chances, chances from 0 to 1")
    which = np.searchsorted(EDGES[1:-1], p)
    n, hits = (np.bincount(which, weights=w, minlength=BINS).astype(int).tolist() for w in (np.ones(p.shape), y))
    return Bins(n=tuple(n), said=tuple(np.bincount(which, weights=p, minlength=BINS).tolist()), came=tuple(hits))


def added(each: Iterable[Bins]) -> Bins:
    """The sum of counts."""
    n, said, came = np.sum([as_array(bins) for bins in each] or [as_array(Bins())], axis=0)
    return Bins(n=tuple(n.astype(int).tolist()), said=tuple(said.tolist()), came=tuple(came.astype(int).tolist()))


def as_array(bins: Bins) -> Array:
    """Samples, sums of what was said, and how many came true: shape (3, 10)."""
    return np.array([bins.n, bins.said, bins.came], dtype=float)


def expected_error(counts: Array) -> Array:
    """The expected calibration error of counts (..., 3, 10): shape (...), NaN without a sample."""
    n, said, came = np.moveaxis(counts, -2, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.abs(said - came).sum(axis=-1) / n.sum(axis=-1))


def greatest_error(counts: Array, at_least: int = FEW) -> Array:
    """The greatest distance over bins of ``at_least`` samples, of counts (..., 3, 10): shape (...), NaN where there is no such bin."""
    n, said, came = np.moveaxis(counts, -2, 0)
    gap = np.where(n >= at_least, np.abs(said - came) / np.maximum(n, 1), -1.0).max(axis=-1)
    return np.where(gap >= 0, gap, np.nan)
