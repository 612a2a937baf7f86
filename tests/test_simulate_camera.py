"""Simulated cameras: field of view, light, fog, size, labels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from tests.simulate_sensors_help import Line, number, rows, scene, sensor

CAMERA = {"kind": "camera", "reports": "bearing", "sigma_azimuth_deg": 0.3, "scan": False, "coverage": {"max_range_m": 1500.0}}
NEAR = Line(start=(100.0, 0.0, 0.0))


def test_it_looks_where_it_looks() -> None:
    told = rows(
        sensor(**CAMERA | {"clutter": 5.0}),
        scene([NEAR, Line("west", start=(-100.0, 0.0, 0.0))]),
        sectors=({"from_deg": 60, "to_deg": 120},),
    )
    assert set(told.object) == {"one", ""}
    assert ((number(told, "azimuth") > 58) & (number(told, "azimuth") < 122)).all()


@pytest.mark.parametrize(("light", "left"), [("day", 1.0), ("dusk", 0.7), ("night", 0.4)])
def test_night_takes_its_share(light: str, left: float) -> None:
    told = rows(sensor(**CAMERA | {"p_detection": 0.8}), scene([NEAR], 3000.0, light=light), night_factor=0.4)
    assert binomtest(len(told.t_ns), len(told.looks_ns), 0.8 * left).pvalue > 1e-3


def test_half_at_the_greatest_range_for_the_stated_size_and_fog_takes_the_rest() -> None:
    far = Line(start=(1499.999, 0.0, 0.0))
    clear = rows(sensor(**CAMERA), scene([far], 2000.0, visibility_m=1e5), seen_size_m=0.5 * math.exp(-3.912 * 0.015))
    assert binomtest(len(clear.t_ns), len(clear.looks_ns), 0.5).pvalue > 1e-3
    assert len(rows(sensor(**CAMERA), scene([far], 2000.0, visibility_m=1000.0)).t_ns) == 0


@pytest.mark.parametrize(("range_m", "visibility_m"), [(800.0, 1e5), (500.0, 2000.0), (300.0, 500.0)])
def test_chance_by_resolution_and_contrast(range_m: float, visibility_m: float) -> None:
    told = rows(sensor(**CAMERA), scene([Line(start=(range_m, 0.0, 0.0))], 2000.0, visibility_m=visibility_m))
    x = 1500.0 / range_m * math.exp(-3.912 * range_m / visibility_m)
    power = x ** (2.7 + 0.7 * x)
    assert binomtest(len(told.t_ns), len(told.looks_ns), power / (1 + power)).pvalue > 1e-3


def test_a_wall_hides() -> None:
    assert len(rows(sensor(**CAMERA), scene([NEAR], wall_m=50.0)).t_ns) == 0


def test_labels_are_as_often_right_as_the_site_says() -> None:
    opinions = {"labels": {"UAV": {"drone": 0.6, "other": 0.1}, "Bird": {"drone": 0.1, "bird": 0.6, "other": 0.1}}}
    told = rows(sensor(**CAMERA, opinions=opinions), scene([NEAR], 3000.0))
    labels = list(told.values["label"])
    for word, chance in (("UAV", 0.6), ("Bird", 0.1), ("", 0.3)):
        assert binomtest(labels.count(word), len(labels), chance).pvalue > 1e-3


def test_labels_without_opinions_are_kinds_some_of_them_wrong() -> None:
    labels = list(rows(sensor(**CAMERA), scene([NEAR], 3000.0), wrong_kind=0.2).values["label"])
    assert binomtest(labels.count("bird"), len(labels), 0.2).pvalue > 1e-3
    assert set(labels) == {"drone", "bird"}


def test_elevations_where_it_tells_them() -> None:
    told = rows(sensor(**CAMERA, sigma_elevation_deg=0.2), scene([Line(start=(100.0, 0.0, 100.0))]))
    assert number(told, "elevation").mean() == pytest.approx(45.0, abs=0.2)
    assert np.std(number(told, "elevation")) == pytest.approx(0.2, rel=0.4)
