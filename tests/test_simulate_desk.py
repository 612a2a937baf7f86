"""Operators who answer, by the truth, stubbornly, late or never."""

from __future__ import annotations

import pytest

from forewarn import geo
from forewarn.messages import Answer, Ask, Estimate, Tick, Track
from forewarn.simulate.desk import Desk, DeskKeys
from tests.simulate_sensors_help import ORIGIN, STARTS_NS, Line, scene, seeds

FLIGHTS = [
    Line("ours", start=(1000.0, 0.0, 50.0), vel=(10.0, 0.0, 0.0)),
    Line("theirs", start=(-500.0, 0.0, 50.0)),
    Line("gone", there=(0.0, 5.0)),
]
NOW = STARTS_NS + 20 * 10**9


def desk(*keys: DeskKeys, seed: int = 1) -> Desk:
    return Desk(keys, scene(FLIGHTS), lambda name, t_s: name == "ours" and t_s < 50.0, seeds(seed))


def track(east: float, number: int = 7, ended: bool = False) -> Track:
    lat, lon, alt = geo.to_place([east, 0.0, 50.0], ORIGIN)
    nothing = {"east_mps": 0.0, "north_mps": 0.0, "up_mps": 0.0, "sigma_m": 5.0, "sigma_alt_m": 5.0, "cov": (0.0,) * 21}
    there = Estimate(lat_deg=lat, lon_deg=lon, alt_m=alt, **nothing)  # type: ignore[arg-type]
    return Track(
        track=number, label="", t_ns=NOW, existence=0.9, existence_sensed=0.9, aided=there, sensed=None, t_updated_ns=NOW, ended=ended
    )


def answers(east: float, at: Desk, t_ns: int = NOW, **ended: bool) -> list[Answer]:
    assert at.reply(track(east, **ended), t_ns) == ()
    replies = at.reply(Ask(seq=42, track=7, t_ns=t_ns, question="Is this yours?"), t_ns)
    assert all(isinstance(reply, Answer) for reply in replies)
    return list(replies)  # type: ignore[arg-type]


@pytest.mark.parametrize(("east", "said"), [(1180.0, "ours"), (-480.0, "not_ours"), (5000.0, "unknown")])
def test_by_the_truth_of_the_nearest_object(east: float, said: str) -> None:
    (answer,) = answers(east, desk(DeskKeys(after_s=20.0, spread=0.0)))
    assert (answer.answer, answer.ask, answer.t_ns, answer.role) == (said, 42, NOW + 20 * 10**9, "desk")


def test_what_was_authorised_no_longer_is() -> None:
    (answer,) = answers(1600.0, desk(DeskKeys()), t_ns=STARTS_NS + 60 * 10**9)
    assert answer.answer == "not_ours"


def test_of_a_track_that_nobody_told_of_or_that_ended_nothing_is_known() -> None:
    at = desk(DeskKeys())
    assert answers(1200.0, at, ended=True)[0].answer == "unknown"


@pytest.mark.parametrize("stubborn", ["ours", "not_ours", "unknown"])
def test_some_always_say_the_same(stubborn: str) -> None:
    assert answers(-480.0, desk(DeskKeys(answers=stubborn)))[0].answer == stubborn  # type: ignore[arg-type]


def test_some_never_answer_and_no_desk_is_silence() -> None:
    assert answers(0.0, desk(DeskKeys(answers="never"))) == []
    assert answers(0.0, desk()) == []
    assert desk(DeskKeys()).reply(Tick(t_ns=NOW), NOW) == ()


def test_the_time_varies_within_its_spread_and_by_seed() -> None:
    times = {answers(1200.0, desk(DeskKeys(after_s=10.0, spread=0.5), seed=seed))[0].t_ns for seed in range(50)}
    assert len(times) == 50
    assert min(times) >= NOW + 5 * 10**9
    assert max(times) <= NOW + 15 * 10**9


def test_the_soonest_comes_first() -> None:
    slow, quick = DeskKeys(after_s=60.0), DeskKeys(after_s=5.0, answers="ours", role="gate")
    assert [answer.role for answer in answers(-480.0, desk(slow, quick))] == ["gate", "desk"]
