"""Tracks that are one object become one; tracks that are nothing, or nowhere any more, are forgotten."""

from __future__ import annotations

import numpy as np

from forewarn.track import motion
from forewarn.track.belief import NEVER, Belief, take
from forewarn.track.plan import Plan

SAME = 4.0
"""Squared distance of place and velocity, against their errors, below which two tracks may be one object (chi-squared, 4: 0.6)."""
MERGES = 64


def tidy(plan: Plan, belief: Belief) -> Belief:
    """Forget and merge."""
    placed = belief.hit_ns[[sense.index for sense in plan.senses if sense.places]].max(axis=0, initial=NEVER)
    keep = (belief.real >= plan.drop_below) & (belief.t_ns - placed <= plan.coast_s * 1e9)
    if not keep.all():
        belief = take(belief, keep)
    return merge(belief) if belief.n > 1 else belief


def merge(belief: Belief) -> Belief:
    """Of two tracks at one place with one velocity, which no sensor has shown apart in its last look, the likelier stays."""
    mean, cov = motion.merged(belief.mean, belief.cov, belief.model)
    reach = np.sqrt(SAME * 2 * (cov[0, 0] + cov[1, 1]))
    order = np.argsort(mean[0], kind="stable")  # along east only neighbours can be close
    last = np.searchsorted(mean[0][order], mean[0][order] + 2 * reach.max(), side="right")
    count = last - np.arange(len(order)) - 1
    first = np.repeat(np.arange(len(order)), count)
    second = first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(count) - count, count)
    pair = np.sort(order[np.stack([first, second])], axis=0)
    pair = pair[:, np.lexsort(pair[::-1])]
    gaps = np.hypot(*(mean[:2, pair[0]] - mean[:2, pair[1]]))
    one, two = pair[:, gaps < reach[pair[0]] + reach[pair[1]]]
    if len(one) == 0:
        return belief
    part = [0, 1, 3, 4]
    gap = mean[part][:, one] - mean[part][:, two]
    spread = np.moveaxis(cov[np.ix_(part, part)][..., one] + cov[np.ix_(part, part)][..., two], -1, 0)
    d2 = np.einsum("ap,pab,bp->p", gap, np.linalg.inv(spread), gap)
    apart = ((belief.hit_ns[:, one] == belief.t_ns) & (belief.hit_ns[:, two] == belief.t_ns)).any(axis=0)
    same = np.flatnonzero((d2 < SAME) & ~apart)
    if len(same) == 0:
        return belief
    real, gone, merged = belief.real.copy(), np.zeros(belief.n, dtype=bool), list(belief.merged)
    for a, b in zip(one[same].tolist(), two[same].tolist(), strict=True):
        if gone[a] or gone[b]:
            continue
        stay, go = (a, b) if (real[a], -a) >= (real[b], -b) else (b, a)
        real[stay] = min(1.0 - (1.0 - real[stay]) * (1.0 - real[go]), 1.0 - belief.ghost[stay])
        gone[go] = True
        names = tuple(tuple(belief.label[:, r].tolist()) for r in (go, stay))
        merged.append((*names, belief.t_ns))  # type: ignore[arg-type]
    return take(belief.but(real=real, merged=tuple(merged[-MERGES:])), ~gone)
