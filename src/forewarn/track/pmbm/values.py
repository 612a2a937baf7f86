"""The values of the tracker: settings, a scan, the state, estimates. All frozen; arrays have objects last."""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Clusters = tuple[Index, Index, Index, Index, Array]
"""What a `Contest` is in a kernel."""


class Gaussians(NamedTuple):
    """n Gaussian mixtures over M motion models: ``weight`` (n,), an existence probability or an expected number; ``mean`` (M, s, n),
    ``cov`` (M, s, s, n), ``model`` (M, n), the models' chances. SI units; a state is d positions, d velocities, and what its models
    add."""

    weight: np.ndarray
    mean: np.ndarray
    cov: np.ndarray
    model: np.ndarray


class Motion(Protocol):
    """One motion model."""

    def predict(self, mean: Array, cov: Array, dt: float) -> tuple[Array, Array]:
        """Means (s, n) and covariances (s, s, n) ``dt`` seconds on, as new arrays."""


class Measure(Protocol):
    """One way of measuring. ``turn`` (dz,): the full circle of each number that is an angle, 0 of the others; ``axes``: the two
    measured numbers that the gate's grid spans (no angles), -1 for none."""

    @property
    def turn(self) -> Array:
        """See the class."""

    @property
    def axes(self) -> tuple[int, int]:
        """See the class."""

    def expect(self, mean: Array, cov: Array) -> tuple[Array, Array, Array]:
        """Of Gaussians (M, s, n), (M, s, s, n): the expected measurement (M, dz, n), its covariance (M, dz, dz, n), and its covariance
        with the state (M, s, dz, n)."""

    def near(self, mean: Array, cov: Array, z: Array) -> tuple[Array, Array, Array] | None:
        """The same of k wide Gaussians, made linear at each of the plots z (dz, m): k * m of each, those of one Gaussian side by side.
        None: nothing depends on the plot, `expect` will do."""


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """What a sensor saw at one time: ``plots`` (dz, m), in the units of its ``measure``; ``detection``: the chance that it shows an
    object, or a function of means (s, n) that gives it as (n,); ``clutter``: false plots per unit of measurement space, one number
    or (m,). ``whole``: a full look, whose silence tells; false for lone reports. ``expected_false``: false plots that a scan has on the
    average as stated, which is ``clutter`` over all that the sensor looks at; NaN: not known, and doubted clutter is not learned.
    ``sensor``: scans of one number share what is learned of their rates."""

    plots: np.ndarray
    measure: Measure
    detection: object
    clutter: object
    whole: bool = True
    expected_false: float = math.nan
    sensor: int = 0


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How the tracker is set.

    ``models``: M of them, of equal state size; ``change`` (M, M): rate a second of going over from one to another (its diagonal is not
    read). ``undetected``: what is expected before the first scan; ``births``: what comes newly into view, ``weight`` a second, each
    beside the undetected component of the same place in the list. ``survival``: chance that an object is still there a second later.
    ``gate``: squared Mahalanobis distance. ``keep``: global hypotheses of a cluster that a scan may give; ``cut``: the least weight of
    one against the best; ``modes``: what they are gathered into; ``apart``: a hypothesis that costs more (nats) in a mode than the
    mode's first one begins another; clusters of at most ``alone`` tracks are gathered into one. ``least``: a track less likely than
    this is dropped; ``faint``: a new one. ``vague``: standard deviation of place (m) at which a track goes back to the undetected.
    ``report``: the existence from which `estimate` gives a track. ``doubt``: by which factor stated clutter and detection may be wrong,
    one standard deviation; they are learned then (``learn.py``); 1: they are believed.
    """

    models: tuple[Motion, ...]
    undetected: Gaussians
    births: Gaussians
    change: np.ndarray | None = None
    survival: float = 0.99
    gate: float = 20.0
    keep: int = 60
    cut: float = 1e-2
    modes: int = 20
    apart: float = 0.5
    alone: int = 2
    least: float = 1e-3
    faint: float = 1e-4
    vague: float = 1e9
    report: float = 0.4
    doubt: float = 1.0


class Contest(NamedTuple):
    """Contended clusters. Cluster c holds tracks ``track[c]`` to ``track[c + 1]`` of the contended tracks and rows ``row[c]`` to
    ``row[c + 1]``; its entries, row by row, begin at ``entry[c]``: the local hypothesis of each track, or -1. ``hypothesis`` (e,),
    ``weight`` (rows,), log, summing to one in a cluster and falling."""

    track: Index
    row: Index
    entry: Index
    hypothesis: Index
    weight: Array


class Learned(NamedTuple):
    """What was counted of k sensors: false plots (first row) and detections (second) ``found`` (2, k), and how many were ``due`` (2, k)
    as stated. Expected numbers, which fade."""

    found: np.ndarray
    due: np.ndarray


class State(msgspec.Struct, frozen=True, kw_only=True):
    """All that the tracker knows at ``t_s`` (NaN before the first scan), after ``scans``. Of ``tracks``' hypotheses those of settled
    tracks come first, one each, then those of contended tracks, as ``contest`` has them (`Contest`). ``label`` (2,
    tracks): scan and plot that began each."""

    t_s: float
    scans: int
    settled: int
    label: np.ndarray
    undetected: Gaussians
    tracks: Gaussians
    contest: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]
    learned: Learned


class Estimates(NamedTuple):
    """Tracks that are likely to exist: ``label`` (2, n), ``existence`` (n,), ``mean`` (s, n), ``cov`` (s, s, n)."""

    label: np.ndarray
    existence: Array
    mean: Array
    cov: Array


def nobody() -> Contest:
    """No clusters."""
    zero = np.zeros(1, np.int64)
    return Contest(zero, zero, zero, np.zeros(0, np.int64), np.zeros(0))
