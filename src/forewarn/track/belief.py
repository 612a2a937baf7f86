"""What the tracker believes at one time: every track's estimate, existence and evidence as arrays, tracks last.

A track is a Bernoulli component of a Poisson multi-Bernoulli density (Williams, "Marginal multi-Bernoulli filters: RFS derivation
of MHT, JIPDA, and association-based MeMBer", IEEE Trans. Aerospace and Electronic Systems 51 (3), 2015). Beside *there* and *not
there* it may be a *ghost*: a false track of the one sensor that gave it birth, which only that sensor can see. Objects
that nobody has seen yet are a Poisson intensity, even over the ground, one for each sensor.
"""

from __future__ import annotations

from typing import Any, Self

import msgspec
import numpy as np

from forewarn.messages import KINDS
from forewarn.sight.clutter import Clutter
from forewarn.track.errors import joint
from forewarn.track.errors.joint import Joint
from forewarn.track.lines import Lines
from forewarn.track.lines import nothing as no_lines
from forewarn.track.plan import MODELS, NEVER, Plan

PLACE = 7  # numbers that are kept of a place
SPOT = 5  # and of where a thing stands


class Belief(msgspec.Struct, frozen=True):
    """M = 3 models, D state (see ``motion``), S sensors, K kinds, n tracks.

    ``mean`` (M, D, n), ``cov`` (M, D, D, n), ``model`` (M, n); ``real``, ``ghost`` (n,): chances to be there and to be a ghost of
    sensor ``origin`` (n,); ``fixed`` (n,): chance to be a thing that stands, and ``spot`` (5, n) where
    (``fixture.py``); ``seen`` (S, n): chance that it is in the sensor's sight now; ``hit_ns`` (S, n): when each
    sensor last showed it, if it is there;
    ``log_kind`` (K, n): log evidence; ``opinion`` (S, K, n): what of it a self-tracking sensor last thought of
    its track, which its next opinion replaces; ``updated_ns`` (n,): when a plot was
    last more likely its than not; ``label`` (3, n): sensor, time and place in the look of the plot
    that gave it birth. ``unseen`` (S,): unseen objects a square metre; ``look_ns`` (S,): each sensor's last look. ``clutter``: where each
    sensor's false plots come from. ``merged``: labels (gone, left, time) of the last merges. ``ledgers``: what is known of the sensors'
    errors, first from sensors alone; then, once a claim was beside a track, from sensors and claims. For them ``shown`` (S, 7, n),
    ``shown_ns`` (S, n): the last place that each sensor, or receiver of claims, clearly showed of a track, as the sensor gave it:
    east, north, the same from the sensor, variance east, covariance, variance north; ``compared_ns`` (L, S, n): its last comparison in
    each of the L ledgers. ``lines``: objects of which one sensor tells a direction, and nobody a place.
    """

    t_ns: int
    mean: np.ndarray
    cov: np.ndarray
    model: np.ndarray
    real: np.ndarray
    ghost: np.ndarray
    fixed: np.ndarray
    spot: np.ndarray
    origin: np.ndarray
    seen: np.ndarray
    hit_ns: np.ndarray
    log_kind: np.ndarray
    opinion: np.ndarray
    updated_ns: np.ndarray
    label: np.ndarray
    unseen: np.ndarray
    look_ns: np.ndarray
    shown: np.ndarray
    shown_ns: np.ndarray
    compared_ns: np.ndarray
    ledgers: tuple[Joint, ...]
    lines: Lines
    clutter: dict[str, Clutter] = {}
    merged: tuple[tuple[tuple[int, int, int], tuple[int, int, int], int], ...] = ()

    @property
    def n(self) -> int:
        """How many tracks."""
        return int(self.real.shape[0])

    @property
    def errors(self) -> Joint:
        """What sensors alone tell of the sensors' errors; no claim has touched it."""
        return self.ledgers[0]

    @property
    def vouched(self) -> Joint:
        """What sensors and claims tell of them."""
        return self.ledgers[-1]

    def but(self, **changes: Any) -> Self:
        """The same with some fields changed."""
        return msgspec.structs.replace(self, **changes)


TRACKS = (
    "mean", "cov", "model", "real", "ghost", "fixed", "spot", "origin", "seen", "hit_ns", "log_kind", "opinion", "updated_ns", "label",
    "shown", "shown_ns", "compared_ns",
)  # fmt: skip
"""The fields that have tracks last."""


def empty(plan: Plan, life_s: float) -> Belief:
    """Nothing is known yet, at the beginning of time; unseen objects are as many as births and lives of ``life_s`` bring about."""
    d, s = plan.size, len(plan.sensors)
    return Belief(
        t_ns=NEVER,
        mean=np.zeros((MODELS, d, 0)),
        cov=np.zeros((MODELS, d, d, 0)),
        model=np.zeros((MODELS, 0)),
        real=np.zeros(0),
        ghost=np.zeros(0),
        fixed=np.zeros(0),
        spot=np.zeros((SPOT, 0)),
        origin=np.zeros(0, dtype=np.int64),
        seen=np.zeros((s, 0)),
        hit_ns=np.zeros((s, 0), dtype=np.int64),
        log_kind=np.zeros((len(KINDS), 0)),
        opinion=np.zeros((s, len(KINDS), 0)),
        updated_ns=np.zeros(0, dtype=np.int64),
        label=np.zeros((3, 0), dtype=np.int64),
        unseen=np.full(s, plan.births * life_s),
        look_ns=np.full(s, NEVER, dtype=np.int64),
        shown=np.zeros((s, PLACE, 0)),
        shown_ns=np.zeros((s, 0), dtype=np.int64),
        compared_ns=np.zeros((1, s, 0), dtype=np.int64),
        ledgers=(joint.nothing(s),),
        lines=no_lines(),
    )


def take(belief: Belief, rows: np.ndarray) -> Belief:
    """The tracks ``rows`` (indices or a mask over tracks) alone, in that order."""
    if rows.dtype == bool:
        rows = np.flatnonzero(rows)
    if len(rows) == belief.n and (rows[:-1] < rows[1:]).all():
        return belief  # that is all of them, in order
    return belief.but(**{name: getattr(belief, name).take(rows, axis=-1) for name in TRACKS})


def join(belief: Belief, more: dict[str, np.ndarray]) -> Belief:
    """With more tracks behind: ``more`` holds every field of ``TRACKS`` but those of comparisons, which a new track has none of."""
    k, s, ledgers = more["real"].shape[0], len(belief.look_ns), len(belief.ledgers)
    never = np.full((ledgers, s, k), NEVER, dtype=np.int64)
    more = {
        "fixed": np.zeros(k),
        "spot": np.zeros((SPOT, k)),
        "shown": np.zeros((s, PLACE, k)),
        "shown_ns": never[0],
        "compared_ns": never,
        **more,
    }
    return belief.but(**{name: np.concatenate([getattr(belief, name), more[name]], axis=-1) for name in TRACKS})


def settled(belief: Belief) -> Belief:
    """The same with every array laid out in C order, as thawing lays it out: sums then run in the same order to the last bit."""
    loose = [name for name in (*TRACKS, "unseen", "look_ns") if not getattr(belief, name).flags.c_contiguous]
    return belief.but(**{name: np.ascontiguousarray(getattr(belief, name)) for name in loose}) if loose else belief
