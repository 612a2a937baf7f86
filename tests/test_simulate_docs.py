"""The page on scenarios says of each key what the code does, and its examples run."""

from __future__ import annotations

import re

import pytest

from forewarn.simulate import desk, faults, scenario, scenario_parts
from forewarn.simulate.flights.kinds import KINDS
from forewarn.simulate.sensors import keys
from forewarn.site import base
from forewarn.site.base import Part
from tests import docs_help as docs
from tests.simulate_help import ROOT, SCENARIOS, key_type

PAGE = (ROOT / "docs" / "scenario.md").read_text(encoding="utf-8")
TABLES = docs.tables(PAGE)
SCHEMA = scenario.Scenario.model_json_schema()
FROM = (faults, desk, keys, scenario_parts, scenario, base)
PARTS: dict[str, type[Part]] = {
    name: next(getattr(module, name) for module in FROM if hasattr(module, name)) for name in ("Scenario", *SCHEMA["$defs"])
}


@pytest.mark.parametrize("name", PARTS)
def test_every_key_is_documented_as_it_is(name: str) -> None:
    properties = (SCHEMA if name == "Scenario" else SCHEMA["$defs"][name])["properties"]
    rows = TABLES[name]
    wanted = [[f"`{key}`", key_type(properties[key]), docs.key_default(PARTS[name], key)] for key in PARTS[name].model_fields]
    assert [[key, kind, default] for key, kind, _, default, _ in rows] == wanted
    for key, _, unit, _, meaning in rows:
        assert unit == (docs.unit(key.strip("`")) or unit)
        assert meaning


def test_the_page_tells_of_no_other_tables() -> None:
    assert {name for name, rows in TABLES.items() if rows} - {"Kinds"} == set(PARTS)


def test_the_table_of_kinds_is_that_of_the_code() -> None:
    told = {row[0].strip("`"): [float(cell) for cell in row[1:5]] for row in TABLES["Kinds"]}
    assert told == {name: [like.rcs_m2, like.size_m, like.sound_db, like.speed_mps] for name, like in KINDS.items()}


def test_every_example_is_a_scenario() -> None:
    examples = [block.text for block in docs.blocks(PAGE) if block.info == "toml"]
    whole = [text for text in examples if "version = 1" in text]
    assert whole
    for text in whole:
        scenario.parse(text, SCENARIOS)
    head = re.sub(r"^\[.*", "", whole[0], flags=re.DOTALL | re.MULTILINE)
    for part in (text for text in examples if "version = 1" not in text):
        scenario.parse(head + part, SCENARIOS)
