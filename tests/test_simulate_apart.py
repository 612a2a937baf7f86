"""The simulator shares no code with the rooms that are judged in it, and its objects do not move as the watch believes.

How far the two differ is said in numbers: the watch's two motion models predict each flight from its true state, and the error is counted
in their own standard deviations (root mean square of one axis). A flight that moved as a model says would give 1.
"""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from forewarn.simulate.flights import STEP_S, Flight, fly
from forewarn.simulate.ground import Ground
from forewarn.simulate.seeds import Seeds
from forewarn.site.beliefs import Tracking
from forewarn.track.motion import drift
from tests.simulate_help import scenario

Array = NDArray[np.float64]
AHEAD_S = 2.0
WATCH = Tracking(speed_sd_mps=20.0)
COURSES = {
    "multirotor": """[{ do = "fly", to = [0, 0, 60] }, { do = "hover", for_s = 10 },
        { do = "orbit", around = [100, 0], radius_m = 60, turns = 3 }]""",
    "fixed_wing": '[{ do = "fly", to = [0, 0, 60] }, { do = "orbit", around = [0, 300], radius_m = 200, turns = 3 }]',
    "bird": "[]",
    "crewed": '[{ do = "fly", to = [-30000, -30000, 300] }]',
    "boat": '[{ do = "fly", to = [0, 0, 0] }, { do = "hover", for_s = 100 }]',
}


def flights(kind: str) -> list[Flight]:
    text = f'[[objects]]\nid = "one"\nkind = "{kind}"\nstart = [500, 400, 80]\nlegs = {COURSES[kind]}\n[weather]\ngust_mps = 1.0\n'
    world = scenario(text, lasts_s=180.0)
    return [fly(world, Ground(), Seeds(seed, world.name))[0] for seed in range(4)]


def surprise(flight: Flight, power: float) -> Array:
    """Errors (2, n) of the watch's prediction of east and north, in its own standard deviations."""
    step = round(AHEAD_S / STEP_S)
    by = drift(power, WATCH.speed_sd_mps, AHEAD_S)
    said = flight.enu[:2, :-step] + by.reach * flight.vel[:2, :-step]
    return np.asarray((flight.enu[:2, step:] - said) / np.sqrt(by.xx))


def rms(x: Array) -> float:
    return float(np.sqrt((x**2).mean()))


@pytest.mark.parametrize(("kind", "calm", "agile"), [
    ("multirotor", (1.5, 4.0), (0.3, 0.9)),
    ("fixed_wing", (2.0, 5.0), (0.5, 1.2)),
    ("bird", (2.5, 5.0), (0.5, 1.2)),
    ("crewed", (0.3, 1.2), (0.1, 0.4)),
    ("boat", (0.03, 0.4), (0.01, 0.1)),
])  # fmt: skip
def test_by_how_much_motion_differs_from_the_models_of_the_watch(kind: str, calm: tuple[float, float], agile: tuple[float, float]) -> None:
    """Neither model fits: the calm one is surprised by what turns, both expect more of boats and airliners than happens."""
    made = flights(kind)
    found = [rms(np.concatenate([surprise(flight, power) for flight in made], axis=1)) for power in (WATCH.calm, WATCH.agile)]
    print(f"{kind}: {AHEAD_S:g} s ahead, error over the model's own: calm {found[0]:.2f}, agile {found[1]:.2f}")
    assert calm[0] <= found[0] <= calm[1]
    assert agile[0] <= found[1] <= agile[1]


def test_motion_is_no_random_walk() -> None:
    """The watch's models let rates wander without memory of it; here accelerations stay alike for seconds and stop at limits."""
    flight = flights("multirotor")[0]
    push = np.diff(flight.vel[:2], axis=1) / STEP_S
    lag = round(0.5 / STEP_S)
    alike = float((push[:, lag:] * push[:, :-lag]).mean() / (push**2).mean())
    assert alike > 0.3  # 0 for white acceleration
    assert float(np.hypot(*push).max()) < 8.0


def test_nothing_of_the_rooms_is_even_loaded() -> None:
    code = "import sys, forewarn.simulate.world\nprint(sorted({m.split('.')[1] for m in sys.modules if m.startswith('forewarn.')}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(eval(done.stdout)) == {"geo", "messages", "simulate", "site", "units"}
