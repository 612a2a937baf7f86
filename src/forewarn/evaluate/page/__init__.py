"""What a suite came to, as one HTML file that a stranger understands: it asks for nothing from outside, prints, and reads in the dark."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from forewarn.evaluate.page import case, charts, words
from forewarn.evaluate.suite.result import FEW, Comparison, Part, Run, Summary, Value
from forewarn.messages import KINDS

__all__ = ["comparison_page", "summary_page", "write", "write_comparison"]

CURVES = {
    "exists": ("P(exists)", "A track is that of a real object."),
    "entry": ("P(entry)", "A real object's track enters the zone within the zone's horizon."),
    "authorised": ("P(authorised)", "The object was authorised to be there."),
    "impact": ("P(impact inside)", "A rocket or falling debris comes down in the zone."),
}
SCENARIO_COLUMNS = ("entries", "warned", "late", "missed", "unseen", "false_1", "false_2", "lead_s", "cost", "oracle.cost")
NONE = Value(value=None, low=None, high=None, of=0)


def write(summary: Summary, out: Path) -> Path:
    """Write ``report.html`` in the folder ``out``; gives its path."""
    return _written(out / "report.html", summary_page(summary))


def write_comparison(comparison: Comparison, out: Path) -> Path:
    """Write ``comparison.html`` in the folder ``out``; gives its path."""
    return _written(out / "comparison.html", comparison_page(comparison))


def summary_page(summary: Summary) -> str:
    """The page of a suite."""
    figures = [m for m in summary.meanings if not m.name.startswith("oracle.") and m.name in summary.figures]
    return _environment().get_template("suite.html.j2").render(
        summary=summary, figures=figures, curves=CURVES, few=FEW, columns=SCENARIO_COLUMNS, charts=charts, case=case,
        kinds=_kinds(summary), told=summary.figures, units={m.name: m.unit for m in summary.meanings},
    )  # fmt: skip


def comparison_page(comparison: Comparison) -> str:
    """The page of a comparison."""
    meanings = {m.name: m for m in comparison.meanings}
    return _environment().get_template("comparison.html.j2").render(comparison=comparison, meanings=meanings)


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("forewarn.evaluate.page"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals |= {"words": words, "figure": _figure, "heading": _heading}
    return made


def _kinds(summary: Summary) -> list[str]:
    """The kinds that were, or were said, in the house's order."""
    seen = {*summary.confusion, *(said for row in summary.confusion.values() for said in row)}
    return [*(kind for kind in KINDS if kind in seen), *sorted(seen - set(KINDS))]


def _figure(part: Part | Summary, name: str) -> Value:
    """A figure, or one that says that there is none."""
    return part.figures.get(name, NONE)


def _heading(run: Run, summary: Summary) -> str:
    """What a run's scenario is called."""
    return next((part.title for part in summary.scenarios if part.name == run.scenario and part.title), run.scenario)


def _written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
