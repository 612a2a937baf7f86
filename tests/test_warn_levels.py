"""The level table: complete, and of the shape that keeps warnings from flickering."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.messages import Level
from forewarn.warn.levels import BANDS, LEVELS, TABLE, UP, WORDS, Word, after, band, diagram

BY_HARM: tuple[Word, ...] = tuple(word for _, word in BANDS)


@pytest.mark.parametrize(("level", "word"), list(itertools.product(LEVELS, WORDS)))
def test_every_level_has_a_row_for_every_word(level: Level, word: Word) -> None:
    to, act = after(level, word)
    assert to in LEVELS
    assert act in ("", "raise", "keep", "all_clear", "withdraw", "refuse")


def test_the_table_has_nothing_else() -> None:
    assert set(TABLE) == set(LEVELS)
    assert {len(row) for row in TABLE.values()} == {len(WORDS)}


@pytest.mark.parametrize(("level", "word"), list(itertools.product(LEVELS, WORDS)))
def test_a_warning_begins_with_a_raise_and_ends_with_a_word_to_people(level: Level, word: Word) -> None:
    to, act = after(level, word)
    assert (level not in UP and to in UP) == (act == "raise")
    assert (level in UP and to not in UP) == (act in ("all_clear", "withdraw"))


@pytest.mark.parametrize("level", LEVELS)
def test_the_cost_alone_raises(level: Level) -> None:
    assert [word for word in BY_HARM if after(level, word)[1] == "raise"] == (["much"] if level not in UP else [])


def test_no_harm_alone_ends_a_warning() -> None:
    assert {after(level, word)[0] for level in UP for word in BY_HARM} == {"warned", "fading"}


def test_a_withdrawal_is_an_operators_alone() -> None:
    assert {word for level in LEVELS for word in WORDS if after(level, word)[1] == "withdraw"} == {"withdraw"}


def test_operators_cannot_end_what_does_not_stand() -> None:
    for level, word in itertools.product(("quiet", "watched"), ("all_clear", "withdraw")):
        assert after(level, word) == (level, "refuse")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("share", "word"),
    [(3.0, "much"), (1.0, "much"), (0.999, "half"), (0.5, "half"), (0.499, "some"), (0.2, "some"), (0.1, "little"), (0.0999, "nothing")],
)
def test_bands(share: float, word: str) -> None:
    assert band(share * 7.0, 7.0) == word


def test_what_is_not_a_number_counts_as_much() -> None:
    assert band(float("nan"), 1.0) == "much"
    assert band(float("inf"), 1.0) == "much"


@given(st.sampled_from(LEVELS), st.floats(0.0, 2.0), st.floats(0.71, 1.4))
def test_noise_about_a_border_does_not_flicker(level: Level, share: float, noise: float) -> None:
    """After the first answer, up to 40 % more or less does not take a level there and back."""
    first = after(level, band(share, 1.0))[0]
    second = after(first, band(share * noise, 1.0))[0]
    third = after(second, band(share, 1.0))[0]
    assert not (first != second and third == first) or {first, second} == {"warned", "fading"} or {first, second} == {"quiet", "watched"}


@given(st.lists(st.floats(0.51, 3.0), min_size=1, max_size=50))
def test_above_half_the_cost_a_warning_stands(shares: list[float]) -> None:
    level: Level = "warned"
    for share in shares:
        level = after(level, band(share, 1.0))[0]
        assert level == "warned"


@given(st.lists(st.floats(0.1, 0.99), min_size=1, max_size=50))
def test_between_a_tenth_and_the_whole_a_watched_zone_stays_watched(shares: list[float]) -> None:
    level: Level = "watched"
    for share in shares:
        level = after(level, band(share, 1.0))[0]
        assert level == "watched"


def test_the_diagram_has_every_change_once() -> None:
    lines = diagram().splitlines()
    changes = {(level, to) for level in LEVELS for word in WORDS if (to := after(level, word)[0]) != level}
    drawn = [tuple(line.strip().split(":")[0].split(" --> ")) for line in lines[2:]]
    assert set(drawn) == changes
    assert "    quiet --> warned: much / raise" in lines
