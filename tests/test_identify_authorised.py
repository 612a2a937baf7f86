"""P(authorised), answers, and volumes: against SciPy's exact chances and the formula's own promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ncx2, norm

from forewarn import geo
from forewarn.identify import authorised
from forewarn.identify.gather import gather
from tests.identify_help import ORIGIN, SECOND, T0, estimate, site, track

SHORE = site()
SURVEY = SHORE.authorisations[0]
CHANCE = st.floats(0, 1)
WIDE = {"floor_m": -1e5, "ceiling_m": 1e5}


def corner(east: float, north: float) -> tuple[float, float]:
    lat, lon, _ = geo.to_place(np.array([east, north, 0.0]), ORIGIN)
    return float(lat), float(lon)


@given(CHANCE, CHANCE, CHANCE, CHANCE, st.booleans())
def test_chance_never_passes_its_ceiling(prior: float, ceiling: float, own: float, inside: float, proven: bool) -> None:
    where = site(f"[priors]\nauthorised = {prior!r}\nauthorised_ceiling = {ceiling!r}")
    found = authorised.chance(where, np.array([True]), np.array([own]), np.array([inside]), np.array([proven]))
    assert 0.0 <= found[0] <= max(prior, authorised.AUTHENTICATED if proven else ceiling) + 1e-12


@given(CHANCE, CHANCE, CHANCE)
def test_a_better_fit_inside_never_lowers(own: float, better: float, inside: float) -> None:
    low, high = sorted((own, better))
    found = authorised.chance(SHORE, np.ones(2, bool), np.array([low, high]), np.full(2, inside), np.zeros(2, bool))
    assert found[0] <= found[1] + 1e-12


@given(CHANCE)
def test_answers_raise_lower_or_leave(chance: float) -> None:
    ours, not_ours, unknown, none = authorised.answered(np.full(4, chance), ["ours", "not_ours", "unknown", None])
    assert unknown == none == chance
    assert ours > chance or ours == pytest.approx(1.0, abs=1e-5)
    assert not_ours < chance or not_ours == pytest.approx(0.0, abs=1e-5)
    assert ours >= 0.5 >= not_ours


@given(st.floats(0, 900), st.floats(0, 360), st.floats(5, 300))
def test_a_circle_is_the_noncentral_chi_square(distance: float, azimuth: float, sigma: float) -> None:
    east, north = distance * np.sin(np.radians(azimuth)), distance * np.cos(np.radians(azimuth))
    objects = gather([track(sensed=estimate((east, north, 0.0), variances=(sigma**2, sigma**2, 1.0, 1.0, 1.0, 1.0)))], SHORE)
    volume = SURVEY.model_copy(update=WIDE)
    found = authorised.inside_volume(volume, SHORE, objects.mean[:3], objects.cov[:, :3, :3])
    assert found[0] == pytest.approx(ncx2.cdf((500.0 / sigma) ** 2, 2, (distance / sigma) ** 2), abs=0.02)


@given(st.floats(-400, 400), st.floats(-400, 400), st.floats(5, 200), st.floats(5, 200), st.floats(-200, 400), st.floats(5, 100))
def test_a_box_is_a_product_of_normals(east: float, north: float, along: float, across: float, up: float, sigma_up: float) -> None:
    box = tuple(corner(*c) for c in ((-300, -100), (300, -100), (300, 100), (-300, 100)))
    volume = SURVEY.model_copy(update={"circle": None, "polygon": box, "floor_m": 0.0, "ceiling_m": 120.0})
    objects = gather([track(sensed=estimate((east, north, up), variances=(along**2, across**2, sigma_up**2, 1.0, 1.0, 1.0)))], SHORE)
    found = authorised.inside_volume(volume, SHORE, objects.mean[:3], objects.cov[:, :3, :3])
    sides = ((east, along, -300, 300), (north, across, -100, 100), (objects.mean[2, 0], sigma_up, 0, 120))
    expected = np.prod([norm.cdf(high, mean, sd) - norm.cdf(low, mean, sd) for mean, sd, low, high in sides])
    assert found[0] == pytest.approx(expected, abs=0.03)


@given(st.integers(0, 10_000))
def test_a_slanting_spread_is_that_of_samples(seed: int) -> None:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(2, 2)) * 150
    cov = np.eye(6)
    cov[:2, :2] = root @ root.T + np.eye(2)
    mean = rng.uniform(-600, 600, 2)
    objects = gather([track(sensed=estimate((*mean, 0.0), cov=cov))], SHORE)
    found = authorised.inside_volume(SURVEY.model_copy(update=WIDE), SHORE, objects.mean[:3], objects.cov[:, :3, :3])
    samples = rng.multivariate_normal(mean, cov[:2, :2], 20_000)
    assert found[0] == pytest.approx((np.hypot(*samples.T) <= 500.0).mean(), abs=0.03)


def test_cover_takes_the_likeliest_authorisation_in_force_and_says_which() -> None:
    far = "[[authorisations]]\nid = 'far'\nidentity = 'serial:ONE'\nstarts = 2020-01-01T00:00:00Z\nends = 2021-01-01T00:00:00Z\n"
    where = site(far + "circle = { lat_deg = 60.1, lon_deg = 10.0, radius_m = 500.0 }")
    objects = gather([track(), track(2), track(3, sensed=estimate((0.0, 11_140.0, 60.0)))], where)
    found = authorised.cover(where, ["serial:ONE", None, "serial:ONE"], objects, T0)
    assert found.which.tolist() == [0, -1, 1]
    assert found.inside == pytest.approx([1.0, 0.0, 1.0], abs=0.01)
    later = authorised.cover(where, ["serial:ONE", None, "serial:OTHER"], objects, T0 + 3600 * SECOND)
    assert later.which.tolist() == [1, -1, -1]
    assert later.inside.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(("seconds", "in_force"), [(-1601, False), (-1600, True), (1999, True), (2000, False)])
def test_an_authorisation_is_in_force_from_its_start_up_to_its_end(seconds: int, in_force: bool) -> None:
    found = authorised.cover(SHORE, ["serial:ONE"], gather([track()], SHORE), T0 + seconds * SECOND)
    assert found.which.tolist() == [0 if in_force else -1]


def test_a_flat_or_broken_covariance_does_not_break_it() -> None:
    mean = np.array([[0.0, 600.0], [0.0, 0.0], [50.0, 50.0]])
    cov = np.stack([np.zeros((3, 3)), np.array([[1.0, 2.0, 0.0], [2.0, 1.0, 0.0], [0.0, 0.0, 0.0]])])
    assert authorised.inside_volume(SURVEY, SHORE, mean, cov) == pytest.approx([1.0, 0.0])
