"""`docs/warning.md` says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from forewarn.warn import episodes, evidence, grades, notices, state
from forewarn.warn.decision import PART
from forewarn.warn.levels import BANDS, WORDS, diagram
from tests import docs_help as docs

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "warning.md").read_text(encoding="utf-8")
FLAT = " ".join(PAGE.split())
TABLES = docs.tables(PAGE)


def test_the_diagram_is_made_from_the_table() -> None:
    (drawn,) = (block.text for block in docs.blocks(PAGE) if block.info == "mermaid")
    assert drawn == diagram()


def test_every_word_of_the_table_is_explained() -> None:
    rows = TABLES["Levels"]
    assert [row[0].strip("`") for row in rows] == list(WORDS)
    shares = [float(found.group(1)) / 100 for row in rows if (found := re.match(r"(\d+) %", row[1]))]
    assert shares == [share for share, _ in BANDS if 0 < share < 1]


def test_the_grades_are_the_codes_own() -> None:
    assert grades.__doc__ is not None
    head, *written = [row for row in TABLES["CAP"] if len(row) == 3]
    assert head == ["element", "value", "where"]
    assert written == docs.tables("# x\n" + grades.__doc__.replace("``", "`"))["x"]
    assert len(written) == 10


def test_the_numbers_are_the_codes_own() -> None:
    assert f"at most every {episodes.UPDATE_S:.0f} s" in FLAT
    assert f"more than {episodes.TURN_DEG:.0f}° off" in FLAT
    assert f"within the last {evidence.SEEN_S:.0f} s" in FLAT
    assert f"the newest {state.MAX_REFERENCES - 1}" in FLAT
    assert f"from {notices.BLIND_FROM:.0%}".replace("%", " %") in FLAT
    assert PART == 0.1
    assert "a tenth of the largest share" in FLAT
    assert episodes.STEP == 2.0
    assert "has doubled or halved" in FLAT
