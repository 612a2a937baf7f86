"""The checker of alerts: real ones pass, broken ones are found, and each rule can fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.messages import Alert
from forewarn.warn.check import faults
from tests.warn_help import Desk, of, schema, site, threat

SCHEMA = schema()
SOUND = of(Desk(site()).tick(0.0, threat()), Alert).xml


def check(xml: str) -> tuple[str, ...]:
    return faults(xml.encode(), SCHEMA)


@pytest.mark.parametrize("name", ["australia", "canada", "canada_signed", "earthquake-iso8859-1", "wcatwc-warning"])
def test_real_alerts_are_sound(name: str, shared: Callable[[str], Path]) -> None:
    assert faults(shared(f"cap/{name}.cap").read_bytes(), SCHEMA) == ()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("canada_errors", "references: an Update must say what it refers to"),
        ("invalid", "schema, line 9"),
        ("xee", "a document type declaration has no place in an alert"),
        ("earthquake", "not an alert of CAP 1.2"),
        ("noaa_errors", "not an alert of CAP 1.2"),
    ],
)
def test_broken_and_foreign_alerts_are_found(name: str, wrong: str, shared: Callable[[str], Path]) -> None:
    found = faults(shared(f"cap/{name}.cap").read_bytes(), SCHEMA)
    assert len(found) == 1
    assert found[0].startswith(wrong)


def test_the_schema_is_the_standards_own(shared: Callable[[str], Path]) -> None:
    ours = (Path(__file__).parents[1] / "src/forewarn/warn/cap12.xsd").read_text().splitlines()
    theirs = shared("cap/cap12.xsd").read_text().splitlines()
    assert [ours[0], *ours[2:]] == theirs


def test_what_it_breaks_is_sound() -> None:
    assert check(SOUND) == ()


CIRCLE = "<circle>51.520000,5.860000 0.100</circle>"


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("<sender>forewarn@localhost", "<sender>fore warn", "sender: must be there"),
        ("<identifier>here", "<identifier>a,b", "identifier: must be there"),
        ("<msgType>Alert", "<msgType>Update", "references: an Update"),
        ("<msgType>Alert", "<msgType>Cancel", "references: an Cancel"),
        ("<incidents>", "<references/><incidents>", "references: there are none in it"),
        ("<incidents>", "<references>a,b</references><incidents>", "references: not sender,identifier,sent: a,b"),
        ("<incidents>", "<references>a,b,2020-01-01T00:00:00Z</references><incidents>", "references: not sender"),
        ("<scope>Public</scope>", "<scope>Restricted</scope>", "restriction: a Restricted alert"),
        ("<scope>Public</scope>", "<scope>Public</scope><restriction>x</restriction>", "restriction: has no place"),
        ("<scope>Public</scope>", "<scope>Private</scope>", "addresses: a Private alert"),
        (CIRCLE, "<circle>51.5 5.8 0.1</circle>", "circle: not"),
        (CIRCLE, "<circle>51.5,5.8</circle>", "circle: not"),
        (CIRCLE, "<circle>91,5.8 1</circle>", "circle: not"),
        (CIRCLE, "<circle>51.5,5.8 -1</circle>", "circle: not"),
        (CIRCLE, "<polygon>1,1 1,2 2,2</polygon>", "polygon: needs four"),
        (CIRCLE, "<polygon>1,1 1,2 2,2 2,1</polygon>", "polygon: needs four"),
        (CIRCLE, "<polygon>1,1 1,2 2,182 1,1</polygon>", "polygon: not latitude"),
        (CIRCLE, f"{CIRCLE}<ceiling>100</ceiling>", "ceiling: only"),
        ("<urgency>Immediate", "<urgency>Soon", "schema"),
        ("-00:00</sent>", "Z</sent>", "schema"),
        ("</alert>", "", "not XML"),
        ("cap:1.2", "cap:1.1", "not an alert of CAP 1.2"),
        ("<alert ", "<!DOCTYPE alert><alert ", "a document type declaration"),
    ],
)
def test_each_rule_can_fail(old: str, new: str, wrong: str) -> None:
    assert old in SOUND
    found = check(SOUND.replace(old, new))
    assert any(fault.startswith(wrong) for fault in found), found


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_anything_may_be_asked_about(data: bytes) -> None:
    assert faults(data, SCHEMA)


@given(st.integers(0, len(SOUND) - 1), st.characters(min_codepoint=32, max_codepoint=126))
def test_a_changed_letter_breaks_nothing_but_the_alert(at: int, letter: str) -> None:
    """Any answer will do but an exception."""
    assert isinstance(check(SOUND[:at] + letter + SOUND[at + 1 :]), tuple)
