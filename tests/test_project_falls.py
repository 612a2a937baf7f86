"""What falls: paths against scipy's solution, chances of coming down in a zone against many falls drawn by themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from forewarn.project import falls, project
from forewarn.project.shapes import solid
from tests.project_help import Picture, circle, covariance, of, one, picture, site, track

SURE = np.diag(np.array([0.1, 0.1, 0.1, 0.01, 0.01, 0.01]) ** 2)


def falling(state: np.ndarray, cov: np.ndarray, chance: float = 1.0) -> Picture:
    """One object that falls with a chance, and else flies level from where it is."""
    other = one(tuple(state), cov, 0.5)
    mean, spread = np.stack([*other.mean, state[:, None]]), np.stack([*other.cov, cov[..., None]])
    return Picture(mean, spread, np.array([[(1 - chance) / 2], [(1 - chance) / 2], [chance]]), (track(1),))


def rates(_: float, x: np.ndarray, bend: float, wind: np.ndarray) -> np.ndarray:
    through = x[3:] - wind
    thin = (1.0 - 2.25577e-5 * x[2]) ** 4.25588
    return np.concatenate([x[3:], -thin * bend * np.linalg.norm(through) * through - np.array([0.0, 0.0, 9.80665])])


def comes_down(x: np.ndarray, ends_mps: float, wind: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """East, north and seconds of where it meets the ground, by scipy."""

    def ground(_: float, y: np.ndarray, *__: object) -> float:
        return float(y[2])

    ground.terminal, ground.direction = True, -1  # type: ignore[attr-defined]
    found = solve_ivp(rates, (0.0, 300.0), x, events=ground, args=(9.80665 / ends_mps**2, np.array([*wind, 0.0])), rtol=1e-8, atol=1e-6)
    return np.array([*found.y_events[0][0][:2], found.t_events[0][0]])


@given(st.floats(100.0, 3000.0), st.floats(60.0, 300.0), st.floats(-150.0, 150.0))
def test_paths_end_where_the_equation_says(up: float, level: float, climb: float) -> None:
    """The median body, in no wind."""
    state = np.array([0.0, 0.0, up, level, 0.0, climb])
    down = falls._down(state[None], np.ones(1), np.zeros((3, 1)), 240, 0.0, 0.0)[:, -1, 0]
    expected = comes_down(state, falls.HEAVY_MPS)
    if expected[2] < 119.0:
        assert down == pytest.approx([*expected[:2], 0.0], abs=2.0)  # the last step is straight


def test_a_body_let_go_comes_down_below_and_in_time() -> None:
    here = site(circle("a", 0.0, 0.0, 60.0, floor_m=-50.0, ceiling_m=10.0))
    found = of(project(here, falling(np.array([0.0, 0.0, 150.0, 0.0, 0.0, 0.0]), SURE), 7), "a")
    assert found is not None
    assert found.entry > 0.8  # some are blown farther
    assert found.in_s is not None
    assert found.in_s[1] == pytest.approx(comes_down(np.array([0.0, 0.0, 150.0, 0.0, 0.0, 0.0]), falls.LIGHT_MPS)[2], abs=1.5)


def test_what_flies_over_a_low_zone_and_falls_comes_down_in_it() -> None:
    state = np.array([0.0, 0.0, 1500.0, 100.0, 0.0, 20.0])
    low = site(circle("a", float(comes_down(state, falls.HEAVY_MPS)[0]), 0.0, 200.0, ceiling_m=15.0))
    flies, drops = (of(project(low, falling(state, SURE, chance), 7), "a") for chance in (0.0, 1.0))
    assert flies is None
    assert drops is not None
    assert drops.entry > 0.9


@given(st.floats(0.0, 1.0))
def test_a_chance_of_falling_counts_as_so_much(chance: float) -> None:
    state = np.array([0.0, 0.0, 900.0, 0.0, 0.0, 0.0])
    low = site(circle("a", 0.0, 0.0, 3000.0, ceiling_m=1.0, horizon_s=200.0))
    found = of(project(low, falling(state, SURE, chance), 7), "a")
    assert (found.entry if found else 0.0) == pytest.approx(chance if chance >= falls.LEAST else 0.0, abs=1.5 / 257)


@given(st.integers(0, 500))
def test_where_nothing_falls_threats_are_as_without_the_model(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 4
    means = rng.normal(0.0, 1.0, (6, n)) * np.array([400.0, 400.0, 60.0, 15.0, 15.0, 2.0])[:, None]
    two = picture(means, covariance()[..., None].repeat(n, axis=2), 0.3)
    three = Picture(
        np.concatenate([two.mean, two.mean[:1]]), np.concatenate([two.cov, two.cov[:1]]),
        np.concatenate([two.model, np.zeros((1, n))]), two.messages,
    )  # fmt: skip
    here = site(circle("a", 100.0, 50.0, 80.0), circle("b", -300.0, 0.0, 120.0, ceiling_m=30.0))
    assert project(here, three, 7) == project(here, two, 7)
    hardly = Picture(three.mean, three.cov, three.model + np.array([0.0, 0.0, 0.9 * falls.LEAST])[:, None], three.messages)
    entries = [{(t.zone, t.track): t.entry for t in project(here, picture_, 7)} for picture_ in (two, hardly)]
    assert entries[1] == pytest.approx(entries[0], abs=falls.LEAST)


def test_objects_are_projected_by_themselves() -> None:
    """A crowd beside changes no object's threats."""
    here = site(circle("a", 800.0, 0.0, 200.0, ceiling_m=20.0))
    alone = falling(np.array([0.0, 0.0, 600.0, 100.0, 0.0, 20.0]), covariance(), 0.6)
    many = Picture(*(part.repeat(30, axis=-1) for part in (alone.mean, alone.cov, alone.model)), tuple(track(k + 1) for k in range(30)))
    first, crowd = project(here, alone, 7), project(here, many, 7)
    assert [t.entry for t in crowd if t.zone == "a"] == [t.entry for t in first if t.zone == "a"] * 30


def test_zones_below_the_origin_are_reached() -> None:
    deep = site(circle("a", 0.0, 0.0, 500.0, floor_m=-100.0, ceiling_m=-40.0))
    found = of(project(deep, falling(np.array([0.0, 0.0, 100.0, 0.0, 0.0, -20.0]), SURE), 7), "a")
    assert found is not None
    assert found.entry == 1.0


@pytest.mark.slow
def test_the_chance_to_come_down_inside_comes_true() -> None:
    """Rockets on their way, known as a tracker knows them, each with its own drag and wind: of those to which 0 to 20 % (... to 100 %) were
    given, as many come down in the circle, within what chance allows."""
    rng = np.random.default_rng(1)
    cov = np.diag(np.array([12.0, 12.0, 15.0, 5.0, 5.0, 5.0]) ** 2)
    said, came = [], []
    for _ in range(400):
        state = np.array([0.0, 0.0, rng.uniform(500.0, 2000.0), rng.uniform(80.0, 200.0), 0.0, rng.uniform(-80.0, 80.0)])
        really = state + rng.standard_normal(6) * np.sqrt(np.diag(cov))
        down = comes_down(really, falls.HEAVY_MPS * float(np.exp(0.25 * rng.standard_normal())), tuple(rng.normal(0.0, 4.0, 2)))
        middle = comes_down(state, falls.HEAVY_MPS)[:2] + rng.normal(0.0, 150.0, 2)
        here = site(circle("a", float(middle[0]), float(middle[1]), 200.0, ceiling_m=5.0, horizon_s=120.0))
        found = of(project(here, falling(state, cov), 7), "a")
        said.append(found.entry if found else 0.0)
        came.append(bool(np.hypot(*(down[:2] - middle)) <= solid(here, here.zones[0]).radius_m))
    chance, true = np.array(said), np.array(came)
    for low in np.arange(0.0, 1.0, 0.2):
        bin_ = (chance >= low) & (chance <= low + 0.2)
        if bin_.sum() >= 20:
            sd = np.sqrt(chance[bin_].mean() * (1 - chance[bin_].mean()) / bin_.sum())
            assert true[bin_].mean() == pytest.approx(chance[bin_].mean(), abs=0.06 + 3 * sd)
