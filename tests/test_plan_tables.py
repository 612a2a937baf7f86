"""What the table says, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from forewarn.plan import tables
from forewarn.plan.approach import Chosen, Table
from tests.plan_help import yard

SITE = yard()
AHEAD = np.array([0.0, 10.0, 20.0, 40.0])


def table(zone: str, afar: list[float], enters: bool = True) -> Table:
    n = len(afar)
    mean = np.stack([np.minimum(AHEAD / 2, most) for most in afar])
    return Table(zone, np.arange(n) * 360.0 / n, AHEAD, mean, 0 * mean, np.full(n, 60.0), enters)


def test_sides_and_the_worst_direction() -> None:
    found = tables.rows(SITE, Chosen(), (table("round", [20.0] * 7 + [4.0]), table("square", [9.0] * 8), table("ground", [0.0] * 8, False)))
    whole, north, west = found[0], found[1], found[8]
    assert (whole.side, whole.median_s, whole.worst_s, whole.worst_deg, whole.short) == (tables.ALL, 20.0, 4.0, 315.0, 0.125)
    assert math.isnan(whole.need_from_m)
    assert (north.side, north.worst_s, north.need_from_m) == ("north", 20.0, 400.0)  # 10 s are left from 20 s on, at 20 m/s
    assert (west.side, west.short) == ("north-west", 1.0)
    assert {row.zone for row in found} == {"round", "square"}
    assert len(tables.text(found)) == 1 + 18
    assert tables.arrow(found).num_rows == 18


@pytest.mark.parametrize(("need", "at"), [(0.0, 0.0), (5.0, 10.0), (7.5, 15.0), (20.0, 40.0), (21.0, math.inf)])
def test_from_where_on_there_is_time(need: float, at: float) -> None:
    assert tables.need_from_s(AHEAD, AHEAD / 2, need) == at


def test_what_one_more_sensor_brings() -> None:
    one = SITE.model_copy(update={"zones": SITE.zones[:1]})
    before, after = (tables.rows(one, Chosen(), (table("round", afar),)) for afar in ([4.0, 20.0], [16.0, 20.0]))
    (line,) = tables.gain(before, after)
    assert "worst direction 4.0 -> 16.0 s" in line
    assert "too short 50% -> 0%" in line
