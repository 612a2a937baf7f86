"""The tracker by its door: honest covariances, refusals, freezing, determinism, many objects."""

from __future__ import annotations

import math

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.stats import chi2

from forewarn import track
from forewarn.freeze import freeze, thaw
from forewarn.messages import Observation, Offset, Polar, Position
from tests.test_track_history import crossing, late
from tests.track_help import at, bearing, feed, look, plot, site, straight, view

RATE = (5.0, -3.0)


def error(picture: track.Picture, t_s: float) -> float:
    """Squared error of the only track's place and velocity over ground, against its covariance."""
    part = [0, 1, 3, 4]
    mean = np.einsum("mdn,mn->dn", picture.mean, picture.model)[part, 0]
    gap = picture.mean[:, part, 0] - mean
    cov = np.einsum("m,mab->ab", picture.model[:, 0], picture.cov[..., 0][:, part][:, :, part]) + np.einsum(
        "m,ma,mb->ab", picture.model[:, 0], gap, gap
    )
    off = mean - np.array([100 + RATE[0] * t_s, 200 + RATE[1] * t_s, *RATE])
    return float(off @ np.linalg.solve(cov, off))


def test_errors_are_as_large_as_stated() -> None:
    """Average NEES of independent runs at one time, inside a wide chi-squared interval (Bar-Shalom, Li and Kirubarajan 2001, 5.4.2).
    The object keeps its course, which is less than the site's models allow for: so the covariance may be too wide, not too narrow."""
    of = site("calm = 0.01\nagile = 0.1\nspeed_sd_mps = 6.0")
    found = [error(track.publish(feed(straight(25, seed=seed), of), of, at(24))[1], 24) for seed in range(30)]
    assert chi2.ppf(0.0005, 4 * 30) / 30 * 0.6 < np.mean(found) < chi2.ppf(0.9995, 4 * 30) / 30


def test_a_self_trackers_slow_error_is_not_averaged_away() -> None:
    """Its error stays alike for 20 s: after 30 plots in 30 s the place is hardly surer than after one, and honest."""
    of = site("calm = 0.05\nagile = 0.5")
    rng = np.random.default_rng(3)
    squared, stated = [], []
    for _ in range(25):
        slow, looks = rng.normal(0, 15, 2), []
        for k in range(30):
            slow = slow * math.exp(-1 / 20) + rng.normal(0, 15 * math.sqrt(1 - math.exp(-2 / 20)), 2)
            looks.append(look(k, plot(k, 100 + 5 * k + slow[0], 200 - 3 * k + slow[1]), sensor="tracker"))
        _, picture = track.publish(feed(looks, of), of, at(29))
        if picture.track.size == 0:
            continue
        mean = np.einsum("mdn,mn->dn", picture.mean, picture.model)[:2, 0]
        squared.append(float(((mean - (245.0, 113.0)) ** 2).sum()))
        stated.append(picture.messages[0].aided.sigma_m ** 2)
    assert len(squared) > 20
    assert np.mean(stated) > 0.3 * 2 * 15**2
    assert 0.5 < np.mean(squared) / np.mean(stated) < 1.6


def test_bearings_hold_a_track_where_it_is_across() -> None:
    of = site("coast_s = 40.0")
    start = [look(k, plot(k, 0, 300 + 10 * k)) for k in range(10)]
    lines = [look(k, bearing(k, 5.0), sensor="finder", scan=False) for k in range(10, 25)]
    bare = track.publish(feed(start, of), of, at(25))[1].cov
    held = track.publish(feed(start + lines, of), of, at(25))[1].cov
    assert held[0, 0, 0, 0] < 0.3 * bare[0, 0, 0, 0]


BAD = [
    plot(0.0, math.nan, 0.0),
    plot(0.0, 0.0, math.inf),
    plot(0.0, 0.0, 0.0, 1e300),
    plot(0.0, 0.0, 0.0, speed_mps=math.nan, course_deg=1.0),
    plot(0.0, 0.0, 0.0, sigma_m=0.0),
    plot(0.0, 0.0, 0.0, sigma_m=-5.0),
    plot(0.0, 0.0, 0.0, score=math.inf),
    replace(plot(0.0, 0.0, 0.0), measured=Polar(azimuth_deg=math.nan)),
    replace(plot(0.0, 0.0, 0.0), measured=Position(lat_deg=math.nan, lon_deg=0.0)),
    replace(plot(0.0, 0.0, 0.0), measured=Offset(east_m=1e30, north_m=0.0)),
]


@pytest.mark.parametrize("bad", BAD)
def test_what_is_no_number_is_refused_and_the_rest_is_used(bad: object) -> None:
    of = site()
    state, refused = track.observe(track.start(of), of, view(), look(0.0, bad, plot(0.0, 10.0, 10.0)))  # type: ignore[arg-type]
    assert [(r.reason, r.count) for r in refused] == [("not_a_number", 1)]
    assert state.history.belief.n == 1
    assert np.isfinite(state.history.belief.mean).all()


def test_late_and_future_looks_and_plots_are_refused() -> None:
    of = site("late_s = 10.0")
    state = track.start(of)
    _, late_look = track.observe(state, of, view(), look(0.0, arrival_s=11.0))
    _, future_look = track.observe(state, of, view(), look(6.0, arrival_s=0.0))
    _, late_plot = track.observe(state, of, view(), look(0.0, plot(-11.0, 0, 0), plot(-12.0, 0, 0), plot(0.0, 0, 0)))
    assert [r.reason for r in (*late_look, *future_look)] == ["late", "future"]
    assert [(r.reason, r.count) for r in late_plot] == [("late", 2)]


def test_freeze_thaw_step_is_step() -> None:
    of = site()
    looks = late(crossing(14), 3, 6.0)
    state = feed(looks[:20], of)
    state, _ = track.publish(state, of, looks[19].t_arrival_ns)
    again = thaw(freeze(state), track.State)
    assert freeze(again) == freeze(state)
    for one in looks[20:]:
        state, _ = track.observe(state, of, view(one.sensor), one)
        again, _ = track.observe(again, of, view(one.sensor), one)
    one_told, one_picture = track.publish(state, of, at(14))
    two_told, two_picture = track.publish(again, of, at(14))
    assert one_picture.messages == two_picture.messages
    assert freeze(one_told) == freeze(two_told)


def test_the_same_looks_give_the_same_bytes() -> None:
    assert freeze(feed(crossing(8))) == freeze(feed(crossing(8)))


def field(objects: int, seconds: int) -> list[Observation]:
    """Objects on a grid 300 m apart, each with its own course; nine in ten shown, some false plots."""
    rng = np.random.default_rng(2)
    side = math.ceil(math.sqrt(objects))
    place = 300.0 * np.stack(np.unravel_index(np.arange(objects), (side, side))).astype(float) - 150.0 * side
    rate = rng.normal(0, 5, (2, objects))
    looks = []
    for k in range(seconds):
        shown = (place + rate * k + rng.normal(0, 10, place.shape))[:, rng.random(objects) < 0.9]
        false = rng.uniform(-150 * side, 150 * side, (2, 3))
        looks.append(look(k, *(plot(k, e, n) for e, n in np.hstack([shown, false]).T.tolist())))
    return looks


def test_sixty_objects_are_sixty_tracks() -> None:
    of = site()
    state = track.start(of)
    for one in field(60, 12):
        state, _ = track.observe(state, of, view(density=3e-7), one)
    _, picture = track.publish(state, of, at(11))
    assert int((picture.existence > 0.5).sum()) == 60


def test_crossing_objects_stay_two() -> None:
    of = site()
    _, picture = track.publish(feed(crossing(26), of), of, at(26))
    assert int((picture.existence > 0.5).sum()) == 2
