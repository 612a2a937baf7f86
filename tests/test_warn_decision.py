"""The comparison, against sums worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.site import Costs, Priors
from forewarn.warn.decision import SHARES, Weighed, harm, weigh, why
from tests.warn_help import identity, threat, track

COSTS = Costs(false_alarm=2.0, missed={"drone": 10.0, "bird": 0.0, "other": 4.0}, conforming=0.5)
PRIORS = Priors(kinds={"drone": 1.0, "bird": 3.0})
chances = st.floats(0.0, 1.0)


def test_harm_is_the_kinds_weighed() -> None:
    assert harm(COSTS, identity(drone=0.5, bird=0.3, boat=0.2), PRIORS) == pytest.approx(0.5 * 10 + 0.3 * 0 + 0.2 * 4)


def test_conforming_lowers_the_harm() -> None:
    assert harm(COSTS, identity(conforming=0.9, drone=1.0), PRIORS) == pytest.approx(0.9 * 0.5 + 0.1 * 10)


def test_nobody_judged_it_so_the_priors_hold() -> None:
    assert harm(COSTS, None, PRIORS) == pytest.approx(0.25 * 10 + 0.75 * 0)


def test_a_kind_left_out_takes_other_and_without_other_nothing() -> None:
    assert harm(COSTS, identity(rocket=1.0), PRIORS) == 4.0
    assert harm(Costs(missed={"drone": 1.0}), identity(rocket=1.0), PRIORS) == 0.0


def test_the_sum_by_hand() -> None:
    tracks = {1: track(1, existence=0.8), 2: track(2, existence=0.5)}
    who = {1: identity(1, drone=1.0), 2: identity(2, drone=0.5, bird=0.5)}
    weighed = weigh(COSTS, PRIORS, [threat(1, 0.3, in_s=(9.0, 12.0, 20.0)), threat(2, 0.6, 0.1, in_s=(4.0, 8.0, 25.0))], tracks, who)
    assert weighed.expected == pytest.approx(0.8 * 0.3 * 10 + 0.5 * 0.6 * 5)
    assert weighed.danger == pytest.approx(0.8 * 0.3 + 0.5 * 0.6)
    assert weighed.chance == pytest.approx(1 - (1 - 0.24) * (1 - 0.3))
    assert [s.track for s in weighed.shares] == [1, 2]
    assert weighed.shares[0].expected == pytest.approx(2.4)
    assert weighed.in_s == (4.0, 20.0)
    assert weighed.inside == pytest.approx(0.05)
    assert weighed.worst == 10.0
    assert weighed.causes == (101, 102, 201, 202, 301, 302)
    assert weighed.parts == (1, 2)


def test_a_small_share_is_no_part_of_the_warning() -> None:
    tracks = {1: track(1), 2: track(2)}
    weighed = weigh(COSTS, PRIORS, [threat(1, 0.5), threat(2, 0.04, in_s=(0.0, 0.0, 0.0))], tracks, {})
    assert weighed.parts == (1,)
    assert weighed.in_s == (8.0, 20.0)


def test_a_threat_of_a_track_that_is_gone_counts_for_nothing() -> None:
    assert weigh(COSTS, PRIORS, [threat(9, 1.0)], {1: track(1)}, {}) == Weighed()


def test_in_a_swarm_each_is_a_part() -> None:
    tracks = {n: track(n) for n in range(1, 31)}
    weighed = weigh(COSTS, PRIORS, [threat(n, 0.1) for n in tracks], tracks, {})
    assert weighed.parts == tuple(range(1, SHARES + 1))


def test_no_threat_is_no_harm() -> None:
    assert weigh(COSTS, PRIORS, [], {}, {}) == Weighed()
    assert why(Weighed(), 2.0) == "Expected harm 0 stays under 2, the cost of a needless warning: nothing threatens it."


def test_only_the_largest_shares_are_named_but_all_count() -> None:
    tracks = {n: track(n) for n in range(1, 31)}
    weighed = weigh(COSTS, PRIORS, [threat(n, n / 100) for n in tracks], tracks, {})
    assert [s.track for s in weighed.shares] == list(range(30, 30 - SHARES, -1))
    assert weighed.expected == pytest.approx(sum(range(1, 31)) / 100 * 2.5)


def test_where_there_is_no_harm_the_danger_is_still_named() -> None:
    weighed = weigh(Costs(missed={"other": 0.0}), PRIORS, [threat(1, 0.9)], {1: track(1)}, {})
    assert (weighed.expected, weighed.danger, weighed.parts) == (0.0, 0.9, ())
    assert [s.track for s in weighed.shares] == [1]


def test_the_sentence_has_the_numbers() -> None:
    weighed = weigh(COSTS, PRIORS, [threat(1, 0.41), threat(2, 0.1)], {1: track(1, existence=0.93), 2: track(2)}, {1: identity(1)})
    assert why(weighed, 2.0) == (
        "Expected harm 4.06 reaches 2, the cost of a needless warning: track 1 (there 93%, entry 41%, harm 10) gives 3.81, 1 more the rest."
    )


@given(chances, chances, chances, chances, chances)
def test_more_of_anything_bad_is_no_less_harm(existence: float, entry: float, drone: float, more: float, conforming: float) -> None:
    def expected(existence: float, entry: float, conforming: float) -> float:
        who = {1: identity(1, conforming, drone=drone, bird=1 - drone)}
        return weigh(COSTS, PRIORS, [threat(1, entry)], {1: track(1, existence=existence)}, who).expected

    base = expected(existence, entry, conforming)
    assert expected(max(existence, more), entry, conforming) >= base
    assert expected(existence, max(entry, more), conforming) >= base
    if drone * 10 >= 0.5:  # a miss costs more than an entry of one that conforms
        assert expected(existence, entry, max(conforming, more)) <= base + 1e-12


@given(st.lists(st.tuples(chances, chances), max_size=12))
def test_chances_stay_chances(parts: list[tuple[float, float]]) -> None:
    tracks = {n: track(n, existence=existence) for n, (existence, _) in enumerate(parts, 1)}
    weighed = weigh(COSTS, PRIORS, [threat(n, entry) for n, (_, entry) in enumerate(parts, 1)], tracks, {})
    assert -1e-12 <= weighed.chance <= 1.0
    assert weighed.chance <= weighed.danger + 1e-12
