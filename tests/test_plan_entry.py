"""Chances of entry against `project` itself, on random objects and zones."""

from __future__ import annotations

import numpy as np
import pytest

from forewarn.plan import entry, numbers
from forewarn.project import project
from forewarn.site import Site
from tests.plan_help import yard
from tests.project_help import covariance, picture

pytestmark = pytest.mark.slow
SITE = yard()
WAYS = numbers.samples(SITE)


def chances(site: Site, state: np.ndarray, cov: np.ndarray, calm: float) -> dict[str, float]:
    threats = project(site, picture(state[:, None], cov[:, :, None], calm), 0)
    return {threat.zone: threat.entry for threat in threats}


def test_it_is_the_same_chance() -> None:
    rng = np.random.default_rng(1)
    compared, wrong = 0, 0
    for _ in range(150):
        away, azimuth = rng.uniform(50, 900), rng.uniform(0, 2 * np.pi)
        speed, course = rng.uniform(0, 30), azimuth + np.pi + rng.normal(0, 0.3)
        state = np.array(
            [
                away * np.sin(azimuth),
                away * np.cos(azimuth),
                rng.uniform(0, 150),
                speed * np.sin(course),
                speed * np.cos(course),
                rng.normal(),
            ]
        )
        cov, calm = covariance(sigma_m=rng.uniform(3, 20), sigma_mps=rng.uniform(0.5, 8)), rng.uniform(0.1, 0.9)
        theirs = chances(SITE, state, cov, calm)
        for zone in SITE.zones[:2]:
            place, chance = numbers.place(SITE, zone), theirs.get(zone.id, 0.0)
            both, model = np.stack([state, state]), np.array([calm, 1.0 - calm])
            for share in (0.05, 0.25, 0.5, 0.9):
                if abs(share - chance) > 0.02:
                    compared += 1
                    wrong += entry.reaches(place, WAYS, both, np.stack([cov, cov]), model, share) != (chance >= share)
    assert compared > 900
    assert wrong <= compared * 0.005  # early stopping by the first samples, single precision


def test_a_line_touches_a_polygon_as_shapely_has_it() -> None:
    shapely = pytest.importorskip("shapely")
    rng = np.random.default_rng(2)
    for _ in range(300):
        angle = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 9)))
        corners = np.stack([np.sin(angle), np.cos(angle)]) * rng.uniform(20, 100, len(angle))
        zone = numbers.Place(np.zeros(2), float(np.hypot(*corners).max()), corners, -10.0, 10.0, 30.0, np.zeros(7))
        a, b = rng.uniform(-150, 150, 2), rng.uniform(-150, 150, 2)
        wanted = shapely.Polygon(corners.T).buffer(0).intersects(shapely.LineString([a, b]))
        if shapely.Polygon(corners.T).is_valid:
            assert entry.piece(zone, a[0], a[1], 0.0, b[0], b[1], 0.0, 1.0) == wanted


@pytest.mark.parametrize(
    ("z", "w", "last", "met"),
    [(50, 50, 1, False), (50, 0, 1, True), (50, 0, 0.3, False), (5, 90, 1, False), (0, 0, 1, True), (0, 0, 0.29, False)],
)
def test_floor_ceiling_and_horizon_count(z: float, w: float, last: float, met: bool) -> None:
    """100 m east of the middle of a zone of 40 m, flown through in one piece: in it from 0.3 to 0.7 of the way, at the middle at half."""
    zone = numbers.Place(np.zeros(2), 40.0, np.zeros((2, 0)), -10.0, 30.0, 30.0, np.zeros(7))
    assert entry.piece(zone, 100.0, 0.0, z, -100.0, 0.0, w, last) == met
