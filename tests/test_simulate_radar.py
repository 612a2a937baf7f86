"""Simulated radars, against closed forms and statistics of what they tell."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import gammaincc
from scipy.stats import binomtest, kstest

from forewarn.simulate.sensors import radar
from tests.simulate_sensors_help import Line, measured_s, number, rig, rng, rows, scene, sensor, turned

STILL = {"min_radial_mps": 0.0, "half_range_m": 50_000.0}  # as good as always seen
LONG = 4000.0


@pytest.mark.parametrize("azimuth", [10.0, 200.0])
def test_noise_and_bias_are_what_was_asked_for(azimuth: float) -> None:
    east, north = 2000 * math.sin(math.radians(azimuth)), 2000 * math.cos(math.radians(azimuth))
    stated = sensor(sigma_range_m=8.0, sigma_azimuth_deg=0.7, sigma_elevation_deg=0.9)
    told = rows(stated, scene([Line(start=(east, north, 300.0))], LONG), bias_azimuth_deg=1.5, bias_range_m=-20.0, **STILL)
    errors = {
        "range": number(told, "range") - math.hypot(2000.0, 300.0) + 20.0,
        "azimuth": turned(number(told, "azimuth") - azimuth - 1.5),
        "elevation": number(told, "elevation") - math.degrees(math.atan2(300.0, 2000.0)),
    }
    for meaning, sigma in (("range", 8.0), ("azimuth", 0.7), ("elevation", 0.9)):
        assert kstest(errors[meaning] / sigma, "norm").pvalue > 1e-3, meaning
        assert abs(errors[meaning].mean()) < 4 * sigma / math.sqrt(len(errors[meaning]))


def test_places_err_as_asked_and_turn_with_the_bias() -> None:
    from forewarn import geo
    from tests.simulate_sensors_help import ORIGIN

    told = rows(sensor(reports="position", sigma_m=15.0), scene([Line(start=(0.0, 2000.0, 0.0))], LONG), bias_azimuth_deg=2.0, **STILL)
    enu = geo.to_enu(number(told, "lat"), number(told, "lon"), np.full(len(told.t_ns), 30.0), ORIGIN)
    truth = 2000 * np.array([math.sin(math.radians(2.0)), math.cos(math.radians(2.0))])
    for axis in (0, 1):
        assert kstest((enu[axis] - truth[axis]) / 15.0, "norm").pvalue > 1e-3
    assert "alt" not in told.values


def test_a_flat_radar_takes_slant_range_for_distance() -> None:
    told = rows(sensor(reports="position", sigma_m=0.001), scene([Line(start=(0.0, 300.0, 400.0))], 60.0), **STILL)
    assert np.allclose(number(told, "north"), 500.0, atol=0.1)


def test_an_unsure_bias_is_drawn_once_a_run() -> None:
    stated = sensor(bias_azimuth_deg=1.0, bias_sigma_azimuth_deg=3.0, sigma_azimuth_deg=0.01)
    drawn = [rig(stated, scene(), seed).bias_deg for seed in range(400)]
    assert kstest((np.array(drawn) - 1.0) / 3.0, "norm").pvalue > 1e-3


def test_an_unsure_range_and_clock_are_drawn_once_a_run_too() -> None:
    stated = sensor(bias_sigma_range_m=30.0, bias_sigma_clock_s=0.5, sigma_range_m=0.1)
    drawn = [rig(stated, scene(), seed) for seed in range(400)]
    assert kstest(np.array([one.bias_range_m for one in drawn]) / 30.0, "norm").pvalue > 1e-3
    assert kstest(np.array([one.clock_s for one in drawn]) / 0.5, "norm").pvalue > 1e-3
    told = rows(stated, scene(), seed=5, **STILL)
    assert number(told, "range").mean() == pytest.approx(1000.0 + drawn[5].bias_range_m, abs=0.1)
    assert (told.sent_ns - told.look_ns) / 1e9 == pytest.approx(0.1 - drawn[5].clock_s, abs=0.001)


def test_what_is_stated_of_range_and_speed_holds_unless_the_scenario_says_otherwise() -> None:
    stated = sensor(coverage={"max_range_m": 5000.0, "half_range_m": 2500.0, "half_size_m2": 0.1, "min_radial_mps": 3.0})
    as_stated = rig(stated, scene())
    assert radar.swerling(radar.signal(as_stated, np.array([0.1]), np.array([2500.0])), 1e-6) == pytest.approx(0.5)
    assert as_stated.min_radial_mps == 3.0
    other = rig(stated, scene(), half_range_m=1000.0, min_radial_mps=0.5)
    assert radar.swerling(radar.signal(other, np.array([0.01]), np.array([1000.0])), 1e-6) == pytest.approx(0.5)
    assert other.min_radial_mps == 0.5


def test_the_detection_curve_is_swerling_one() -> None:
    """The closed form against drawing exponential powers: a slowly fluctuating target seen in one pulse over a threshold."""
    draw, p_fa = rng(3), 1e-6
    for snr in (2.0, 18.93, 100.0):
        power = draw.exponential(1.0 + snr, 200_000)
        over = (power > -math.log(p_fa)).mean()
        assert over == pytest.approx(float(radar.swerling(np.array([snr]), p_fa)[0]), abs=0.005)
        assert gammaincc(1.0, -math.log(p_fa) / (1.0 + snr)) == pytest.approx(radar.swerling(np.array([snr]), p_fa)[0])


@pytest.mark.parametrize(("range_m", "rcs_m2"), [(1000.0, 0.01), (2000.0, 0.01), (3000.0, 0.01), (2000.0, 0.001), (4000.0, 0.1)])
def test_detection_follows_the_curve(range_m: float, rcs_m2: float) -> None:
    """``half_range_m`` is where 0.01 m^2 is seen half the time; P = P_fa ** (1 / (1 + SNR)), SNR ~ rcs / R^4."""
    told = rows(
        sensor(p_detection=0.9), scene([Line(start=(range_m, 0.0, 0.0), rcs_m2=rcs_m2)], LONG), min_radial_mps=0.0, half_range_m=2000.0
    )
    at_half = math.log(1e-6) / math.log(0.5) - 1.0
    chance = 0.9 * 1e-6 ** (1.0 / (1.0 + at_half * rcs_m2 / 0.01 * (2000.0 / range_m) ** 4))
    assert binomtest(len(told.t_ns), len(told.looks_ns), chance).pvalue > 1e-3


def test_at_half_range_it_is_half() -> None:
    assert radar.swerling(
        radar.signal(rig(sensor(), scene(), half_range_m=1800.0), np.array([0.01]), np.array([1800.0])), 1e-6
    ) == pytest.approx(0.5)


def test_slow_bodies_are_filtered_and_rotors_are_not_wholly() -> None:
    across = {"start": (0.0, 1000.0, 0.0), "vel": (0.2, 0.0, 0.0)}
    at = {kind: scene([Line(kind=kind, **across)], 1000.0) for kind in ("vehicle", "multirotor")}  # type: ignore[arg-type]
    told = {kind: rows(sensor(), at[kind], min_radial_mps=2.0, p_slow=0.25, half_range_m=50_000.0) for kind in at}
    assert len(told["vehicle"].t_ns) == 0
    assert binomtest(len(told["multirotor"].t_ns), 1000, 0.25).pvalue > 1e-3
    assert (
        len(rows(sensor(), scene([Line(kind="vehicle", start=(0, 1000, 0), vel=(0, 3, 0))], 100.0), **STILL | {"min_radial_mps": 2.0}).t_ns)
        > 95
    )


def test_a_thing_is_measured_when_the_beam_passes() -> None:
    """A turn of 4 s clockwise from north: what stands in the south is measured half a turn before the end of the look."""
    for azimuth in (0.5, 90.0, 180.0, 359.0):
        start = (1000 * math.sin(math.radians(azimuth)), 1000 * math.cos(math.radians(azimuth)), 0.0)
        told = rows(sensor(interval_s=4.0), scene([Line(start=start)], 100.0), **STILL)
        assert np.allclose((told.look_ns - told.t_ns) / 1e9, 4.0 * (1 - azimuth / 360), atol=0.0011)


def test_a_fast_object_is_where_it_was_when_the_beam_passed() -> None:
    told = rows(
        sensor(interval_s=3.0, sigma_range_m=0.001), scene([Line(start=(-3000.0, 100.0, 0.0), vel=(100.0, 0.0, 0.0))], 60.0), **STILL
    )
    assert np.allclose(number(told, "range"), np.hypot(-3000.0 + 100.0 * measured_s(told), 100.0), atol=1.0)


def test_two_in_one_cell_are_one_plot_at_their_middle() -> None:
    pair = [Line("strong", start=(1000.0, 0.0, 0.0), rcs_m2=0.03), Line("weak", start=(1000.0, 10.0, 0.0), rcs_m2=0.01)]
    stated = sensor(sigma_range_m=0.01, sigma_azimuth_deg=0.001)
    told = rows(stated, scene(pair), beam_deg=1.0, cell_m=20.0, **STILL)
    assert set(told.object) == {"strong"}
    assert len(told.t_ns) == len(told.looks_ns)
    assert np.allclose(number(told, "range") * np.cos(np.radians(number(told, "azimuth"))), 2.5, atol=0.3)  # a quarter of the way


@pytest.mark.parametrize(("apart", "plots"), [((0.0, 10.0, 0.0), 1), ((0.0, 25.0, 0.0), 2), ((25.0, 0.0, 0.0), 2)])
def test_two_apart_by_a_beam_or_a_cell_are_two(apart: tuple[float, float, float], plots: int) -> None:
    other = tuple(a + b for a, b in zip((1000.0, 0.0, 0.0), apart, strict=True))
    told = rows(sensor(), scene([Line("a"), Line("b", start=other)]), beam_deg=1.0, cell_m=20.0, **STILL)  # type: ignore[arg-type]
    assert len(told.t_ns) == plots * len(told.looks_ns)


def test_what_is_hidden_or_in_a_blank_sector_is_not_seen() -> None:
    everywhere = [
        Line("east"),
        Line("west", start=(-1000.0, 0.0, 0.0)),
        Line("far", start=(0.0, 5001.0, 0.0)),
        Line("in", start=(0.0, 900.0, 0.0)),
    ]
    told = rows(sensor(), scene(everywhere, wall_m=500.0), blank=({"from_deg": 340, "to_deg": 20},), **STILL)
    assert set(told.object) == {"west"}


def test_ghosts_are_not_seen_and_who_is_gone_is_not_either() -> None:
    told = rows(sensor(), scene([Line("ghost", kind="ghost"), Line("brief", start=(-1000.0, 0.0, 0.0), there=(20.0, 30.0))]), **STILL)
    assert set(told.object) == {"brief"}
    assert measured_s(told).min() >= 20.0
    assert measured_s(told).max() < 30.0


def test_one_that_tracks_by_itself_errs_slowly_and_smoothly() -> None:
    """The spread stays; (1 + x) exp(-x) is the correlation of the errors, 1 / e after the correlation time."""
    stated = sensor(sigma_range_m=10.0, correlation_s=5.0)
    told = rows(stated, scene([Line()], 20_000.0), follow_s=1e9, lost_s=0.0, hold_s=0.0, **STILL)
    errors = number(told, "range") - 1000.0
    assert errors.std() == pytest.approx(10.0, rel=0.1)
    for lag in (1, 5, 10):
        x = 2.146 * lag / 5.0
        assert np.corrcoef(errors[:-lag], errors[lag:])[0, 1] == pytest.approx((1 + x) * math.exp(-x), abs=0.07)


def test_one_that_tracks_by_itself_follows_in_runs() -> None:
    told = rows(sensor(correlation_s=20.0), scene([Line()], 20_000.0), follow_s=30.0, lost_s=60.0, hold_s=0.0, **STILL)
    fresh = np.sort(np.unique(told.t_ns)) / 1e9
    assert len(fresh) == len(told.t_ns)
    assert len(fresh) / len(told.looks_ns) == pytest.approx(30.0 / 90.0, rel=0.2)
    gaps = np.diff(fresh)
    assert gaps[gaps > 5.0].mean() == pytest.approx(60.0 + 5.0, rel=0.25)


def test_while_it_misses_it_tells_its_last_plot_again() -> None:
    """In each look, word for word, until the next fresh one or the end of its patience."""
    told = rows(sensor(correlation_s=20.0, p_detection=0.7), scene([Line()], 2000.0), follow_s=30.0, lost_s=30.0, hold_s=5.0, **STILL)
    age = np.round((told.look_ns - told.t_ns) / 1e9 - 0.75, 3)
    assert set(np.round(age)) == {0.0, 1.0, 2.0, 3.0, 4.0, 5.0}
    for t_ns in np.unique(told.t_ns)[:50]:
        same = told.at(told.t_ns == t_ns)
        assert len(set(number(same, "range"))) == 1 == len(set(same.values["reflection"]))
        assert (np.diff(same.look_ns) // 10**9 == 1).all()
    assert len(np.unique(told.look_ns)) == len(told.look_ns)


def test_no_object_no_look_no_harm() -> None:
    assert len(rows(sensor(), scene([])).t_ns) == 0
    assert len(rows(sensor(interval_s=50.0), scene(lasts_s=1.0), seed=1).looks_ns) <= 1
