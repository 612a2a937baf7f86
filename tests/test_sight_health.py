"""The health of sensors: the table, and what it says of any history of words and ticks."""

from __future__ import annotations

import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn import sight
from forewarn.freeze import freeze, thaw
from forewarn.messages import Blind, Claim, Health, Observation, SensorStatus
from forewarn.sight import health
from forewarn.site import Site
from tests.sight_help import RADAR, claim, look, ns, site, status

SHORE = site(zone="")


class Run:
    """A watch's sight, fed by hand; keeps what it said."""

    def __init__(self, where: Site = SHORE) -> None:
        self.site, self.state, self.said = where, sight.start(where), list[Health | Blind]()
        self.tick(0.0)

    def tick(self, at_s: float) -> Run:
        self.state, news = sight.tick(self.state, self.site, ns(at_s))
        self.said += news
        return self

    def take(self, word: Observation | Claim | SensorStatus) -> Run:
        hear = sight.status if isinstance(word, SensorStatus) else sight.heard
        self.state, news = hear(self.state, self.site, word)  # type: ignore[arg-type]
        self.said += news
        return self

    def told(self, sensor: str = "radar") -> list[str]:
        return [m.state for m in self.said if isinstance(m, Health) and m.sensor == sensor]

    def now(self, sensor: str = "radar") -> str:
        return self.state.sensors[sensor].state


# ---------------------------------------------------------------------------------------------------- the table


def test_the_table_says_what_each_word_does_to_each_state() -> None:
    states = set(typing.get_args(health.Standing))
    assert health.TABLE.keys() == states
    assert set(health.WORDS) == set(typing.get_args(health.Word))
    assert all(len(row) == len(health.WORDS) and set(row) <= states for row in health.TABLE.values())
    assert states == set(typing.get_args(typing.get_type_hints(Health)["state"]))


@pytest.mark.parametrize("state", health.TABLE)
def test_every_state_can_be_left_but_down_only_by_a_status(state: health.Standing) -> None:
    ways = {word: health.after(state, word) for word in health.WORDS}
    assert set(ways.values()) != {state}
    if state == "down":
        assert {word for word, to in ways.items() if to != "down"} == {"operational", "degraded"}
    assert ways["down"] == "down"
    assert all(health.after(to, word) == to for word, to in ways.items() if word not in ("operational", "degraded"))


@pytest.mark.parametrize(
    ("more", "seconds"),
    [("", 5.0), ("interval_s = 3.0", 15.0), ("interval_s = 0.2", 5.0), ("interval_s = 3.0\nsilent_after_s = 2.0", 2.0)],
)
def test_silence_is_five_intervals_at_least_five_seconds_or_what_the_site_says(more: str, seconds: float) -> None:
    sensors = RADAR.replace("interval_s = 1.0", more)
    assert health.silent_after_s(site(sensors).sensors[0]) == seconds


# ---------------------------------------------------------------------------------------------------- single stories


def test_a_sensor_is_waited_for_then_seen_then_missed_then_back() -> None:
    run = Run().take(look(1.0)).tick(5.9).tick(6.0).tick(8.0).take(look(9.0)).tick(10.0)
    assert run.told() == ["seeing", "silent", "seeing"]
    silent = run.said[-2]
    assert isinstance(silent, Health)
    assert (silent.before, silent.t_ns) == ("seeing", ns(6.0))
    assert silent.detail == "nothing that counts for 5.0 s; expected every 1 s"


def test_one_that_never_says_a_word_falls_silent() -> None:
    assert Run().tick(4.9).told() == []
    assert Run().tick(5.0).told() == ["silent"]


def test_a_radar_whose_plots_stall_is_silent_though_its_status_goes_on() -> None:
    run = Run().take(look(0.5))
    for second in range(1, 8):
        run.take(status(second, "operational")).tick(second)
    assert run.told() == ["seeing", "silent"]


def test_a_lone_reporter_is_kept_alive_by_its_status_alone() -> None:
    run = Run()
    for second in range(1, 20, 4):
        run.take(status(second, "operational", "finder")).tick(second)
    assert run.told("finder") == ["seeing"]


def test_claims_are_words_of_the_receiver() -> None:
    assert Run().take(claim(1.0)).tick(7.0).told("receiver") == ["seeing", "silent"]


def test_degraded_stays_so_over_looks_and_silence_until_it_says_otherwise() -> None:
    run = Run().take(look(1.0)).take(status(1.5, "degraded")).take(look(2.0)).tick(8.0).take(look(9.0))
    assert run.told() == ["seeing", "degraded", "silent", "degraded"]
    assert run.take(status(9.5, "operational")).now() == "seeing"


def test_down_stays_down_over_looks_and_silence_and_comes_back_by_status_and_look() -> None:
    run = Run().take(look(1.0)).take(status(2.0, "down")).take(look(3.0)).tick(30.0)
    assert run.told() == ["seeing", "down"]
    assert run.take(status(31.0, "operational")).tick(35.9).now() == "waiting"
    assert run.tick(36.0).now() == "silent"
    assert run.take(look(37.0)).now() == "seeing"


def test_the_sensors_own_words_are_the_detail() -> None:
    said = SensorStatus(sensor="radar", t_ns=ns(1), t_arrival_ns=ns(1), state="down", detail="no power")
    (news,) = Run().take(said).said
    assert isinstance(news, Health)
    assert news.detail == "no power"


@pytest.mark.parametrize(("age_s", "seen"), [(0, True), (15, True), (15.5, False), (-5, True), (-5.5, False)])
def test_what_is_too_old_or_too_far_ahead_to_be_used_is_no_look(age_s: float, seen: bool) -> None:
    assert (Run().take(look(1.0, age_s=age_s)).now() == "seeing") is seen


# ---------------------------------------------------------------------------------------------------- any story

WORDS = st.one_of(
    st.builds(lambda age: ("look", age), st.sampled_from([0.0, 3.0, 16.0])),
    st.sampled_from([("operational", 0.0), ("degraded", 0.0), ("down", 0.0), ("tick", 0.0)]),
)
STORIES = st.lists(st.tuples(st.sampled_from([0.1, 0.5, 2.0, 6.0]), WORDS), max_size=30)


@given(STORIES, st.sampled_from(["radar", "finder"]))
def test_what_holds_in_every_story(story: list[tuple[float, tuple[str, float]]], sensor: str) -> None:
    run, now, last_word, stated, scans = Run(), 0.0, 0.0, "operational", sensor == "radar"
    for wait, (word, age) in story:
        now += wait
        before = run.now(sensor)
        if word == "tick":
            run.tick(now)
            assert (run.now(sensor) == "silent") <= (now - last_word >= 5.0 or before == "silent")
            if now - last_word >= 5.0 + 1e-6:
                assert run.now(sensor) in ("silent", "down")
        elif word == "look":
            run.take(look(now, sensor, age))
            if age <= 15.0:
                last_word = now
                assert run.now(sensor) == ("down" if before == "down" else "seeing" if stated == "operational" else "degraded")
            else:
                assert run.now(sensor) == before
        else:
            run.take(status(now, word, sensor))
            stated = word
            assert (run.now(sensor) == "down") == (word == "down")
            if not scans or (before == "down" and word != "down"):
                last_word = now
    chain = [m for m in run.said if isinstance(m, Health) and m.sensor == sensor]
    assert all(m.before != m.state for m in chain)
    assert [m.before for m in chain] == ["waiting", *(m.state for m in chain)][: len(chain)]
    assert run.now(sensor) == (chain[-1].state if chain else "waiting")


@given(STORIES, STORIES)
def test_freeze_and_thaw_change_nothing(first: list[tuple[float, tuple[str, float]]], then: list[tuple[float, tuple[str, float]]]) -> None:
    run, now = Run(site()), 0.0
    for wait, (word, age) in first:
        now += wait
        run.tick(now) if word == "tick" else run.take(look(now, age_s=age) if word == "look" else status(now, word))
    other = Run(site())
    other.state, run.said, other.said = thaw(freeze(run.state), sight.State), [], []
    assert other.state == run.state
    for wait, (word, age) in then:
        now += wait
        for one in (run, other):
            one.tick(now) if word == "tick" else one.take(look(now, age_s=age) if word == "look" else status(now, word))
    assert run.said == other.said
    assert freeze(run.state) == freeze(other.state)


def test_ticks_alone_cost_nothing_new() -> None:
    run = Run(site()).take(look(1.0)).tick(1.5)
    before = run.state
    assert run.tick(2.0).state == before
