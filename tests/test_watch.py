"""The river: numbers, causes, order, and a state that can be frozen anywhere."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forewarn import messages as m
from forewarn import watch
from forewarn.edge.watching import site_events
from forewarn.freeze import freeze, thaw
from tests.small import SECOND_NS, SITE, START_NS, begun, events, fold


@pytest.fixture(scope="module")
def said() -> list[m.Message]:
    return fold(begun(), events())[1]


def test_what_comes_near_is_warned_of_before_it_is_there(said: list[m.Message]) -> None:
    warnings = [x for x in said if isinstance(x, m.Warning)]
    entered = START_NS + 54 * SECOND_NS  # 900 m at 15 m/s, 100 m radius: inside after 53.3 s
    assert warnings[0].action == "raise"
    assert warnings[0].zone == "clinic"
    assert warnings[0].t_ns < entered - 10 * SECOND_NS


def test_messages_are_numbered_without_holes_and_follow_from_earlier_ones() -> None:
    state = begun()
    for event in events():
        stamped = watch.stamped(state, event)
        assert stamped.seq == state.seq + 1
        state, said, _ = watch.account(state, stamped)
        assert [x.seq for x in said] == list(range(stamped.seq + 1, stamped.seq + 1 + len(said)))
        assert all(x.site == "small" for x in said)
        assert all(x.causes and max(x.causes) < x.seq and min(x.causes) >= 1 for x in said)
        assert all(list(x.causes) == sorted(set(x.causes)) for x in said)


def test_a_warning_leads_back_to_the_plots(said: list[m.Message]) -> None:
    by_seq = {x.seq: x for x in said}
    warning = next(x for x in said if isinstance(x, m.Warning))
    reached, kinds = [warning.seq], set()
    while reached:
        message = by_seq.get(reached.pop())
        if message is not None:
            kinds.add(type(message).__name__)
            reached.extend(message.causes)
    assert {"Warning", "Decision", "Threat", "Track", "Observation"} <= kinds


def test_the_same_events_give_the_same_bytes() -> None:
    one, two = fold(begun(), events())[1], fold(begun(), events())[1]
    assert b"\n".join(map(m.encode, one)) == b"\n".join(map(m.encode, two))


@settings(max_examples=15)
@given(st.integers(0, 119))
def test_freeze_thaw_step_equals_step(cut: int) -> None:
    state, _ = fold(begun(), itertools.islice(events(), cut))
    again = thaw(freeze(state), watch.State)
    assert freeze(again) == freeze(state)
    rest = list(itertools.islice(events(), cut, None))
    on, said = fold(state, iter(rest))
    on_again, said_again = fold(again, iter(rest))
    assert list(map(m.encode, said)) == list(map(m.encode, said_again))
    assert freeze(on) == freeze(on_again)


def test_time_that_goes_back_is_our_bug() -> None:
    state, _ = fold(begun(), itertools.islice(events(), 4))
    with pytest.raises(watch.OutOfOrder):
        watch.step(state, m.Tick(t_ns=START_NS - 1))


def test_nothing_comes_before_a_site_file() -> None:
    with pytest.raises(watch.OutOfOrder):
        watch.step(watch.State(), m.Tick(t_ns=1))


def test_an_event_with_a_number_that_is_not_the_next_is_refused() -> None:
    with pytest.raises(watch.OutOfOrder):
        watch.account(begun(), m.Tick(t_ns=START_NS, seq=99))


def test_a_long_site_file_comes_in_parts_and_counts_when_it_is_whole() -> None:
    long = SITE + "# " + "x" * 70_000 + "\n"
    assert len(site_events(long, 0)) == 8
    assert begun(long).toml == long


def test_a_faulty_site_file_is_refused_and_the_old_one_stays() -> None:
    state = begun()
    after, said, _ = watch.account(state, watch.stamped(state, m.SiteChanged(t_ns=START_NS, toml="version = 2")))
    assert [type(x) for x in said] == [m.Refusal]
    assert said[0].field == "version"
    assert after.toml == SITE
    assert fold(after, events())[1], "it goes on"


@pytest.mark.parametrize("part", [(1, 2), (0, 0), (5, 2), (0, 10_000)])
def test_parts_of_a_site_file_that_do_not_fit_are_refused(part: tuple[int, int]) -> None:
    state = begun()
    event = m.SiteChanged(t_ns=START_NS, toml="x", part=part[0], parts=part[1])
    after, said, _ = watch.account(state, watch.stamped(state, event))
    assert [type(x) for x in said] == [m.Refusal]
    assert after.toml == SITE


def test_an_unknown_feed_and_an_answer_to_no_question_are_refused_by_name() -> None:
    _, said = fold(
        begun(), iter([m.Chunk(t_ns=START_NS, feed="no", data=b"x"), m.Answer(t_ns=START_NS, ask=7, answer="ours", role="desk")])
    )
    assert [(x.field, x.value) for x in said if isinstance(x, m.Refusal)] == [("feed", "no"), ("ask", "7")]


def test_an_answer_reaches_the_track_that_was_asked_about() -> None:
    state, said = fold(begun(), itertools.islice(events(), 60))
    ask = next(x for x in said if isinstance(x, m.Ask))
    before = next(x for x in reversed(said) if isinstance(x, m.Identity) and x.track == ask.track)
    answer = m.Answer(t_ns=state.t_ns, ask=ask.seq, answer="ours", role="air desk")
    _, said = fold(state, iter([answer, m.Tick(t_ns=state.t_ns)]))
    after = next(x for x in said if isinstance(x, m.Identity) and x.track == ask.track)
    assert after.authorised > before.authorised
    assert after.standing == "authorised"


@given(st.lists(st.binary(max_size=300), max_size=8), st.booleans())
def test_any_bytes_are_taken_without_a_crash_and_what_follows_is_used(junk: list[bytes], whole: bool) -> None:
    some: list[m.Event] = [m.Chunk(t_ns=START_NS, feed="radar", data=data, whole=whole) for data in junk]
    state, said = fold(begun(), iter([*some, m.Tick(t_ns=START_NS + SECOND_NS)]))
    assert all(isinstance(x, m.Message) for x in said)
    assert freeze(state)


def test_events_that_nothing_can_be_done_about_leave_the_watch_running() -> None:
    odd: list[m.Event] = [
        m.OperatorAction(t_ns=START_NS, role="desk", action="withdraw", zone="nowhere"),
        m.OperatorAction(t_ns=START_NS, role="desk", action="all_clear", zone="clinic"),
        m.Outcome(t_ns=START_NS, outcome="nothing_found", lat_deg=52.0, lon_deg=5.0, role="desk", track=99),
        m.DeliveryReport(t_ns=START_NS, deliver=12345, state="failed", detail="no such thing"),
    ]
    state, _ = fold(begun(), iter(odd))
    assert any(isinstance(x, m.Warning) for x in fold(state, events())[1])


TWO = SITE.replace(
    "[[zones]]",
    """[[feeds]]
id = "again"
sensor = "radar"
format = "table"
file = "more.csv"

[feeds.table]
time = { column = "time", unit = "s" }
scan_time = { column = "time", unit = "s" }
columns = { lat = { column = "lat", unit = "deg" }, lon = { column = "lon", unit = "deg" } }

[[zones]]""",
)


def test_a_thawed_watch_speaks_in_the_same_order_though_a_freeze_sorts_its_maps() -> None:
    state = begun(TWO)
    chunks = [m.Chunk(t_ns=START_NS, feed=feed, data=b"time,lat,lon\nx,y") for feed in ("radar", "again")]
    state, _ = fold(state, iter(chunks))
    more = [m.Chunk(t_ns=START_NS + 1, feed=feed, data=b",z\nq") for feed in ("radar", "again")]
    tick = m.Tick(t_ns=START_NS + 100 * SECOND_NS)
    live, again = (fold(s, iter([*more, tick]))[1] for s in (state, thaw(freeze(state), watch.State)))
    assert list(map(m.encode, live)) == list(map(m.encode, again))


def test_another_site_file_keeps_what_is_not_changed_by_it() -> None:
    half = 70
    state, said = fold(begun(), itertools.islice(events(), half))
    assert any(isinstance(x, m.Warning) and x.action == "raise" for x in said)
    numbers = {x.track for x in said if isinstance(x, m.Track)}
    changed = m.SiteChanged(t_ns=state.t_ns, toml=SITE.replace("radius_m = 100.0", "radius_m = 120.0"))
    state, said = fold(state, itertools.chain([changed], itertools.islice(events(), half, None)))
    assert not [x for x in said if isinstance(x, m.Refusal)], "the feed is read on, its header is not asked for again"
    assert {x.track for x in said if isinstance(x, m.Track) and x.ended} == numbers
    assert all(x.track not in numbers for x in said if isinstance(x, m.Track) and not x.ended), "numbers are never used again"
    warnings = [x for x in said if isinstance(x, m.Warning)]
    assert warnings[0].episode == 1, "the standing warning is gone on with"
    assert warnings[0].action in ("update", "all_clear")


def test_a_warning_of_a_zone_that_is_no_more_is_withdrawn() -> None:
    state, _ = fold(begun(), itertools.islice(events(), 70))
    changed = m.SiteChanged(t_ns=state.t_ns, toml=SITE.replace('id = "clinic"', 'id = "school"'))
    _, said = fold(state, iter([changed]))
    assert [(x.zone, x.action) for x in said if isinstance(x, m.Warning)] == [("clinic", "withdraw")]


def test_what_is_due_is_remembered_until_it_is_reported_of() -> None:
    state, said = fold(begun(SITE.replace("tell = []", 'tell = ["desk"]')), events())
    delivers = [x for x in said if isinstance(x, m.Deliver)]
    assert [one.deliver for one in state.pending] == delivers
    state, _ = fold(state, iter([m.DeliveryReport(t_ns=state.t_ns, deliver=delivers[0].seq, state="sent")]))
    assert [one.deliver for one in state.pending] == delivers[1:]
