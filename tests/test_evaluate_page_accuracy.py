"""docs/accuracy.md as the script writes it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from tests.test_evaluate_page import made

TOOL = Path(__file__).resolve().parents[1] / "tools" / "make_accuracy.py"


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_accuracy", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_figure_and_scenario_has_its_row() -> None:
    summary = made()
    lines = [line for part in tool().lines(summary) for line in part.splitlines()]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    widths = {6, 12}
    assert {len(row) for row in rows} == widths, "no cell breaks a table"
    firsts = [row[0] for row in rows]
    for meaning in summary.meanings:
        assert (f"`suite.{meaning.name}`" in firsts) == (not meaning.name.startswith("oracle."))
    assert {"raid", "quiet"} <= set(firsts)
    (missed,) = (row for row in rows if row[0] == "`suite.missed`")
    assert missed[1] == "33.3 %"
    assert missed[4] == "12"


def test_it_says_what_was_not_run() -> None:
    text = "\n".join(tool().lines(made()))
    assert "Not run for this page" in text
    assert "The quiet week" in text
