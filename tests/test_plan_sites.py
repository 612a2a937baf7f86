"""Sensors put in their place, and one more."""

from __future__ import annotations

import pytest

from forewarn.plan.sites import BadPlan, placed, with_one_more
from tests.plan_help import yard


def test_what_nobody_placed_stands_in_the_first_zone() -> None:
    moving = yard(**{"position = { lat_deg = 52.001, lon_deg = 5.002, alt_m = 10.0 }": "moves = true"})
    site, lost = placed(moving)
    assert lost == ("flat",)
    berth = site.sensor("flat").position
    assert berth is not None
    assert (berth.lat_deg, berth.lon_deg) == pytest.approx((52.0, 5.0))
    assert placed(yard())[1] == ()


def test_one_more_sensor_is_like_the_one_it_is_named_for() -> None:
    site, more = with_one_more(yard(), "radar@52.01,5.02,30")
    assert more.id == "radar-2"
    assert more.position is not None
    assert (more.position.lat_deg, more.position.lon_deg, more.position.alt_m) == (52.01, 5.02, 30.0)
    assert more.sigma_range_m == 6.0
    assert [s.id for s in site.sensors] == ["radar", "flat", "finder", "id", "radar-2"]
    assert with_one_more(site, "radar@52.01,5.02")[1].id == "radar-3"


@pytest.mark.parametrize("bad", ["radar", "nobody@52,5", "radar@200,5", "radar@52;5", "radar@1.2.3,5"])
def test_nonsense_is_told(bad: str) -> None:
    with pytest.raises(BadPlan, match="--add"):
        with_one_more(yard(), bad)
