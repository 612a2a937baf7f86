"""Tables laid on cells, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from forewarn.plan import cells
from forewarn.plan.approach import Chosen, Table
from forewarn.plan.sites import BadPlan
from tests.plan_help import yard

SITE = yard()
CHOSEN = Chosen(speed_mps=10.0)


def made(mean: np.ndarray, enters: bool = True) -> Table:
    n = len(mean)
    return Table("round", np.arange(n) * 360.0 / n, np.array([0.0, 10.0, 40.0]), mean, 0 * mean, np.full(n, 60.0), enters)


def test_between_directions_and_times_it_is_in_proportion() -> None:
    """Four directions; north gives nothing, east 10 s from 100 m off the edge on."""
    table = made(np.array([[0.0, 0.0, 0.0], [0.0, 10.0, 20.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    one = SITE.model_copy(update={"zones": SITE.zones[:1]})
    grid = cells.Grid(np.array([0.0, 160.0, 310.0, 2000.0]), np.array([300.0, 0.0]), 10.0)
    found = cells.lay(one, CHOSEN, grid, (table,)).seconds[0]
    assert found[1, 1:] == pytest.approx([10.0, 15.0, 20.0])
    assert found[0, 0] == pytest.approx(0.0)
    assert np.isnan(found[1, 0])
    ahead = (np.hypot(160, 300) - 60) / 10
    east = 10.0 + (ahead - 10.0) / 3.0
    assert found[0, 1] == pytest.approx(east * np.degrees(np.arctan2(160, 300)) / 90.0)


def test_a_zone_that_is_not_entered_has_no_seconds() -> None:
    one = SITE.model_copy(update={"zones": SITE.zones[:1]})
    found = cells.lay(one, CHOSEN, cells.grid(one, CHOSEN, 50.0, 500.0), (made(np.ones((4, 3)), enters=False),))
    assert np.isnan(found.seconds).all()


def test_the_grid_lies_about_the_zones_and_reaches_as_far_as_matters() -> None:
    grid = cells.grid(SITE, CHOSEN, 50.0, 1000.0)
    assert (len(grid.east), len(grid.north)) == (20, 20)
    assert grid.north[0] - grid.north[1] == pytest.approx(50.0, abs=1e-6)
    wide = cells.grid(SITE, CHOSEN, 50.0, None)
    assert (wide.east[-1] - wide.east[0]) / 2 > 60.0 + 10.0 * 40.0


def test_too_many_cells_and_no_zones_are_told() -> None:
    with pytest.raises(BadPlan, match="larger cell"):
        cells.grid(SITE, CHOSEN, 0.1, 20_000.0)
    with pytest.raises(BadPlan, match="no zones"):
        cells.grid(SITE.model_copy(update={"zones": ()}), CHOSEN, 50.0, None)


@pytest.mark.slow
def test_the_number_of_threads_changes_nothing() -> None:
    one, two = (cells.tables(SITE, Chosen(), None, 6, 2, workers) for workers in (1, 2))
    assert [t.mean_s.tolist() for t in one] == [t.mean_s.tolist() for t in two]
