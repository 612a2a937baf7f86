"""Simulated microphones: the delay of sound against a closed form, range and wind against the stated curve."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import binomtest

from forewarn.simulate.sensors import microphone
from tests.simulate_sensors_help import STARTS_NS, Line, number, rig, rows, scene, sensor, turned

EAR = {"kind": "microphone", "reports": "bearing", "sigma_azimuth_deg": 0.001, "scan": False, "coverage": {"max_range_m": 500.0}}


def test_the_speed_of_sound() -> None:
    assert microphone.sound_mps(0.0) == pytest.approx(331.3)
    assert microphone.sound_mps(20.0) == pytest.approx(343.2, abs=0.1)


@pytest.mark.parametrize("speed", [20.0, 80.0, 200.0])
def test_the_bearing_is_of_where_it_was(speed: float) -> None:
    """It flies along y = 300: emission at t solves (t_heard - t)^2 c^2 = x(t)^2 + 300^2, a quadratic."""
    told = rows(sensor(**EAR), scene([Line(start=(-speed * 30.0, 300.0, 0.0), vel=(speed, 0.0, 0.0), sound_db=150.0)]))
    c, heard = microphone.sound_mps(15.0), (told.look_ns - STARTS_NS) / 1e9
    x = speed * (heard - 30.0)  # where it is when it is heard; then x - speed * delay, and c^2 d^2 = (x - speed d)^2 + 300^2
    a, b, k = c**2 - speed**2, 2 * speed * x, -(x**2 + 300.0**2)
    delay = (-b + np.sqrt(b**2 - 4 * a * k)) / (2 * a)
    assert np.allclose(turned(number(told, "azimuth") - np.degrees(np.arctan2(x - speed * delay, 300.0))), 0.0, atol=0.05)
    assert (told.t_ns == told.look_ns).all()
    assert np.abs(turned(number(told, "azimuth") - np.degrees(np.arctan2(x, 300.0)))).max() > 2.0


def test_it_is_heard_half_the_time_at_the_greatest_range() -> None:
    told = rows(sensor(**EAR), scene([Line(start=(0.0, 500.0, 0.0))], 2000.0))
    assert binomtest(len(told.t_ns), len(told.looks_ns), 0.5).pvalue > 1e-3


@pytest.mark.parametrize(("range_m", "wind", "loud"), [(250.0, 0.0, 80.0), (250.0, 9.0, 80.0), (1000.0, 0.0, 92.0), (400.0, 3.0, 75.0)])
def test_it_is_heard_as_the_levels_say(range_m: float, wind: float, loud: float) -> None:
    """20 dB a decade and 5 dB a kilometre down, wind noise of fifth power, 3 dB of fading."""
    told = rows(sensor(**EAR), scene([Line(start=(0.0, range_m, 0.0), sound_db=loud)], 2000.0, wind_mps=wind))
    over = loud - 80.0 + 20 * math.log10(500.0 / range_m) + 0.005 * (500.0 - range_m) - 10 * math.log10(1 + (wind / 6.0) ** 5)
    assert binomtest(len(told.t_ns), len(told.looks_ns), float(ndtr(over / 3.0))).pvalue > 1e-3


def test_birds_are_not_heard_and_hills_hide_nothing() -> None:
    told = rows(
        sensor(**EAR), scene([Line("bird", sound_db=30.0, start=(100.0, 0.0, 0.0)), Line("drone", start=(100.0, 50.0, 0.0))], wall_m=10.0)
    )
    assert set(told.object) == {"drone"}


def test_louder_than_the_wind_matters_most_where_it_is_quiet() -> None:
    ear = rig(sensor(**EAR), scene())
    chance = microphone.heard(ear, np.array([80.0]), np.array([300.0]), 0.0)
    assert chance > microphone.heard(ear, np.array([80.0]), np.array([300.0]), 12.0)
