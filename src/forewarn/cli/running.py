"""`forewarn check` and `forewarn run`."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forewarn.cli.base import Json, SiteFile, app, clock_time, err, out, show, warning_line

if TYPE_CHECKING:
    from forewarn.edge.summary import Summary


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
    came = f"entered {episode.ahead_s:.1f} s later" if episode.ahead_s is not None else "was not seen to enter"
    told = ", ".join(episode.told) or "nobody: no recipients"
    end = f"{(episode.ended_by or '').replace('_', ' ')} {clock_time(episode.ended_ns)[11:]}" if episode.ended_ns else "stood at the end"
    out.print(f"  {clock_time(episode.raised_ns)[11:]}  {episode.zone:<12} {guess}; {came}; told: {told}; {end}", markup=False)
