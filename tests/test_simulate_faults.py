"""What goes wrong with a sensor and on the way from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from forewarn.simulate.faults import Fault, misfit, upset
from forewarn.simulate.sensors import Rows
from tests.simulate_sensors_help import STARTS_NS, Line, keys, measured_s, number, rng, rows, scene, sensor

FLIES = Line(start=(1000.0, 0.0, 0.0), vel=(5.0, 0.0, 0.0))


def after(what: str, seed: int = 5, from_s: float = 20.0, to_s: float = 40.0, stated: Any = None, **given: Any) -> tuple[Rows, Rows]:
    """Before and after."""
    stated, at = stated or sensor(sigma_azimuth_deg=0.01), scene([FLIES])
    good = rows(stated, at, half_range_m=50_000.0)
    fault = Fault(sensor="radar", what=what, from_s=from_s, to_s=to_s, **given)  # type: ignore[arg-type]
    return good, upset(good, [fault], stated, at, [rng(seed)])


def seconds(t_ns: np.ndarray) -> np.ndarray:
    return (t_ns - STARTS_NS) / 1e9


def test_an_outage_stops_the_looks() -> None:
    good, bad = after("outage")
    looks = seconds(bad.looks_ns)
    assert not ((looks >= 20) & (looks < 40)).any()
    assert len(good.looks_ns) - len(bad.looks_ns) == 20
    assert len(bad.t_ns) == len(bad.looks_ns)


def test_a_stall_holds_bytes_back_and_they_come_at_once_or_never() -> None:
    good, bad = after("stall")
    held = (seconds(good.looks_sent_ns) >= 20) & (seconds(good.looks_sent_ns) < 40)
    assert (seconds(bad.looks_sent_ns)[held] == 40.0).all()
    assert (bad.looks_ns == good.looks_ns).all()
    _, lost = after("stall", ends=False)
    assert len(lost.looks_ns) == (~held).sum()


@pytest.mark.parametrize("by_s", [3600.0, -4.0])
def test_a_clock_steps(by_s: float) -> None:
    good, bad = after("clock_step", by_s=by_s)
    inside = (seconds(good.t_ns) >= 20) & (seconds(good.t_ns) < 40)
    assert np.allclose((np.sort(bad.t_ns) - np.sort(good.t_ns + np.where(inside, by_s * 1e9, 0).astype(np.int64))) / 1e9, 0.0)
    assert (np.sort(bad.sent_ns) == np.sort(good.sent_ns)).all()


def test_a_clock_drifts() -> None:
    good, bad = after("clock_drift", from_s=0.0, to_s=1e9, by_s_per_s=0.1)
    assert np.allclose(seconds(bad.looks_ns), 1.1 * seconds(good.looks_ns), atol=0.001)


def test_a_flood_and_a_repeat_add_rows() -> None:
    good, bad = after("flood", plots=50)
    extra = bad.object == ""
    assert extra.sum() / 20 == pytest.approx(50, rel=0.15)
    assert (bad.sent_ns[extra] - bad.look_ns[extra] == 100_000_000).all()
    _, twice = after("repeat", share=0.5, from_s=0.0, to_s=60.0)
    assert len(twice.t_ns) / len(good.t_ns) == pytest.approx(1.5, abs=0.25)
    assert set(twice.t_ns) == set(good.t_ns)


def test_data_come_late_and_out_of_order() -> None:
    good, late = after("late", by_s=4.0)
    assert set(np.round((late.looks_sent_ns - good.looks_sent_ns) / 1e9, 3)) == {0.0, 4.0}
    _, jitter = after("jitter", by_s=3.0)
    by = (jitter.looks_sent_ns - good.looks_sent_ns) / 1e9
    assert 0 < by.max() <= 3.0
    assert (np.diff(jitter.looks_sent_ns) < 0).any()


def test_a_liar_moves_all_or_invents_one() -> None:
    _good, moved = after("lie", offset_m=(0.0, 200.0, 0.0))
    lies = moved.object == ""
    assert lies.sum() == 20
    north = number(moved, "range") * np.cos(np.radians(number(moved, "azimuth")))
    assert np.allclose(north[lies], 200.0, atol=5.0)
    assert np.allclose(north[~lies], 0.0, atol=5.0)
    _, invented = after("lie", from_s=0.0, to_s=60.0)
    false = invented.object == ""
    assert 45 <= false.sum() <= 60
    angle = np.radians(number(invented, "azimuth")[false])
    xy = number(invented, "range")[false] * np.stack([np.sin(angle), np.cos(angle)])
    speed = [np.polyfit(seconds(invented.look_ns[false]), axis, 1)[0] for axis in xy]
    assert np.hypot(*speed) == pytest.approx(15.0, rel=0.1)


def test_a_lying_finder_turns_its_bearings() -> None:
    finder = sensor(kind="radio_finder", reports="bearing", sigma_azimuth_deg=0.01, scan=False)
    _, moved = after("lie", stated=finder, offset_m=(0.0, 1000.0, 0.0))
    assert ((number(moved, "azimuth")[(measured_s(moved) > 21) & (measured_s(moved) < 39)] - 45.0).round(0) == 0).mean() > 0.8


def test_faults_that_make_no_sense_are_told() -> None:
    for wrong in ({"to_s": 5.0, "from_s": 9.0}, {"what": "late", "by_s": -1.0}, {"what": "fire"}, {"wat": 1}):
        with pytest.raises(ValidationError):
            Fault.model_validate({"sensor": "radar", "what": "outage"} | wrong)
    assert "claims" in misfit(Fault(sensor="a", what="flood"), sensor(kind="receiver", reports="claims"))
    assert misfit(Fault(sensor="a", what="flood"), sensor()) == ""


def test_no_fault_changes_nothing() -> None:
    good = rows(sensor(), scene([FLIES]))
    same = upset(good, [], sensor(), scene([FLIES]), [])
    assert all((a == b).all() for a, b in zip(good[:3], same[:3], strict=True))
    assert keys().id == "radar"
