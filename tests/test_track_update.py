"""One look taken in: existence by hand, ghosts, opinions, and the limits of what a look may do."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.messages import Plot
from forewarn.site import Opinions, Spells
from forewarn.track import belief, look, plan, resolve, update
from tests.test_track_match import tracks
from tests.track_help import at, bearing, plot, site, view
from tests.track_help import look as seen

PLAN = plan.make(site())
TRACKER, FINDER = (PLAN.ids.index(name) for name in ("tracker", "finder"))


def one(real: float = 0.5, ghost: float = 0.0, sigma: float = 1.0, origin: int = 0) -> belief.Belief:
    """One sure track 500 m east, standing still."""
    prior = tracks(1, 1)
    cov = np.zeros_like(prior.cov)
    cov[:, range(PLAN.size), range(PLAN.size)] = 1e-6
    cov[:, 0, 0] = cov[:, 1, 1] = sigma**2
    mean = np.zeros_like(prior.mean)
    mean[:, 0] = 500.0
    return prior.but(
        mean=mean, cov=cov, real=np.array([real]), ghost=np.array([ghost]), origin=np.array([origin]), unseen=np.zeros(5), t_ns=at(0)
    )


def take(prior: belief.Belief, *plots: Plot, sensor: str = "radar", scan: bool = True, density: float = 1e-7) -> belief.Belief:
    observation = seen(0.0, *plots, sensor=sensor, scan=scan)
    return update.take(PLAN, prior, look.read(PLAN, view(sensor, density=density), observation, observation.plots))


@given(st.floats(0.01, 0.99))
def test_a_miss_by_hand(real: float) -> None:
    after = take(one(real))
    assert after.real[0] == pytest.approx(real * 0.1 / (1 - real * 0.9))


@given(st.floats(0.01, 0.99), st.floats(-15, 15))
def test_a_hit_by_hand(real: float, east: float) -> None:
    """One track, one plot: r (1 - p + p l / c) over 1 - r p + r p l / c, the sum over shown and not."""
    density = 1e-5
    after = take(one(real), plot(0.0, 500.0 + east, 0.0), density=density)
    variance = 1.0 + 100.0
    ratio = math.exp(-(east**2) / 2 / variance) / (2 * math.pi * variance) / density
    assert after.real[0] == pytest.approx(real * (0.1 + 0.9 * ratio) / (1 - real * 0.9 + real * 0.9 * ratio))


def test_out_of_coverage_a_miss_tells_nothing() -> None:
    observation = seen(0.0)
    blind = look.read(PLAN, view(reach_m=400.0), observation, ())
    assert update.take(PLAN, one(), blind).real[0] == pytest.approx(0.5)


def test_lone_reports_never_lower() -> None:
    assert take(one(), sensor="finder", scan=False).real[0] == pytest.approx(0.5)
    elsewhere = take(one(), bearing(0.0, 275.0), sensor="finder", scan=False)
    assert elsewhere.real[0] == pytest.approx(0.5)


def test_a_bearing_raises_and_corrects_and_gives_no_birth() -> None:
    before = one(sigma=30.0)
    after = take(before, bearing(0.0, 95.0 + 1.0), sensor="finder", scan=False, density=0.1)
    assert after.real[0] > 0.8
    assert after.n == 1
    assert after.mean[0, 1, 0] == pytest.approx(-500 * math.tan(math.radians(1.0)) * 900 / (900 + (500 * math.radians(2)) ** 2), rel=0.05)


def test_of_two_alike_one_has_the_plot_and_the_other_was_missed() -> None:
    """Whichever of them it was, one object is there and shown: the doubt is not spread over both."""
    prior = tracks(2, 1)
    twin = one()
    both = prior.but(**{name: np.repeat(getattr(twin, name), 2, axis=-1) for name in belief.TRACKS}, unseen=np.zeros(5))
    after = take(both, plot(0.0, 500.0, 0.0))
    assert after.real.max() > 0.99
    assert after.real.min() == pytest.approx(0.5 * 0.1 / (1.0 - 0.5 * 0.9))


def test_no_plot_is_two_objects() -> None:
    """However sure two tracks are, one plot shows one of them; the other was missed."""
    prior, twin = tracks(2, 1), one(real=0.9)
    both = prior.but(**{name: np.repeat(getattr(twin, name), 2, axis=-1) for name in belief.TRACKS}, unseen=np.zeros(5))
    after = take(both, plot(0.0, 500.0, 0.0))
    assert after.real.sum() < 1.8


def beside(apart_m: float, *real: float) -> belief.Belief:
    """Sure tracks in a row eastward from 500 m."""
    prior, alike = tracks(len(real), 1), one()
    row = {name: np.repeat(getattr(alike, name), len(real), axis=-1) for name in belief.TRACKS}
    row["mean"] = row["mean"].copy()
    row["mean"][:, 0] += apart_m * np.arange(len(real))
    row |= {"real": np.array(real), "updated_ns": np.full(len(real), at(-1))}
    return prior.but(**row, unseen=np.zeros(5), t_ns=at(0))


def test_a_faint_track_is_shown_by_a_plot_that_no_other_has_a_better_claim_to() -> None:
    before = beside(60.0, 0.999, 1e-4)
    both = take(before, plot(0.0, 500.0, 0.0), plot(0.0, 560.0, 0.0), density=1e-3)
    assert both.hit_ns[0].tolist() == [at(0), at(0)]
    assert both.updated_ns.tolist() == [at(0), at(-1)]  # the other is rather a false plot
    alone = take(before, plot(0.0, 500.0, 0.0), density=1e-3)
    assert (alone.hit_ns[0] == at(0)).tolist() == [True, False]


@given(st.lists(st.floats(1e-6, 0.999), min_size=2, max_size=4), st.floats(0.0, 30.0))
def test_one_plot_shows_one_track_at_most(real: list[float], apart_m: float) -> None:
    after = take(beside(apart_m, *real), plot(0.0, 505.0, 0.0))
    assert (after.hit_ns[0] == at(0)).sum() <= 1


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_a_miss_that_one_plot_for_two_may_explain_by_hand(real: float, other: float) -> None:
    """Both in one place: each is judged by p (1 - chance that the other is there)."""
    cell = resolve.Cell(20.0, 0.1, False)
    sense = msgspec.structs.replace(PLAN.sensors["radar"], cell=cell)
    coarse = msgspec.structs.replace(PLAN, sensors={**PLAN.sensors, "radar": sense})
    before = beside(0.0, real, other)
    before = before.but(cov=before.cov * 1e-9)
    observation = seen(0.0)
    after = update.take(coarse, before, look.read(coarse, view(), observation, ()))
    wanted = [r * (1.0 - 0.9 * (1.0 - s)) / (1.0 - r * 0.9 * (1.0 - s)) for r, s in ((real, other), (other, real))]
    assert after.real == pytest.approx(wanted, rel=1e-6)


def missed(sensor: str, looks: int) -> belief.Belief:
    state = one(real=0.99)
    for k in range(1, looks + 1):
        observation = seen(float(k), sensor=sensor)
        state = update.take(PLAN, state, look.read(PLAN, view(sensor), observation, ()))
    return state


def test_after_misses_of_a_self_tracker_a_hole_is_the_reason() -> None:
    """Another sensor's misses end a track; of this one the first few do what they can, and further ones hardly more."""
    assert missed("radar", 6).real[0] < 1e-3
    few, many = missed("tracker", 4), missed("tracker", 12)
    assert few.seen[TRACKER, 0] < 0.1
    assert few.real[0] > 0.7
    assert many.real[0] > 0.6 * few.real[0]


def test_a_chance_of_half_to_be_followed_by_hand() -> None:
    state = one(real=0.99)
    state = state.but(seen=np.where(np.arange(5)[:, None] == TRACKER, 0.5, state.seen))
    after = take(state, sensor="tracker")
    assert after.real[0] == pytest.approx(0.99 * (1 - 0.45) / (1 - 0.99 * 0.45))
    assert after.seen[TRACKER, 0] == pytest.approx(0.5 * 0.1 / (1 - 0.45))


def test_a_ghost_fades_before_another_sensor_that_sees_nothing_and_dies_where_it_sees_something() -> None:
    prior = one(real=0.3, ghost=0.6, origin=TRACKER)
    missed = take(prior, sensor="radar")
    assert missed.real[0] / missed.ghost[0] < 0.1
    found = take(prior, plot(0.0, 500.0, 0.0), sensor="radar")
    assert found.real[0] > 0.99
    assert found.ghost[0] < 0.01


def test_its_own_sensor_cannot_tell_a_ghost_from_an_object() -> None:
    prior = one(real=0.3, ghost=0.6, origin=TRACKER)
    after = take(prior, plot(0.0, 500.0, 0.0), sensor="tracker")
    assert after.real[0] / after.ghost[0] == pytest.approx(0.5)
    assert after.real[0] + after.ghost[0] > 0.99


JUDGE = """
[[sensors]]
id = "judge"
kind = "radar"
reports = "position"
correlation_s = 10.0
clutter = 5.0
position = { lat_deg = 52.0, lon_deg = 5.0 }
[sensors.opinions]
labels = { GOOD = { drone = 0.8, other = 0.8, false = 0.1 }, BAD = { drone = 0.1, other = 0.1, false = 0.8 } }
"""


def test_a_self_trackers_opinion_replaces_the_one_before() -> None:
    made = plan.make(site(more=JUDGE))
    judge = made.ids.index("judge")
    rng = np.zeros((6, 1))
    prior = one(real=0.4, ghost=0.5, origin=judge)
    d = made.size
    mean, cov = np.zeros((3, d, 1)), np.zeros((3, d, d, 1))
    cov[:, range(d), range(d)] = 1.0
    mean[:, 0] = 500.0
    prior = prior.but(
        mean=mean, cov=cov, seen=np.ones((6, 1)), hit_ns=np.full((6, 1), belief.NEVER), opinion=np.zeros((6, 7, 1)), unseen=rng[:, 0],
        look_ns=np.zeros(6, dtype=np.int64),
    )  # fmt: skip
    odds = []
    for label in ("GOOD", "GOOD", "BAD", "GOOD"):
        observation = seen(0.0, plot(0.0, 500.0, 0.0, label=label), sensor="judge")
        prior = update.take(made, prior, look.read(made, view("judge"), observation, observation.plots))
        odds.append(prior.real[0] / prior.ghost[0])
    assert odds == pytest.approx([0.8 * 8, 0.8 * 8, 0.8 / 8, 0.8 * 8], rel=1e-3)


def test_a_sensor_that_tracks_by_itself_replaces_its_opinion_whatever_its_spells() -> None:
    """Always in sight: what it said once and says again counts once."""
    of = site()
    told = Opinions(labels={"GOOD": {"drone": 0.8, "other": 0.1, "false": 0.1}})
    never = {"spells": Spells(hidden=0.0, mean_s=10.0), "opinions": told}
    made = plan.make(of.model_copy(update={"sensors": tuple(s.model_copy(update=never) if s.id == "tracker" else s for s in of.sensors)}))
    prior = one(origin=TRACKER)
    for k in range(6):
        observation = seen(0.0, plot(0.0, 500.0, 0.0, label="GOOD"), sensor="tracker")
        prior = update.take(made, prior, look.read(made, view("tracker"), observation, observation.plots))
        if k == 0:
            first = prior.log_kind.copy()
    assert prior.log_kind == pytest.approx(first, abs=0.1)


@given(st.integers(0, 300), st.integers(0, 6))
def test_chances_and_covariances_stay_what_they_are(seed: int, plots: int) -> None:
    rng = np.random.default_rng(seed)
    prior = tracks(5, seed)
    prior = prior.but(ghost=rng.uniform(0, 0.5, 5), origin=np.full(5, TRACKER))
    after = take(prior, *(plot(0.0, *rng.normal(0, 60, 2)) for _ in range(plots)), sensor="tracker")
    assert ((after.real >= 0) & (after.ghost >= 0) & (after.real + after.ghost <= 1 + 1e-9)).all()
    assert ((after.seen >= 0) & (after.seen <= 1)).all()
    assert after.model.sum(axis=0) == pytest.approx(np.ones(after.n))
    last = np.moveaxis(after.cov, (1, 2), (-2, -1))
    assert np.allclose(last, last.swapaxes(-1, -2))
    assert (np.linalg.eigvalsh(last) > -1e-9).all()
    assert all(np.isfinite(getattr(after, name)).all() for name in belief.TRACKS)


def test_the_mixture_of_two_plots_by_hand() -> None:
    prior = one(real=0.999, sigma=20.0)
    after = take(prior, plot(0.0, 510.0, 0.0), plot(0.0, 490.0, 0.0))
    assert after.mean[0, 0, 0] == pytest.approx(500.0, abs=0.1)
    alone = take(prior, plot(0.0, 500.0, 0.0))
    assert after.cov[0, 0, 0, 0] == pytest.approx(alone.cov[0, 0, 0, 0] + 64.0, rel=0.02)  # the two means stand 8 m to each side


@given(st.integers(0, 300))
def test_weights_and_evidence_are_bayes_rule_written_out(seed: int) -> None:
    """Pairs of a track that is one of two kinds under one of three models, summed one by one."""
    rng = np.random.default_rng(seed)
    track, plot = np.array([0, 0, 1]), np.array([0, 1, 1])
    log, model, kind = rng.normal(0, 3, (3, 3)), rng.dirichlet(np.ones(3), 2).T, rng.dirichlet(np.ones(2), 2).T
    ratio, opinion, other = rng.normal(0, 1, (2, 2)), rng.normal(0, 1, (2, 2)), rng.normal(0, 1, 2)
    shown, ghost, fixed, missed = rng.uniform(0.1, 0.5, (4, 2))
    stands = rng.normal(0, 3, 3)
    weight, objects, standing, models, kinds = update.weighed(
        log, model, ratio, opinion, kind, shown, ghost, fixed, missed, other, stands, track, plot
    )
    chance = np.array([0.3, 0.4, 0.2])
    none = 1.0 - np.bincount(track, chance)
    after = update.evidence(kind, none, track, chance, kinds, np.log([0.25, 0.75]))
    share = kind * none
    for k, (i, j) in enumerate(zip(track, plot, strict=True)):
        joint = np.exp(log[:, k]) * model[:, i]
        said = np.exp(ratio[:, j] - opinion[:, i]) * kind[:, i]
        real = shown[i] * said.sum()
        moves, stays = (real + ghost[i]) * joint.sum(), fixed[i] * said.sum() * math.exp(stands[k])
        assert weight[k] == pytest.approx((moves + stays) / missed[i] / math.exp(other[j]))
        assert objects[k] == pytest.approx(real * joint.sum() / (moves + stays))
        assert standing[k] == pytest.approx(stays / (moves + stays))
        assert models[:, k] == pytest.approx(joint / joint.sum())
        assert kinds[:, k] == pytest.approx(said / said.sum())
        share[:, i] += chance[k] * said / said.sum()
    assert np.exp(after) * np.array([[0.25], [0.75]]) == pytest.approx(share)


def test_taking_all_tracks_in_order_changes_nothing_and_some_takes_those() -> None:
    prior = tracks(4, 3)
    assert belief.take(prior, np.arange(4)) is prior
    assert belief.take(prior, np.ones(4, dtype=bool)) is prior
    some = belief.take(prior, np.array([False, True, False, True]))
    assert some.label[2].tolist() == [1, 3]
    assert np.array_equal(some.cov, prior.cov[..., [1, 3]])
    assert belief.take(prior, np.array([3, 2, 1, 0])).label[2].tolist() == [3, 2, 1, 0]
    assert belief.take(prior, np.zeros(0, dtype=np.int64)).n == 0
