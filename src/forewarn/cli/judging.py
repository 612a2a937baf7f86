"""`forewarn evaluate`, `simulate`, `suite`, `compare` and `plan`: how well a watch does, or would do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from forewarn.cli.base import Json, Record, app, out, show

Scenarios = Annotated[list[Path], typer.Argument(metavar="SCENARIO...", help="Scenario files, or folders of them.")]


def _say(quiet: bool) -> Callable[[str], None]:
    return (lambda text: None) if quiet else (lambda text: out.print(text, markup=False))


@app.command()
def evaluate(
    record: Record,
    truth: Annotated[Path, typer.Option(metavar="CSV", help="Where the objects really were (see docs/evaluate.md for the columns).")],
    c: Annotated[float, typer.Option(help="GOSPA's cut-off, metres.", min=0.1)] = 50.0,
    json: Json = False,
) -> None:
    """Compare a record with the truth: coverage, false tracks, GOSPA, and each zone's entries, warnings and lead times."""
    from forewarn.evaluate.of_record import evaluate_record
    from forewarn.evaluate.report import to_json, to_text

    result = evaluate_record(record, truth, c)
    sys.stdout.write(to_json(result).decode() + "\n" if json else to_text(result))


@app.command()
def simulate(
    scenario: Annotated[Path, typer.Argument(metavar="SCENARIO", help="The scenario file (TOML).")],
    to: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write: site file, feeds, and apart from them the truth.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.", min=0)] = 1,
    json: Json = False,
) -> None:
    """Make a world from a scenario: feeds as sensors would bring them, and the truth apart."""
    from forewarn.simulate.running import main as make

    world = make(scenario, to, seed, _say(json))
    if json:
        show(world.truth.story)


@app.command()
def suite(
    scenarios: Scenarios,
    to: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where results are kept; what is there already is not run again.")],
    seeds: Annotated[int, typer.Option(help="So many seeds of each scenario, from 1 on.", min=1)] = 25,
    jobs: Annotated[int | None, typer.Option(help="Processes. [default: as many as there are cores]", min=1)] = None,
    json: Json = False,
) -> None:
    """Run scenarios with many seeds, judge the watch beside an oracle, and write a report."""
    from forewarn.evaluate.suite.main import main as run_suite

    summary = run_suite(scenarios, range(1, seeds + 1), to, jobs, _say(json))
    if json:
        show(summary)
    else:
        out.print(f"The report is {to / 'report.html'}", markup=False)


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="A folder that `forewarn suite` wrote.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="Another, of another version of the program or its settings.")],
    json: Json = False,
) -> None:
    """Say what changed between two suites, and whether it is more than chance."""
    from forewarn.evaluate.suite.main import compare_main

    comparison = compare_main(before, after, _say(json))
    if json:
        show(comparison)
