"""`docs/recipients.md` says what the code does."""

from __future__ import annotations

import tomllib
from pathlib import Path

from forewarn.edge import deliver, webhook
from forewarn.edge.recipients import Recipients
from tests import docs_help as docs

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "recipients.md").read_text(encoding="utf-8")
FLAT = " ".join(PAGE.split())


def test_the_example_is_a_file_of_recipients() -> None:
    (block,) = docs.blocks(PAGE)
    found = Recipients.model_validate(tomllib.loads(block.text))
    assert found.ids == ("bridge", "harbour-office")


def test_every_key_is_documented() -> None:
    keys = [row[0].strip("`") for row in docs.tables(PAGE)["Recipients"]]
    assert keys == ["salt", "recipients", "id", "channel"]
    assert set(keys[:2]) == set(Recipients.model_fields)


def test_the_numbers_are_the_codes_own() -> None:
    assert f"No answer within {webhook.TIMEOUT_S:.0f} seconds, {', '.join(map(str, webhook.MAY_MEND))}" in FLAT
    waits = [f"{webhook.WAIT_S * 2**k:g}" for k in range(webhook.TRIES - 1)]
    assert f"{webhook.TRIES} times in all, after {', '.join(waits[:-1])} and {waits[-1]} seconds" in FLAT
    assert f"at most {deliver.QUEUE}" in FLAT
    assert deliver.FINISH_S == 60.0
    assert "for a minute" in FLAT
