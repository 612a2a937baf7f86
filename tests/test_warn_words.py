"""What people are told: complete in both languages, plain, and with numbers that agree."""

from __future__ import annotations

import re
import typing
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.messages import KINDS
from forewarn.messages.base import Kind
from forewarn.warn import words
from forewarn.warn.cap import Words
from forewarn.warn.words import LANGUAGES, Facts, Language, seconds_ar, spoken

FACTS = Facts("drone", 1, 0.43, (10.2, 24.6), False, 44.0)
FORBIDDEN = ("missile", "weapon", "target", "threat", "strike", "هدف", "سلاح", "عدو", "هجوم")
ALL = [
    words.warned(language, "Watch", "Pier", Facts(kind, 2, 0.4, (3.0, 9.0), inside, 90.0), exercise)
    for language in LANGUAGES for kind in KINDS for inside in (True, False) for exercise in (True, False)
] + [
    say(language, "Watch", "Pier", exercise)
    for say in (words.all_clear, words.withdrawn) for language in LANGUAGES for exercise in (True, False)
] + [
    words.seeing(language, "Watch", about, "radar", state)
    for language in LANGUAGES for about in ("sensor", "zone") for state in ("seeing", "degraded", "silent", "down", "blind")
]  # fmt: skip


def script(text: str) -> set[str]:
    return {unicodedata.name(c).split()[0] for c in text if c.isalpha()}


@pytest.mark.parametrize("said", ALL, ids=lambda w: w.headline)
def test_every_text_is_there_in_its_own_script(said: Words) -> None:
    for text in (said.event, said.headline, said.description, said.instruction):
        assert text.strip() == text
        assert text
        own = text.replace("Pier", "").replace("radar", "")
        assert script(own) == ({"LATIN"} if said.language == "en" else {"ARABIC"})


@pytest.mark.parametrize("said", ALL, ids=lambda w: w.headline)
def test_no_words_of_weapons(said: Words) -> None:
    text = " ".join((said.event, said.headline, said.description, said.instruction)).lower()
    assert [word for word in re.findall(r"\w+", text) if word.removeprefix("ال") in FORBIDDEN] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_vocabularies_are_whole(language: Language) -> None:
    assert set(words.KINDS[language]) == set(typing.get_args(Kind))
    assert len(set(words.KINDS[language].values())) == len(KINDS)
    assert len(set(words.WINDS[language])) == 8


def test_english_headlines() -> None:
    assert words.warned("en", "W", "the pier", FACTS, False).headline == "A drone may reach the pier in 10 to 25 seconds"
    assert words.warned("en", "W", "the pier", FACTS, True).headline.startswith("EXERCISE: A drone")
    inside = Facts("aircraft", 1, 1.0, (0.0, 0.0), True, None)
    assert words.warned("en", "W", "the pier", inside, False).headline == "An aircraft is in the pier now"
    assert words.warned("en", "W", "the pier", FACTS, False).description == "It comes from the north-east. Chance that it gets there: 43 %."


def test_arabic_headlines() -> None:
    assert words.warned("ar", "W", "الميناء", FACTS, False).headline == "احتمال وصول طائرة مسيّرة إلى الميناء خلال 10 إلى 25 ثانية"
    assert words.all_clear("ar", "W", "الميناء", True).headline == "تمرين: انتهى الخطر في الميناء"


def test_an_exercise_says_so_at_the_head_and_in_the_text() -> None:
    for language in LANGUAGES:
        said = words.warned(language, "W", "p", FACTS, True)
        head, note = words.EXERCISE[language]
        assert said.headline.startswith(head)
        assert said.description.endswith(note)


@pytest.mark.parametrize(
    ("n", "text"),
    [(1, "ثانية واحدة"), (2, "ثانيتين"), (3, "3 ثوانٍ"), (10, "10 ثوانٍ"), (11, "11 ثانية"), (99, "99 ثانية"), (100, "100 ثانية"),
     (103, "103 ثوانٍ")],
)  # fmt: skip
def test_arabic_numbers_agree(n: int, text: str) -> None:
    assert seconds_ar(n) == text


@given(st.floats(0, 600), st.floats(0, 600), st.floats(0, 1), st.floats(0, 360), st.integers(1, 9))
def test_any_facts_give_a_sentence(least: float, more: float, chance: float, direction: float, objects: int) -> None:
    facts = Facts("drone", objects, chance, (least, least + more), False, direction)
    for language in LANGUAGES:
        said = words.warned(language, "W", "p", facts, False)
        assert " 0 " not in f" {said.headline} "
        assert "100 %" not in said.description


def test_a_name_in_the_other_language_is_better_than_none() -> None:
    assert spoken({"en": "Pier"}, "ar", "z") == "Pier"
    assert spoken({"ar": "الميناء"}, "en", "z") == "الميناء"
    assert spoken({}, "en", "z") == "z"
