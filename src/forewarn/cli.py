"""The command line. Each command prints for people, or with ``--json`` one JSON value for programs.

Exit codes: 0 done and well; 1 the answer is no (a site file with faults, a record that does not verify, a replay that differs);
2 the command was used wrongly or something outside is amiss (a file that is not there).
"""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.console import Console

from forewarn import __version__

if TYPE_CHECKING:
    from forewarn.edge.summary import Summary

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


@app.command()
def check(
    site: SiteFile,
    data: Annotated[Path | None, typer.Option(help="Look in this folder whether the feeds' files are there.")] = None,
    json: Json = False,
) -> None:
    """Say every fault of a site file at once: key, what is there, what is allowed."""
    from forewarn.edge.checking import check_site

    faults = check_site(site, data)
    if json:
        show({"file": str(site), "faults": [fault.model_dump() for fault in faults]})
    elif faults:
        for fault in faults:
            out.print(f"{site}: {fault.key}: {fault.found}: {fault.wanted}", markup=False)
    else:
        out.print(f"{site}: no faults", markup=False)
    raise typer.Exit(1 if faults else 0)


@app.command()
def run(
    site: SiteFile,
    record: Annotated[Path | None, typer.Option(help="Write the record here; a record that is there already is gone on with.")] = None,
    data: Annotated[Path | None, typer.Option(help="Where the feeds' files are. [default: the site file's folder]")] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Recordings as fast as they go, in event time.")] = False,
    speed: Annotated[float | None, typer.Option(help="Recordings at so many times real time.", min=0.01)] = None,
    drill: Annotated[str | None, typer.Option(help="The name of a drill: exercise warnings may then leave this machine.")] = None,
    json: Json = False,
) -> None:
    """Watch: read the feeds, track, judge, warn, and write the record. Live feeds run until Ctrl-C; recordings until they end."""
    from forewarn.edge.checking import read_site
    from forewarn.edge.running import Options
    from forewarn.edge.running import run as run_site

    _, described = read_site(site)
    if fast and speed is not None:
        raise typer.BadParameter("--fast and --speed exclude each other")
    if drill is not None and not drill.strip():
        raise typer.BadParameter("a drill has a name", param_hint="--drill")
    options = Options(data=data or site.parent, record=record, speed=None if fast else speed or 1.0, drill=drill)
    with _stopping() as stopped, _progress(described.name, json) as listener:
        summary = run_site(site, options, listener, say=lambda text: err.print(text, markup=False), stopped=stopped)
    if json:
        show(summary)
    else:
        _tell(summary, record)
    raise typer.Exit(0 if summary.whole else 2)


@contextmanager
def _stopping() -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C or TERM ends the run in order; the second ends it at once."""
    asked: list[int] = []

    def ask(number: int, frame: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _progress(name: str, quiet: bool) -> Iterator[Callable[[Any, Any], None] | None]:
    """What happens, as it happens: a bar with the event time on a terminal, and a line a warning."""
    from rich.progress import Progress, SpinnerColumn, TextColumn

    from forewarn.messages import Notice, Warning

    def say(event: Any, messages: Any) -> None:
        for message in messages:
            if isinstance(message, Warning) and not quiet:
                err.print(warning_line(message), markup=False)
            elif isinstance(message, Notice) and not quiet:
                err.print(f"{clock_time(message.t_ns)}  operators: {message.text}", markup=False)

    if quiet or not err.is_terminal:
        yield say
        return
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=err, transient=True) as progress:
        task = progress.add_task(name, total=None)
        last = [0]

        def step(event: Any, messages: Any) -> None:
            say(event, messages)
            if event.t_ns - last[0] >= 1_000_000_000:
                last[0] = event.t_ns
                progress.update(task, description=f"{name}  {clock_time(event.t_ns)} UTC", advance=1)

        yield step


def warning_line(warning: Any) -> str:
    """A warning in one line."""
    words = {"raise": "WARNING", "update": "warning changed", "all_clear": "all clear", "withdraw": "withdrawn"}
    ahead = f", in {warning.in_s[0]:.0f} to {warning.in_s[1]:.0f} s" if warning.in_s else ""
    tracks = f", track {', '.join(map(str, warning.tracks))}" if warning.tracks else ""
    return f"{clock_time(warning.t_ns)}  {words[warning.action]}: {warning.zone} (episode {warning.episode}{tracks}{ahead})"


def _tell(summary: Summary, record: Path | None) -> None:
    """The end of a run, for people."""
    if not summary.begun_ns:
        out.print("nothing new: the feeds hold nothing, or were read to their end before")
        return
    seconds = (summary.until_ns - summary.begun_ns) / 1e9
    kind = "a recording: every warning is an exercise" if summary.exercise else "live feeds"
    out.print(f"\n[bold]{summary.name}[/bold]  {clock_time(summary.begun_ns)} to {clock_time(summary.until_ns)} UTC, {kind}")
    out.print(f"  {seconds:.0f} s of events in {summary.wall_s:.1f} s ({seconds / max(summary.wall_s, 1e-9):.0f} times real time)\n")
    out.print("[bold]Seen[/bold]")
    for sensor, state in summary.health.items():
        what = (
            f"{summary.looks[sensor]} looks, {summary.plots[sensor]} plots" if summary.looks[sensor] else f"{summary.claims[sensor]} claims"
        )
        out.print(f"  {sensor:<12} {what:<28} {state} at the end")
    for reason, count in sorted(summary.refusals.items()):
        out.print(f"  not used     {count} x {reason}", markup=False)
    out.print(f"  {summary.published} tracks published, {summary.confirmed} of them confirmed\n")
    out.print("[bold]Warned[/bold]")
    for episode in summary.episodes:
        _tell_episode(episode)
    if not summary.episodes:
        out.print("  nobody: nothing that was seen came near enough to a zone")
    if nothing := [name for name in summary.health if not summary.plots[name] and not summary.claims[name]]:
        out.print(f"  [bold]BUT[/bold] nothing that could be used came from {', '.join(nothing)}")
    out.print(f"  {summary.notices} notices to operators")
    if record is not None and summary.whole:
        out.print(f"\nThe record is in {record}; `forewarn verify {shlex.quote(str(record))}` checks it.", markup=False)
    elif record is not None:
        out.print(f"\nTHE RECORD IN {record} IS NOT WHOLE: it could not be written to its end.", markup=False)


def _tell_episode(episode: Any) -> None:
    guess = f"expected in {episode.in_s[0]:.0f} to {episode.in_s[1]:.0f} s" if episode.in_s else "already there"
    came = f"entered {episode.ahead_s:.1f} s later" if episode.ahead_s is not None else "did not enter"
    told = ", ".join(episode.told) or "nobody: no recipients"
    end = f"{(episode.ended_by or '').replace('_', ' ')} {clock_time(episode.ended_ns)[11:]}" if episode.ended_ns else "stood at the end"
    out.print(f"  {clock_time(episode.raised_ns)[11:]}  {episode.zone:<12} {guess}; {came}; told: {told}; {end}", markup=False)


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


if __name__ == "__main__":
    main()
