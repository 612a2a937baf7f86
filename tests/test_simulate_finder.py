"""Simulated radio finders."""

from __future__ import annotations

import numpy as np
from scipy.stats import binomtest, kstest

from tests.simulate_sensors_help import Line, number, rows, scene, sensor, turned

FINDER = {"kind": "radio_finder", "reports": "bearing", "sigma_azimuth_deg": 3.0, "scan": False}


def test_noise_and_stated_bias() -> None:
    told = rows(sensor(**FINDER, bias_azimuth_deg=-7.5), scene(lasts_s=3000.0), mode_share=0.0)
    assert kstest((turned(number(told, "azimuth") - 90.0) + 7.5) / 3.0, "norm").pvalue > 1e-3
    assert "range" not in told.values


def test_silent_objects_are_not_heard() -> None:
    told = rows(sensor(**FINDER), scene([Line("silent", radio="none"), Line("loud")]), mode_share=0.0)
    assert set(told.object) == {"loud"}


def test_some_bearings_come_by_way_of_reflectors() -> None:
    """As many as asked for, in a few directions, and they count as nothing's."""
    told = rows(sensor(**FINDER | {"sigma_azimuth_deg": 0.5}), scene(lasts_s=4000.0), mode_share=0.3, modes=3)
    by_way = told.object == ""
    assert binomtest(int(by_way.sum()), len(by_way), 0.3).pvalue > 1e-3
    assert np.abs(turned(number(told, "azimuth")[~by_way] - 90.0)).max() < 3.0
    assert len(np.unique(np.round(number(told, "azimuth")[by_way] / 5.0))) < 10


def test_half_of_the_false_bearings_are_bystanders() -> None:
    told = rows(sensor(**FINDER | {"sigma_azimuth_deg": 0.5, "clutter": 2.0}), scene([], 3000.0), bystanders=1)
    assert len(told.t_ns) / 3000.0 == np.clip(len(told.t_ns) / 3000.0, 1.9, 2.1)
    counts, _ = np.histogram(number(told, "azimuth"), bins=72, range=(0, 360))
    assert 0.4 < np.sort(counts)[-2:].sum() / counts.sum() < 0.6


def test_behind_a_hill_it_hears_less() -> None:
    told = rows(sensor(**FINDER), scene(wall_m=500.0, lasts_s=2000.0), masked_share=0.3)
    assert binomtest(len(told.t_ns), len(told.looks_ns), 0.3).pvalue > 1e-3


def test_radios_have_names_unless_the_site_has_opinions() -> None:
    assert set(rows(sensor(**FINDER), scene()).values["label"]) == {"drone_link"}
    opinions = {"labels": {"OcuSync": {"drone": 1.0, "false": 0.0}}}
    assert set(rows(sensor(**FINDER, opinions=opinions), scene()).values["label"]) == {"OcuSync"}
