"""A suite's figures, and a comparison of two, as tables of plain text."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from forewarn.evaluate.suite.result import Change, Comparison, Curve, Meaning, Part, Summary, Value

COLUMNS = ("entries", "warned", "late", "missed", "unseen", "false_1", "false_2", "lead_s", "oracle.lead_s", "cost", "oracle.cost")
Row = Sequence[str]


def to_text(summary: Summary, width: int = 160) -> str:
    """The summary: all figures, then each scenario's most important ones, then the curves."""
    rows = [_figure(meaning, summary.figures[meaning.name]) for meaning in summary.meanings]
    head = f"{summary.runs} runs of {len(summary.scenarios)} scenarios, {summary.failed} failed; {summary.event_s / 3600:.1f} h of events"
    blocks = [
        _table(head, ("figure", "", "95 % interval", "over", "what it is"), rows, left=(0, 4)),
        _table("By scenario", ("scenario", "runs", *COLUMNS), [_part(part) for part in summary.scenarios]),
        *(_table(f"P({c.what}): {_one(c.error, 3)} calibration error over {c.samples} samples", BINS, _bins(c)) for c in summary.curves),
    ]
    failures = [(f.scenario, str(f.seed), f.error) for f in summary.failures]
    if failures:
        blocks.append(_table("Failed", ("scenario", "seed", "why"), failures, left=(0, 2)))
    return _printed(blocks, width)


def comparison_text(comparison: Comparison, width: int = 160) -> str:
    """The comparison: each figure that changed, scenarios with changes that are more than chance, the runs that changed most."""
    head = f"{comparison.runs} pairs of runs, {comparison.unpaired} without a pair: {comparison.build_before} -> {comparison.build_after}"
    head += "\np: chance of so great a difference in any figure, over all runs or of any one scenario; 0.05 at most is more than chance"
    columns = ("figure", "before", "after", "difference", "95 % interval", "p", "")
    better = {m.name: m.better for m in comparison.meanings}
    moved = [_change(c, better[c.name]) for c in comparison.changes if c.before != c.after]
    sure = [(name, *_change(c, better[c.name])) for name, own in comparison.scenarios.items() for c in own if c.sure]
    runs = [
        (way, c.scenario, str(c.seed), f"{c.cost_before:.3g}", f"{c.cost_after:.3g}", str(c.missed_before), str(c.missed_after))
        for way, each in (("worse", comparison.worse), ("better", comparison.better))
        for c in each
    ]
    blocks = [_table(head, columns, moved or [("nothing changed", *[""] * 6)], left=(0, 6))]
    if sure:
        blocks.append(_table("By scenario, where it is more than chance", ("scenario", *columns), sure, left=(0, 1, 7)))
    if runs:
        names = ("", "scenario", "seed", "cost before", "after", "missed before", "after")
        blocks.append(_table("Runs that changed most", names, runs, left=(0, 1)))
    return _printed(blocks, width)


# -------------------------------------------------------------------------------------------------------------- inside

BINS = ("said", "samples", "mean said", "came true", "95 % interval", "")


def _figure(meaning: Meaning, value: Value) -> Row:
    return meaning.name, f"{_one(value)} {meaning.unit}", _between(value), f"{value.of:.0f}", meaning.text


def _part(part: Part) -> Row:
    failed = f" ({part.failed} failed)" if part.failed else ""
    return part.name, f"{part.runs}{failed}", *(_one(part.figures[name]) for name in COLUMNS)


def _bins(curve: Curve) -> list[Row]:
    """The bins of a curve; none where nothing was said at all."""
    return [
        (
            f"{b.low:.1f} to {b.high:.1f}",
            str(b.n),
            "-" if b.said is None else f"{b.said:.3f}",
            _one(b.came, 3),
            _between(b.came),
            "few" if b.few else "",
        )
        for b in curve.bins
        if curve.samples
    ]


def _change(change: Change, better: str) -> Row:
    by = change.difference.value
    good = by is not None and (by < 0) == (better == "less")
    word = ("better" if good else "worse") if change.sure else "may be chance"
    return change.name, _number(change.before), _number(change.after), _number(by), _between(change.difference), f"{change.p:.4f}", word


def _one(value: Value, digits: int = 0) -> str:
    return _number(value.value) if not digits or value.value is None else f"{value.value:.{digits}f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def _between(value: Value) -> str:
    return "-" if value.low is None else f"{_number(value.low)} to {_number(value.high)}"


def _table(title: str, head: Row, rows: Sequence[Row], left: Sequence[int] = (0,)) -> tuple[str, Table]:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for i, name in enumerate(head):
        table.add_column(name, justify="left" if i in left else "right")
    for row in rows:
        table.add_row(*map(escape, row))
    table.add_row()
    return title, table


def _printed(blocks: Sequence[tuple[str, Table]], width: int) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, color_system=None, force_terminal=False, legacy_windows=False)
    for title, table in blocks:
        console.print(title, "", sep="\n", highlight=False, markup=False)
        console.print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
