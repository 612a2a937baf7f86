"""Identification as a whole: standings, reasons, questions, and what claims can never do."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn import identify
from forewarn.freeze import freeze, thaw
from forewarn.messages import KINDS, Answer, Ask, Claim, Identity, Outcome, Track
from forewarn.site import Site
from tests.identify_help import SECOND, T0, claim, estimate, picture, place, site, track

SHORE = site()
FAR = place(700.0, 0.0, 60.0)


def judged(state: identify.State, *tracks: Track, at: int = T0, where: Site = SHORE) -> tuple[identify.State, list[Identity], list[Ask]]:
    state, out = identify.judge(state, where, picture(*tracks), at)
    return state, [m for m in out if isinstance(m, Identity)], [m for m in out if isinstance(m, Ask)]


def after_claims(claims: Sequence[Claim], known: Track, where: Site = SHORE) -> tuple[identify.State, Identity]:
    state, last = identify.start(where), None
    for said in claims:
        state = identify.claim(state, where, said)
        state, (last,), _ = judged(state, known, at=said.t_ns, where=where)
    assert last is not None
    return state, last


def every_second(count: int, **fields: object) -> list[Claim]:
    return [claim(t_ns=T0 + k * SECOND, **fields) for k in range(count)]  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------------------- standings


def test_what_claims_nothing_is_unknown_and_as_likely_authorised_as_the_site_says() -> None:
    _, (identity,), _ = judged(identify.start(SHORE), track())
    assert identity.standing == "unknown"
    assert identity.authorised == SHORE.priors.authorised
    assert (identity.conforming, identity.authorisation) == (0.0, None)
    assert "It claims nothing." in identity.reasons


def test_a_claim_that_fits_inside_its_authorisation_is_authorised_up_to_the_ceiling() -> None:
    _, identity = after_claims(every_second(5), track(claim="serial:ONE"))
    assert identity.standing == "authorised"
    assert identity.authorisation == "survey"
    assert 0.7 < identity.authorised < SHORE.priors.authorised_ceiling
    assert identity.conforming == pytest.approx(identity.authorised, rel=0.01)


def test_authentication_goes_beyond_the_ceiling() -> None:
    _, identity = after_claims(every_second(5, authenticated=True), track(claim="serial:ONE"))
    assert identity.authorised > 0.95


def test_a_claim_without_an_authorisation_is_cooperative_and_lifts_nothing() -> None:
    said = every_second(5, identity="icao:abcdef")
    _, identity = after_claims(said, track(claim="icao:abcdef"))
    assert identity.standing == "cooperative"
    assert identity.authorised <= SHORE.priors.authorised


def test_out_of_its_volume_a_claim_lifts_nothing_and_does_not_conform() -> None:
    outside = estimate(at=(700.0, 0.0, 60.0))
    _, identity = after_claims(every_second(5, at=FAR), track(claim="serial:ONE", sensed=outside))
    assert identity.standing == "cooperative"
    assert identity.authorisation == "survey"
    assert identity.conforming == pytest.approx(0.0, abs=1e-6)
    assert identity.authorised == pytest.approx(SHORE.priors.authorised, rel=0.02)


@pytest.mark.parametrize("minutes", [-60, 40])
def test_before_or_after_its_time_an_authorisation_is_none(minutes: int) -> None:
    now = T0 + minutes * 60 * SECOND
    _, identity = after_claims([claim(t_ns=now), claim(t_ns=now + SECOND)], track(claim="serial:ONE"))
    assert identity.authorisation is None
    assert identity.conforming == 0.0


def test_a_claim_far_from_what_is_sensed_conflicts_and_lowers() -> None:
    inside, elsewhere = place(0.0, 0.0, 60.0), estimate(at=(700.0, 0.0, 60.0))
    _, identity = after_claims(every_second(3, at=inside), track(claim="serial:ONE", sensed=elsewhere))
    assert identity.standing == "conflict"
    assert identity.authorised < SHORE.priors.authorised
    assert any("conflicts with what is sensed" in reason for reason in identity.reasons)


def test_one_bad_claim_after_many_good_ones_is_not_yet_a_conflict_and_three_are() -> None:
    late = [claim(t_ns=T0 + k * SECOND, at=FAR) for k in range(10, 13)]
    _, one = after_claims([*every_second(10), *late[:1]], track(claim="serial:ONE"))
    _, three = after_claims([*every_second(10), *late], track(claim="serial:ONE"))
    assert one.standing == "cooperative"
    assert three.standing == "conflict"


def test_a_claim_that_nothing_senses_is_cooperative_at_half_its_worth() -> None:
    _, identity = after_claims(every_second(5), alone())
    assert identity.standing == "cooperative"
    assert SHORE.priors.authorised < identity.authorised < 0.5
    assert any("no sensor tells of it" in reason for reason in identity.reasons)


def alone() -> Track:
    return msgspec.structs.replace(track(claim="serial:ONE"), sensed=None)


def test_a_claim_is_forgotten_when_it_is_old() -> None:
    state, _ = after_claims(every_second(5), track(claim="serial:ONE"))
    later = T0 + int((4 + SHORE.tracking.coast_s + 1) * SECOND)
    _, (identity,), _ = judged(state, track(claim="serial:ONE"), at=later)
    assert identity.standing == "unknown"
    assert identity.authorised == SHORE.priors.authorised


def test_a_claim_that_the_tracker_took_off_a_track_is_still_held_against_it() -> None:
    state, _ = after_claims(every_second(5), track(claim="serial:ONE"))
    for k in range(5, 8):
        state = identify.claim(state, SHORE, claim(t_ns=T0 + k * SECOND, at=FAR))
        state, (identity,), _ = judged(state, track(), at=T0 + k * SECOND)
    assert identity.standing == "conflict"


def test_a_claim_that_went_to_another_track_is_not() -> None:
    state, _ = after_claims(every_second(5), track(1, claim="serial:ONE"))
    other = track(2, claim="serial:ONE", sensed=estimate(at=(700.0, 0.0, 60.0)))
    state = identify.claim(state, SHORE, claim(t_ns=T0 + 6 * SECOND, at=FAR))
    _, (first, second), _ = judged(state, track(1), other, at=T0 + 6 * SECOND)
    assert (first.standing, second.standing) == ("unknown", "cooperative")


# ---------------------------------------------------------------------------------------------------- rule 8


@st.composite
def any_claim(draw: st.DrawFn) -> Claim:
    return claim(
        identity=draw(st.sampled_from(["serial:ONE", "icao:abcdef"])),
        t_ns=T0 + draw(st.integers(0, 60)) * SECOND,
        at=place(draw(st.floats(-800, 800)), draw(st.floats(-800, 800)), draw(st.none() | st.floats(0, 200))),
        sigma_m=draw(st.none() | st.floats(0, 100)),
        speed_mps=draw(st.none() | st.floats(0, 50)),
        course_deg=draw(st.none() | st.floats(0, 360)),
        kind=draw(st.none() | st.sampled_from(KINDS)),
    )


@given(st.lists(any_claim(), max_size=20), st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_no_number_of_claims_lifts_above_the_ceiling(claims: list[Claim], prior: float, ceiling: float, sensed: bool) -> None:
    where = site(f"[priors]\nauthorised = {prior!r}\nauthorised_ceiling = {ceiling!r}")
    known = track(claim="serial:ONE") if sensed else alone()
    state = identify.start(where)
    for said in claims:
        state = identify.claim(state, where, said)
        state, (identity,), _ = judged(state, known, at=said.t_ns, where=where)
        assert identity.authorised <= max(prior, ceiling) + 1e-12
        assert identity.conforming <= identity.authorised


def test_a_thousand_claims_that_agree_stay_under_the_ceiling() -> None:
    _, identity = after_claims(every_second(1000), track(claim="serial:ONE"))
    assert 0.7 < identity.authorised < SHORE.priors.authorised_ceiling


@given(st.lists(any_claim(), max_size=10), st.randoms())
def test_each_identity_is_a_distribution_with_reasons(claims: list[Claim], random: object) -> None:
    state = identify.start(SHORE)
    for said in claims:
        state = identify.claim(state, SHORE, said)
    known = (track(1, claim="serial:ONE"), track(2), alone())
    _, identities, _ = judged(state, *known, at=T0 + 60 * SECOND)
    assert [i.track for i in identities] == [1, 2, 1]
    for identity in identities:
        assert list(identity.kinds) == list(KINDS)
        assert sum(identity.kinds.values()) == pytest.approx(1.0)
        assert 0.0 <= identity.authorised <= 1.0
        assert len(identity.reasons) >= 3


# ---------------------------------------------------------------------------------------------------- questions and answers


def test_a_silent_confirmed_track_is_asked_about_once() -> None:
    state, _, asks = judged(identify.start(SHORE), track(7, sensed=estimate(at=(850.0, 850.0, 60.0))))
    (ask,) = asks
    assert ask.question == "Track 7, 1.2 km north-east of the origin, moves at 12 m/s and claims nothing. Is it ours?"
    assert ask.causes == (-1,)
    for k in range(1, 5):
        state, _, asks = judged(state, track(7), at=T0 + k * SECOND)
        assert asks == []


def test_what_is_not_confirmed_is_not_asked_about() -> None:
    assert judged(identify.start(SHORE), track(existence=0.4))[2] == []


def test_what_is_covered_is_not_asked_about_again() -> None:
    state, _ = after_claims(every_second(5), track(claim="serial:ONE"))
    assert judged(state, track(claim="serial:ONE"), at=T0 + 5 * SECOND)[2] == []


def test_a_bird_is_not_asked_about() -> None:
    like_a_bird = np.where(np.array(KINDS) == "bird", 5.0, 0.0)[:, None]
    _, out = identify.judge(identify.start(SHORE), SHORE, picture(track(), log_kind=like_a_bird), T0)
    assert [type(m) for m in out] == [Identity]


def test_opinions_that_rule_out_a_kind_or_all_of_them_leave_a_distribution() -> None:
    log_kind = np.zeros((len(KINDS), 2))
    log_kind[KINDS.index("drone"), 0] = log_kind[:, 1] = -np.inf
    _, out = identify.judge(identify.start(SHORE), SHORE, picture(track(), track(2), log_kind=log_kind), T0)
    some, every = (m for m in out if isinstance(m, Identity))
    assert some.kinds["drone"] == 0.0
    assert every.kinds["drone"] > 0.1
    assert sum(some.kinds.values()) == pytest.approx(sum(every.kinds.values())) == pytest.approx(1.0)


def test_asks_come_behind_all_identities_and_point_at_theirs() -> None:
    state = identify.start(SHORE)
    known = (track(3), track(5, existence=0.2), track(9))
    _, out = identify.judge(state, SHORE, picture(*known), T0)
    assert [(type(m).__name__, m.track) for m in out] == [("Identity", 3), ("Identity", 5), ("Identity", 9), ("Ask", 3), ("Ask", 9)]
    for position, message in enumerate(out):
        if isinstance(message, Ask):
            meant = out[position + message.causes[0]]
            assert isinstance(meant, Identity)
            assert meant.track == message.track


def test_each_change_of_standing_asks_once_more() -> None:
    state, _, asks = judged(identify.start(SHORE), track())
    for k in range(6):
        state = identify.claim(state, SHORE, claim(t_ns=T0 + k * SECOND, at=FAR))
        state, (identity,), more = judged(state, track(claim="serial:ONE"), at=T0 + k * SECOND)
        asks += more
    assert identity.standing == "conflict"
    assert [ask.question.partition(" and ")[2] for ask in asks] == [
        "claims nothing. Is it ours?",
        "claims to be serial:ONE. Is it ours?",
        "claims to be serial:ONE, which conflicts with what is sensed. Is it ours?",
    ]


@pytest.mark.parametrize(("word", "standing"), [("ours", "authorised"), ("not_ours", "unknown"), ("unknown", "unknown")])
def test_answers(word: str, standing: str) -> None:
    state, (before,), (ask,) = judged(identify.start(SHORE), track())
    said = Answer(t_ns=T0, ask=4, answer=word, role="desk", seq=9)  # type: ignore[arg-type]
    state, (after,), asks = judged(identify.answer(state, SHORE, said, ask), track())
    expected = {"ours": after.authorised > 0.95, "not_ours": after.authorised < 1e-3, "unknown": after.authorised == before.authorised}
    assert expected[word]
    assert after.standing == standing
    assert asks == []
    assert 9 in after.causes


def test_not_ours_outweighs_a_claim_that_fits() -> None:
    state, before = after_claims(every_second(5), track(claim="serial:ONE"))
    said = Answer(t_ns=T0, ask=4, answer="not_ours", role="desk")
    state = identify.answer(state, SHORE, said, Ask(track=1, t_ns=T0, question=""))
    _, (after,), _ = judged(state, track(claim="serial:ONE"), at=T0 + 5 * SECOND)
    assert after.authorised < 0.01 < before.authorised
    assert after.standing == "cooperative"


def test_an_outcome_is_a_reason_and_ends_questions() -> None:
    said = Outcome(t_ns=T0, outcome="landed", lat_deg=60.0, lon_deg=10.0, role="desk", track=1)
    _, (identity,), asks = judged(identify.outcome(identify.start(SHORE), SHORE, said), track())
    assert "A person reports that it landed." in identity.reasons
    assert asks == []


# ---------------------------------------------------------------------------------------------------- order and memory


def test_causes_are_the_track_and_the_claim() -> None:
    state = identify.claim(identify.start(SHORE), SHORE, claim(seq=5))
    _, (identity,), _ = judged(state, track(claim="serial:ONE", seq=12))
    assert identity.causes == (5, 12)


def test_how_it_moves_is_counted_once_however_often_it_is_judged() -> None:
    state, (first,), _ = judged(identify.start(SHORE), track())
    for k in range(1, 20):
        state, (last,), _ = judged(state, track(), at=T0 + k * SECOND)
    assert last.kinds == first.kinds


def test_an_ended_track_is_judged_no_more_and_forgotten() -> None:
    state, _, _ = judged(identify.start(SHORE), track(1), track(2))
    assert [memory.track for memory in state.tracks] == [1, 2]
    state, identities, _ = judged(state, track(1), track(2, ended=True))
    assert [identity.track for identity in identities] == [1]
    assert [memory.track for memory in state.tracks] == [1]
    assert judged(state, track(1, ended=True)) == (identify.start(SHORE), [], [])


def test_an_empty_picture_gives_nothing() -> None:
    assert identify.judge(identify.start(SHORE), SHORE, picture(), T0) == (identify.start(SHORE), ())


@given(st.lists(any_claim(), max_size=8), st.lists(any_claim(), max_size=8))
def test_freeze_and_thaw_change_nothing(before: list[Claim], behind: list[Claim]) -> None:
    state = identify.start(SHORE)
    for said in before:
        state = identify.claim(state, SHORE, said)
    state, _, _ = judged(state, track(claim="serial:ONE"), track(2), at=T0 + 60 * SECOND)
    other = thaw(freeze(state), identify.State)
    assert other == state
    for said in behind:
        state, other = identify.claim(state, SHORE, said), identify.claim(other, SHORE, said)
    assert judged(state, track(claim="serial:ONE"), at=T0 + 61 * SECOND) == judged(other, track(claim="serial:ONE"), at=T0 + 61 * SECOND)
