"""The test of claims: against SciPy's distributions, and its bounded memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, multivariate_normal

from forewarn.identify import fit
from forewarn.identify.gather import gather
from forewarn.identify.state import Known, Memory
from tests.identify_help import SECOND, T0, claim, estimate, place, site, track

SHORE = site()


def matrix(seed: int) -> np.ndarray:
    root = np.random.default_rng(seed).normal(size=(6, 6)) * [30, 30, 20, 4, 4, 2]
    return np.asarray(root.T @ root + np.eye(6))


@given(st.integers(0, 10_000), st.lists(st.booleans(), min_size=6, max_size=6).filter(any))
def test_likelihood_ratio_is_that_of_the_two_normals_over_what_is_claimed(seed: int, known: list[bool]) -> None:
    rng = np.random.default_rng(seed)
    cov, used = matrix(seed), np.array(known)
    difference = rng.normal(size=6) * [60, 60, 40, 8, 8, 4]
    variance = np.where(used, rng.uniform(1, 100, 6), fit.UNKNOWN_VAR)
    ratio, distance, p = fit.likelihood_ratio(difference[None], cov[None], variance[None])
    own = (cov + np.diag(variance))[np.ix_(used, used)]
    other = own + np.diag(fit.OTHER_VAR[used])
    expected = multivariate_normal(cov=own).logpdf(difference[used]) - multivariate_normal(cov=other).logpdf(difference[used])
    assert ratio[0] == pytest.approx(expected, rel=1e-3, abs=1e-3)
    assert distance[0] == pytest.approx(np.hypot(*np.where(used, difference, 0.0)[:2]))
    square = difference[used] @ np.linalg.solve(own, difference[used])
    assert p[0] == pytest.approx(chi2(used.sum()).sf(square), rel=1e-3, abs=1e-9)


def row(**fields: object) -> tuple[float, ...]:
    said = claim(**fields)  # type: ignore[arg-type]
    assert said.place is not None
    return fit._row(Known(placed=said, moving=said if said.speed_mps is not None else None), said, SHORE, T0 + 2 * SECOND)


@given(st.floats(0, 359.9), st.floats(0, 60))
def test_a_claim_is_carried_on_with_its_own_velocity(course: float, speed: float) -> None:
    state, _ = fit.carried([row(at=place(100.0, -50.0), speed_mps=speed, course_deg=course)], SHORE)
    east, north = 100.0 + 2 * speed * np.sin(np.radians(course)), -50.0 + 2 * speed * np.cos(np.radians(course))
    assert state[0, :2] == pytest.approx([east, north], abs=1e-3)
    assert np.hypot(*state[0, 3:5]) == pytest.approx(speed)


def test_what_is_not_claimed_is_unknown() -> None:
    still, moving = (fit.carried([row(**f)], SHORE)[1][0] for f in ({}, {"speed_mps": 3.0, "course_deg": 10.0}))
    assert (still >= fit.UNKNOWN_VAR).tolist() == [False, False, True, True, True, True]
    assert (moving >= fit.UNKNOWN_VAR).tolist() == [False, False, True, False, False, True]
    assert moving[0] < still[0]


def test_a_height_counts_where_the_sensor_knows_heights() -> None:
    high = site().model_copy(update={"sensors": (SHORE.sensors[0].model_copy(update={"sigma_alt_m": 15.0}),)})
    said = claim(at=place(0.0, 0.0, 80.0))
    state, variance = fit.carried([fit._row(Known(placed=said), said, high, T0)], high)
    assert state[0, 2] == pytest.approx(80.0, abs=1e-6)
    assert variance[0, 2] == pytest.approx(15.0**2)


def test_a_claim_without_error_does_not_break_the_test() -> None:
    known = Known(placed=claim(sigma_m=0.0))
    (after,) = fit.test(gather([track(sensed=estimate(variances=(1e-9,) * 6))], SHORE), [known], [Memory(track=1)], SHORE, T0)
    assert np.isfinite(after.log_odds)


@given(st.lists(st.floats(-900, 900), min_size=1, max_size=60))
def test_the_odds_are_bounded_and_each_claim_counts_once(easts: list[float]) -> None:
    objects, memory = gather([track()], SHORE), Memory(track=1)
    for k, east in enumerate(easts):
        known = Known(placed=claim(t_ns=T0 + k * SECOND, at=place(east, 0.0)))
        before, (memory,) = memory, fit.test(objects, [known], [memory], SHORE, T0 + k * SECOND)
        assert abs(memory.log_odds) <= fit.MOST
        assert abs(memory.log_odds - fit.MEMORY * before.log_odds) <= fit.ONE_CLAIM + 1e-12
        assert fit.test(objects, [known], [memory], SHORE, T0 + k * SECOND + SECOND // 2) == [memory]


def test_the_further_off_the_worse() -> None:
    objects = gather([track()], SHORE)
    odds = [
        fit.test(objects, [Known(placed=claim(at=place(east, 0.0)))], [Memory(track=1)], SHORE, T0)[0].log_odds for east in range(0, 200, 5)
    ]
    assert odds == sorted(odds, reverse=True)
    assert odds[0] > 1.0 > -1.0 > odds[-1]


def test_what_no_sensor_tells_of_is_not_tested() -> None:
    objects = gather([track()], SHORE)._replace(sensed=np.array([False]))
    assert fit.test(objects, [Known(placed=claim())], [Memory(track=1)], SHORE, T0) == [Memory(track=1)]


@pytest.mark.parametrize(("age_s", "stands"), [(0, True), (19, True), (21, False)])
def test_a_claim_stands_while_the_site_lets_a_track_coast(age_s: int, stands: bool) -> None:
    assert fit.stands(Known(placed=claim()), SHORE, T0 + age_s * SECOND) is stands
    assert not fit.stands(Known(kind="drone"), SHORE, T0)


def test_own_is_half_and_half_before_any_test() -> None:
    assert fit.own(np.array([0.0, fit.FITS, fit.CONFLICT])) == pytest.approx([0.5, 0.9, 0.1])
