"""A simulated radar against a recorded one, in the statistics that matter; skipped where the recordings are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tools import compare_recording as compare


@pytest.mark.slow
def test_recorded_runs_look_like_simulated_ones(shared: Callable[[str], Path]) -> None:
    """The run that nothing was set from lies where 90 % of simulated ones do; the other where 98 % do. How old most plots are is
    left out: it tells in which direction the object was, nothing of the radar."""
    runs = compare.runs(shared("icmcis").parent)
    for name, quantiles in (("1_3", (0.05, 0.95)), ("1_1", (0.01, 0.99))):
        real = compare.recorded(shared(f"icmcis/{name}"))
        for figure in compare.NAMES.keys() - {"late"}:
            low, high = np.nanquantile([run[figure] for run in runs], quantiles)
            assert low <= real[figure] <= high, f"{name}: {figure}"


def test_the_figures_of_a_made_up_run() -> None:
    """Two runs of three plots with a hole of 10 s; one plot told twice."""
    t_plot = np.array([0.0, 1.0, 2.0, 12.0, 13.0, 14.0, 14.0])
    off = np.array([[3.0, 3, 3, 0, 0, 0, 0], [4.0, 4, 4, 5, 5, 5, 5]])
    told = compare.figures(t_plot, t_plot + np.array([0.5] * 6 + [1.5]), off, 20, 1.0)
    assert told["rms"] == told["median"] == 5.0
    assert (told["run"], told["hole"], told["share"], told["late_most"]) == (3.0, 10.0, 0.3, 1.5)
    assert told["repeats"] == pytest.approx(1 / 7)
    assert told["jump"] == 0.0
