"""Learned chances: against the closed form of the Beta posterior, and against lies."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest

from forewarn import freeze, geo, sight
from forewarn.messages import Claim, Observation, Place, Plot, Polar
from forewarn.sight.learned import FIRM, GLANCES, MEMORY, Learned, cell, corrected
from forewarn.sight.view import View
from forewarn.site import Site
from tests.sight_help import OTHERS, RADAR, ns, site

HERE = site(RADAR + "sigma_range_m = 5.0\nsigma_azimuth_deg = 0.5\n" + OTHERS)
SIDE, AHEAD = float(np.sin(np.radians(15.0))), float(np.cos(np.radians(15.0)))
PLACE = np.array([[2000.0 * SIDE], [2000.0 * AHEAD], [80.0]])
ROOT = (60.0, 10.0, 0.0)


def claim(at_s: float, far_m: float = 2000.0, identity: str = "serial:A") -> Claim:
    lat, lon, alt = geo.to_place(np.array([far_m * SIDE, far_m * AHEAD, 80.0]), ROOT).tolist()
    place = Place(lat_deg=lat, lon_deg=lon, alt_m=alt)
    return Claim(sensor="receiver", t_ns=ns(at_s), t_arrival_ns=ns(at_s), identity=identity, place=place, sigma_m=10.0)


def look(at_s: float, shown: bool) -> Observation:
    far = float(np.hypot(2000.0, 80.0))
    plots = (Plot(t_ns=ns(at_s), measured=Polar(azimuth_deg=15.2, range_m=far, elevation_deg=2.3)),) if shown else ()
    return Observation(sensor="radar", t_ns=ns(at_s), t_arrival_ns=ns(at_s), plots=plots)


def heard(where: Site, shown: list[bool], far_m: float = 2000.0) -> sight.State:
    """A claim a second, a look between two."""
    state = sight.start(where)
    for k, one in enumerate(shown):
        state, _ = sight.heard(state, where, claim(float(k), far_m))
        state, _ = sight.heard(state, where, look(k + 0.5, one))
    return sight.heard(state, where, claim(float(len(shown)), far_m))[0]


def chance(state: sight.State, where: Site) -> float:
    return float(sight.view(state, where, "radar", 0, None).detection(PLACE)[0])


def test_it_is_the_beta_posterior() -> None:
    shown = [True] * 8 + [False] * 12
    state = heard(HERE, shown)
    keep = np.exp(-1.0 / MEMORY) ** np.arange(18, -1, -1)  # the first look vouches for the claim and is no trial
    seen, looks = (keep * np.array(shown[1:])).sum(), keep.sum()
    assert chance(state, HERE) == pytest.approx((FIRM * 0.9 + seen) / (FIRM + looks), rel=1e-5)


def test_it_holds_only_where_it_was_learned() -> None:
    view = sight.view(heard(HERE, [True] + [False] * 20), HERE, "radar", 0, None)
    far = np.array([2000.0, -2000.0, 4500.0, 2000.0])
    found = view.detection(np.stack([far * SIDE, far * AHEAD, [80.0, 80.0, 80.0, 200.0]]))
    assert found[0] < 0.7
    assert found[1:] == pytest.approx([0.9] * 3)


def test_a_claim_of_nothing_teaches_nothing() -> None:
    assert chance(heard(HERE, [False] * 50), HERE) == pytest.approx(0.9)
    assert chance(heard(HERE, [True] * 50, far_m=3000.0), HERE) == pytest.approx(0.9)


def test_a_claim_that_was_true_once_teaches_for_a_while_only() -> None:
    state = heard(HERE, [True] + [False] * 200)
    assert state.learned.looks["radar"].sum() <= 31


def test_it_can_be_turned_off() -> None:
    off = site(RADAR + "learn = false\n" + OTHERS)
    assert chance(heard(off, [True] + [False] * 30), off) == pytest.approx(0.9)


def test_without_claims_nothing_is_kept() -> None:
    state = sight.start(HERE)
    for k in range(50):
        state, _ = sight.heard(state, HERE, look(float(k), True))
    assert state.learned == Learned()


def test_it_is_bounded_and_freezes() -> None:
    state = heard(HERE, [True] * 40)
    for k in range(300):
        state, _ = sight.heard(state, HERE, claim(50.0 + k, identity=f"serial:{k}"))
    assert len(state.learned.claimants) == 256
    assert all(len(glances) <= GLANCES for glances in state.learned.glances.values())
    again = freeze.thaw(freeze.freeze(state), sight.State)
    assert freeze.freeze(again) == freeze.freeze(state)
    view = sight.view(again, HERE, "radar", 0, None)
    assert freeze.thaw(freeze.freeze(view), View).detection(PLACE) == pytest.approx(view.detection(PLACE))


def test_outside_the_coverage_it_stays_nothing() -> None:
    counted = np.full((2, 3, 12, 6), 10.0, dtype=np.float32)
    assert corrected(counted, 5000.0, PLACE, PLACE[2], np.array([0.0])) == pytest.approx([0.0])


def test_cells_hold_every_place() -> None:
    rng = np.random.default_rng(0)
    away = rng.normal(0, 4000, (3, 1000))
    found = np.array([cell(5000.0, *one, one[2]) for one in away.T.tolist()])
    assert found.min(axis=0).tolist() == [0, 0, 0]
    assert found.max(axis=0).tolist() == [2, 11, 5]


@pytest.mark.parametrize(
    ("azimuth_deg", "range_m", "up_m", "wanted"),
    [
        (0.0, 1.0, 50.0, (0, 0, 0)),
        (29.9, 834.0, 50.1, (1, 0, 1)),
        (30.1, 1660.0, 150.0, (1, 1, 1)),
        (359.9, 4990.0, 150.1, (2, 11, 5)),
        (180.1, 9000.0, -20.0, (0, 6, 5)),
    ],
)
def test_a_cell_is_30_degrees_a_sixth_of_the_reach_and_a_band_of_height(
    azimuth_deg: float, range_m: float, up_m: float, wanted: tuple[int, int, int]
) -> None:
    east, north = range_m * np.sin(np.radians(azimuth_deg)), range_m * np.cos(np.radians(azimuth_deg))
    assert cell(5000.0, float(east), float(north), 0.0, up_m) == wanted


def test_each_place_is_corrected_by_its_own_cell() -> None:
    rng = np.random.default_rng(0)
    away, up, chance = rng.normal(0, 3000, (3, 200)), rng.uniform(0, 300, 200), rng.uniform(0.1, 1.0, 200)
    counted = rng.integers(0, 50, (2, 3, 12, 6)).astype(np.float32)
    for i, found in enumerate(corrected(counted, 5000.0, away, up, chance).tolist()):
        seen, looks = counted[(slice(None), *cell(5000.0, *away[:, i].tolist(), float(up[i])))].tolist()
        assert found == pytest.approx((FIRM * chance[i] + seen) / (FIRM + looks))


def test_claims_from_far_away_are_let_go() -> None:
    state, _ = sight.heard(sight.start(HERE), HERE, claim(0.0, far_m=20_000.0))
    assert state.learned == Learned()
    nobody = site(RADAR + "learn = false\n" + OTHERS)
    assert sight.heard(sight.start(nobody), nobody, claim(0.0))[0].learned == Learned()


@pytest.mark.parametrize(
    "cover", ["max_height_m = 50.0", "blank = [{ from_deg = 0.0, to_deg = 30.0 }]", "sectors = [{ from_deg = 90.0, to_deg = 180.0 }]"]
)
def test_looks_that_cannot_see_it_teach_nothing(cover: str) -> None:
    from forewarn.site import Coverage

    radar = HERE.sensor("radar")
    less = Coverage.model_validate({**radar.coverage.model_dump(), **tomllib.loads(cover)})
    where = HERE.model_copy(
        update={"sensors": tuple(s.model_copy(update={"coverage": less}) if s.id == "radar" else s for s in HERE.sensors)}
    )
    seen = [True] + [False] * 30
    assert heard(where, seen).learned.seen == sight.start(where).learned.seen
