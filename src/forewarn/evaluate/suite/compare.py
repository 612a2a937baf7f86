"""Two builds on the same worlds: what changed, and whether it is more than chance.

Runs are paired by scenario and seed. A difference's interval comes from drawing the pairs again, scenario by scenario. How likely so great
a difference is by chance comes from swapping before and after of each pair at random (a paired permutation test: exact where the two
builds do not differ; Good, *Permutation Tests*, 2000, section 3.3). All figures, over all worlds and of each scenario, are one family: the
same swaps tell how great the greatest of them all becomes by chance (``intervals.stepdown``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from forewarn.evaluate.intervals import LEVEL, SEED, between, draws, stepdown
from forewarn.evaluate.suite.figures import FIGURES, Figure, Sums, totals
from forewarn.evaluate.suite.result import Change, Comparison, Run, RunChange, Value
from forewarn.evaluate.tables import Array

DRAWS = 2000
NAMED = 10  # runs that changed most, each way
JUDGED = tuple(figure for figure in FIGURES if figure.meaning.better)
"""Figures of which one can say that they got better; the oracle's among them, since a change of rooms may change it too."""


def compare(before: Sequence[Run], after: Sequence[Run]) -> Comparison:
    """What changed from one set of runs to another."""
    old, new = ({(run.scenario, run.seed): run for run in runs if not run.error} for runs in (before, after))
    common = sorted(old.keys() & new.keys())
    pairs = [(old[key], new[key]) for key in common]
    everything = {(run.scenario, run.seed) for run in (*before, *after)}
    changed = [_run_change(a, b) for a, b in pairs if a.watch.cost != b.watch.cost]
    changed.sort(key=lambda c: (c.cost_before - c.cost_after, c.scenario, c.seed))
    in_all, *of_each = changes(pairs)
    return Comparison(
        build_before=", ".join(sorted({run.build for run in before})),
        build_after=", ".join(sorted({run.build for run in after})),
        runs=len(pairs),
        unpaired=len(everything) - len(pairs),
        meanings=tuple(figure.meaning for figure in JUDGED),
        changes=in_all,
        scenarios=dict(zip(sorted({a.scenario for a, _ in pairs}), of_each, strict=True)),
        worse=tuple(c for c in changed if c.cost_after > c.cost_before)[:NAMED],
        better=tuple(c for c in reversed(changed) if c.cost_after < c.cost_before)[:NAMED],
    )


def changes(pairs: Sequence[tuple[Run, Run]]) -> list[tuple[Change, ...]]:
    """The change of each figure over all pairs of runs, then over those of each scenario, by name."""
    if not pairs:
        return [()]
    old, new = (np.array([totals(pair[i]) for pair in pairs]) for i in (0, 1))
    names = np.array([pair[0].scenario for pair in pairs])
    swaps = np.random.Generator(np.random.PCG64(SEED)).integers(0, 2, size=(DRAWS, len(pairs))).astype(float)
    worlds = [np.ones(len(pairs), dtype=bool), *(names == name for name in sorted(set(names.tolist())))]
    groups = [_group(old[own], new[own], names[own].tolist(), swaps[:, own]) for own in worlds]
    by = [math.nan if change.difference.value is None else change.difference.value for own, _ in groups for change in own]
    chance = stepdown(np.array(by), np.concatenate([swapped for _, swapped in groups], axis=1)).reshape(len(groups), -1)
    return [tuple(map(_judged, own, p)) for (own, _), p in zip(groups, chance.tolist(), strict=True)]


def _judged(change: Change, p: float) -> Change:
    return msgspec.structs.replace(change, p=p, sure=p <= 1 - LEVEL)


Two = tuple[Sums, Sums]


def _group(old: Array, new: Array, strata: Sequence[str], swaps: Array) -> tuple[list[Change], Array]:
    """The changes over some pairs, how likely they are by chance still open, and what swapping makes of each (DRAWS, figures)."""
    weights, moved = draws(strata, DRAWS), swaps @ (new - old)
    whole = Sums(old.sum(axis=0)), Sums(new.sum(axis=0))
    drawn = Sums(weights @ old), Sums(weights @ new)
    swapped = Sums(whole[0].rows + moved), Sums(whole[1].rows - moved)
    return [_change(figure, whole, drawn) for figure in JUDGED], np.stack([_moved(figure, swapped) for figure in JUDGED], axis=1)


def _moved(figure: Figure, sides: Two) -> Array:
    return figure.value(sides[1]) - figure.value(sides[0])


def _change(figure: Figure, whole: Two, drawn: Two) -> Change:
    old, new = (float(figure.value(sums)) for sums in whole)
    low, high = between(_moved(figure, drawn))
    known = np.isfinite(new - old)
    return Change(
        name=figure.meaning.name,
        before=old if np.isfinite(old) else None,
        after=new if np.isfinite(new) else None,
        difference=Value(
            value=new - old if known else None,
            low=low if known else None,
            high=high if known else None,
            of=float(figure.cases(whole[1])),
        ),
        p=1.0,
        sure=False,
    )


def _run_change(a: Run, b: Run) -> RunChange:
    return RunChange(
        scenario=a.scenario,
        seed=a.seed,
        cost_before=a.watch.cost,
        cost_after=b.watch.cost,
        missed_before=a.watch.missed,
        missed_after=b.watch.missed,
    )
