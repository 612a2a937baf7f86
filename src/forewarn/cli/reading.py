"""`forewarn replay`, `tracks`, `warnings` and `verify`: what a record tells."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from forewarn.cli.base import Json, Record, app, out, show, warning_line


@app.command()
def replay(record: Record, json: Json = False) -> None:
    """Run a record's events through the same code again and compare, byte for byte, with what was written."""
    from forewarn.edge import replaying

    result = replaying.replay(record)
    if json:
        show(result)
    else:
        out.print(f"{result.events} events gave {result.messages} messages; {result.entries} entries compared")
        if result.cut_short:
            out.print("the record ends inside its last step, as after a crash; what is there agrees")
        if result.identical:
            out.print("identical")
        else:
            out.print(f"DIFFERENT: {result.first_difference}", markup=False)
            out.print(
                f"largest difference of a number: {result.largest_difference:g}; decisions that changed: {len(result.changed_decisions)}"
            )
            for line in result.changed_decisions:
                out.print(f"  {line}", markup=False)
        if not result.same_build:
            out.print("(written by another build or on another processor: small differences are expected)")
    raise typer.Exit(0 if result.identical else 1)


@app.command()
def tracks(
    record: Record,
    to: Annotated[Path | None, typer.Option(help="A file: .csv, .parquet or .geojson. [default: CSV on standard output]")] = None,
    above: Annotated[float, typer.Option(help="Only tracks whose existence is at least this.", min=0, max=1)] = 0.0,
    json: Json = False,
) -> None:
    """The track table of a record: one row a track and judging, at least once a second while it lives."""
    from forewarn.edge import replaying, trackfile

    rows = [row for step in replaying.steps(record) for row in trackfile.rows(step.messages) if row["existence"] >= above]
    if to is not None:
        trackfile.write(rows, to)
        if json:
            show({"file": str(to), "rows": len(rows)})
        else:
            out.print(f"{len(rows)} rows written to {to}", markup=False)
    elif json:
        show(rows)
    else:
        sys.stdout.write(trackfile.to_csv(rows))


@app.command()
def warnings(
    record: Record,
    cap: Annotated[Path | None, typer.Option(metavar="OUT", help="Write each alert as a CAP 1.2 file (*.xml) into this folder.")] = None,
    json: Json = False,
) -> None:
    """The warnings of a record, and its alerts as CAP files."""
    from forewarn.edge import store
    from forewarn.messages import Alert, Warning

    found: list[Warning] = []
    files = 0
    if cap is not None:
        cap.mkdir(parents=True, exist_ok=True)
    for entry in store.entries(record):
        if isinstance(entry, Warning):
            found.append(entry)
        elif isinstance(entry, Alert) and cap is not None:
            (cap / f"{entry.identifier}.xml").write_text(entry.xml, encoding="utf-8")
            files += 1
    if json:
        show(found)
        return
    for warning in found:
        out.print(warning_line(warning), markup=False)
    if not found:
        out.print("no warnings on this record")
    if cap is not None:
        out.print(f"{files} CAP files written to {cap}", markup=False)


@app.command()
def verify(
    record: Record,
    root: Annotated[str | None, typer.Option(help="A root hash (hex or base64) noted elsewhere, that the record must agree with.")] = None,
    json: Json = False,
) -> None:
    """Recompute a record's hashes and name the first entry that does not fit."""
    from forewarn.edge import store

    report = store.verify(record, root)
    if json:
        show(report)
    else:
        out.print(str(report), markup=False)
    raise typer.Exit(0 if report.ok else 1)
