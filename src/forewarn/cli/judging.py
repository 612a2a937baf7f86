"""`forewarn evaluate`, `simulate`, `suite`, `compare` and `plan`: how well a watch does, or would do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from forewarn.cli.base import Json, Record, SiteFile, app, out, show

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
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.", min=0, max=2**63 - 1)] = 1,
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
    raise typer.Exit(1 if summary.failed else 0)


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


@app.command()
def plan(
    site: SiteFile,
    to: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write the picture, the GeoTIFF and the tables.")],
    kind: Annotated[str, typer.Option(help="What comes: drone, aircraft, bird, boat, vehicle, rocket, other.")] = "drone",
    speed: Annotated[float | None, typer.Option(help="How fast, m/s. [default: usual for the kind]")] = None,
    height: Annotated[float | None, typer.Option(help="How high above the site's origin, m. [default: usual for the kind]")] = None,
    size: Annotated[float | None, typer.Option(help="Radar cross-section, m^2. [default: usual for the kind]")] = None,
    cell: Annotated[float, typer.Option(help="Size of the map's cells, m.")] = 50.0,
    across: Annotated[float | None, typer.Option(help="Width of the map, m. [default: as far as matters]")] = None,
    ground: Annotated[Path | None, typer.Option(metavar="TIF", help="A GeoTIFF of heights: what the ground hides. [default: flat]")] = None,
    skylines: Annotated[Path | None, typer.Option(metavar="TOML", help="Write what the ground hides, for the site file.")] = None,
    add: Annotated[str | None, typer.Option(metavar="ID@LAT,LON", help="And what one more sensor like ID would bring, there.")] = None,
    json: Json = False,
) -> None:
    """The warning-time map: how many seconds of warning each zone would get, from wherever an object appears. For operators only."""
    from pyarrow.parquet import read_table

    from forewarn.messages import KINDS
    from forewarn.plan import BadPlan, Options, main

    if kind not in KINDS:
        raise typer.BadParameter(f"{kind!r} is none of {', '.join(KINDS)}", param_hint="--kind")
    options = Options(kind, speed, height, size, cell, across, ground, skylines, add, to)
    try:
        main(site, options, _say(json))
    except BadPlan as error:
        raise typer.BadParameter(str(error)) from None
    if json:
        show(read_table(to / "warning-time.parquet").to_pylist())
    else:
        out.print(f"The map is {to / 'warning-time.png'}; the tables and the GeoTIFF are beside it", markup=False)
