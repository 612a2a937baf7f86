"""What came before is known, for long enough, in bounded memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from forewarn.decode.repeats import REMEMBERED, Memory, Seen


@given(st.lists(st.integers(0, 30), max_size=60), st.integers(1, 10))
def test_a_mark_is_known_from_then_on(marks: list[int], every: int) -> None:
    seen, known = Seen(), set[int]()
    memory = Memory(seen)
    for n, mark in enumerate(marks):
        if n % every == 0:
            memory = Memory(memory.seen)
        assert (str(mark) in memory) == (mark in known)
        memory.add(str(mark))
        known.add(mark)


def test_the_newest_are_remembered_and_the_rest_forgotten() -> None:
    memory = Memory(Seen())
    for n in range(5 * REMEMBERED + 7):
        memory.add(str(n))
        assert n < REMEMBERED - 1 or str(n - REMEMBERED + 1) in memory
        if n % 1000 == 0:
            memory = Memory(memory.seen)
    assert "0" not in memory
    assert len(memory.seen.young) + len(memory.seen.old) <= 2 * REMEMBERED


def test_nothing_new_keeps_the_value() -> None:
    memory = Memory(Seen())
    memory.add("a")
    seen = memory.seen
    assert Memory(seen).seen == seen
