"""One track's motion and correction against the tracker's own, for many random states."""

from __future__ import annotations

import numpy as np
import pytest

from forewarn.plan import motion, numbers
from forewarn.track import motion as tracks
from forewarn.track import plan
from tests.plan_help import yard

pytestmark = pytest.mark.slow
SITE = yard()
MADE, WATCH, SENSES = plan.make(SITE), numbers.watch(SITE), numbers.senses(SITE)


def state(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    root = rng.normal(0, 3, (2, WATCH.size, WATCH.size))
    return rng.normal(0, 50, (2, WATCH.size)), root @ root.swapaxes(1, 2) + np.eye(WATCH.size), rng.dirichlet([1, 1])


@pytest.mark.parametrize("dt", [0.01, 0.5, 3.0, 40.0])
def test_predicting_is_what_the_tracker_does(dt: float) -> None:
    for seed in range(20):
        mean, cov, model = state(seed)
        theirs = tracks.predict(MADE, mean[..., None].copy(), cov[..., None].copy(), model[:, None].copy(), dt)
        motion.predict(WATCH, SENSES, mean, cov, model, dt)
        for ours, other in zip((mean, cov, model), theirs, strict=True):
            np.testing.assert_allclose(ours, other[..., 0], rtol=1e-9, atol=1e-9)


def test_correcting_is_the_kalman_filter() -> None:
    for seed in range(20):
        mean, cov, _ = state(seed)
        m, p = mean[0].copy(), cov[0].copy()
        h = np.zeros(WATCH.size)
        h[[0, 1, 6]] = (0.6, 0.8, 0.6)
        log = motion.correct(m, p, h, 12.0, 25.0)
        s = h @ cov[0] @ h + 25.0
        nu = 12.0 - h @ mean[0]
        gain = cov[0] @ h / s
        np.testing.assert_allclose(m, mean[0] + gain * nu)
        np.testing.assert_allclose(p, cov[0] - np.outer(gain, h @ cov[0]), atol=1e-9)
        assert log == pytest.approx(-0.5 * (nu**2 / s + np.log(2 * np.pi * s)))


def test_models_are_weighed_by_bayes() -> None:
    model = np.array([0.3, 0.7])
    log = motion.weigh(model, np.log([0.2, 0.05]))
    assert np.exp(log) == pytest.approx(0.3 * 0.2 + 0.7 * 0.05)
    assert model == pytest.approx(np.array([0.06, 0.035]) / 0.095)
