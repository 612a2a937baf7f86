"""A new model is a file of its own: a toy one, used like the others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from forewarn.track.models import imm
from forewarn.track.models.measure import Position, Prior
from forewarn.track.models.motion import ConstantVelocity, extend, predict, size


class Moored(NamedTuple):
    """Stays where it is, and swings on an eighth state of its own."""

    swing: float = 1.0

    @property
    def extra(self) -> tuple[tuple[float, float], ...]:
        return ((2.0, 0.5), (3.0, 0.25))

    def advance(self, mean: np.ndarray, cov: np.ndarray, dt: np.ndarray) -> None:
        mean[3:6] = 0.0
        cov[3:6], cov[:, 3:6] = 0.0, 0.0
        cov[0, 0] += self.swing * dt
        cov[3, 3] = cov[4, 4] = cov[5, 5] = 1e-4


def test_a_toy_model_is_used_like_any_other() -> None:
    place, noise = np.zeros((3, 4)), np.repeat(np.eye(3)[:, :, None], 4, axis=2)
    toy = Moored()
    mean, cov = extend(toy, *Position(3).born(place, noise, Prior()))
    moved, spread = predict(toy, mean, cov, 3.0)
    assert size(toy) == 8
    assert moved[6:, 0] == pytest.approx([2.0, 3.0])
    assert spread[0, 0] == pytest.approx(4.0)
    suite = imm.suite((toy, ConstantVelocity(1.0, 1.0)), (100.0, 100.0))
    bank = imm.start(suite, *Position(3).born(place, noise, Prior()), (0.5, 0.5))
    for _ in range(10):
        bank, _ = imm.update(imm.predict(bank, 1.0), Position(3), place, noise)
    assert (bank.weight[0] > bank.weight[1]).all()  # it does stay where it is
    assert np.linalg.eigvalsh(np.moveaxis(bank.cov[0], 2, 0)).min() > 0.0
