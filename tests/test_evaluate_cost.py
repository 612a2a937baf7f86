"""The realised cost, by the rule that its module states."""

from __future__ import annotations

import pytest

from forewarn.evaluate.cost import dangerous, harm, late
from forewarn.site import Costs

COSTS = Costs(false_alarm=1.0, missed={"drone": 10.0, "bird": 0.0, "other": 5.0}, conforming=0.5)


def test_harm_is_what_the_site_states() -> None:
    assert harm(COSTS, "drone", False) == 10.0
    assert harm(COSTS, "rocket", False) == 5.0  # takes `other`
    assert harm(COSTS, "drone", True) == 0.5
    assert harm(Costs(missed={}), "drone", False) == 0.0


def test_dangerous_is_what_a_warning_is_worth_for() -> None:
    assert dangerous(COSTS, "drone", False)
    assert not dangerous(COSTS, "drone", True)
    assert not dangerous(COSTS, "bird", False)


@pytest.mark.parametrize(("lead", "cost"), [(0.0, 10.0), (5.0, 5.0), (10.0, 0.0), (99.0, 0.0)])
def test_late_pays_the_share_of_the_need_that_was_missing(lead: float, cost: float) -> None:
    assert late(10.0, lead, 10.0) == pytest.approx(cost)


def test_who_needs_no_time_is_never_late() -> None:
    assert late(10.0, 0.0, 0.0) == 0.0
