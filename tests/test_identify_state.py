"""What identification remembers, and how much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.identify import state as room
from forewarn.identify.state import Memory, State, remember
from forewarn.messages import Answer, Ask, Claim, Outcome
from tests.identify_help import SECOND, T0, claim, site

SHORE = site()


def test_place_and_movement_may_come_apart() -> None:
    moving = Claim(sensor="receiver", t_ns=T0 + SECOND, t_arrival_ns=T0 + SECOND, identity="serial:ONE", speed_mps=3.0, course_deg=9.0)
    state = room.claim(room.claim(room.start(SHORE), SHORE, claim(kind="drone")), SHORE, moving)
    known = state.claims["serial:ONE"]
    assert (known.placed, known.moving, known.kind) == (claim(kind="drone"), moving, "drone")


def test_an_older_place_does_not_replace_a_newer_one() -> None:
    state = room.start(SHORE)
    for t_ns in (T0 + SECOND, T0):
        state = room.claim(state, SHORE, claim(t_ns=t_ns))
    placed = state.claims["serial:ONE"].placed
    assert placed is not None
    assert placed.t_ns == T0 + SECOND


@pytest.mark.parametrize(("late_s", "kept"), [(0, True), (15, True), (16, False), (-5, True), (-6, False)])
def test_claims_too_late_or_from_too_far_ahead_are_let_go(late_s: int, kept: bool) -> None:
    said = Claim(sensor="receiver", t_ns=T0, t_arrival_ns=T0 + late_s * SECOND, identity="serial:ONE")
    assert bool(room.claim(room.start(SHORE), SHORE, said).claims) is kept


def test_identities_are_bounded_and_the_one_heard_longest_ago_goes() -> None:
    full = {f"serial:{n:05}": room.Known(heard_ns=T0 + n) for n in range(1, room.MAX_IDENTITIES + 1)}
    state = room.claim(State(claims=full), SHORE, claim(t_ns=T0 + SECOND))
    assert len(state.claims) == room.MAX_IDENTITIES
    assert "serial:00001" not in state.claims
    assert "serial:ONE" in state.claims


@given(st.lists(st.integers(1, 50)), st.lists(st.integers(1, 50)))
def test_memories_stay_in_order_without_those_that_ended_or_are_empty(numbers: list[int], ended: list[int]) -> None:
    memories = [Memory(track=n, answer="unknown" if n % 3 else None) for n in numbers]
    state = remember(State(), memories, frozenset(ended))
    assert [m.track for m in state.tracks] == sorted({n for n in numbers if n % 3} - set(ended))


def test_memories_are_bounded_and_the_lowest_numbers_go() -> None:
    state = remember(State(), [Memory(track=n, answer="ours") for n in range(room.MAX_TRACKS + 10)])
    assert len(state.tracks) == room.MAX_TRACKS
    assert state.tracks[0].track == 10


def test_the_newest_answer_holds() -> None:
    ask, state = Ask(track=4, t_ns=T0, question=""), room.start(SHORE)
    for seq, word in enumerate(("ours", "not_ours"), 1):
        state = room.answer(state, SHORE, Answer(t_ns=T0, ask=1, answer=word, role="desk", seq=seq), ask)  # type: ignore[arg-type]
    assert state.tracks == (Memory(track=4, answer="not_ours", answer_seq=2),)


def test_an_outcome_without_a_track_is_nobodys() -> None:
    said = Outcome(t_ns=T0, outcome="impact", lat_deg=60.0, lon_deg=10.0, role="desk")
    assert room.outcome(room.start(SHORE), SHORE, said) == room.start(SHORE)
