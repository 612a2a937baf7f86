"""Kinds: the likelihood of motion against numerical integration, its bounds, and who is taken for what."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from forewarn.identify import kinds
from forewarn.identify.gather import Objects, gather
from forewarn.messages import KINDS
from forewarn.site import Priors
from tests.identify_help import estimate, site, track

SHORE = site()
EVEN = Priors(kinds=dict.fromkeys(KINDS, 1.0))


def objects(speed: float, height: float, climb: float = 0.0, sd: tuple[float, float, float] = (2.0, 10.0, 0.7)) -> Objects:
    variances = (100.0, 100.0, sd[1] ** 2, sd[0] ** 2, sd[0] ** 2, sd[2] ** 2)
    return gather([track(sensed=estimate((0.0, 0.0, height), (speed, 0.0, climb), variances))], SHORE)


def likeliest(found: Objects) -> str:
    return KINDS[int(kinds.motion(found, SHORE)[:, 0].argmax())]


def by_hand(value: float, sd: float, ranges: tuple[tuple[float, float], tuple[float, float]]) -> float:
    """The range's density smeared by the error, by the trapezium rule."""
    total = 0.0
    for share, (low, high) in zip((kinds.USUAL, 1 - kinds.USUAL), ranges, strict=True):
        inside = np.linspace(max(low, min(high, value - 8 * sd)), max(low, min(high, value + 8 * sd)), 2001)
        total += share * float(np.trapezoid(norm.pdf(value, inside, sd), inside)) / (high - low)
    return total


@settings(max_examples=30)
@given(st.floats(0, 80), st.floats(-20, 500), st.floats(-6, 6))
def test_motion_is_the_product_of_smeared_ranges(speed: float, height: float, climb: float) -> None:
    sd = (2.0, 10.0, 0.7)
    found = objects(speed, height, climb, sd)
    expected = np.zeros(len(KINDS))
    for k, kind in enumerate(KINDS):
        for value, error, ranges, spread in zip((speed, found.mean[2, 0], climb), sd, kinds.RANGES[kind], (10.0, 50.0, 2.0), strict=True):
            weight = 1 - (error / spread) ** 2
            expected[k] += weight * np.log(by_hand(value, max(error, 0.5 if spread != 50.0 else 5.0), ranges) + kinds.TINY)
    expected = np.maximum(expected - expected.max(), -kinds.MOTION_BOUND)
    assert kinds.motion(found, SHORE)[:, 0] == pytest.approx(expected, abs=1e-3)


@given(
    st.floats(0, 5000),
    st.floats(-1e4, 1e6),
    st.floats(-3000, 3000),
    st.tuples(st.floats(1e-6, 1e4), st.floats(1e-6, 1e4), st.floats(1e-6, 1e4)),
)
def test_motion_is_bounded_whatever_moves(speed: float, height: float, climb: float, sd: tuple[float, float, float]) -> None:
    log = kinds.motion(objects(speed, height, climb, sd), SHORE)
    assert log.max() == 0.0
    assert log.min() >= -kinds.MOTION_BOUND


def test_what_was_only_assumed_is_no_evidence() -> None:
    assert kinds.motion(objects(0.0, 5000.0, sd=(10.0, 50.0, 2.0)), SHORE) == pytest.approx(np.zeros((len(KINDS), 1)))


@pytest.mark.parametrize(
    ("speed", "height", "kind"),
    [(12, 80, "drone"), (1, 60, "drone"), (70, 1000, "aircraft"), (220, 9000, "aircraft"), (6, 0, "boat"), (30, 2, "vehicle"),
     (700, 2000, "rocket")],
)  # fmt: skip
def test_who_moves_so_is_taken_for(speed: float, height: float, kind: str) -> None:
    assert likeliest(objects(speed, height, sd=(1.0, 4.0, 0.5))) == kind


def test_between_a_bird_and_a_drone_flight_like_a_drones_decides_little() -> None:
    log = kinds.motion(objects(12.0, 60.0), SHORE)[:, 0]
    assert abs(log[KINDS.index("drone")] - log[KINDS.index("bird")]) < 1.0


@given(st.lists(st.floats(0, 10), min_size=7, max_size=7))
def test_priors_are_shares(values: list[float]) -> None:
    shares = kinds.prior(Priors(kinds=dict(zip(KINDS, values, strict=True))))
    assert shares.sum() == pytest.approx(1.0)
    if sum(values) > 1e-6:
        assert shares == pytest.approx(np.array(values) / sum(values))


def test_a_kind_that_the_site_leaves_out_is_ruled_out() -> None:
    first = np.log(kinds.prior(Priors(kinds={"drone": 1.0, "bird": 1.0})) + kinds.TINY)[:, None]
    share = kinds.chances(np.stack([first, kinds.motion(objects(220.0, 9000.0), SHORE)]))
    assert share[KINDS.index("aircraft"), 0] == pytest.approx(0.0, abs=1e-12)


@given(st.lists(st.lists(st.floats(-50, 50), min_size=7, max_size=7), min_size=1, max_size=4))
def test_chances_are_the_softmax_of_the_sum(parts: list[list[float]]) -> None:
    evidence = np.array(parts)[:, :, None]
    share = kinds.chances(evidence)[:, 0]
    weights = np.exp(np.array(parts).sum(axis=0) - np.array(parts).sum(axis=0).max())
    assert share == pytest.approx(weights / weights.sum())


@given(st.floats(0, 1))
def test_a_claimed_kind_is_worth_at_most_ten(own: float) -> None:
    table = kinds.claimed(["aircraft", None], np.array([own, own]))
    assert 0.0 <= table[KINDS.index("aircraft"), 0] <= np.log(10.0) + 1e-12
    assert np.count_nonzero(table) <= 1


def test_leading_names_the_two_likeliest_and_what_tells_them_apart() -> None:
    evidence = np.zeros((4, len(KINDS), 1))
    evidence[1, KINDS.index("bird")] = 1.0
    evidence[2, KINDS.index("bird")] = 2.0
    evidence[3, KINDS.index("drone")] = 2.5
    first, second, part = kinds.leading(kinds.chances(evidence), evidence)
    assert (KINDS[first[0]], KINDS[second[0]], part[0]) == ("bird", "drone", 2)


@given(st.floats(0.0, 1.0))
def test_falling_speaks_for_rockets_by_bayes(falls: float) -> None:
    share = np.array([kinds.ROCKET_FALLS if kind == "rocket" else kinds.OTHERS_FALL for kind in KINDS])
    found = kinds.falling(np.array([falls]), EVEN)[:, 0]
    assert found == pytest.approx(np.log(1.0 - falls + falls * share / share.mean()))
    assert kinds.falling(np.zeros(1), EVEN) == pytest.approx(np.zeros((len(KINDS), 1)))


def test_a_drone_that_falls_is_still_a_drone() -> None:
    """As fast and as high as drones are, falling makes no rocket of it; as fast as an aircraft it does."""
    priors = Priors(kinds={"drone": 1.0, "aircraft": 0.3, "rocket": 0.02})
    for found, kind in ((objects(8.0, 80.0, -3.0), "drone"), (objects(120.0, 1500.0, 40.0, (5.0, 30.0, 20.0)), "rocket")):
        evidence = np.stack(
            [np.log(kinds.prior(priors) + kinds.TINY)[:, None], kinds.motion(found, SHORE), kinds.falling(np.ones(1), priors)]
        )
        assert KINDS[int(kinds.chances(evidence)[:, 0].argmax())] == kind
