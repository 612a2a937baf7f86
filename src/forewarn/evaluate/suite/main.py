"""What the command line calls: run a suite and write its report; compare two."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from forewarn.evaluate.page import write, write_comparison
from forewarn.evaluate.suite import kept
from forewarn.evaluate.suite.compare import compare
from forewarn.evaluate.suite.result import Comparison, Summary
from forewarn.evaluate.suite.run import run
from forewarn.evaluate.suite.text import comparison_text, to_text

Say = Callable[[str], None]


def main(paths: Sequence[Path], seeds: Iterable[int], out: Path, jobs: int | None = None, say: Say = print) -> Summary:
    """Run what is missing, then say the figures and write ``summary.json``, ``summary.txt`` and ``report.html`` in ``out``.

    A progress bar goes to standard error if that is a terminal. Raises ``Problem`` for paths without scenarios.
    """
    columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("runs", total=None)
        summary = run(paths, seeds, out, jobs, say, lambda done, of: bar.update(task, completed=done, total=of))
    text = to_text(summary)
    (out / "summary.txt").write_text(text, encoding="utf-8")
    write(summary, out)
    say(text)
    return summary


def compare_main(before: Path, after: Path, say: Say = print) -> Comparison:
    """Say what changed between the results in two folders, and write ``comparison.json`` and ``.html`` in the second. Raises
    ``Problem``."""
    comparison = compare(list(kept.runs(before)), list(kept.runs(after)))
    (after / "comparison.json").write_bytes(msgspec.json.encode(comparison) + b"\n")
    write_comparison(comparison, after)
    say(comparison_text(comparison))
    return comparison
