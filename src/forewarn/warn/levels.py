"""The warning levels of a zone as one transition table. ``docs/warning.md`` shows it as a diagram made from this table.

Words. ``much``, ``half``, ``some``, ``little``, ``nothing``: expected harm as a share of the cost of a needless warning (``BANDS``).
``clear``: it has been less than half for the zone's ``clear_after_s``, and what was seen speaks for it. ``all_clear``, ``withdraw``: an
operator says so. Between raising (the whole cost) and fading (half of it) lies the hysteresis; so between watching and not.
"""

from __future__ import annotations

from typing import Literal

from forewarn.messages import Level

Word = Literal["much", "half", "some", "little", "nothing", "clear", "all_clear", "withdraw"]
Act = Literal["", "raise", "keep", "all_clear", "withdraw", "refuse"]

BANDS: tuple[tuple[float, Word], ...] = ((1.0, "much"), (0.5, "half"), (0.2, "some"), (0.1, "little"), (0.0, "nothing"))
"""From which share of the cost a word holds."""

WORDS: tuple[Word, ...] = ("much", "half", "some", "little", "nothing", "clear", "all_clear", "withdraw")
LEVELS: tuple[Level, ...] = ("quiet", "watched", "warned", "fading")
UP: tuple[Level, ...] = ("warned", "fading")
"""The levels at which a warning stands."""

Entry = tuple[Level, Act]
_RAISE: Entry = ("warned", "raise")
_OVER: Entry = ("quiet", "all_clear")
_BACK: Entry = ("quiet", "withdraw")
TABLE: dict[Level, tuple[Entry, ...]] = {
    "quiet": (
        _RAISE, ("watched", ""), ("watched", ""), ("quiet", ""), ("quiet", ""),
        ("quiet", ""), ("quiet", "refuse"), ("quiet", "refuse"),
    ),
    "watched": (
        _RAISE, ("watched", ""), ("watched", ""), ("watched", ""), ("quiet", ""),
        ("watched", ""), ("watched", "refuse"), ("watched", "refuse"),
    ),
    "warned": (
        ("warned", "keep"), ("warned", "keep"), ("fading", "keep"), ("fading", "keep"), ("fading", "keep"),
        ("warned", ""), _OVER, _BACK,
    ),
    "fading": (
        ("warned", "keep"), ("fading", "keep"), ("fading", "keep"), ("fading", "keep"), ("fading", "keep"),
        _OVER, _OVER, _BACK,
    ),
}  # fmt: skip
"""For each level, what each word does, in the order of ``WORDS``: the next level and what is to be done. ``keep``: the warning stands,
and is told anew if there is something new."""


def after(level: Level, word: Word) -> Entry:
    """The next level, and what is to be done."""
    return TABLE[level][WORDS.index(word)]


def band(expected: float, cost: float) -> Word:
    """The word for an expected harm; a harm that is not a number counts as ``much``."""
    share = expected / cost
    return next((word for at_least, word in BANDS if share >= at_least), "much")


def diagram() -> str:
    """The table as a Mermaid state diagram: one arrow a change of level, with the words that cause it and what is done."""
    arrows: dict[tuple[Level, Level, Act], list[str]] = {}
    for level in LEVELS:
        for word in WORDS:
            to, act = after(level, word)
            if to != level:
                arrows.setdefault((level, to, act), []).append(word)
    lines = ["stateDiagram-v2", "    [*] --> quiet"]
    for (level, to, act), words in arrows.items():
        lines.append(f"    {level} --> {to}: {', '.join(words)}{_done(act)}")
    return "\n".join(lines) + "\n"


def _done(act: Act) -> str:
    return f" / {act}" if act in ("raise", "all_clear", "withdraw") else ""
