"""Writes docs/accuracy.md: the watch's figures over the whole suite, and the oracle's, with intervals, seeds and build.

    python tools/make_accuracy.py build/accuracy                 25 seeds of all but the quiet week; resumes
    python tools/make_accuracy.py build/accuracy --week          the quiet week too, with one seed
    python tools/make_accuracy.py build/accuracy --seeds 2 --page elsewhere.md

``build/accuracy/report.html`` is the same with plots. The figures are written as they are.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from forewarn.evaluate.page import words
from forewarn.evaluate.suite import main as suite
from forewarn.evaluate.suite.result import Part, Summary, Value

ROOT = Path(__file__).resolve().parents[1]
SCENARIOS = ROOT / "examples" / "scenarios"
WEEK = "a-quiet-week"
COLUMNS = ("entries", "warned", "late", "missed", "unseen", "false_1", "false_2", "lead_s", "cost", "oracle.cost")
NONE = Value(value=None, low=None, high=None, of=0)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is missing, then write the page."""
    given = _given(arguments)
    files = [file for file in sorted(SCENARIOS.glob("*.toml")) if file.stem != WEEK]
    whole = suite.main(files, range(1, given.seeds + 1), given.out, given.jobs, _silent)
    week = suite.main([SCENARIOS / "slow" / f"{WEEK}.toml"], [1], given.out / "week", 1, _silent) if given.week else None
    given.page.write_text("\n".join(lines(whole, week)) + "\n", encoding="utf-8")
    sys.stdout.write(f"{given.page}: {words.ran(whole)}\n")


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path, help="where the runs are kept")
    parser.add_argument("--seeds", type=int, default=25)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--week", action="store_true")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "accuracy.md")
    return parser.parse_args(arguments)


def _silent(text: str) -> None:
    """The page says it all."""


def lines(whole: Summary, week: Summary | None = None) -> Iterator[str]:
    """The page, line by line."""
    yield "# How well the watch warns\n"
    yield "Made by `tools/make_accuracy.py`; do not edit. What each figure is, and how it is counted: [evaluate.md](evaluate.md).\n"
    yield f"{words.ran(whole)} Build `{whole.build}`.\n"
    yield from (f"{sentence}\n" for sentence in words.verdict(whole))
    yield (
        "The *oracle* is a yardstick: it hears the same detections in the same runs, is told which detection is of which object and what "
        "each object is, and decides by the same rule with the same motion models. All worlds are simulated, and were chosen to be hard. "
        "Intervals tell how much figures would move with other seeds; a dash stands where one seed a scenario tells nothing of others.\n"
    )
    yield "## Figures\n"
    yield from _figures(whole)
    yield "\n## Chances\n"
    yield from _curves(whole)
    yield "\n## Scenario by scenario\n"
    yield "Shares of entries that some sensor saw coming, and of warnings; costs are means of a run.\n"
    yield from _scenarios(whole)
    if whole.failures:
        yield "\n## Runs that failed\n"
        yield from (f"- {f.scenario}, seed {f.seed}: `{f.error[:200].replace('`', ' ')}`" for f in whole.failures[:50])
    yield "\n## The quiet week\n"
    yield from _week(week)


def _figures(whole: Summary) -> Iterator[str]:
    yield "| figure | watch | 95 % interval | oracle | cases | what it is |"
    yield "| --- | ---: | ---: | ---: | ---: | --- |"
    for m in whole.meanings:
        if m.name.startswith("oracle.") or m.name not in whole.figures:
            continue
        value, best = whole.figures[m.name], whole.figures.get(f"oracle.{m.name}", NONE)
        row = (f"`suite.{m.name}`", words.number(value.value, m.unit), words.interval(value, m.unit), words.number(best.value, m.unit))
        unit = f" ({m.unit})" if m.unit not in ("", "share", "s", "m", "nat") else ""
        yield f"| {' | '.join(row)} | {value.of:,.0f} | {m.text}{unit} |"


def _curves(whole: Summary) -> Iterator[str]:
    yield "| chance | samples | calibration error | 95 % interval | worst bin of 500 samples or more | bins with fewer |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for c in whole.curves:
        thin = sum(b.few for b in c.bins)
        numbers = (words.number(c.error.value), words.interval(c.error), words.number(c.worst.value))
        yield f"| P({c.what}) | {c.samples:,} | {' | '.join(numbers)} | {thin} of {len(c.bins)} |"


def _scenarios(whole: Summary) -> Iterator[str]:
    units = {m.name: m.unit for m in whole.meanings}
    yield f"| scenario | runs | {' | '.join(words.short(name).lower() for name in COLUMNS)} |"
    yield f"| --- | ---: |{' ---: |' * len(COLUMNS)}"
    yield from (_scenario(part, units) for part in whole.scenarios)


def _scenario(part: Part, units: dict[str, str]) -> str:
    numbers = [words.number(part.figures.get(name, NONE).value, units.get(name, "")) for name in COLUMNS]
    failed = f" ({part.failed} failed)" if part.failed else ""
    return f"| {part.name} | {part.runs}{failed} | {' | '.join(numbers)} |"


def _week(week: Summary | None) -> Iterator[str]:
    if week is None:
        yield "Not run for this page (`--week`)."
        return
    yield f"{words.ran(week)}\n"
    yield from (f"{sentence}\n" for sentence in words.verdict(week))


if __name__ == "__main__":
    main()
