"""Simulated receivers of claims: true, missing, late and false ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from forewarn import geo
from forewarn.simulate.scenario_parts import ClaimKeys
from tests.simulate_sensors_help import ORIGIN, STARTS_NS, Line, number, rows, scene, sensor

RECEIVER = {"kind": "receiver", "reports": "claims", "coverage": {"max_range_m": 3000.0}}
CLAIM = {"by": "remote_id", "identity": "serial:1581F5FKD229"}


def heard(lasts_s: float = 2000.0, wall_m: float = 1e9, start: tuple[float, float, float] = (1000.0, 0.0, 50.0), **claim: object):  # type: ignore[no-untyped-def]
    claims = (ClaimKeys.model_validate(CLAIM | claim),)
    return rows(sensor(**RECEIVER), scene([Line(start=start, vel=(0.0, 0.5, 0.0), claims=claims)], lasts_s, wall_m=wall_m))


def enu(told) -> np.ndarray:  # type: ignore[no-untyped-def]
    return geo.to_enu(number(told, "lat"), number(told, "lon"), number(told, "alt"), ORIGIN)


def errors(told, offset: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> np.ndarray:  # type: ignore[no-untyped-def]
    t_s = (told.t_ns - STARTS_NS) / 1e9
    return enu(told) - np.array([[1000.0], [0.0], [50.0]]) - np.array(offset)[:, None] - np.outer([0.0, 0.5, 0.0], t_s)


def test_a_true_claim_errs_as_it_says_and_slowly() -> None:
    told = heard(20_000.0, start=(1000.0, -5000.0, 50.0))
    east = errors(told)[0]
    assert east.std() == pytest.approx(5.0, rel=0.15)
    assert np.abs(np.diff(east)).mean() < 1.5
    assert set(told.values["identity"]) == {"1581F5FKD229"}
    assert set(told.values["kind"]) == {"drone"}
    assert set(told.object) == {"one"}


def test_a_claim_spoofed_elsewhere_is_heard_from_where_it_is_sent() -> None:
    """2 km off, past the receiver's range; whose it is stays known."""
    told = heard(offset_m=(4000.0, 0.0, 0.0))
    assert np.abs(errors(told, (4000.0, 0.0, 0.0))).max() < 40.0
    assert len(told.t_ns) > 1900


def test_late_claims_arrive_late_and_missing_ones_do_not() -> None:
    told = heard(late_s=7.0, from_s=100.0, to_s=200.0)
    assert (told.sent_ns - told.t_ns) / 1e9 == pytest.approx(7.1)
    assert 99 <= len(told.t_ns) <= 101


def test_out_of_range_and_behind_a_hill() -> None:
    assert len(heard(start=(3500.0, 0.0, 0.0)).t_ns) == 0
    hidden = heard(wall_m=500.0)
    assert binomtest(len(hidden.t_ns), 2000, 0.3).pvalue > 1e-3


def test_a_ghost_has_claims_and_nothing_else() -> None:
    ghost = Line("ghost", kind="ghost", claims=(ClaimKeys.model_validate(CLAIM),))
    assert len(rows(sensor(**RECEIVER), scene([ghost])).t_ns) >= 59
    assert len(rows(sensor(), scene([ghost])).t_ns) == 0
