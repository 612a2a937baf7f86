"""Two builds on the same worlds: what changed, and whether it is more than chance.

Runs are paired by scenario and seed. A difference's interval comes from drawing the pairs again, scenario by scenario. How likely so great
a difference is by chance comes from swapping before and after of each pair at random (a paired permutation test: exact where the two
builds do not differ; Good, *Permutation Tests*, 2000, section 3.3), and is corrected for the number of figures by Holm's rule.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forewarn.evaluate.intervals import SEED, between, draws, holm
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
    return Comparison(
        build_before=", ".join(sorted({run.build for run in before})),
        build_after=", ".join(sorted({run.build for run in after})),
        runs=len(pairs),
        unpaired=len(everything) - len(pairs),
        meanings=tuple(figure.meaning for figure in JUDGED),
        changes=changes(pairs),
        scenarios={name: changes([p for p in pairs if p[0].scenario == name]) for name in sorted({a.scenario for a, _ in pairs})},
        worse=tuple(c for c in changed if c.cost_after > c.cost_before)[:NAMED],
        better=tuple(c for c in reversed(changed) if c.cost_after < c.cost_before)[:NAMED],
    )


def changes(pairs: Sequence[tuple[Run, Run]]) -> tuple[Change, ...]:
    """The change of each figure over pairs of runs."""
    if not pairs:
        return ()
    old, new = (np.array([totals(pair[i]) for pair in pairs]) for i in (0, 1))
    weights = draws([pair[0].scenario for pair in pairs], DRAWS)
    swaps = np.random.Generator(np.random.PCG64(SEED)).integers(0, 2, size=(DRAWS, len(pairs))).astype(float) @ (new - old)
    drawn = Sums(weights @ old), Sums(weights @ new)
    swapped = Sums(old.sum(axis=0) + swaps), Sums(new.sum(axis=0) - swaps)
    found = [_change(figure, (Sums(old.sum(axis=0)), Sums(new.sum(axis=0))), drawn, swapped) for figure in JUDGED]
    sure = holm([change.p for change in found])
    return tuple(_with(change, flag) for change, flag in zip(found, sure, strict=True))


Two = tuple[Sums, Sums]


def _change(figure: Figure, whole: Two, drawn: Two, swapped: Two) -> Change:
    old, new = (float(figure.value(sums)) for sums in whole)
    by = new - old
    low, high = between(figure.value(drawn[1]) - figure.value(drawn[0]))
    known = np.isfinite(by)
    return Change(
        name=figure.meaning.name,
        before=old if np.isfinite(old) else None,
        after=new if np.isfinite(new) else None,
        difference=Value(
            value=by if known else None, low=low if known else None, high=high if known else None, of=float(figure.cases(whole[1]))
        ),
        p=_chance(by, figure.value(swapped[1]) - figure.value(swapped[0])) if known else 1.0,
        sure=False,
    )


def _chance(by: float, swapped: Array) -> float:
    """How often swapping gives so great a difference, the one that was found among them."""
    sound = swapped[np.isfinite(swapped)]
    return float((1 + (np.abs(sound) >= abs(by) * (1 - 1e-9)).sum()) / (1 + len(sound)))


def _with(change: Change, sure: bool) -> Change:
    return Change(name=change.name, before=change.before, after=change.after, difference=change.difference, p=change.p, sure=sure)


def _run_change(a: Run, b: Run) -> RunChange:
    return RunChange(
        scenario=a.scenario,
        seed=a.seed,
        cost_before=a.watch.cost,
        cost_after=b.watch.cost,
        missed_before=a.watch.missed,
        missed_after=b.watch.missed,
    )
