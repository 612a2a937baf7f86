"""One scenario and one seed: the same bytes again, other bytes for another; a watch can run what was written."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from forewarn import geo, site
from forewarn.edge.arrivals import pieces
from forewarn.simulate.running import main, read
from forewarn.simulate.scenario import BadScenario
from forewarn.simulate.world import World, make, with_arrivals, write
from tests.simulate_help import SCENARIOS, scenario

NIGHT = SCENARIOS / "two-at-night.toml"
GHOST = """
[[objects]]
id = "ghost"
kind = "ghost"
start = [300.0, 0.0, 50.0]
[[objects.claims]]
by = "remote_id"
identity = "serial:GHOST"
[[objects]]
id = "drone"
kind = "multirotor"
start = [200.0, 0.0, 50.0]
legs = [{ do = "hover", for_s = 5.0 }, { do = "fall" }]
authorised = { from_s = 0.0, to_s = 3.0 }
count = 2
[[objects.claims]]
by = "adsb"
identity = "icao:3c4b2f"
[[faults]]
sensor = "radar"
what = "outage"
from_s = 10.0
to_s = 20.0
[expect]
warned = ["residence"]
"""


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture(scope="module")
def night() -> World:
    return make(read(NIGHT), 1)


def test_one_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path, night: World) -> None:
    write(night, tmp_path / "one")
    write(make(read(NIGHT), 1), tmp_path / "again")
    write(make(read(NIGHT), 2), tmp_path / "other")
    one, again, other = (digest(tmp_path / name) for name in ("one", "again", "other"))
    assert one == again
    assert one.keys() == other.keys()
    same = {name for name in one if one[name] == other[name]}
    quiet = ("site.toml", "adsb", "remote-id", "people", "radar-status")  # nothing in them that chance decides
    assert all(name.startswith(quiet) for name in same)


def test_what_is_written_is_what_came(tmp_path: Path, night: World) -> None:
    size = write(night, tmp_path)
    watched = site.parse((tmp_path / "site.toml").read_text(encoding="utf-8"))
    assert size == sum((tmp_path / feed.file).stat().st_size for feed in watched.feeds)
    for feed in watched.feeds:
        assert feed.arrivals is not None
        read_back = [(piece.t_arrival_ns, piece.offset, piece.data) for piece in pieces(tmp_path / feed.file, tmp_path / feed.arrivals)]
        assert read_back == [(chunk.t_ns, chunk.offset, chunk.data) for chunk in night.chunks if chunk.feed == feed.id]


def test_messages_come_in_order_and_none_before_the_start(night: World) -> None:
    times = [chunk.t_ns for chunk in night.chunks]
    assert times == sorted(times)
    assert times[0] >= night.scenario.starts_ns
    assert not any(chunk.derived for chunk in night.chunks)
    assert max(len(chunk.data) for chunk in night.chunks) <= 32_768


def test_the_truth_is_where_the_flights_are(night: World) -> None:
    rows = night.truth.objects.to_pydict()
    assert set(rows["object"]) == {"first", "second", "birds-1", "birds-2"}
    one = night.flights[0]
    mine = [i for i, name in enumerate(rows["object"]) if name == one.id]
    at = np.array([[rows[key][i] for i in mine] for key in ("lat_deg", "lon_deg", "alt_m")])
    origin = night.scenario.watched.origin
    enu = geo.to_enu(at[0], at[1], at[2], (origin.lat_deg, origin.lon_deg, origin.alt_m))
    np.testing.assert_allclose(enu, one.enu, atol=1e-6)
    starts = night.scenario.starts.timestamp()
    np.testing.assert_allclose([rows["time_s"][i] for i in mine], starts + one.t_s, atol=1e-6)
    np.testing.assert_allclose(np.diff([rows["time_s"][i] for i in mine]), 0.1, atol=1e-6)


def test_ghosts_are_nowhere_and_what_falls_is_debris(tmp_path: Path) -> None:
    world = make(scenario(GHOST), 3)
    write(world, tmp_path)
    table = pq.read_table(tmp_path / "truth" / "objects.parquet").to_pydict()
    assert set(table["object"]) == {"drone-1", "drone-2"}
    kinds = [kind for kind, name in zip(table["kind"], table["object"], strict=True) if name == "drone-1"]
    assert kinds[0] == "multirotor"
    assert kinds[-1] == "debris"
    story = json.loads((tmp_path / "truth" / "story.json").read_text())
    assert story["authorised"] == {"drone-1": [[0.0, 3.0]], "drone-2": [[0.0, 3.0]]}
    assert story["identities"] == {"ghost": ["serial:GHOST"], "drone-1": ["icao:3c4b2f"], "drone-2": ["icao:3c4b30"]}
    assert story["faults"] == [{"sensor": "radar", "what": "outage", "from_s": 10.0, "to_s": 20.0}]
    assert set(story["falls_s"]) == {"drone-1", "drone-2"}
    assert story["warned"] == ["residence"]


def test_no_feed_holds_the_names_of_the_truth(night: World) -> None:
    text = b"".join(chunk.data for chunk in night.chunks)
    assert not any(name.encode() in text for name in ("first", "second", "birds-1"))


def test_main_says_what_was_made(tmp_path: Path) -> None:
    said: list[str] = []
    main(NIGHT, tmp_path, 5, said.append)
    text = "\n".join(said)
    for word in ("seed 5", "2 multirotor, 2 bird", "sensors: 9", "residence", "truth", "forewarn run"):
        assert word in text
    assert (tmp_path / "truth" / "story.json").exists()


def test_a_world_that_cannot_be_is_told_by_its_key(tmp_path: Path) -> None:
    far = '[[objects]]\nid = "far"\nkind = "rocket"\nstart = [-200000.0, 0.0, 0.0]\nimpact = [200000.0, 0.0]\n'
    with pytest.raises(BadScenario) as bad:
        make(scenario(far), 1)
    assert [fault.key for fault in bad.value.faults] == ["objects.far"]
    with pytest.raises(ValueError, match="seed"):
        make(scenario(), -1)


def test_site_files_in_another_form_are_refused() -> None:
    toml = (SCENARIOS / "sites" / "embassy.toml").read_text(encoding="utf-8")
    assert {feed.arrivals for feed in site.parse(with_arrivals(toml)).feeds} == {f"{feed.file}.arrivals" for feed in site.parse(toml).feeds}
    with pytest.raises(ValueError, match="line of its own"):
        with_arrivals(toml.replace('file = "radar.csv"', "file = 'radar.csv'"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", sorted(path for path in SCENARIOS.glob("*.toml") if path.stem != "a-quiet-week"), ids=lambda path: path.stem
)
def test_every_example_makes_a_world(path: Path) -> None:
    world = make(read(path), 1)
    assert world.chunks
    away = [np.hypot(*flight.enu[:2]).max() for flight in world.flights]
    assert max(away, default=0.0) < 30_000.0
    assert all(np.isfinite(flight.enu).all() and np.isfinite(flight.vel).all() for flight in world.flights)
