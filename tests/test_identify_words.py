"""Reasons and questions: plain, true, and never about a person."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.identify import words
from forewarn.identify.state import Memory
from forewarn.messages import KINDS
from tests.house import WORDS
from tests.identify_help import track


@pytest.mark.parametrize(
    ("east", "north", "text"),
    [
        (0, 1500, "1.5 km north of the origin"),
        (300, -300, "424 m south-east of the origin"),
        (-999, 0, "999 m west of the origin"),
        (0, -5, "at the origin"),
    ],
)
def test_where(east: float, north: float, text: str) -> None:
    assert words.where(east, north) == text


@given(st.floats(0, 2 * math.pi), st.floats(30, 1e5))
def test_where_names_the_direction_within_an_eighth(angle: float, distance: float) -> None:
    wind = words.where(distance * math.sin(angle), distance * math.cos(angle)).split(" of ")[0].split()[-1]
    names = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"]
    off = (math.degrees(angle) - 45 * names.index(wind) + 180) % 360 - 180
    assert abs(off) <= 22.5 + 1e-6


@pytest.mark.parametrize(
    ("chance", "text"), [(0.0, "0 %"), (0.001, "under 1 %"), (0.5, "50 %"), (0.994, "99 %"), (0.999, "over 99 %"), (1.0, "100 %")]
)
def test_percent(chance: float, text: str) -> None:
    assert words.percent(chance) == text


def test_a_kind_is_given_with_its_chief_reason() -> None:
    moving = words.kind_reason(("drone", 0.7), ("bird", 0.2), words.MOVES, 12.4, 60.2)
    assert moving == "Most likely a drone (70 %), then a bird (20 %): chiefly by how it moves (12 m/s, 60 m above the origin)."
    assert words.kind_reason(("bird", 0.7), ("drone", 0.2), 1, 12.4, 60.2).endswith("chiefly by what sensors say of it.")


def test_every_sentence_uses_the_fields_words() -> None:
    memory = Memory(
        track=1, identity="serial:ONE", tested_ns=1, distance_m=300.0, p=1e-9, log_odds=-4.0, answer="not_ours", outcome="impact"
    )
    said = [
        *(words.claim_reason(m, s, sensed) for m in (memory, Memory(track=1)) for s in ("conflict", "unknown") for sensed in (True, False)),
        *(words.kind_reason((a, 0.5), (b, 0.5), part, 1.0, 1.0) for a in KINDS for b in KINDS for part in range(4)),
        *(words.authorisation_reason(a, 0.5) for a in ("survey", None)),
        *words.people_reasons(memory),
        *(words.question(track(7), m, s, 900.0, 900.0, 9.0) for m in (memory, Memory(track=7)) for s in ("conflict", "unknown")),
    ]  # type: ignore[misc]
    assert [text for text in said if WORDS.search(text) or text[-1] not in ".?" or "None" in text or "nan" in text] == []
    assert "300 m from where it is sensed" in said[0]
