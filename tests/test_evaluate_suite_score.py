"""One run's figures, where what must come out is known beforehand: truth, notes and samples of worlds made by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest

from forewarn.evaluate.suite.judge import judged
from forewarn.evaluate.suite.notes import Notes
from forewarn.evaluate.suite.real import Real, called, real
from forewarn.evaluate.suite.result import Run, Tally
from forewarn.evaluate.suite.sensing import judged as sensing
from forewarn.evaluate.suite.summary import summary
from forewarn.messages import Estimate, Health, Identity, Message, Observation, Plot, Position, Threat, Track, Warning
from forewarn.site import parse
from tests.small import SECOND_NS, START_NS
from tests.suite_help import TOML, world

SITE = parse(TOML)
COMES = ("multirotor", (0.0, 900.0, 50.0), (0.0, -15.0, 0.0), 2.0, 75.0)  # in the zone of 100 m from second 56 on
PASSES = ("multirotor", (-600.0, 300.0, 30.0), (10.0, 0.0, 0.0), 0.0, 80.0)
BIRD = ("bird", (0.0, 900.0, 50.0), (0.0, -15.0, 0.0), 2.0, 75.0)


def truth(**straight: Any) -> Real:
    return real(world(straight), SITE)


def warning(second: float, action: str, *tracks: int, episode: int = 1) -> Warning:
    return Warning(
        zone="clinic", episode=episode, t_ns=START_NS + round(second * SECOND_NS), action=action,  # type: ignore[arg-type]
        tracks=tracks, chance=0.5, in_s=None, direction_deg=None, evidence=(),
    )  # fmt: skip


def track(second: int, number: int, place: tuple[float, float], existence: float = 0.9, sigma_m: float = 10.0) -> Track:
    lat, lon = place
    at = Estimate(
        lat_deg=lat, lon_deg=lon, alt_m=50.0, east_mps=0.0, north_mps=0.0, up_mps=0.0, sigma_m=sigma_m, sigma_alt_m=10.0, cov=(0.0,) * 21
    )
    t_ns = START_NS + second * SECOND_NS
    return Track(track=number, label="", t_ns=t_ns, existence=existence, existence_sensed=existence, aided=at, sensed=at, t_updated_ns=t_ns)


def seen(second: int, where: tuple[float, float]) -> Observation:
    t_ns = START_NS + second * SECOND_NS
    plot = Plot(t_ns=t_ns, measured=Position(lat_deg=where[0], lon_deg=where[1]))
    return Observation(sensor="radar", t_ns=t_ns, t_arrival_ns=t_ns, plots=(plot,))


def place(of: Real, name: str, second: int) -> tuple[float, float]:
    here = of.here[of.names.index(name)]
    return float(here.lat_deg[second]), float(here.lon_deg[second])


def run(of: Real, ours: list[Message], oracle: list[Message] | None = None) -> Run:
    watch, best = Notes(SITE), Notes(SITE)
    watch.take(ours)
    best.take(oracle or [])
    return judged(of, watch, best)


def test_an_entry_that_nobody_was_warned_of_costs_its_harm_and_a_warning_in_time_nothing() -> None:
    found = run(truth(a=COMES), [warning(30, "raise")])
    (entry,) = found.entries
    assert (entry.t_s, entry.kind, entry.harm, entry.first_s) == (56.0, "drone", 20.0, 2.0)
    assert (entry.outcome, entry.lead_s, entry.oracle_outcome) == ("warned", 26.0, "unseen")
    assert found.watch.cost == 0.0
    assert (found.oracle.cost, found.oracle.unseen, found.oracle.entries) == (20.0, 1, 1)
    assert found.watch.latency_s == 28.0


def test_leads_are_held_against_the_oracles_where_the_entry_counts_for_both() -> None:
    """One long warning makes the second entry an earlier one's for the watch; the oracle, that warned anew, has a lead of its own there."""
    of = truth(a=COMES, b=("multirotor", (900.0, 0.0, 50.0), (-10.8, 0.0, 0.0), 0.0, 80.0))  # in the zone from 56 and 75 on
    plots = [seen(50, place(of, "a", 50)), seen(70, place(of, "b", 70))]
    twice = [warning(40, "raise"), warning(69, "all_clear"), warning(71, "raise", episode=2)]
    found = run(of, [*plots, warning(30, "raise")], [*twice])
    assert [(e.outcome, e.oracle_outcome) for e in found.entries] == [("warned", "warned"), ("earlier", "warned")]
    assert (found.watch.counted, found.watch.both, found.watch.both_lead_s) == (1, 1, 26.0)
    assert (found.oracle.counted, found.oracle.both, found.oracle.both_lead_s) == (2, 1, 16.0)
    assert found.oracle.lead_s > 16.0
    assert summary([found], {}, 0.0).figures["lead_to_oracle"].value == pytest.approx(26 / 16)


def test_a_late_warning_pays_the_share_that_was_missing() -> None:
    tally = run(truth(a=COMES), [warning(52, "raise")]).watch  # 4 of 10 s
    assert (tally.warned, tally.warned_unseen, tally.late, tally.counted) == (0, 1, 0, 0)  # no plot was noted
    assert tally.cost_late == pytest.approx(12.0)


def test_a_bird_in_the_zone_is_no_entry_and_a_warning_of_it_is_false() -> None:
    found = run(truth(a=BIRD), [warning(30, "raise"), warning(70, "all_clear")])
    assert found.entries == ()
    assert (found.watch.false_no_entry, found.watch.false_nothing) == (1, 0)
    assert found.watch.cost == found.watch.cost_needless == 1.0
    assert found.watch.people_min == found.watch.people_min_needless == 30 * 40 / 60


def test_with_nothing_there_at_all_a_warning_is_judged_all_the_same() -> None:
    found = run(truth(), [warning(30, "raise", 7), warning(40, "withdraw", 7)])
    assert (found.watch.judged, found.watch.false_nothing, found.watch.withdrawn) == (1, 1, 1)
    assert (found.watch.seconds, found.watch.gospa_missed) == (81, 0.0)


def test_needless_minutes_leave_out_what_comes_within_the_horizon_or_was_there_just_now() -> None:
    found = run(truth(a=COMES), [warning(0, "raise")])
    entry, gone = 56, 67  # 900 m at 15 m/s: inside from second 55.3 to 68.7
    needless = sum(not (entry - 30 <= s <= gone + 1 + 20) for s in range(81))
    assert found.watch.people_min_needless == pytest.approx(30 * needless / 60)


def test_who_keeps_to_an_authorisation_is_no_danger_and_who_strays_is() -> None:
    spot = "circle = { lat_deg = 52.0, lon_deg = 5.0, radius_m = 2000.0 }"
    flight = f'[[authorisations]]\nid = "f"\nidentity = "serial:A"\nstarts = 2023-11-14T00:00:00Z\nends = 2023-11-15T00:00:00Z\n{spot}\n'
    for lat, entries in (("52.0", 0), ("52.05", 1)):
        site = parse(TOML + flight.replace("lat_deg = 52.0", f"lat_deg = {lat}"))
        made = world({"a": COMES}, authorised={"a": [(0.0, 1e9)]}, identities={"a": ["serial:A"]})
        found = judged(real(made, site), Notes(site), Notes(site))
        assert len(found.entries) == entries
        assert found.watch.cost == (20.0 if entries else 0.25)
    made = world({"a": COMES}, authorised={"a": [(0.0, 30.0)]})
    assert len(judged(real(made, SITE), Notes(SITE), Notes(SITE)).entries) == 1  # authorised no longer


def test_one_track_is_one_object_and_a_second_on_it_is_nobody() -> None:
    of = truth(a=COMES, b=PASSES)
    told = [track(10, 1, place(of, "a", 10), 0.95), track(10, 2, place(of, "b", 10), 0.85), track(10, 3, place(of, "b", 11), 0.75)]
    found = run(of, list(told))
    assert found.exists.n == (0, 0, 0, 0, 0, 0, 0, 1, 1, 1)
    assert found.exists.came == (0, 0, 0, 0, 0, 0, 0, 0, 1, 1)
    assert {line.id: line.kind for line in found.scene.tracks} == {"1": "a", "2": "b", "3": ""}
    assert found.watch.gospa_false == pytest.approx(50**2 / 2)
    assert found.watch.gospa_missed == pytest.approx(50**2 / 2 * (74 + 81 - 2))


def test_chances_of_entry_are_held_against_what_the_object_did() -> None:
    of = truth(a=COMES, b=PASSES)
    said: list[Message] = []
    for second in (10, 30, 45, 55):
        for number, name in ((1, "a"), (2, "b")):
            t_ns = START_NS + second * SECOND_NS
            said += [track(second, number, place(of, name, second)), Threat(track=number, zone="clinic", t_ns=t_ns, entry=0.55, inside=0.0)]
    found = run(of, said)
    assert found.entry.n[5] == 6  # the horizon of second 55 goes beyond the world's end
    assert found.entry.came[5] == 2  # `a`, entering at 55.3 s, within 30 s of 30 and 45


def test_chances_of_an_impact_are_those_of_things_that_fall() -> None:
    falls = ("rocket", (0.0, 800.0, 400.0), (0.0, -20.0, -10.0), 0.0, 39.4)  # comes down 12 m from the middle of the zone
    beside = ("debris", (0.0, 800.0, 400.0), (0.0, -10.0, -10.0), 0.0, 40.0)
    of = truth(hit=falls, miss=beside, a=COMES)
    said: list[Message] = []
    for number, name in enumerate(("hit", "miss", "a")):
        t_ns = START_NS + 20 * SECOND_NS
        said += [track(20, number, place(of, name, 20)), Threat(track=number, zone="clinic", t_ns=t_ns, entry=0.65, inside=0.0)]
    found = run(of, said)
    assert (found.impact.n[6], found.impact.came[6]) == (2, 1)


def test_identities_are_held_against_the_story() -> None:
    of = real(world({"a": COMES}, authorised={"a": [(0.0, 40.0)]}), SITE)
    said: list[Message] = []
    for second in (20, 60):
        t_ns = START_NS + second * SECOND_NS
        who = Identity(track=1, t_ns=t_ns, kinds={"drone": 0.5, "bird": 0.5}, authorised=0.35, standing="unknown", conforming=0.0)
        said += [track(second, 1, place(of, "a", second)), who]
    found = run(of, said)
    assert (found.authorised.n[3], found.authorised.came[3]) == (2, 1)
    assert found.naming.log_loss == pytest.approx(2 * np.log(2))
    assert found.naming.confusion == {"drone": {"bird": 2}}


def health(second: float, state: Any, sensor: str = "radar") -> Health:
    return Health(sensor=sensor, t_ns=START_NS + round(second * SECOND_NS), state=state, before="seeing")


@pytest.mark.parametrize(
    ("said", "told", "alarms", "right"),
    [
        ([health(25.5, "silent"), health(41, "seeing")], 1, 1, 1),
        ([health(30, "silent")], 0, 1, 1),
        ([], 0, 0, 0),
        ([health(5, "silent"), health(9, "seeing")], 0, 1, 0),
        ([health(19, "down")], 1, 1, 0),
        ([health(44, "silent")], 0, 1, 1),  # its echo
        ([health(60, "degraded")], 0, 1, 0),
    ],
)
def test_a_stall_is_told_in_time_or_not(said: list[Health], told: int, alarms: int, right: int) -> None:
    fault = SimpleNamespace(sensor="radar", what="stall", from_s=20.0, to_s=40.0)
    found, _ = sensing(real(world({}, faults=[fault]), SITE), said)
    assert (found.silences, found.silences_told, found.alarms, found.alarms_right) == (1, told, alarms, right)


def test_other_faults_and_those_too_short_to_tell_are_counted_apart() -> None:
    faults = [SimpleNamespace(sensor="radar", what=what, from_s=10.0, to_s=13.0) for what in ("outage", "flood")]
    found, _ = sensing(real(world({}, faults=faults), SITE), [health(12, "degraded")])
    assert (found.silences, found.others, found.others_told, found.alarms_right) == (0, 1, 1, 1)


def test_what_comes_down_between_two_seconds_is_there_at_the_next() -> None:
    of = truth(a=("multirotor", (0.0, 300.0, 50.0), (0.0, -40.0, 0.0), 0.0, 5.1))
    assert of.here[0].present.tolist()[:7] == [True] * 7
    assert len(run(of, []).entries) == 1


def test_kinds_go_by_the_watchs_words() -> None:
    assert [called(kind) for kind in ("multirotor", "flock", "crewed", "boat", "debris", "whatever")] == [
        "drone", "bird", "aircraft", "boat", "other", "other",
    ]  # fmt: skip


def test_a_tally_adds_up_its_cost() -> None:
    assert Tally(cost_missed=1.0, cost_late=2.0, cost_needless=4.0).cost == 7.0
    assert msgspec.json.decode(msgspec.json.encode(run(truth(a=COMES), [])), type=Run).oracle.entries == 1
