"""What all commands share: the program itself, its two consoles, its options, and how errors end it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from forewarn import __version__

app = typer.Typer(
    name="forewarn",
    help="Early warning for a place: sensors in, tracks and warnings out, all of it on a record that can be checked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

SiteFile = Annotated[Path, typer.Argument(metavar="SITE", help="The site file (TOML) that describes the watch.")]
Record = Annotated[Path, typer.Argument(metavar="DIR", help="The record's folder, as given to `forewarn run --record`.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of text.")]


def main() -> None:
    """Run a command; what is wrong outside the program is told in a line, not in a traceback."""
    from forewarn.edge.problem import Problem
    from forewarn.edge.store import StoreError
    from forewarn.evaluate.tables import TableFault
    from forewarn.site import BadSite

    try:
        app()
    except BadSite as error:
        for fault in error.faults:
            err.print(f"{fault.key}: {fault.found}: {fault.wanted}", markup=False)
        sys.exit(1)
    except (Problem, StoreError, TableFault, OSError) as error:
        err.print(f"forewarn: {error}", markup=False)
        sys.exit(2)


def show(value: Any) -> None:
    """One JSON value on standard output."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2).decode() + "\n")


def clock_time(t_ns: int) -> str:
    """UTC to the second."""
    return datetime.fromtimestamp(t_ns / 1e9, UTC).strftime("%Y-%m-%d %H:%M:%S")


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False) -> None:
    if version:
        out.print(__version__)
        raise typer.Exit


def warning_line(warning: Any) -> str:
    """A warning in one line."""
    words = {"raise": "WARNING", "update": "warning changed", "all_clear": "all clear", "withdraw": "withdrawn"}
    ahead = f", in {warning.in_s[0]:.0f} to {warning.in_s[1]:.0f} s" if warning.in_s else ""
    tracks = f", track {', '.join(map(str, warning.tracks))}" if warning.tracks else ""
    return f"{clock_time(warning.t_ns)}  {words[warning.action]}: {warning.zone} (episode {warning.episode}{tracks}{ahead})"
