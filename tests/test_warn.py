"""A zone from tick to tick: raised in time, told anew when something is new, ended on evidence; and what operators do to it."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forewarn import warn
from forewarn.freeze import freeze, thaw
from forewarn.messages import Alert, Decision, Deliver, Health, Message, Notice, OperatorAction, Refusal, Warning
from forewarn.warn.state import Thread
from tests.warn_help import Desk, at_ns, identity, kinds, of, site, threat, track, zone


def raised(entry: float = 0.5, at_s: float = 0.0) -> Desk:
    desk = Desk(site())
    desk.tick(at_s, threat(1, entry))
    assert desk.level == "warned"
    return desk


def operator(action: str, at_s: float = 1.0, zone: str = "north") -> OperatorAction:
    return OperatorAction(t_ns=at_ns(at_s), role="shift", action=action, zone=zone, reason="it is ours", seq=999)  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------ raising


def test_below_the_cost_nobody_is_told() -> None:
    desk = Desk(site())
    said = desk.tick(0.0, threat(1, 0.19))
    assert kinds(said) == ["Decision"]
    assert (of(said, Decision).level, of(said, Decision).expected) == ("watched", pytest.approx(0.95))


def test_at_the_cost_people_are_told_in_one_batch() -> None:
    desk = Desk(site())
    said = desk.tick(0.0, threat(1, 0.2))
    assert kinds(said) == ["Decision", "Warning", "Alert", "Deliver"]
    decision, warning, alert, deliver = said
    assert isinstance(decision, Decision)
    assert (decision.before, decision.level, decision.cost) == ("quiet", "warned", 1.0)
    assert decision.causes == (101, 301)
    assert isinstance(warning, Warning)
    assert (warning.action, warning.episode, warning.tracks, warning.in_s) == ("raise", 1, (1,), (8.0, 20.0))
    assert warning.chance == pytest.approx(0.2)
    assert warning.direction_deg == pytest.approx(0.0, abs=0.5)
    assert warning.evidence == ("track 1: there with 100%, enters with 20%, last seen 0.0 s ago",)
    assert (warning.causes, alert.causes, deliver.causes) == ((-1,), (-1,), (-1,))
    assert isinstance(deliver, Deliver)
    assert (deliver.alert, deliver.recipient, deliver.exercise) == (-1, "desk", True)


def test_every_recipient_is_told_of_the_same_alert() -> None:
    desk = Desk(site(zone(tell=["desk", "siren", "school"])))
    said = desk.tick(0.0, threat())
    delivers = [m for m in said if isinstance(m, Deliver)]
    assert [d.recipient for d in delivers] == ["desk", "siren", "school"]
    assert {said.index(d) + d.alert for d in delivers} == {kinds(said).index("Alert")}
    assert all(d.causes == (d.alert,) for d in delivers)


def test_many_objects_are_one_warning() -> None:
    desk = Desk(site())
    said = desk.tick(0.0, threat(1, 0.3), threat(2, 0.2), threat(3, 0.01))
    assert of(said, Warning).tracks == (1, 2)
    assert of(said, Warning).chance == pytest.approx(1 - 0.7 * 0.8 * 0.99)


def test_weak_threats_together_are_enough() -> None:
    desk = Desk(site())
    desk.tick(0.0, *(threat(n, 0.05) for n in range(1, 6)))
    assert desk.level == "warned"


def test_a_live_site_is_no_exercise() -> None:
    desk = Desk(site(live=True))
    said = desk.tick(0.0, threat())
    assert (of(said, Alert).status, of(said, Deliver).exercise) == ("Actual", False)


def test_what_keeps_to_its_authorisation_is_not_warned_of() -> None:
    desk = Desk(site())
    desk.tick(0.0, threat(1, 0.9), who=[identity(1, conforming=0.99)])
    assert desk.warnings == []


def test_zones_stand_each_for_itself() -> None:
    desk = Desk(site(zone("north"), zone("south", 0.0, -2000.0)))
    desk.tick(0.0, threat(1, 0.9, to="north"))
    assert [w.zone for w in desk.warnings] == ["north"]
    assert desk.state.zones["south"].level == "quiet"


def test_what_is_inside_has_no_direction() -> None:
    desk = Desk(site())
    said = desk.tick(0.0, threat(1, 1.0, inside=0.9, in_s=(0.0, 0.0, 0.0)))
    assert of(said, Warning).direction_deg is None


# ------------------------------------------------------------------------------------------------ while it stands


def test_nothing_new_is_not_told_again() -> None:
    desk = raised()
    for t in range(1, 60):
        desk.tick(float(t), threat(1, 0.5))
    assert len(desk.warnings) == 1


def test_a_further_track_is_told() -> None:
    desk = raised()
    said = desk.tick(6.0, threat(1, 0.5), threat(2, 0.4))
    assert of(said, Warning).action == "update"
    assert of(said, Warning).evidence == ("a further track, 2",)
    assert of(said, Alert).msg_type == "Update"


def test_half_the_time_is_told() -> None:
    desk = raised()
    desk.tick(6.0, threat(1, 0.5, in_s=(4.1, 6.0, 9.0)))
    assert len(desk.warnings) == 1
    said = desk.tick(7.0, threat(1, 0.5, in_s=(4.0, 6.0, 9.0)))
    assert of(said, Warning).evidence == ("sooner: in 4 s at the earliest, 8 s when last told",)


def test_another_direction_is_told() -> None:
    desk = raised()
    desk.tick(6.0, threat(), tracks=[track(1, 6.0, at=(200.0, 210.0))])
    assert len(desk.warnings) == 1
    said = desk.tick(7.0, threat(), tracks=[track(1, 7.0, at=(210.0, 200.0))])
    assert of(said, Warning).evidence == ("now from the north-east, from the north when last told",)


def test_not_more_often_than_every_five_seconds() -> None:
    desk = raised()
    for step in range(1, 41):
        desk.tick(step / 2, *(threat(n, 0.5 + n / 100) for n in range(1, step + 2)))
    told = [w.t_ns for w in desk.warnings]
    assert len(told) == 5
    assert min(b - a for a, b in pairwise(told)) >= 5_000_000_000


def test_an_alert_that_would_run_out_is_renewed() -> None:
    desk = raised()
    for t in range(1, 400):
        desk.tick(float(t), threat(1, 0.5))
    assert [w.action for w in desk.warnings] == ["raise", "update", "update"]
    assert desk.warnings[1].evidence == ("the last alert would soon have run out",)


def test_references_are_the_first_and_the_newest() -> None:
    thread = Thread()
    for n in range(100):
        thread = thread.add(f"a,{n},t")
    assert thread.number == 100
    assert thread.references == ("a,0,t", *(f"a,{n},t" for n in range(69, 100)))


def test_updates_refer_to_all_that_was_said_before() -> None:
    desk = raised()
    desk.tick(6.0, threat(1), threat(2))
    desk.tick(12.0, threat(1), threat(2), threat(3))
    first, second, third = desk.all(Alert)
    assert first.references == ()
    assert len(second.references) == 1
    assert third.references[:1] == second.references
    assert [r.split(",")[1] for r in third.references] == [first.identifier, second.identifier]


# ------------------------------------------------------------------------------------------------ ending


def test_under_half_the_cost_it_fades_and_after_the_time_it_is_over() -> None:
    desk = raised()
    desk.tick(10.0, threat(1, 0.11))
    assert desk.level == "warned"
    desk.tick(11.0, threat(1, 0.05))
    assert desk.level == "fading"
    desk.tick(30.9, threat(1, 0.01))
    assert desk.level == "fading"
    said = desk.tick(31.0, threat(1, 0.01))
    assert desk.level == "quiet"
    warning, alert = of(said, Warning), of(said, Alert)
    assert (warning.action, warning.episode, warning.tracks) == ("all_clear", 1, (1,))
    assert alert.msg_type == "Update"
    assert warning.evidence == ("track 1 was seen 0 s ago, 300 m to the north, nearing, but not on a way into it",)


def test_the_time_begins_anew_when_it_comes_back() -> None:
    desk = raised()
    desk.tick(1.0, threat(1, 0.05))
    desk.tick(15.0, threat(1, 0.15))
    assert desk.level == "fading"
    desk.tick(16.0, threat(1, 0.05))
    desk.tick(35.0, threat(1, 0.05))
    assert desk.level == "fading"
    desk.tick(36.0, threat(1, 0.05))
    assert desk.level == "quiet"


def test_when_it_comes_back_in_full_it_is_the_same_warning() -> None:
    desk = raised()
    desk.tick(1.0, threat(1, 0.05))
    desk.tick(2.0, threat(1, 0.5))
    assert desk.level == "warned"
    assert [w.action for w in desk.warnings] == ["raise"]


def test_the_next_warning_is_the_next_episode_and_refers_to_nothing() -> None:
    desk = raised()
    for t in (1.0, 30.0):
        desk.tick(t, threat(1, 0.0))
    said = desk.tick(40.0, threat(1, 0.9))
    assert of(said, Warning).episode == 2
    assert (of(said, Alert).msg_type, of(said, Alert).references) == ("Alert", ())


@settings(max_examples=60)
@given(st.lists(st.floats(0.0, 0.4), min_size=5, max_size=80))
def test_a_warning_is_raised_once_and_ended_once(entries: list[float]) -> None:
    desk = Desk(site())
    for step, entry in enumerate(entries):
        desk.tick(step * 2.0, threat(1, entry))
    actions = [w.action for w in desk.warnings if w.action != "update"]
    assert actions == ["raise", "all_clear"] * (len(actions) // 2) + ["raise"] * (len(actions) % 2)
    starts = [w.t_ns for w in desk.warnings if w.action == "raise"]
    ends = [w.t_ns for w in desk.warnings if w.action == "all_clear"]
    assert all(end - start >= 20_000_000_000 for start, end in zip(starts, ends, strict=False))


# ------------------------------------------------------------------------------------------------ evidence


def test_a_track_that_is_gone_is_gone_only_where_somebody_looks() -> None:
    desk = raised()
    desk.tick(1.0)
    said = desk.tick(21.0)
    assert of(said, Warning).action == "all_clear"
    assert of(said, Warning).evidence == ("track 1 was last seen 21 s ago, 300 m to the north; radar show it no more",)


def test_no_all_clear_while_nobody_looks() -> None:
    desk = raised()
    silent = Health(sensor="radar", t_ns=at_ns(0.5), state="silent", before="seeing")
    desk.state, _ = warn.notice(desk.state, desk.site, silent)
    desk.tick(1.0)
    said = desk.tick(21.0)
    assert kinds(said) == ["Decision", "Notice"]
    assert of(said, Notice).state == "held"
    assert "no sensor that scans is working" in of(said, Decision).why
    assert desk.tick(22.0) == []
    assert desk.level == "fading"
    desk.state, _ = warn.notice(desk.state, desk.site, msgspec.structs.replace(silent, state="seeing", before="silent"))
    assert of(desk.tick(23.0), Warning).action == "all_clear"


def test_a_lone_finder_of_radios_is_no_sight() -> None:
    desk = raised()
    for sensor, state in (("radio", "seeing"), ("radar", "down")):
        desk.state, _ = warn.notice(desk.state, desk.site, Health(sensor=sensor, t_ns=at_ns(0.5), state=state, before="waiting"))  # type: ignore[arg-type]
    desk.tick(1.0)
    desk.tick(30.0)
    assert desk.level == "fading"


def test_a_held_warning_is_renewed_and_its_notice_follows_from_its_decision() -> None:
    desk = raised()
    desk.state, _ = warn.notice(desk.state, desk.site, Health(sensor="radar", t_ns=at_ns(0.5), state="down", before="seeing"))
    desk.tick(140.0)
    said = desk.tick(160.0)
    assert kinds(said) == ["Decision", "Warning", "Alert", "Deliver", "Notice"]
    assert said[1].causes == (-1,)
    assert said[4].causes == (-4,)


# ------------------------------------------------------------------------------------------------ the record


def test_a_decision_is_put_on_record_when_harm_doubles_or_halves() -> None:
    desk = Desk(site())
    told = [bool(desk.tick(float(t), threat(1, e))) for t, e in enumerate((0.03, 0.05, 0.06, 0.07, 0.055, 0.1, 0.04, 0.001, 0.002))]
    assert told == [False, True, False, False, False, True, True, True, False]


def test_danger_elsewhere_is_on_record_and_nobody_is_told() -> None:
    desk = Desk(site())
    said = desk.tick(0.0, threat(1, 0.9, to="elsewhere"))
    assert kinds(said) == ["Decision"]
    assert (of(said, Decision).zone, of(said, Decision).expected, of(said, Decision).level) == ("elsewhere", 0.0, "quiet")
    assert [s.entry for s in of(said, Decision).shares] == [0.9]


def test_danger_elsewhere_can_be_warned_of() -> None:
    desk = Desk(site(elsewhere={"costs": {"missed": {"other": 3.0}}, "tell": ["police"]}))
    said = desk.tick(0.0, threat(1, 0.9, to="elsewhere"))
    warning = of(said, Warning)
    assert (warning.zone, warning.direction_deg) == ("elsewhere", None)
    assert of(said, Deliver).recipient == "police"
    assert "<circle>51.522696,5.860000 0.500</circle>" in of(said, Alert).xml  # about the track


# ------------------------------------------------------------------------------------------------ operators


def test_an_operator_gives_the_all_clear() -> None:
    desk = raised()
    desk.state, said = warn.act(desk.state, desk.site, operator("all_clear"))
    assert kinds(said) == ["Decision", "Warning", "Alert", "Deliver"]
    assert of(said, Warning).evidence == ("told by shift: all clear, it is ours",)
    assert (of(said, Alert).msg_type, of(said, Decision).causes) == ("Update", (999,))


def test_a_wrong_warning_is_withdrawn_by_cancel() -> None:
    desk = raised()
    desk.state, said = warn.act(desk.state, desk.site, operator("withdraw"))
    assert of(said, Warning).action == "withdraw"
    assert of(said, Alert).msg_type == "Cancel"
    assert len(of(said, Alert).references) == 1


@pytest.mark.parametrize("action", ["all_clear", "withdraw"])
def test_what_an_operator_ended_does_not_come_back_at_the_next_tick(action: str) -> None:
    desk = raised()
    desk.state, _ = warn.act(desk.state, desk.site, operator(action))
    assert not any(isinstance(m, Warning) for m in desk.tick(2.0, threat(1, 0.9)))
    assert "set aside track 1" in of(desk.tick(3.0, threat(1, 0.9), threat(2, 0.1)), Decision).why


def test_another_track_counts_at_once() -> None:
    desk = raised()
    desk.state, _ = warn.act(desk.state, desk.site, operator("withdraw"))
    assert of(desk.tick(2.0, threat(1, 0.9), threat(2, 0.5)), Warning).tracks == (2,)


def test_a_track_set_aside_counts_again_when_its_danger_has_passed_once() -> None:
    desk = raised()
    desk.state, _ = warn.act(desk.state, desk.site, operator("all_clear"))
    desk.tick(2.0, threat(1, 0.01))
    assert of(desk.tick(3.0, threat(1, 0.9)), Warning).episode == 2


@pytest.mark.parametrize(("zone", "field"), [("nowhere", "zone"), ("north", "action")])
def test_what_is_not_there_cannot_be_ended(zone: str, field: str) -> None:
    desk = Desk(site())
    state, said = warn.act(desk.state, desk.site, operator("all_clear", zone=zone))
    assert of(said, Refusal).field == field
    assert state == desk.state


# ------------------------------------------------------------------------------------------------ always


@settings(max_examples=40)
@given(st.lists(st.lists(st.tuples(st.integers(1, 5), st.floats(0, 1)), max_size=4, unique_by=lambda x: x[0]), max_size=25), st.data())
def test_freezing_between_steps_changes_nothing(ticks: list[list[tuple[int, float]]], data: st.DataObject) -> None:
    """And every message that refers to another refers to one in its batch; every change of level is on record."""
    one, two = Desk(site(zone("north"), zone("south", 500.0))), Desk(site(zone("north"), zone("south", 500.0)))
    level = "quiet"
    for step, parts in enumerate(ticks):
        threats = [threat(n, entry, to=data.draw(st.sampled_from(["north", "south", "elsewhere"]))) for n, entry in parts]
        said = one.tick(step * 4.0, *threats)
        two.state = thaw(freeze(two.state), warn.State)
        assert said == two.tick(step * 4.0, *threats)
        assert all(0 <= i + c < len(said) for i, m in enumerate(said) for c in m.causes if c < 0)
        decided = [m for m in said if isinstance(m, Decision) and m.zone == "north"]
        assert [m.before for m in decided] == [level] * len(decided)
        assert one.level == (decided[0].level if decided else level)
        level = one.level


def test_state_stays_bounded() -> None:
    desk = Desk(site())
    sizes = []
    for t in range(600):
        desk.tick(float(t), threat(t + 1, 0.9))
        sizes.append(len(freeze(desk.state)))
    assert desk.state.zones["north"].thread.number > 100
    assert max(sizes[450:]) <= max(sizes[300:450]) + 200
    assert max(len(m.xml) for m in desk.all(Alert)) < 40_000
    assert isinstance(desk.said[0], Message)
