"""The suite of simulated worlds, reduced: every scenario of the examples with one seed, the watch beside the oracle.

The full one has 25 seeds and is run by ``tools/make_accuracy.py``; its figures stand in ``docs/accuracy.md``. The quiet week is left out
of both. Results are kept in ``build/suite-bench`` and not made again while program and scenarios stay the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import Figure, Skip, Value, measures
from forewarn.evaluate.suite.run import run

ROOT = Path(__file__).resolve().parents[1]
SCENARIOS = ROOT / "examples" / "scenarios"
OUT = ROOT / "build" / "suite-bench"
SEEDS = (1,)
GIVEN = {
    "suite.missed": "missed",
    "suite.missed.upper95": "missed.upper95",
    "suite.false_1": "false_1",
    "suite.false_2": "false_2",
    "suite.cost_to_oracle": "cost_to_oracle",
    "suite.lead_to_oracle": "lead_to_oracle",
    **{f"suite.calibration_error.{curve}": f"calibration_error.{curve}" for curve in ("exists", "entry", "authorised", "impact")},
}


@measures(*(Figure(name, "") for name in GIVEN))
def suite() -> Iterator[Value]:
    """Missed: share of counted entries; false_1, false_2: shares of warnings; cost and lead: ratios of totals; calibration: see
    ``forewarn.evaluate.calibration``. The peer of a share is the oracle's; ``failed`` is how many runs gave no figures, ``low`` and
    ``high`` the ends of the 95 % interval."""
    if not SCENARIOS.is_dir():
        raise Skip(f"no scenarios at {SCENARIOS}")
    whole = run([SCENARIOS], SEEDS, OUT)
    for name, own in GIVEN.items():
        figure, oracle = whole.figures[own], whole.figures.get(f"oracle.{own}")
        if figure.value is None:
            continue  # nothing to count: the bench says that it was not given
        peer = {"oracle": oracle.value} if oracle and oracle.value is not None else {}
        ends = {key: end for key, end in (("low", figure.low), ("high", figure.high)) if end is not None}
        yield Value(name, figure.value, {**peer, **ends, "failed": float(whole.failed)}, runs=whole.runs)
