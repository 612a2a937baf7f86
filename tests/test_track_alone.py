"""The tracker alone on a plain table."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from forewarn import track
from forewarn.track import follow


def crossing(seed: int, dims: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Two objects that pass each other at 60 m, nine in ten plots, two false ones a scan."""
    rng, rows = np.random.default_rng(seed), []
    for k in range(40):
        true = [np.array([s * (200 - 10 * k), 30 * s, 50.0]) for s in (1, -1) if rng.random() < 0.9]
        rows += [(k, *(place + rng.normal(0, 5, 3))) for place in true]
        rows += [(k, *rng.uniform(-300, 300, 3)) for _ in range(rng.poisson(2))]
    table = np.array(rows).T
    return table[0], table[1 : 1 + dims]


@pytest.mark.parametrize("dims", [2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_two_that_pass_each_other_are_two_tracks_from_end_to_end(seed: int, dims: int) -> None:
    found = follow(*crossing(seed, dims), sigma_m=5.0, false_per_scan=2.0)
    last = found.time_s == 39
    assert last.sum() == 2
    for side in (1, -1):
        truth = np.array([side * -190.0, side * 30.0])
        near = np.hypot(*(found.place[:2, last] - truth[:, None])).argmin()
        number = found.track[last][near]
        own = found.track == number
        off = np.hypot(*(found.place[:2, own] - np.stack([side * (200 - 10 * found.time_s[own]), np.full(own.sum(), 30.0 * side)])))
        assert own.sum() > 30, "one number from end to end"
        assert np.sqrt((off**2).mean()) < 7.1, "better than the plots alone"
        assert found.rate[0, own][-1] == pytest.approx(-10.0 * side, abs=3.0)


def test_what_it_says_of_its_own_error_is_true() -> None:
    rows = [follow(*crossing(seed), sigma_m=5.0, false_per_scan=2.0) for seed in range(30)]
    squares = []
    for found in rows:
        sure = (found.existence > 0.9) & (found.time_s > 10)
        paths = np.stack([np.stack([s * (200 - 10 * found.time_s), np.full(len(found.time_s), 30.0 * s)]) for s in (1, -1)])
        off = (found.place[None] - paths)[:, :, sure]
        squares.append(((off**2).sum(axis=1).min(axis=0) / (2 * found.sigma_m[sure] ** 2)).mean())
    assert 0.6 < np.mean(squares) < 1.5


def test_the_same_table_gives_the_same_bytes() -> None:
    one, two = (follow(*crossing(3), sigma_m=5.0) for _ in range(2))
    assert all(a.tobytes() == b.tobytes() for a, b in zip(one, two, strict=True))


def test_an_empty_table_has_no_tracks() -> None:
    assert follow([], np.zeros((2, 0)), sigma_m=5.0).place.shape == (2, 0)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        follow([0.0], [[1.0, 2.0], [3.0, 4.0]], sigma_m=5.0)
    with pytest.raises(ValueError, match="finite"):
        follow([0.0], [[np.nan], [3.0]], sigma_m=5.0)
    with pytest.raises(ValueError, match="above 0"):
        follow([0.0], [[1.0], [3.0]], sigma_m=-5.0)


def test_the_tracker_alone_brings_no_watch_with_it() -> None:
    """What a library loads is part of what it costs: no site file, no coverage model, no room of the watch."""
    code = "import sys; from forewarn import track; track.follow, track.pmbm, track.models; print(*sys.modules)"
    loaded = set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())
    assert {"forewarn.track.alone", "forewarn.track.pmbm", "forewarn.track.models"} <= loaded
    assert not loaded & {"pydantic", "forewarn.site", "forewarn.sight", "forewarn.messages", "forewarn.track.state"}


def test_all_that_the_package_offers_is_there_whatever_was_imported_first() -> None:
    for name in track.__all__:
        getattr(track, name)
    assert callable(track.follow)
    assert callable(track.publish)
    assert (track.pmbm.Velocity.__name__, track.models.motion.Turn.__name__) == ("Velocity", "Turn")
    assert track.models.measure.Azimuth.__name__ == "Azimuth"
    with pytest.raises(AttributeError, match="nothing"):
        track.nothing  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(AttributeError, match="nothing"):
        track.models.nothing  # type: ignore[attr-defined]  # noqa: B018
