"""Figures, intervals, and the comparison of two, from runs made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from forewarn.evaluate.calibration import binned
from forewarn.evaluate.identity import naming
from forewarn.evaluate.intervals import upper_bound, wilson
from forewarn.evaluate.suite import compare as comparing
from forewarn.evaluate.suite.compare import JUDGED, compare
from forewarn.evaluate.suite.figures import FIGURES
from forewarn.evaluate.suite.result import Comparison, EntryRow, Health, Run, Summary, Tally
from forewarn.evaluate.suite.summary import MEANINGS, summary
from forewarn.evaluate.suite.text import comparison_text, to_text

ENTRY = EntryRow(
    zone="z", object="a", kind="drone", t_s=9.0, need_s=10.0, harm=5.0, seen=True, outcome="warned", late=False, lead_s=9.0,
    oracle_outcome="warned", oracle_late=False, oracle_lead_s=9.0,
)  # fmt: skip


def run(scenario: str, seed: int, **more: Any) -> Run:
    return Run(scenario=scenario, seed=seed, key="k", build="b", event_s=60.0, entries=(ENTRY,), **more)


def tally(missed: int = 0, counted: int = 2, cost: float = 1.0, **more: Any) -> Tally:
    warned = counted - missed
    return Tally(
        entries=counted,
        counted=counted,
        warned=warned,
        missed=missed,
        lead_s=20.0 * warned,
        both=counted,
        both_lead_s=20.0 * warned,
        cost_missed=cost,
        seconds=60,
        **more,
    )


RUNS = [run("one", seed, watch=tally(missed=seed % 2, cost=2.0 + seed), oracle=tally(cost=2.0)) for seed in range(20)]


def test_figures_are_ratios_of_totals() -> None:
    whole = summary(RUNS, {"one": ("One", "happens", "follows")}, 1.0)
    figures = whole.figures
    assert figures["missed"].value == 10 / 40
    assert figures["missed"].of == 40
    assert figures["cost"].value == pytest.approx(2 + 19 / 2)
    assert figures["cost_to_oracle"].value == pytest.approx((2 + 19 / 2) / 2)
    assert figures["lead_to_oracle"].value == 0.75
    assert figures["false_1"].value is None
    assert figures["missed.upper95"].value == upper_bound(10, 40)
    assert [m.name for m in whole.meanings] == list(figures)
    assert (whole.scenarios[0].title, whole.scenarios[0].figures == figures) == ("One", True)
    assert len(whole.entries) == 20


def test_a_shares_interval_is_never_narrower_than_wilsons() -> None:
    value = summary(RUNS, {}, 0.0).figures["missed"]
    low, high = wilson(10, 40)
    assert value.low is not None
    assert value.high is not None
    assert value.low <= low < high <= value.high
    none = summary([run("one", 1, watch=tally())], {}, 0.0).figures["missed"]
    assert (none.value, none.low, none.high) == (0.0, *wilson(0, 2))


def test_a_means_interval_is_that_of_the_runs() -> None:
    value = summary(RUNS, {}, 0.0).figures["cost"]
    half = 1.96 * np.std(range(20)) / 20**0.5
    assert (value.low, value.high) == pytest.approx((11.5 - half, 11.5 + half), abs=0.4)


def test_the_order_of_runs_changes_nothing_and_the_value_survives_its_file() -> None:
    one, other = summary(RUNS, {}, 0.0), summary(RUNS[::-1], {}, 0.0)
    assert one == other
    assert msgspec.json.decode(msgspec.json.encode(one), type=Summary) == one


def test_curves_say_where_samples_are_few() -> None:
    rng = np.random.Generator(np.random.PCG64(4))
    runs = []
    for seed in range(10):
        said = rng.uniform(0.5, 1.0, size=300)
        runs.append(run("one", seed, exists=binned(said, rng.uniform(size=300) < said - 0.2)))
    curve = summary(runs, {}, 0.0).curves[0]
    assert curve.samples == 3000
    assert curve.error.value == pytest.approx(0.2, abs=0.03)
    assert curve.error.low is not None
    assert curve.error.low > 0.15
    assert [b.few for b in curve.bins] == [True] * 5 + [b.n < 500 for b in curve.bins[5:]]
    assert curve.bins[0].came.value is None


def test_failures_are_told_and_counted_in_nothing() -> None:
    broken = Run(scenario="two", seed=3, key="k", build="b", error="BadScenario: objects.a.kind")
    whole = summary([*RUNS, broken], {}, 0.0)
    assert (whole.runs, whole.failed, whole.failures[0].error) == (21, 1, "BadScenario: objects.a.kind")
    assert whole.figures == summary(RUNS, {}, 0.0).figures
    assert whole.scenarios[1].figures["missed"].value is None
    assert "BadScenario" in to_text(whole)


def test_the_worst_runs_are_one_a_scenario() -> None:
    runs = [*RUNS, *(run("two", seed, watch=tally(cost=5.0), oracle=tally(cost=2.0)) for seed in (1, 2)), run("three", 1, watch=tally())]
    runs[-1] = run("three", 1, watch=tally(cost=1.0), oracle=tally(cost=1.0))
    assert [(r.scenario, r.seed) for r in summary(runs, {}, 0.0).worst] == [("one", 19), ("two", 1)]


def test_health_and_naming() -> None:
    told = run(
        "one", 1, health=Health(silences=4, silences_told=3, alarms=5, alarms_right=5), naming=naming([("drone", {"drone": 1.0})] * 3)
    )
    figures = summary([told], {}, 0.0).figures
    assert [figures[name].value for name in ("faults_told", "alarms_right", "log_loss", "named_right")] == [0.75, 1.0, 0.0, 1.0]


def test_the_text_names_every_figure() -> None:
    text = to_text(summary(RUNS, {}, 0.0))
    assert all(figure.meaning.name in text for figure in FIGURES)


# ---------------------------------------------------------------------------------------------------------- comparison


def many(scenario: str, costs: list[float]) -> list[Run]:
    return [run(scenario, seed, watch=tally(cost=cost), oracle=tally(cost=1.0)) for seed, cost in enumerate(costs)]


def test_the_same_twice_has_not_changed() -> None:
    found = compare(RUNS, RUNS)
    assert not any(change.sure for change in found.changes)
    assert all(change.p == 1.0 for change in found.changes)
    assert (found.worse, found.better, found.unpaired, found.runs) == ((), (), 0, 20)
    assert "nothing changed" in comparison_text(found)


def test_a_change_that_every_run_shows_is_more_than_chance_and_a_few_are_not() -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    costs = rng.uniform(1, 10, size=60).tolist()
    dearer = compare(many("one", costs), many("one", [c + 0.5 for c in costs]))
    by_name = {change.name: change for change in dearer.changes}
    assert by_name["cost"].sure
    assert by_name["cost"].difference.value == pytest.approx(0.5)
    assert by_name["cost"].difference.low == pytest.approx(0.5)  # paired: all that the runs differ by falls out
    assert not by_name["oracle.cost"].sure
    noisy = compare(many("one", costs), many("one", [c + d for c, d in zip(costs, rng.normal(size=60).tolist(), strict=True)]))
    assert not any(change.sure for change in noisy.changes)
    assert "worse" in comparison_text(dearer)


def scenarios(rng: np.random.Generator, dearer: float = 0.0) -> list[Run]:
    """Five scenarios of ten runs, several figures drawn by chance; the costs of the first scenario greater by ``dearer``."""
    return [
        run(
            f"s{k}", seed,
            watch=tally(
                missed=int(rng.integers(0, 3)), cost=float(rng.normal(5 + dearer * (k == 0), 1)), short_s=float(rng.exponential(9.0)),
                gospa_missed=float(rng.chisquare(3)), ospa_m=float(rng.normal(20, 3)), judged=3, false_nothing=int(rng.random() < 0.05),
            ),
            oracle=tally(cost=float(rng.normal(4, 1))),
        )
        for k in range(5) for seed in range(10)
    ]  # fmt: skip


def named(found: Comparison) -> set[tuple[str, str]]:
    """The figures of all worlds, and of each scenario, that are said to have changed."""
    return {(name, c.name) for name, own in {"": found.changes, **found.scenarios}.items() for c in own if c.sure}


@pytest.mark.slow
def test_chance_is_called_more_than_chance_no_oftener_than_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing changed, at most one comparison in twenty names any figure of any scenario."""
    monkeypatch.setattr(comparing, "DRAWS", 100)
    rng = np.random.Generator(np.random.PCG64(6))
    alarms = sum(bool(named(compare(scenarios(rng), scenarios(rng)))) for _ in range(100))
    assert alarms <= 5 + 3 * 2.2, "5 % of 100, and three deviations"


def test_what_changed_in_one_scenario_is_named_there_alone() -> None:
    rng = np.random.Generator(np.random.PCG64(7))
    found = named(compare(scenarios(rng), scenarios(rng, dearer=8.0)))
    assert ("s0", "cost") in found
    assert {name for name, _ in found} <= {"", "s0"}


def test_runs_are_paired_by_scenario_and_seed_and_those_that_changed_most_are_named() -> None:
    before, after = many("one", [1.0, 1.0, 1.0, 9.0]), many("one", [1.0, 4.0, 2.0, 1.0])
    found = compare([*before, *many("two", [1.0])], after[::-1])
    assert (found.runs, found.unpaired) == (4, 1)
    assert [(c.seed, c.cost_after) for c in found.worse] == [(1, 4.0), (2, 2.0)]
    assert [c.seed for c in found.better] == [3]
    assert [m.name for m in found.meanings] == [figure.meaning.name for figure in JUDGED] == [c.name for c in found.changes]


def test_a_failing_run_has_no_pair() -> None:
    broken = Run(scenario="one", seed=0, key="k", build="b", error="no")
    assert (compare(many("one", [1.0]), [broken]).runs, compare([], []).changes) == (0, ())


def test_the_page_names_every_figure() -> None:
    page = (Path(__file__).parents[1] / "docs" / "evaluate.md").read_text(encoding="utf-8")
    rows = [f"| `{m.name}` | {m.unit or '-'} | {m.better or '-'} | {m.text} |" for m in MEANINGS if not m.name.startswith("oracle.")]
    assert [row for row in rows if row not in page] == []


def test_one_run_has_no_interval_but_a_shares_and_one_run_each_has() -> None:
    alone = summary(RUNS[:1], {}, 0.0).figures
    assert (alone["cost"].low, alone["cost"].high) == (None, None)
    assert alone["missed"].high is not None
    each = summary([run(f"s{i}", 1, watch=tally(cost=float(i))) for i in range(20)], {}, 0.0)
    cost = each.figures["cost"]
    assert cost.low is not None
    assert cost.high is not None
    assert cost.low < 9 < 10 < cost.high
    assert each.scenarios[0].figures["cost"].low is None
    assert to_text(each)
