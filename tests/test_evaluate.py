"""The whole evaluation: its parts agree with each other, JSON comes back the same, and the text says it."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from forewarn import geo
from forewarn.evaluate import (
    Episode,
    Evaluation,
    Reports,
    Tracks,
    Truth,
    Zone,
    evaluate,
    gospa_over_time,
    to_json,
    to_text,
    tracks_from,
    truth_from,
)
from forewarn.evaluate.aligned import at, round_plane, to_plane, true_plane, whole_seconds
from forewarn.evaluate.coverage import coverage
from forewarn.evaluate.yardstick import THRESHOLDS, Yardstick

T0 = 1_600_000_000.0
LAT, LON = 51.5, 5.86


def run() -> tuple[Tracks, Truth]:
    """A drone that flies east over a zone, a track beside it, surer and surer, and one that is nowhere near."""
    times = np.arange(60.0)
    truth = truth_from(
        {
            "drone": ["[drone]"] * 60,
            "time_s": list(T0 + times),
            "lat_deg": [LAT] * 60,
            "lon_deg": list(LON - 0.005 + 1e-4 * times),
            "height_above_takeoff_m": list(np.minimum(times, 40.0)),
        }
    )
    tracks = tracks_from(
        {
            "time_s": list(T0 + times - 0.1) * 2,
            "track": ["1"] * 60 + ["2"] * 60,
            "lat_deg": [LAT + 1e-4] * 60 + [LAT + 0.01] * 60,
            "lon_deg": list(LON - 0.005 + 1e-4 * times) * 2,
            "existence": list(times / 60) + [0.3] * 60,
        }
    )
    return tracks, truth


def evaluation() -> Evaluation:
    zone = Zone(name="school", circle=(LAT, LON, 100.0), need_s=5.0)
    seen = Reports(np.array([T0 + 30]), np.array([LAT]), np.array([LON - 0.002]))
    return evaluate(*run(), zones=[zone], episodes=[Episode(zone="school", t_raise_s=T0 + 20)], reports=seen)


def test_the_curve_holds_the_figures_at_its_thresholds() -> None:
    tracks, truth = run()
    e = evaluation()
    assert [p.existence for p in e.curve] == list(THRESHOLDS)
    (half,) = (p for p in e.curve if p.existence == e.yardstick.confirmed)
    assert (half.coverage, half.rms_m, half.false_fraction) == (e.coverage.coverage, e.coverage.rms_m, e.coverage.false_fraction)
    assert half.gospa_rms_m == e.gospa.rms_m
    for p in e.curve:
        y = Yardstick(confirmed=p.existence)
        assert (p.coverage, p.switches) == (coverage(tracks, truth, y).coverage, coverage(tracks, truth, y).switches)
        assert p.gospa_rms_m == gospa_over_time(tracks, truth, y).rms_m
    assert e.curve[0].false_fraction > e.curve[-1].false_fraction == 0


def test_json_comes_back_the_same() -> None:
    e = evaluation()
    assert msgspec.json.decode(to_json(e), type=Evaluation) == e
    assert to_json(evaluation()) == to_json(e)


def test_text_says_the_figures() -> None:
    e = evaluation()
    text = to_text(e)
    assert f"{e.coverage.coverage:.3f}" in text
    assert f"{e.gospa.rms_m:.2f}" in text
    assert "[drone]" in text
    assert "2020-09-13 12:27:16" in text  # the entry, UTC
    assert f"{e.zones[0].entries[0].lead_s:.1f}" in text
    assert max(map(len, text.splitlines())) <= 140


def test_without_zones_there_is_no_word_of_them() -> None:
    e = evaluate(*run())
    assert e.zones == ()
    assert "Zones" not in to_text(e)


@pytest.mark.parametrize("bad", [{"confirmed": 1.1}, {"near_m": 0}, {"hold_s": -1}, {"c_m": -5.0}, {"seen": 3}])
def test_a_yardstick_from_outside_is_checked(bad: dict[str, float]) -> None:
    with pytest.raises((msgspec.ValidationError, TypeError)):
        msgspec.convert(bad, msgspec.defstruct("Strict", [], bases=(Yardstick,), forbid_unknown_fields=True))


def test_a_truth_without_a_whole_second_has_no_figures() -> None:
    blink = truth_from({"object": ["a", "a"], "time_s": [T0 + 0.2, T0 + 0.8], "lat_deg": [LAT] * 2, "lon_deg": [LON] * 2})
    e = evaluate(run()[0], blink, zones=[Zone(name="school", circle=(LAT, LON, 100.0))], episodes=[Episode(zone="school", t_raise_s=T0)])
    assert (e.coverage.seconds, e.coverage.coverage, e.gospa.rms_m, e.zones[0].entries) == (0, 0.0, 0.0, ())
    assert to_text(e)


# ------------------------------------------------------------------------------------------------------------ aligned


@pytest.mark.parametrize("lat", [-63.4, 0.0, 51.5, 80.0])
@pytest.mark.parametrize(("east", "north"), [(1000.0, 0.0), (0.0, 1000.0), (-300.0, 400.0)])
def test_the_true_plane_is_the_local_level_frame(lat: float, east: float, north: float) -> None:
    there = geo.to_place((east, north, 0.0), (lat, 7.0, 0.0))
    tolerance = max(0.01, 2e-7 * math.tan(math.radians(abs(lat))) * (east**2 + north**2))
    assert to_plane(true_plane(lat, 7.0), there[0], there[1]) == pytest.approx((east, north), abs=tolerance)


def test_the_round_plane_is_near_the_true_one() -> None:
    rough, fine = round_plane(51.5, 6.0), true_plane(51.5, 6.0)
    assert rough.north_m_per_deg == pytest.approx(fine.north_m_per_deg, rel=0.01)
    assert rough.east_m_per_deg == pytest.approx(fine.east_m_per_deg, rel=0.01)


def test_whole_seconds_span_all_objects() -> None:
    two = truth_from({"object": ["a", "a", "b", "b"], "time_s": [3.2, 8.0, 5.0, 9.9], "lat_deg": [1.0] * 4, "lon_deg": [1.0] * 4})
    assert whole_seconds(two).tolist() == [4, 5, 6, 7, 8, 9]
    seen = at(two[0], whole_seconds(two))
    assert seen.present.tolist() == [True] * 5 + [False]
    assert np.isnan(seen.lat_deg[-1])


def test_interpolation_is_linear() -> None:
    (one,) = truth_from({"object": ["a", "a"], "time_s": [0.0, 4.0], "lat_deg": [10.0, 12.0], "lon_deg": [1.0, 1.0], "alt_m": [0.0, 100.0]})
    seen = at(one, np.array([1.0, 3.0]))
    assert seen.lat_deg.tolist() == [10.5, 11.5]
    assert seen.alt_m.tolist() == [25.0, 75.0]
