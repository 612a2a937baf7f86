"""Pairs: the Kalman update against conditioning the joint Gaussian of state and plot, and the gate against plain distances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, multivariate_normal

from forewarn.track import belief, look, match, plan
from tests.track_help import at, plot, site, view
from tests.track_help import look as seen

PLAN = plan.make(site())


def tracks(n: int, seed: int, spread: float = 30.0) -> belief.Belief:
    """Tracks near the origin with full covariances."""
    rng = np.random.default_rng(seed)
    d = PLAN.size
    root = rng.normal(0, 4, (3, d, d, n))
    cov = np.einsum("mabn,mcbn->macn", root, root) + 25.0 * np.eye(d)[None, :, :, None]
    start = belief.empty(PLAN, 600.0)
    zeros = np.zeros(n, dtype=np.int64)
    return belief.join(
        start.but(t_ns=at(0)),
        {
            "mean": rng.normal(0, spread, (3, d, n)), "cov": cov, "model": rng.dirichlet([1, 1, 1], n).T, "real": np.full(n, 0.5),
            "ghost": np.zeros(n), "origin": zeros, "seen": np.ones((5, n)), "hit_ns": np.full((5, n), belief.NEVER),
            "log_kind": np.zeros((7, n)), "opinion": np.zeros((5, 7, n)), "updated_ns": zeros + at(0),
            "label": np.stack([zeros, zeros, np.arange(n)]),
        },
    )  # fmt: skip


def looked(sensor: str, *plots: object) -> look.Look:
    observation = seen(0.0, *plots, sensor=sensor)  # type: ignore[arg-type]
    return look.read(PLAN, view(sensor), observation, observation.plots)


@pytest.mark.parametrize("sensor", ["radar", "tracker"])
@given(seed=st.integers(0, 500))
def test_update_is_the_joint_gaussian_conditioned(sensor: str, seed: int) -> None:
    found = looked(sensor, plot(-0.5, 3.0, -8.0, 40.0, course_deg=70.0, speed_mps=9.0))
    prior, z = tracks(1, seed), match.plots(PLAN, found)
    pair = match.pairs(prior, z)
    if len(pair.track) == 0:
        return
    h, r = z.h[..., 0], z.r[..., 0]
    for m in range(3):
        x, p = prior.mean[m, :, 0], prior.cov[m, :, :, 0]
        joint = np.block([[p, p @ h.T], [h @ p, h @ p @ h.T + r]])
        precision = np.linalg.inv(joint)
        d = PLAN.size
        cov = np.linalg.inv(precision[:d, :d])
        mean = x - cov @ precision[:d, d:] @ (z.z[:, 0] - h @ x)
        assert pair.mean[m, :, 0] == pytest.approx(mean, rel=1e-5, abs=1e-5)
        assert pair.cov[m, :, :, 0] == pytest.approx(cov, rel=1e-5, abs=1e-4)
        expected = multivariate_normal(h @ x, joint[d:, d:]).logpdf(z.z[:, 0])
        assert pair.log[m, 0] == pytest.approx(expected)


@given(st.integers(0, 300))
def test_the_gate_keeps_what_any_model_is_near_and_nothing_else(seed: int) -> None:
    rng = np.random.default_rng(seed)
    z = match.plots(PLAN, looked("radar", *(plot(0.0, *xy) for xy in rng.normal(0, 60, (5, 2)))))
    prior = tracks(6, seed, 40.0)
    found = match.pairs(prior, z)
    expected = set()
    for i in range(6):
        for j in range(5):
            h, r = z.h[..., j], z.r[..., j]
            nus = [z.z[:, j] - h @ prior.mean[m, :, i] for m in range(3)]
            d2 = [nu @ np.linalg.solve(h @ prior.cov[m, :, :, i] @ h.T + r, nu) for m, nu in enumerate(nus)]
            if min(d2) < match.GATE[2]:
                expected.add((i, j))
    assert set(zip(found.track.tolist(), found.plot.tolist(), strict=True)) == expected


def test_the_gates_are_chi_squared() -> None:
    assert match.GATE[1:] == pytest.approx([chi2.isf(1e-5, d) for d in range(1, 6)], abs=0.1)


def test_what_a_plot_does_not_tell_counts_the_same_for_false_plots() -> None:
    """A plot without height beside one with: the likelihood ratio of the first is that of its place alone."""
    both = match.plots(PLAN, looked("radar", plot(0.0, 1.0, 2.0), plot(0.0, 3.0, 4.0, 60.0)))
    alone = match.plots(PLAN, looked("radar", plot(0.0, 1.0, 2.0)))
    prior = tracks(1, 1, 1.0)
    one, two = match.pairs(prior, both), match.pairs(prior, alone)
    bare = int(np.flatnonzero(~np.isfinite(looked("radar", plot(0.0, 1.0, 2.0), plot(0.0, 3.0, 4.0, 60.0)).place[2]))[0])
    k = int(np.flatnonzero(one.plot == bare)[0])
    assert one.log[:, k] - both.false[bare] == pytest.approx(two.log[:, 0] - alone.false[0])
    assert one.mean[..., k] == pytest.approx(two.mean[..., 0])


def test_a_plot_of_an_earlier_time_is_compared_with_where_the_track_was() -> None:
    z = match.plots(PLAN, looked("radar", plot(-2.0, 0.0, 0.0)))
    assert z.h[0, 3, 0] == pytest.approx(-2.0)
    assert z.h[1, 4, 0] == pytest.approx(-2.0)
