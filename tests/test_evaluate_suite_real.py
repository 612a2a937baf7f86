"""What the truth says of a world, and that a world whose sensors state their errors can be judged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forewarn import watch
from forewarn.evaluate.suite.play import play_world
from forewarn.evaluate.suite.real import real
from forewarn.simulate.running import read
from forewarn.simulate.scenario import parse
from forewarn.simulate.world import make
from tests.simulate_help import HEAD, SCENARIOS


def test_what_falls_conforms_to_nothing() -> None:
    world = make(read(SCENARIOS / "authorised-fails-and-falls.toml"), 1)
    truth = real(world, watch.site_of(world.toml))
    own = truth.names.index("own")
    falls = truth.seconds >= truth.falls_s[own]
    assert falls.any()
    assert truth.authorised[own][~falls & ~np.isnan(truth.enu[0, own])].all()
    assert truth.conforming[own][~falls].any()
    assert not truth.conforming[own][falls].any()


@pytest.mark.slow
@pytest.mark.parametrize("key", ["bias_clock_s = 0.2", "bias_range_m = 80.0", "bias_azimuth_deg = 5.0"])
def test_a_stated_error_is_the_worlds_and_is_taken_off(key: str, tmp_path: Path) -> None:
    site = (SCENARIOS / "sites" / "embassy.toml").read_text(encoding="utf-8")
    (tmp_path / "plain.toml").write_text(site)
    (tmp_path / "off.toml").write_text(site.replace('id = "radar"\nkind = "radar"\n', f'id = "radar"\nkind = "radar"\n{key}\n'))
    drone = '[[objects]]\nid = "a"\nkind = "multirotor"\nstart = [900, 600, 60]\nlegs = [{ do = "fly", to = [0, 0, 50] }]\n'
    text = HEAD.replace("sites/embassy.toml", "{}.toml") + drone
    told = [play_world(make(parse(text.replace("{}", name), tmp_path), 1)) for name in ("plain", "off")]
    assert told[1].watch.gospa_missed <= 1.3 * told[0].watch.gospa_missed + 2500.0
    assert told[1].oracle.gospa_missed <= 1.3 * told[0].oracle.gospa_missed + 2500.0
