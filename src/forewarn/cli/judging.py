"""`forewarn evaluate`: how well a watch does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from forewarn.cli.base import Json, Record, app


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
