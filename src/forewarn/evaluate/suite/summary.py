"""All runs of a suite made into figures with intervals: overall, for each scenario, and the reliability curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from forewarn.evaluate import identity
from forewarn.evaluate.calibration import BINS, EDGES, FEW
from forewarn.evaluate.intervals import between, draws, upper_bound, wilson
from forewarn.evaluate.suite.figures import CURVES, FIGURES, Figure, Sums, totals, worst
from forewarn.evaluate.suite.result import Curve, CurveBin, Failure, Meaning, Part, Run, Summary, Value
from forewarn.evaluate.tables import Array

WORST = 8
UPPER = Meaning(
    name="missed.upper95",
    unit="share",
    text="of missed: with a greater share, so few misses would come with a chance of under 5 %, if entries did not depend on each other",
    better="less",
    interval="Clopper-Pearson, one-sided",
)
MEANINGS: tuple[Meaning, ...] = (*(figure.meaning for figure in FIGURES), UPPER)
About = tuple[str, str, str]  # title, what happens, what follows


def summary(runs: Sequence[Run], about: dict[str, About], took_s: float) -> Summary:
    """The figures of runs, which are taken in the order of scenario and seed; ``about``: what each scenario tells of itself."""
    ordered = sorted(runs, key=lambda run: (run.scenario, run.seed))
    good = [run for run in ordered if not run.error]
    drawn = _drawn(good)
    return Summary(
        build=", ".join(sorted({run.build for run in ordered})),
        seeds=tuple(sorted({run.seed for run in ordered})),
        runs=len(ordered),
        failed=len(ordered) - len(good),
        event_s=sum(run.event_s for run in good),
        took_s=took_s,
        meanings=MEANINGS,
        figures=_figures(*drawn),
        scenarios=tuple(_part(name, ordered, about) for name in sorted({run.scenario for run in ordered})),
        curves=tuple(_curve(what, *drawn) for what in CURVES),
        confusion=identity.added(run.naming for run in good).confusion,
        entries=tuple(entry for run in good for entry in run.entries),
        worst=_worst(good),
        failures=tuple(Failure(scenario=run.scenario, seed=run.seed, error=run.error) for run in ordered if run.error),
    )


def _part(name: str, runs: Sequence[Run], about: dict[str, About]) -> Part:
    own = [run for run in runs if run.scenario == name]
    good = [run for run in own if not run.error]
    title, happens, follows = about.get(name, (name, "", ""))
    figures = _figures(*_drawn(good))
    return Part(name=name, title=title, happens=happens, follows=follows, runs=len(own), failed=len(own) - len(good), figures=figures)


def _worst(runs: Sequence[Run]) -> tuple[Run, ...]:
    """The run of each scenario that cost the most above the oracle's, the worst scenarios first."""
    above = sorted(runs, key=lambda run: (run.oracle.cost - run.watch.cost, run.scenario, run.seed))
    first: dict[str, Run] = {}
    for run in above:
        if run.watch.cost > run.oracle.cost:
            first.setdefault(run.scenario, run)
    return tuple(first.values())[:WORST]


# ------------------------------------------------------------------------------------------------------------ figures


def _drawn(runs: Sequence[Run]) -> tuple[Sums, Sums]:
    """The sums of all runs, and those of runs drawn again."""
    rows = np.array([totals(run) for run in runs]) if runs else totals(Run(scenario="", seed=0, key="", build=""))[None] * 0.0
    return Sums(rows.sum(axis=0)), Sums(draws([run.scenario for run in runs] or [""]) @ rows)


def value(figure: Figure, sums: Sums, drawn: Sums) -> Value:
    """A figure with its interval; a share's is never narrower than Wilson's, and one run alone tells of no other's."""
    cases, mean = float(figure.cases(sums)), float(figure.value(sums))
    if not np.isfinite(mean):
        return Value(value=None, low=None, high=None, of=cases)
    low, high = between(figure.value(drawn)) if sums.of("runs") > 1 else (None, None)
    if figure.hits is not None:
        least, most = wilson(float(figure.hits(sums)), cases)
        low, high = min(least, least if low is None else low), max(most, most if high is None else high)
    return Value(value=mean, low=low, high=high, of=cases)


def _figures(sums: Sums, drawn: Sums) -> dict[str, Value]:
    found = {figure.meaning.name: value(figure, sums, drawn) for figure in FIGURES}
    missed, counted = int(sums.of("watch.missed")), int(sums.of("watch.counted"))
    bound = upper_bound(missed, counted) if counted else None
    return found | {UPPER.name: Value(value=bound, low=None, high=None, of=counted)}


# -------------------------------------------------------------------------------------------------------------- curves


def _curve(what: Literal["exists", "entry", "authorised", "impact"], sums: Sums, drawn: Sums) -> Curve:
    counts, again = sums.bins(what), drawn.bins(what)
    error = next(figure for figure in FIGURES if figure.meaning.name == f"calibration_error.{what}")
    return Curve(
        what=what,
        samples=int(counts[0].sum()),
        error=value(error, sums, drawn),
        worst=value(worst(what), sums, drawn),
        bins=tuple(_bin(i, counts[:, i], again[:, :, i]) for i in range(BINS)),
    )


def _bin(i: int, counts: Array, again: Array) -> CurveBin:
    n, said, came = counts.tolist()
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = between(again[:, 2] / again[:, 0]) if n else (None, None)
    if n and low is not None and high is not None:
        sure = wilson(int(came), int(n))  # a bin where all or none came true is not certain
        low, high = min(low, sure[0]), max(high, sure[1])
    share = Value(value=came / n if n else None, low=low, high=high, of=n)
    return CurveBin(low=float(EDGES[i]), high=float(EDGES[i + 1]), n=int(n), said=said / n if n else None, came=share, few=n < FEW)
