"""Blind directions: against a scalar walk along each approach, and told only when they change."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from forewarn import geo, sight
from forewarn.messages import Blind, Place, Sector
from forewarn.sight import blind
from forewarn.site import Site
from tests.sight_help import RADAR, ZONE, look, ns, site, status


def seeing(where: Site) -> sight.State:
    state, _ = sight.tick(sight.start(where), where, ns(0.0))
    return sight.heard(state, where, look(0.5))[0]


def found(where: Site) -> tuple[tuple[Sector, ...], float]:
    return blind.blind_sectors(seeing(where), where, where.zones[0], ns(1.0))


def covered(sectors: tuple[Sector, ...], azimuth: float) -> bool:
    return any(bool(geo.in_sector(azimuth, s.from_deg, s.to_deg)) for s in sectors)


# ---------------------------------------------------------------------------------------------------- the definition


@given(st.integers(0, 179), st.integers(1, 179))
@settings(max_examples=25)
def test_a_radar_in_the_middle_is_blind_where_it_is_blank(begin: int, width: int) -> None:
    blank = f"coverage = {{ blank = [{{ from_deg = {2 * begin}, to_deg = {2 * (begin + width) % 360} }}] }}\n"
    sectors, share = found(site(RADAR + blank))
    assert sectors == (Sector(from_deg=2.0 * begin, to_deg=2.0 * (begin + width) % 360),)
    assert share == pytest.approx(width / 180)


def test_nothing_blank_nothing_blind() -> None:
    assert found(site()) == ((), 0.0)


@pytest.mark.parametrize(
    "more",
    [
        "coverage = { max_range_m = 250.0 }",  # the zone's edge and ten seconds' way are 300 m off
        "coverage = { min_range_m = 900.0 }",  # it begins beyond the horizon
        "coverage = { max_height_m = 150.0 }",  # and over it one may fly
        "p_detection = 0.03",  # 20 looks: 1 - 0.97^20 = 0.46
        "p_detection = 0.3\ninterval_s = 12.0",  # 1.7 looks: 0.45
    ],
)
def test_blind_all_round(more: str) -> None:
    sensors = RADAR.replace("interval_s = 1.0\n", "") if "interval_s" in more else RADAR
    assert found(site(sensors + more + "\n")) == ((Sector(from_deg=0.0, to_deg=360.0),), 1.0)


@pytest.mark.parametrize("more", ["coverage = { max_range_m = 450.0 }", "p_detection = 0.04", "p_detection = 0.4\ninterval_s = 12.0"])
def test_seen_all_round(more: str) -> None:
    sensors = RADAR.replace("interval_s = 1.0\n", "") if "interval_s" in more else RADAR
    assert found(site(sensors + more + "\n")) == ((), 0.0)


def test_two_sensors_see_what_one_alone_misses() -> None:
    weak = RADAR + "p_detection = 0.02\n"
    second = weak.replace('id = "radar"', 'id = "second"')
    both = site(weak + second)
    state, _ = sight.heard(seeing(both), both, look(0.5, "second"))
    assert found(site(weak))[1] == 1.0
    assert blind.blind_sectors(state, both, both.zones[0], ns(1.0))[1] == 0.0


@pytest.mark.parametrize("how", ["scan = false", 'reports = "claims"'])
def test_lone_reports_and_claims_are_not_counted_on(how: str) -> None:
    sensors = RADAR.replace('reports = "polar"', how) if "claims" in how else RADAR + how + "\n"
    assert found(site(sensors))[1] == 1.0


def by_walking(where: Site, lat: float, lon: float, reach: float, blank: tuple[float, float], chance: float) -> list[bool]:
    """Which of the directions 1, 3, ... 359 degrees are blind, walked step by step on a flat earth: one radar, no view."""
    east0, north0, _ = geo.to_enu(lat, lon, 0.0, (60.0, 10.0, 0.0))
    out = []
    for azimuth in range(1, 360, 2):
        worst = 0.0
        for height in (0.0, 50.0, 100.0, 150.0, 200.0):
            unseen = 1.0
            for step in range(500):
                ahead = 10.0 + 20.0 * (step + 0.5) / 500
                far = 100.0 + 20.0 * ahead
                east, north = far * math.sin(math.radians(azimuth)) - east0, far * math.cos(math.radians(azimuth)) - north0
                seen_at = math.degrees(math.atan2(east, north)) % 360
                if math.sqrt(east**2 + north**2 + height**2) <= reach and not (seen_at - blank[0]) % 360 < (blank[1] - blank[0]) % 360:
                    unseen *= (1.0 - chance) ** (20.0 / 500)
            worst = max(worst, unseen)
        out.append(worst > 0.5)
    return out


@pytest.mark.parametrize(
    ("lat", "lon", "reach", "blank", "chance"),
    [(60.002, 10.003, 600.0, (0.0, 0.0), 0.1), (60.0, 10.006, 5000.0, (200.0, 300.0), 0.1), (59.997, 10.0, 700.0, (300.0, 40.0), 0.08)],
)
def test_off_the_middle_it_is_what_a_walk_along_each_approach_finds(
    lat: float, lon: float, reach: float, blank: tuple[float, float], chance: float
) -> None:
    radar = RADAR.replace("lat_deg = 60.0, lon_deg = 10.0", f"lat_deg = {lat}, lon_deg = {lon}")
    radar += f"p_detection = {chance}\ncoverage = {{ max_range_m = {reach}, blank = [{{ from_deg = {blank[0]}, to_deg = {blank[1]} }}] }}\n"
    sectors, share = found(site(radar))
    expected = by_walking(site(radar), lat, lon, reach, blank, chance)
    differ = [azimuth for azimuth, is_blind in zip(range(1, 360, 2), expected, strict=True) if covered(sectors, azimuth) != is_blind]
    assert len(differ) <= 4  # at the edges, where sixteen steps and five hundred part
    assert 0.0 < share < 1.0


def test_a_polygon_is_approached_from_the_circle_that_holds_it() -> None:
    corners = [geo.to_place(np.array([e, n, 0.0]), (60.0, 10.0, 0.0))[:2].tolist() for e, n in ((-60, -80), (60, -80), (60, 80), (-60, 80))]
    square = ZONE.replace("circle = { lat_deg = 60.0, lon_deg = 10.0, radius_m = 100.0 }", f"polygon = {corners}")
    round_, cornered = (blind.approaches(where, where.zones[0])[0] for where in (site(), site(zone=square)))
    assert cornered == pytest.approx(round_, abs=0.01)


def test_heights_run_from_the_ground_to_the_ceiling() -> None:
    points, step_s = blind.approaches(site(), site().zones[0])
    assert points.shape == (3, blind.BINS, blind.HEIGHTS, blind.STEPS)
    assert (points[2].min(), points[2].max()) == (0.0, 200.0)
    assert step_s * blind.STEPS == pytest.approx(20.0)
    valley = site(zone=ZONE.replace("ceiling_m = 200.0", "floor_m = -300.0\nceiling_m = -100.0"))
    low, _ = blind.approaches(valley, valley.zones[0])
    assert (low[2].min(), low[2].max()) == (-300.0, -100.0)


def test_a_zone_that_needs_more_time_than_its_horizon_is_judged_at_the_horizon() -> None:
    hurried = site(zone=ZONE + "need_s = 60.0\n")
    points, step_s = blind.approaches(hurried, hurried.zones[0])
    assert step_s > 0
    assert np.hypot(*points[:2]).min() >= 100.0 + 20.0 * 30.0 - 1e-6


# ---------------------------------------------------------------------------------------------------- sectors


@given(nps.arrays(np.bool_, st.just(blind.BINS)))
def test_sectors_hold_just_the_blind_bins(bins: np.ndarray) -> None:
    sectors = blind.sectors(bins)
    assert [covered(sectors, 2.0 * i + 1.0) for i in range(blind.BINS)] == bins.tolist()
    runs = int((bins & ~np.roll(bins, 1)).sum())
    assert len(sectors) == (1 if bins.all() else runs)


# ---------------------------------------------------------------------------------------------------- when it is told


def test_it_is_told_when_it_changes_and_not_otherwise() -> None:
    where = site(RADAR + "coverage = { blank = [{ from_deg = 90, to_deg = 120 }] }\n")
    state, said = sight.start(where), list[Blind]()
    words = {1.0: look(1.0), 20.0: look(20.0), 24.0: status(24.0, "operational", blank=()), 24.5: status(24.5, "down")}
    for half in range(80):
        now = half / 2
        if now in words:
            word = words[now]
            state, _ = sight.status(state, where, word) if hasattr(word, "blank") else sight.heard(state, where, word)  # type: ignore[arg-type]
        state, news = sight.tick(state, where, ns(now))
        said += [m for m in news if isinstance(m, Blind)]
    part, whole = (Sector(from_deg=90.0, to_deg=120.0),), (Sector(from_deg=0.0, to_deg=360.0),)
    assert [(m.t_ns, m.sectors) for m in said] == [
        (ns(1.0), part), (ns(6.0), whole), (ns(20.0), part), (ns(24.0), ()), (ns(24.5), whole),
    ]  # fmt: skip
    assert [m.share for m in said] == pytest.approx([15 / 180, 1.0, 15 / 180, 0.0, 1.0])
    assert {m.zone for m in said} == {"yard"}


def test_nothing_is_said_while_a_sensor_may_still_come_but_not_for_ever() -> None:
    where = site(RADAR + "silent_after_s = 1000.0\n")
    state, said = sight.start(where), list[Blind]()
    for second in range(40):
        state, news = sight.tick(state, where, ns(second))
        said += [m for m in news if isinstance(m, Blind)]
    assert [(m.t_ns, m.share) for m in said] == [(ns(30.0), 1.0)]


def test_a_ferry_that_drifts_is_worked_out_anew_only_when_it_has_moved() -> None:
    where = site(RADAR + "moves = true\n")
    state, bases, said = sight.start(where), [], list[Blind]()
    for metres in range(0, 200, 10):
        lat, lon, _ = geo.to_place(np.array([metres, 0.0, 0.0]), (60.0, 10.0, 0.0))
        now = metres / 10
        state, _ = sight.heard(state, where, look(now, pose=Place(lat_deg=float(lat), lon_deg=float(lon), alt_m=0.0)))
        state, news = sight.tick(state, where, ns(now))
        said += [m for m in news if isinstance(m, Blind)]
        bases.append(state.basis)
    assert len({str(basis) for basis in bases}) == 4
    assert said == []


def test_it_says_at_which_heights() -> None:
    where = site(RADAR + "coverage = { max_height_m = 120.0, blank = [{ from_deg = 0, to_deg = 90 }] }\n")
    whole, share, heights = blind.directions(seeing(where), where, where.zones[0], ns(1.0))
    assert (whole, share) == ((Sector(from_deg=0.0, to_deg=360.0),), 1.0)
    assert [(h.height_m, h.share) for h in heights] == [(0.0, 0.25), (50.0, 0.25), (100.0, 0.25), (150.0, 1.0), (200.0, 1.0)]
    assert heights[0].sectors == (Sector(from_deg=0.0, to_deg=90.0),)
    assert blind.directions(seeing(site()), site(), site().zones[0], ns(1.0))[2] == ()
