"""Claims: beside the sensed estimate, never in it; to whom they belong; late ones; covariance intersection."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from scipy.spatial.distance import mahalanobis

from forewarn import geo, track
from forewarn.messages import Claim, Place
from forewarn.site import Site
from forewarn.track import claims, plan
from tests.track_help import at, feed, site, straight, view

PLAN = plan.make(site())
ORIGIN = (52.0, 5.0, 0.0)


def claim(t_s: float, east: float, north: float, identity: str = "icao:abc123", **more: object) -> Claim:
    lat, lon, alt = geo.to_place((east, north, 50.0), ORIGIN).tolist()
    said = {"place": Place(lat_deg=lat, lon_deg=lon, alt_m=alt), "t_arrival_ns": at(t_s)} | more
    return Claim(sensor="receiver", t_ns=at(t_s), identity=identity, **said)  # type: ignore[arg-type]


def run(said: list[Claim], of: Site, state: track.State | None = None) -> track.State:
    state = state or track.start(of)
    for one in said:
        state, refused = track.claim(state, of, one)
        assert refused == ()
    return state


def both(said: list[Claim], of: Site) -> track.State:
    """Twenty looks at the object of ``straight``, and claims as they come between them."""
    state = track.start(of)
    for k, one in enumerate(straight(20)):
        state, _ = track.observe(state, of, view(), one)
        state = run([c for c in said if c.t_ns == at(k)], of, state)
    return state


def along(n: int, off: float = 0.0) -> list[Claim]:
    """What the object of ``straight`` would claim, ``off`` metres to its north."""
    return [claim(k, 100 + 5 * k, 200 - 3 * k + off) for k in range(n)]


def test_claims_alone_are_a_track_that_nobody_sensed() -> None:
    of = site()
    _, picture = track.publish(run(along(6), of), of, at(6))
    (message,) = picture.messages
    assert message.claim == "icao:abc123"
    assert message.sensed is None
    assert message.existence_sensed == 0.0
    assert 0.8 < message.existence <= claims.SUREST
    assert picture.has_claim.tolist() == [True]
    here = geo.to_enu(message.aided.lat_deg, message.aided.lon_deg, message.aided.alt_m, ORIGIN)
    assert here[:2] == pytest.approx([130.0, 182.0], abs=15.0)


def test_the_sensed_estimate_is_the_same_with_and_without_claims() -> None:
    of = site()
    bare = feed(straight(20), of)
    aided = both(along(20), of)
    one, two = track.publish(bare, of, at(20))[1].messages[0], track.publish(aided, of, at(20))[1].messages[0]
    assert two.claim == "icao:abc123"
    assert two.sensed == one.sensed
    assert two.existence_sensed == one.existence_sensed
    assert two.existence >= one.existence
    assert two.aided != two.sensed


def test_a_claim_that_does_not_fit_stands_beside_the_track() -> None:
    of = site()
    state = both(along(20, off=900.0), of)
    _, picture = track.publish(state, of, at(20))
    assert {m.claim: m.existence_sensed > 0 for m in picture.messages} == {None: True, "icao:abc123": False}


def test_a_claim_leaves_a_track_that_it_no_longer_fits() -> None:
    of = site()
    state = both(along(20), of)
    state, _ = track.publish(state, of, at(20))
    state = run([claim(k, 100 + 5 * k, 200 - 3 * k + 100 * (k - 19)) for k in range(20, 30)], of, state)
    for one in straight(30)[20:]:
        state, _ = track.observe(state, of, view(), one)
    _, picture = track.publish(state, of, at(30))
    assert [m.claim for m in picture.messages] == [None, "icao:abc123"]


def test_two_claims_do_not_share_a_track() -> None:
    of = site()
    said = [c for k in range(20) for c in (along(20)[k], replace(along(20)[k], identity="icao:ffffff"))]
    _, picture = track.publish(both(said, of), of, at(20))
    assert sorted(str(m.claim) for m in picture.messages) == ["icao:abc123", "icao:ffffff"]


def test_claims_that_stop_are_forgotten() -> None:
    of = site()
    state, before = track.publish(run(along(5), of), of, at(5))
    state, after = track.publish(state, of, at(60))
    assert len(before.messages) == 1
    assert [m.ended for m in after.messages] == [True]
    assert state.claims == {}


@settings(max_examples=15)
@given(st.integers(0, 1000))
def test_late_claims_are_put_in_their_place(seed: int) -> None:
    of = site()
    rng = random.Random(seed)
    said = [replace(one, t_arrival_ns=one.t_ns + round(rng.uniform(0, 10) * 1e9)) for one in along(20)]
    shuffled = run(sorted(said, key=lambda c: c.t_arrival_ns), of).claims["icao:abc123"]
    ordered = run(along(20), of).claims["icao:abc123"]
    assert shuffled.mean == pytest.approx(ordered.mean, abs=1e-6)
    assert shuffled.cov == pytest.approx(ordered.cov, abs=1e-6)
    assert shuffled.born_ns == ordered.born_ns


def test_what_is_remembered_of_an_identity_is_bounded_and_the_estimate_is_not_harmed() -> None:
    of = site()
    said = [claim(0.5 * k, 2.5 * k, 0.0) for k in range(3 * claims.RECENT)]
    known = run(said, of).claims["icao:abc123"]
    assert len(known.fixes) <= claims.RECENT
    assert known.base is not None
    assert known.base.base is None
    assert known.mean[:, 0, 0] == pytest.approx(2.5 * (3 * claims.RECENT - 1), abs=5.0)


def test_late_and_future_claims_are_refused() -> None:
    of = site()
    state = track.start(of)
    _, late = track.claim(state, of, claim(0.0, 0, 0, t_arrival_ns=at(60)))
    _, future = track.claim(state, of, claim(60.0, 0, 0, t_arrival_ns=at(0)))
    assert [r.reason for r in (*late, *future)] == ["late", "future"]


def test_a_claim_without_a_place_moves_nothing() -> None:
    of = site()
    state, refused = track.claim(track.start(of), of, claim(0.0, 0, 0, place=None))
    assert refused == ()
    assert state.claims == {}


@given(st.integers(0, 500))
def test_intersection_is_surer_than_neither_and_never_too_sure(seed: int) -> None:
    """Whatever the two have in common, the true error's covariance is at most what is stated (Julier and Uhlmann)."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(12, 12))
    joint = root @ root.T + 0.1 * np.eye(12)
    p, q = joint[:6, :6], joint[6:, 6:]
    one, two = rng.normal(size=6), rng.normal(size=6)
    mean, cov = claims.intersect(one, p, two, q)
    share = np.trace(q[:2, :2]) / (np.trace(p[:2, :2]) + np.trace(q[:2, :2]))
    weights = np.hstack([cov @ (share * np.linalg.inv(p)), cov @ ((1 - share) * np.linalg.inv(q))])
    assert mean == pytest.approx(weights @ np.concatenate([one, two]))
    assert np.linalg.eigvalsh(cov - weights @ joint @ weights.T).min() > -1e-8


@given(st.integers(0, 500), st.sets(st.integers(0, 5)))
def test_numbers_one_after_the_other_are_the_kalman_update_with_all(seed: int, told: set[int]) -> None:
    rng, some = np.random.default_rng(seed), sorted(told)
    root = rng.normal(size=(2, 6, 6))
    mean, cov, r = rng.normal(size=(2, 6, 1)), (root @ root.swapaxes(1, 2) + np.eye(6))[..., None], rng.uniform(0.5, 4.0, 6)
    z = np.where(np.isin(np.arange(6), some), rng.normal(size=6), np.nan)
    means, covs, log = claims.updated(mean, cov, z, r)
    for m in range(2):
        h, p = np.eye(6)[some], cov[m, :, :, 0]
        s = h @ p @ h.T + np.diag(r[some])
        gain, nu = p @ h.T @ np.linalg.inv(s), z[some] - h @ mean[m, :, 0]
        assert means[m, :, 0] == pytest.approx(mean[m, :, 0] + gain @ nu)
        assert covs[m, :, :, 0] == pytest.approx(p - gain @ h @ p)
        assert log[m] == pytest.approx(-0.5 * (nu @ np.linalg.inv(s) @ nu + np.linalg.slogdet(s)[1]))


def test_a_second_claim_at_one_time_leaves_the_state_before_it_as_it_was() -> None:
    of = site()
    before = run([claim(1.0, 100.0, 200.0)], of)
    kept = before.claims["icao:abc123"].mean.copy()
    run([claim(1.0, 500.0, 900.0)], of, before)
    assert np.array_equal(before.claims["icao:abc123"].mean, kept)


@given(st.integers(0, 500))
def test_models_are_intersected_each_by_itself_and_distances_are_mahalanobis(seed: int) -> None:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(4, 6, 6))
    cov = root @ root.swapaxes(1, 2) + np.eye(6)
    mean = rng.normal(size=(4, 6))
    means, covs = claims.intersect(mean[:3], cov[:3], mean[3], cov[3])
    part = [0, 1, 3, 4]
    away = claims.distance(mean[:3].T, np.moveaxis(cov[:3], 0, -1), mean[3][:, None], cov[3][..., None])
    for m in range(3):
        one = claims.intersect(mean[m], cov[m], mean[3], cov[3])
        assert means[m] == pytest.approx(one[0])
        assert covs[m] == pytest.approx(one[1])
        inverse = np.linalg.inv((cov[m] + cov[3])[np.ix_(part, part)])
        assert math.sqrt(away[m]) == pytest.approx(mahalanobis(mean[m, part], mean[3, part], inverse))
