"""A look as arrays: frames, biases, order and opinions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn import geo
from forewarn.messages import KINDS, Plot, Polar, Position
from forewarn.track import look, plan
from tests.track_help import at, bearing, plot, site, view
from tests.track_help import look as seen

PLAN = plan.make(site())


def read(sensor: str, *plots: Plot, of: plan.Plan = PLAN) -> look.Look:
    observation = seen(0.0, *plots, sensor=sensor)
    return look.read(of, view(sensor), observation, observation.plots)


def test_places_in_degrees_come_into_the_sites_frame() -> None:
    lat, lon, alt = geo.to_place((120.0, -40.0, 75.0), PLAN.origin).tolist()
    found = read("radar", Plot(t_ns=at(0), measured=Position(lat_deg=lat, lon_deg=lon, alt_m=alt)))
    assert found.place[:, 0] == pytest.approx([120.0, -40.0, 75.0], abs=1e-6)


def test_a_height_is_used_only_where_the_site_says_how_good_it_is() -> None:
    assert np.isfinite(read("radar", plot(0, 1, 2, 30.0)).place[2, 0])
    assert np.isnan(read("other", plot(0, 1, 2, 30.0)).place[2, 0])


@given(azimuth=st.floats(0, 359), distance=st.floats(50, 3000))
def test_range_and_azimuth_as_sampled(azimuth: float, distance: float) -> None:
    found = read("radar", Plot(t_ns=at(0), measured=Polar(azimuth_deg=azimuth, range_m=distance)))
    sense = PLAN.sensors["radar"]
    jacobian = np.array([
        [math.sin(math.radians(azimuth)), distance * math.cos(math.radians(azimuth))],
        [math.cos(math.radians(azimuth)), -distance * math.sin(math.radians(azimuth))],
    ])  # fmt: skip
    expected = jacobian @ np.diag([sense.range_m**2, sense.azimuth_rad**2]) @ jacobian.T
    assert found.noise[:, :, 0] == pytest.approx(expected)
    assert np.hypot(*found.place[:2, 0]) == pytest.approx(distance)


def test_a_stated_bias_is_taken_off() -> None:
    assert np.degrees(read("finder", bearing(0, 95.0)).bearing[0]) == pytest.approx(90.0)
    biased = plan.make(site().model_copy(update={"sensors": tuple(
        s.model_copy(update={"bias_azimuth_deg": 10.0}) if s.id == "radar" else s for s in site().sensors
    )}))  # fmt: skip
    turned = math.radians(30.0)
    found = read("radar", plot(0, 1000 * math.sin(turned), 1000 * math.cos(turned)), of=biased)
    assert geo.azimuth_deg(*found.place[:2, 0]) == pytest.approx(20.0)


def test_the_order_of_plots_in_a_message_does_not_matter() -> None:
    plots = [plot(0, 5, 5), plot(0, 1, 9), plot(-1, 7, 2), bearing(0, 40.0), bearing(0, 10.0)]
    one, two = read("radar", *plots), read("radar", *reversed(plots))
    assert one.key == two.key
    assert np.array_equal(one.place, two.place, equal_nan=True)
    assert np.array_equal(one.bearing, two.bearing)


OPINIONS = """
[[sensors]]
id = "judge"
kind = "radar"
reports = "position"
position = { lat_deg = 52.0, lon_deg = 5.0 }
[sensors.opinions]
labels = { DRONE = { drone = 0.6, other = 0.1, false = 0.2 } }
reflection_db = { drone = { mean = -20.0, sd = 4.0 }, false = { mean = -35.0, sd = 4.0 } }
score = { true = { mean = 0.9, sd = 0.1 }, false = { mean = 0.5, sd = 0.3 } }
"""
JUDGED = plan.make(site(more=OPINIONS))
DRONE = KINDS.index("drone")


def odds(**reading: Any) -> np.ndarray:
    found = read("judge", plot(0, 1, 1, **reading), of=JUDGED)
    return np.asarray(found.odds[:-1, 0] - found.odds[-1, 0])


def test_labels_are_likelihood_ratios() -> None:
    found = odds(label="DRONE")
    assert found[DRONE] == pytest.approx(math.log(0.6 / 0.2))
    assert np.delete(found, DRONE) == pytest.approx(math.log(0.1 / 0.2))
    assert odds(label="SOMETHING").tolist() == [0.0] * len(KINDS)


def test_reflection_tells_kinds_that_are_described_and_nothing_of_others() -> None:
    found = odds(reflection_db=-20.0)
    assert found[DRONE] > 2.0
    assert np.delete(found, DRONE) == pytest.approx(0.0)


def test_score_tells_true_from_false_not_kinds() -> None:
    found = odds(score=0.95)
    assert found == pytest.approx(found[0])
    assert found[0] > 0.5


@given(st.floats(-300, 300))
def test_no_reading_is_worth_more_than_its_surprise(reflection: float) -> None:
    assert np.abs(odds(reflection_db=reflection)).max() < math.log(100.0 / (4.0 * look.SURPRISE))


def test_an_odd_reading_tells_nothing() -> None:
    assert odds(reflection_db=80.0) == pytest.approx(0.0, abs=1e-6)
