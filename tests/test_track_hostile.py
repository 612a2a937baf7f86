"""What no sensor should say, said: nothing crashes, nothing becomes nothing, and claims stay claims."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from forewarn import track
from forewarn.messages import Claim, Observation, Place, Plot, Polar
from forewarn.site import parse
from forewarn.track import fall, match
from forewarn.track.belief import Belief
from tests.track_help import SITE, at, bearing, look, plot, view

POLAR = """
[[sensors]]
id = "polar"
kind = "radar"
reports = "polar"
position = { lat_deg = 52.0, lon_deg = 5.0 }
sigma_range_m = 10.0
sigma_azimuth_deg = 1.0
sigma_elevation_deg = 1.0
clutter = 1.0
coverage = { max_range_m = 3000.0 }
"""
HERE = parse(SITE.format(more=POLAR, tracking=""))


def polar(t_s: float, azimuth_deg: float, range_m: float | None) -> Plot:
    return Plot(t_ns=at(t_s), measured=Polar(azimuth_deg=azimuth_deg, range_m=range_m))


def after(*looks: Observation) -> Belief:
    state = track.start(HERE)
    for one in looks:
        state, _ = track.observe(state, HERE, view(one.sensor), one)
        _, picture = track.publish(state, HERE, one.t_ns)
        assert np.isfinite(picture.mean).all()
    belief = state.history.belief
    assert all(np.isfinite(part).all() for part in (belief.mean, belief.cov, belief.model, belief.real))
    return belief


@pytest.mark.parametrize(
    "plots",
    [[polar(0, 0.0, 0.0), polar(0, 40.0, None)], [polar(0, 0.0, 0.0), polar(0, 0.0, 0.0)], [polar(0, 33.0, 0.0), polar(0, 33.0, 0.0)]],
)
def test_plots_on_the_sensor_itself(plots: list[Plot]) -> None:
    after(look(0, *plots, sensor="polar"), look(0, polar(0, 0.0, 0.0), sensor="polar", scan=False), look(1, sensor="polar"))


def test_plots_that_state_no_error_to_speak_of() -> None:
    fine = plot(0, 500.0, 0.0, sigma_m=1e-200)
    line = msgspec.structs.replace(bearing(0, 95.0), sigma_azimuth_deg=1e-200)
    assert after(look(0, fine, sensor="radar"), look(0, fine, sensor="other"), look(0, line, sensor="finder", scan=False)).n


@pytest.mark.parametrize("speed_mps", [300.0, 2e4, 1e5, 9e6])
def test_plots_of_any_speed(speed_mps: float) -> None:
    wild = msgspec.structs.replace(plot(2, 900.0, 900.0, 100.0), speed_mps=speed_mps, course_deg=90.0)
    good = [look(k, plot(k, 500.0, 0.0, 100.0), *([wild] if k == 2 else []), sensor="radar") for k in range(6)]
    assert (after(*good).real > 0.5).any()


@pytest.mark.parametrize("speed_mps", [30.0, 150.0, 400.0, 20_000.0])
def test_nothing_that_falls_flies_off(speed_mps: float) -> None:
    x = np.array([0.0, 0.0, 800.0, speed_mps, 0.0, 0.0])
    for _ in range(40):
        fall.fallen(x, 0.5, 0.0, fall.G0 / 14.0**2, 0.0, 0.0)
        assert np.hypot(*x[3:5]) <= speed_mps
    assert x[5] == pytest.approx(-14.0, rel=0.05)  # where g and drag are even


def test_a_plot_that_lags_is_near_the_track_that_one_model_alone_explains() -> None:
    mean, cov = np.zeros((3, 6, 1)), np.zeros((3, 6, 6, 1))
    cov[:, range(6), range(6)] = 1.0
    mean[2, 3] = 300.0
    h, r = np.zeros((2, 6, 1)), np.zeros((2, 2, 1))
    h[0, 0] = h[1, 1] = r[0, 0] = r[1, 1] = 1.0
    h[0, 3] = h[1, 4] = -2.0
    track_, _ = match.near(mean, cov, np.array([[-600.0], [0.0]]), h, r)
    assert track_.tolist() == [0]


@pytest.mark.parametrize("sensor", ["radar", "other", "receiver"])
def test_claims_of_whatever_sensor_move_nothing_that_is_sensed(sensor: str) -> None:
    """Even where the site file joins a feed of claims to a radar."""

    def sensed(lies: bool) -> Belief:
        state = track.start(HERE)
        for k in range(8):
            state, _ = track.observe(state, HERE, view("radar"), look(k, plot(k, 500.0, 0.0), sensor="radar"))
            if lies:
                place = Place(lat_deg=52.0, lon_deg=5.0075, alt_m=0.0)
                state, _ = track.claim(state, HERE, Claim(sensor=sensor, t_ns=at(k), t_arrival_ns=at(k), identity="x", place=place))
        return state.history.belief

    with_lies, without = sensed(True), sensed(False)
    for name in ("mean", "cov", "model", "real"):
        assert np.array_equal(getattr(with_lies, name), getattr(without, name)), name


def test_looks_of_a_receiver_of_claims_are_refused() -> None:
    state = track.start(HERE)
    for k in range(2):
        state, _ = track.observe(state, HERE, view("radar"), look(k, plot(k, 500.0, 0.0), plot(k, -500.0, 0.0), sensor="radar"))
    for plots in ([], [plot(1, 500.0, 0.0)]):
        _, (refused,) = track.observe(state, HERE, view("receiver"), look(1, *plots, sensor="receiver"))
        assert (refused.reason, refused.field, refused.value) == ("unsupported", "reports", "claims")


def test_a_heap_of_plots_on_a_track_leaves_no_heap_of_tracks() -> None:
    rng = np.random.default_rng(1)
    looks = [look(k, plot(k, 500.0, 0.0)) for k in range(3)]
    heaps = [look(k, *(plot(k, 500.0 + east, north) for east, north in rng.normal(0.0, 3.0, (200, 2)).tolist())) for k in (3, 4, 5)]
    assert after(*looks, *heaps).n < 20
