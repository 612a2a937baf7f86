"""A scenario with a fault in it is refused, and every fault is told at once by its key."""

from __future__ import annotations

import pickle

import pytest

from forewarn.simulate.running import read
from forewarn.simulate.scenario import BadScenario, parse
from tests.simulate_help import HEAD, SCENARIOS, scenario

DRONE = '[[objects]]\nid = "a"\nkind = "multirotor"\nstart = [0, 0, 1]\n'
BAD = {
    "lasts_s": ("lasts_s = 60.0", "lasts_s = 0.0"),
    "starts": ("starts = 2026-03-01T14:00:00Z", "starts = 2026-03-01T14:00:00"),
    "version": ("version = 1", "version = 2"),
    "weathr": ("", "[weathr]\n"),
    "weather.wind_mps": ("", "[weather]\nwind_mps = -1\n"),
    "ground.hills.0.radius_m": ("", "[ground]\nhills = [{ at = [0, 0], height_m = 10, radius_m = 0 }]\n"),
    "ground.model": ("", '[ground]\nmodel = "nowhere.tif"\n'),
    "objects.a.kind": ("", DRONE.replace("multirotor", "zeppelin")),
    "objects.a.start": ("", DRONE.replace("[0, 0, 1]", '"here"')),
    "objects.a.legs.0": ("", DRONE + 'legs = [{ do = "orbit" }]\n'),
    "objects.a.legs.0.do": ("", DRONE + 'legs = [{ do = "hide" }]\n'),
    "objects.a.claims.0.identity": ("", DRONE + '[[objects.claims]]\nby = "adsb"\nidentity = "me"\n'),
    "objects.a.id": ("", DRONE + DRONE),
    "objects.a-1.id": ("", DRONE + "count = 2\n" + DRONE.replace('"a"', '"a-1"')),
    "objects.a": ("", DRONE.replace("multirotor", "rocket")),
    "objects.a.recording.file": ("", '[[objects]]\nid = "a"\nkind = "crewed"\nrecording = { file = "none.csv" }\n'),
    "objects": ("", "".join(DRONE.replace('"a"', f'"a{i}"') + "count = 500\n" for i in range(3))),
    "sensors.sonar.id": ("", '[[sensors]]\nid = "sonar"\n'),
    "sensors.camera.sea_clutter": ("", '[[sensors]]\nid = "camera"\nsea_clutter = 2\n'),
    "faults.0.sensor": ("", '[[faults]]\nsensor = "sonar"\nwhat = "stall"\n'),
    "faults.0.what": ("", '[[faults]]\nsensor = "radar"\nwhat = "boredom"\n'),
    "desks.0.answers": ("", '[[desks]]\nanswers = "perhaps"\n'),
    "expect.warned": ("", '[expect]\nwarned = ["moon"]\n'),
    "site": ('site = "sites/embassy.toml"', 'site = "sites/nowhere.toml"'),
    "(file)": ("version = 1", "version = = 1"),
}


@pytest.mark.parametrize("key", BAD)
def test_a_fault_is_told_by_its_key(key: str) -> None:
    old, new = BAD[key]
    text = HEAD.replace(old, new) if old else HEAD + new
    with pytest.raises(BadScenario) as bad:
        parse(text, SCENARIOS)
    assert [fault.key for fault in bad.value.faults] == [key]
    assert key in str(bad.value)


def test_a_bad_site_file_is_told_by_its_keys(tmp_path: object) -> None:
    with pytest.raises(BadScenario, match="site: origin"):
        parse(HEAD.replace("sites/embassy.toml", "two-at-night.toml"), SCENARIOS)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(BadScenario) as bad:
        scenario(DRONE.replace("multirotor", "zeppelin") + '[weather]\nrain_mm_h = "much"\n[[desks]]\nanswers = 3\n')
    assert {fault.key for fault in bad.value.faults} == {"objects.a.kind", "weather.rain_mm_h", "desks.0.answers"}


def test_faults_and_scenarios_travel_between_processes() -> None:
    with pytest.raises(BadScenario) as bad:
        scenario("[weathr]\n")
    assert pickle.loads(pickle.dumps(bad.value)).faults == bad.value.faults
    one = scenario(DRONE)
    other = pickle.loads(pickle.dumps(one))
    assert other == one
    assert other.watched == one.watched


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(BadScenario, match="nowhere"):
        read(SCENARIOS / "nowhere.toml")


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_examples_are_sound(path: object) -> None:
    found = read(path)  # type: ignore[arg-type]
    assert found.name == path.stem  # type: ignore[attr-defined]
    assert found.title
    assert found.happens
    assert found.follows


def test_a_site_whose_feeds_are_no_tables_is_told() -> None:
    with pytest.raises(BadScenario) as bad:
        parse(HEAD.replace("sites/embassy.toml", "../harbour.toml"), SCENARIOS)
    assert [fault.key for fault in bad.value.faults] == ["site: feeds.radar.format", "site: feeds.lidar.format"]
