"""Objects that a sensor cannot tell apart, and objects that stand behind others.

Two objects closer together than a sensor's resolution may be shown as one plot; then neither was missed. The chance of it falls with
their distance as a bell in range and azimuth (Koch and van Keuk, "Multiple hypothesis track maintenance with possibly unresolved
measurements", IEEE Trans. Aerospace and Electronic Systems 33 (3), 1997), here averaged over the errors of both tracks, which again
gives a bell (Svensson, Ulmke and Hammarstrand, "Multitarget sensor resolution model and joint probabilistic data association", same, 48
(4), 2012). In the marginal form that is used here each neighbour, with its chance to be there, makes a miss tell less. Where the sensor
sees level and objects are in each other's way (``shadow``), what is farther than the cell behind another is hidden by it instead.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn import geo

Array = NDArray[np.float64]
FAINT = 0.01
"""Tracks less likely than this stand in nobody's way."""


class Cell(NamedTuple):
    """A sensor's resolution: one standard deviation of the bell in range (m) and in azimuth (radians); ``shadow``: objects hide others."""

    range_m: float
    azimuth_rad: float
    shadow: bool


def polar(spot: tuple[float, float, float], mean: Array, cov: Array) -> Array:
    """Range (m), azimuth (radians) and their variances, (4, n), of places ``mean`` (2, n) with errors ``cov`` (2, 2, n), linearised."""
    east, north = mean - np.array(spot)[:2, None]
    distance = np.maximum(np.hypot(east, north), 1.0)
    out = np.stack([east, north]) / distance
    side = np.stack([out[1], -out[0]])
    along, across = (np.einsum("an,abn,bn->n", axis, cov, axis) for axis in (out, side))
    return np.stack([distance, np.arctan2(east, north), along, across / distance**2])


def neighbours(cell: Cell, who: Array, others: Array) -> tuple[Array, Array]:
    """Chances (n, k) that each of ``who`` (4, n) is in one cell with each of ``others`` (4, k), and that it is hidden behind it.

    Both as ``polar`` gives them."""
    far, turn, var_range, var_azimuth = (who[a][:, None] for a in range(4))
    gap = far - others[0]
    level = _bell(geo.wrap_rad(turn - others[1]), cell.azimuth_rad**2, var_azimuth + others[3])
    near = _bell(gap, cell.range_m**2, var_range + others[2])
    return level * near, level * (1.0 - near) * (gap > 0.0) * cell.shadow


def _bell(gap: Array, width: float, variance: Array) -> Array:
    """The mean of exp(-x^2 / (2 width)) over x normal about ``gap`` with ``variance``."""
    return np.asarray(np.sqrt(width / (width + variance)) * np.exp(-0.5 * gap**2 / (width + variance)))


def apart(cell: Cell, spot: tuple[float, float, float], mean: Array, cov: Array, real: Array) -> tuple[Array, Array]:
    """Chances (n,) that no other track is merged with each, and that none hides it: all others each with its existence ``real`` (n,)."""
    who = polar(spot, mean, cov)
    rows = np.flatnonzero(real >= FAINT)
    merged, hidden = neighbours(cell, who, who[:, rows])
    share = real[rows] * (np.arange(mean.shape[1])[:, None] != rows)
    return np.prod(1.0 - merged * share, axis=1), np.prod(1.0 - hidden * share, axis=1)


def open_to(cell: Cell, spot: tuple[float, float, float], place: Array, mean: Array, cov: Array, real: Array) -> Array:
    """The chance (m,) that no track hides each of the places (2, m), known exactly."""
    rows = np.flatnonzero(real >= FAINT)
    where = polar(spot, place, np.zeros((2, 2, place.shape[1])))
    hidden = neighbours(cell, where, polar(spot, mean[:, rows], cov[..., rows]))[1]
    return np.asarray(np.prod(1.0 - hidden * real[rows], axis=1))
