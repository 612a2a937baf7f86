"""The watch and the oracle driven through a world made by hand; and the order in which events come."""

from __future__ import annotations

import heapq
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.edge import feeds
from forewarn.evaluate.suite.play import play_world, river
from forewarn.messages import Answer, Ask, Chunk, Event, Tick
from tests.small import SECOND_NS, START_NS
from tests.suite_help import world

COMES = ("multirotor", (0.0, 900.0, 50.0), (0.0, -15.0, 0.0), 2.0, 75.0)


def test_a_drone_that_is_seen_is_warned_of_by_both_and_the_same_again() -> None:
    run = play_world(world({"a": COMES}))
    (entry,) = run.entries
    assert (entry.outcome, entry.oracle_outcome, entry.seen) == ("warned", "warned", True)
    assert 10 < entry.lead_s <= entry.oracle_lead_s < 56
    assert run.watch.cost == run.oracle.cost == 0.0
    assert (run.watch.warned, run.watch.counted) == (1, 1)
    assert 0 < sum(run.naming.confusion["drone"].values()) <= sum(run.exists.n)
    assert run.watch.gospa_localisation > 0
    assert msgspec.json.encode(run) == msgspec.json.encode(play_world(world({"a": COMES})))


def test_what_no_sensor_shows_is_unseen_by_both() -> None:
    run = play_world(world({"a": COMES}, seen=()))
    assert (run.watch.unseen, run.oracle.unseen, run.watch.counted) == (1, 1, 0)
    assert run.entries[0].first_s is None


def test_a_radar_that_stalls_is_told() -> None:
    fault = SimpleNamespace(sensor="radar", what="stall", from_s=20.0, to_s=50.0)
    run = play_world(world({}, faults=[fault]))
    assert (run.health.silences, run.health.silences_told, run.health.alarms, run.health.alarms_right) == (1, 1, 1, 1)
    assert run.faults[0].told_s is not None
    assert 20.0 < run.faults[0].told_s <= 27.0


def test_operators_hear_and_are_heard() -> None:
    heard: list[object] = []

    def reply(message: object, t_ns: int) -> tuple[Event, ...]:
        heard.append(message)
        return (Answer(t_ns=t_ns + SECOND_NS // 2, ask=message.seq, answer="ours", role="desk"),) if isinstance(message, Ask) else ()

    made = world({"a": COMES})
    made.desk = SimpleNamespace(reply=reply)
    run = play_world(made)
    asked = [m for m in heard if isinstance(m, Ask)]
    assert asked
    assert run.authorised.said[9] + run.authorised.said[8] + run.authorised.said[7] > 0  # "ours" was believed


chunks = st.lists(st.integers(0, 10_000), max_size=20).map(
    lambda ms: [Chunk(t_ns=START_NS + m * 1_000_000, feed="f", data=b"x") for m in sorted(ms)]
)


@given(chunks, st.sampled_from([0.3, 0.5, 1.0, 2.5]))
def test_without_answers_events_are_those_of_a_recording(some: list[Chunk], tick_s: float) -> None:
    ends_ns = START_NS + 10 * SECOND_NS
    some = [Chunk(t_ns=START_NS, feed="f", data=b"x"), *some]
    ours = list(river(some, [], tick_s, START_NS, ends_ns))
    theirs = list(feeds._ticking(((c.t_ns, c) for c in some), tick_s, START_NS - 1, 20 * SECOND_NS))
    assert ours == [event for event in theirs if event.t_ns <= ends_ns]


@given(chunks, st.lists(st.integers(-2000, 12_000), max_size=8))
def test_answers_come_when_they_are_due_and_time_never_goes_back(some: list[Chunk], due_ms: list[int]) -> None:
    answers = [
        (START_NS + ms * 1_000_000, i, Answer(t_ns=START_NS + ms * 1_000_000, ask=i, answer="ours", role="r"))
        for i, ms in enumerate(due_ms)
    ]
    heapq.heapify(answers)
    events = list(river(some, answers, 1.0, START_NS, START_NS + 10 * SECOND_NS))
    times = [event.t_ns for event in events]
    assert times == sorted(times)
    assert times[0] >= START_NS
    came = {event.ask: event.t_ns for event in events if isinstance(event, Answer)}
    assert came == {i: max(START_NS, START_NS + ms * 1_000_000) for i, ms in enumerate(due_ms) if ms <= 10_000}
    assert [e.t_ns for e in events if isinstance(e, Tick)] == [START_NS + s * SECOND_NS for s in range(11)]


def test_the_world_ends_when_it_ends() -> None:
    late = [Chunk(t_ns=START_NS + 99 * SECOND_NS, feed="f", data=b"x")]
    assert [type(e) for e in river(late, [], 1.0, START_NS, START_NS + 3 * SECOND_NS)] == [Tick] * 4


@pytest.mark.slow
def test_a_scenario_of_the_examples_plays() -> None:
    from forewarn.evaluate.suite.play import play

    file = Path(__file__).parents[1] / "examples" / "scenarios" / "two-at-night.toml"
    run = play(file, 1)
    assert (run.scenario, run.error) == ("two-at-night", "")
    assert run.watch.entries > 0
