"""What the ground hides: staircases against a brute-force ray over made ground."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn import freeze, sight
from forewarn.sight.skyline import STEPS, hidden, staircase, table
from forewarn.sight.view import View, view
from forewarn.site import BadSite, Coverage
from tests.sight_help import OTHERS, RADAR, site


def ray(ground: np.ndarray, far: np.ndarray, distance: float, height: float) -> bool:
    """Whether any ground before ``distance`` stands over the straight line from (0, 0) to (distance, height)."""
    before = far < distance
    return bool((ground[before] > height * far[before] / distance).any())


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_a_staircase_hides_what_a_ray_meets(seed: int, hills: int) -> None:
    rng = np.random.default_rng(seed)
    far = np.linspace(20.0, 3000.0, 600)
    ground = -10.0 + sum(
        rng.uniform(5, 120) * np.exp(-(((far - rng.uniform(200, 2800)) / rng.uniform(30, 300)) ** 2)) for _ in range(hills)
    )
    stairs = staircase(far, np.arctan2(ground, far))
    assert len(stairs) <= STEPS
    sky = table(Coverage.model_validate({"skyline": [stairs]}))
    distance = rng.uniform(50, 3000, 300)
    height = np.interp(distance, far, ground) + rng.uniform(0.5, 150.0, 300)
    wanted = [ray(ground, far, d, h) for d, h in zip(distance, height, strict=True)]
    found = [False] * 300 if sky is None else hidden(sky, np.stack([distance, np.zeros(300), height])).tolist()
    assert np.mean(np.array(wanted) == np.array(found)) > 0.97


def test_level_ground_hides_nothing() -> None:
    far = np.linspace(20.0, 3000.0, 600)
    assert staircase(far, np.arctan2(np.full(600, -15.0), far)) == ()
    assert table(Coverage()) is None


@pytest.mark.parametrize(("azimuth_deg", "behind"), [(1.0, True), (44.0, True), (91.0, False), (359.0, False)])
def test_steps_of_azimuth_begin_in_the_north(azimuth_deg: float, behind: bool) -> None:
    sky = table(Coverage.model_validate({"skyline": [[(500.0, 5.0)], [], [], []]}))
    assert sky is not None
    a = np.radians(azimuth_deg)
    assert hidden(sky, np.array([[900 * np.sin(a)], [900 * np.cos(a)], [50.0]]))[0] == behind


def test_a_view_does_not_see_behind_the_hill_but_over_and_before_it() -> None:
    where = site(RADAR + "[sensors.coverage]\nskyline = [[[400.0, 3.0], [1000.0, 6.0]]]\n" + OTHERS)
    found = view(sight.start(where), where, "radar", 0, None)
    places = np.array([[0.0, 0, 0, 0], [300.0, 500, 500, 1500], [10.0, 20, 40, 100]])
    assert found.detection(places).tolist() == pytest.approx([0.9, 0.0, 0.9, 0.0])
    assert freeze.thaw(freeze.freeze(found), View).detection(places).tolist() == found.detection(places).tolist()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("skyline = [[[400.0, 3.0], [300.0, 6.0]]]", "must rise"),
        ("skyline = [[[400.0, 3.0], [500.0, 2.0]]]", "must rise"),
        ("skyline = [[[400.0, 95.0]]]", "90"),
        (f"skyline = [[{', '.join(f'[{k + 1}.0, {k}.0]' for k in range(17))}]]", "16"),
        (f"skyline = [{', '.join(['[]'] * 181)}]", "180"),
    ],
)
def test_bad_skylines_are_refused(line: str, told: str) -> None:
    with pytest.raises(BadSite, match=told):
        site(RADAR + f"[sensors.coverage]\n{line}\n" + OTHERS)


def test_a_sensor_that_moves_has_no_skyline() -> None:
    with pytest.raises(BadSite, match="one place"):
        site(RADAR + "moves = true\n[sensors.coverage]\nskyline = [[[400.0, 3.0]]]\n" + OTHERS)
