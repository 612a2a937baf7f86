"""What a kind's harm comes to, against identification and the decision themselves."""

from __future__ import annotations

import numpy as np
import pytest

from forewarn.identify import kinds
from forewarn.identify.gather import Objects
from forewarn.plan import judge, numbers
from tests.plan_help import yard

pytestmark = pytest.mark.slow
COSTS = '[zones.costs]\nfalse_alarm = 2.0\nmissed = { drone = 9.0, bird = 0.5, other = 3.0 }\n\n[[zones]]\nid = "square"'
SITE = yard(**{'[[zones]]\nid = "square"': COSTS})


def test_the_harm_is_that_of_the_kinds_that_move_so() -> None:
    watch, place = numbers.watch(SITE), numbers.place(SITE, SITE.zones[0])
    rng = np.random.default_rng(3)
    for _ in range(50):
        mean = np.array([0.0, 0.0, rng.uniform(-10, 400), *rng.uniform(-40, 40, 2), rng.normal(0, 3)])
        spread = rng.uniform(0.1, 5, 6) ** 2
        objects = Objects(mean[:, None], np.diag(spread)[None], np.array([True]))
        evidence = np.stack([np.log(kinds.prior(SITE.priors) + kinds.TINY)[:, None], kinds.motion(objects, SITE)])
        share = kinds.chances(evidence)[:, 0]
        assert judge.harm(watch, place, mean, spread) == pytest.approx(float(share @ place.harm), rel=1e-6)
    assert place.harm[:3] == pytest.approx([4.5, 1.5, 0.25])
