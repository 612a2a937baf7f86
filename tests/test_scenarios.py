"""The shipped scenarios: each is sound, has its page and its picture, and the pages say what the scenarios say."""

from __future__ import annotations

from pathlib import Path

import pytest

from forewarn.simulate.running import read
from tools import make_scenarios

FILES = make_scenarios.files()


def test_there_are_forty_at_least() -> None:
    assert len(FILES) >= 40
    assert {path.stem for path in FILES} == {read(path).name for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_has_a_page_that_is_true_and_a_picture(path: Path) -> None:
    scenario = read(path)
    assert path.with_suffix(".md").read_text(encoding="utf-8") == make_scenarios.page(scenario, path), "run tools/make_scenarios.py"
    assert (path.parent / "pictures" / f"{path.stem}.png").read_bytes().startswith(b"\x89PNG")
    assert scenario.happens
    assert scenario.follows
    assert 180.0 <= scenario.lasts_s <= 600.0 or path.parent.name == "slow"


def test_the_index_names_them_all() -> None:
    assert (make_scenarios.FOLDER / "README.md").read_text(encoding="utf-8") == make_scenarios.index(), "run tools/make_scenarios.py"


def test_the_quiet_week_is_there() -> None:
    assert read(make_scenarios.FOLDER / "slow" / "a-quiet-week.toml").lasts_s == 7 * 86_400.0
