"""One scenario and one seed make one world: bytes as the feeds would have brought them, and apart from them the truth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec
import pyarrow.parquet as pq

from forewarn import geo
from forewarn.messages import Chunk
from forewarn.simulate import sensors
from forewarn.simulate.desk import Desk
from forewarn.simulate.feeds import bring
from forewarn.simulate.flights import BadRecording, Flight, NoFlight, fly
from forewarn.simulate.ground import BadGround, Ground, lie
from forewarn.simulate.scenario import BadScenario, Scenario
from forewarn.simulate.seeds import Seeds
from forewarn.simulate.sensors import Scene, SensorKeys
from forewarn.simulate.truth import Truth, objects, told
from forewarn.site import Fault
from forewarn.site import parse as parse_site

MOST_SEED = 2**63 - 1


@dataclass(frozen=True, eq=False)
class World:
    """One run. ``toml``: the site file for the watch, each feed with its arrivals; ``chunks`` in order of arrival; ``desk`` answers the
    watch and remembers what it was told: for another go make the world again. ``flights`` and ``ground``: what pictures are drawn from."""

    scenario: Scenario
    seed: int
    toml: str
    chunks: tuple[Chunk, ...]
    truth: Truth
    desk: Desk
    flights: tuple[Flight, ...]
    ground: Ground


def make(scenario: Scenario, seed: int) -> World:
    """The world of a scenario and a seed: the same two, the same bytes. Raises ``BadScenario`` where it cannot be."""
    if not 0 <= seed <= MOST_SEED:
        raise ValueError(f"seed = {seed}: 0 to {MOST_SEED}")
    site, seeds = scenario.watched, Seeds(seed, scenario.name)
    origin = (site.origin.lat_deg, site.origin.lon_deg, site.origin.alt_m)
    ground, flights = _truth(scenario, origin, seeds)
    scene = Scene(flights, ground, scenario.weather, scenario.light, origin, scenario.starts_ns, scenario.lasts_s)
    keys = {stated.id: SensorKeys(id=stated.id) for stated in site.sensors} | {given.id: given for given in scenario.sensors}
    rows = {stated.id: sensors.look(keys[stated.id], stated, scene, seeds.rng("sensor", stated.id)) for stated in site.sensors}
    brought = bring(site, scene, keys, rows, scenario.faults, lambda name: seeds.rng("way", name))
    spans = {flight.id: flight.authorised for flight in flights}
    desk = Desk(scenario.desks, scene, lambda name, t_s: _within(spans.get(name), t_s), lambda name: seeds.rng("desk", name))
    truth = Truth(objects(scenario, flights, origin), brought.plots, told(scenario, seed, flights))
    return World(scenario, seed, with_arrivals(scenario.site_toml), brought.chunks, truth, desk, flights, ground)


def _truth(scenario: Scenario, origin: geo.Origin, seeds: Seeds) -> tuple[Ground, tuple[Flight, ...]]:
    try:
        ground = lie(scenario.ground, scenario.folder, origin)
        return ground, fly(scenario, ground, seeds)
    except (BadGround, BadRecording, NoFlight) as error:
        key, _, wanted = str(error).partition(": ")
        raise BadScenario((Fault(key=key, found="a fault", wanted=wanted),)) from None


def _within(span: tuple[float, float] | None, t_s: float) -> bool:
    return span is not None and span[0] <= t_s <= span[1]


@lru_cache(maxsize=8)
def with_arrivals(toml: str) -> str:
    """A site file's text whose feeds are recordings that each name their arrivals, ``<file>.arrivals``."""
    lines = [line for line in toml.splitlines() if not re.match(r"\s*(live|arrivals)\s*=", line)]
    named = r'\1file = "\2"\3\n\1arrivals = "\2.arrivals"'
    made = "\n".join(re.sub(r'^(\s*)file\s*=\s*"([^"]*)"(.*)$', named, line) for line in lines) + "\n"
    if any(feed.live or feed.arrivals != f"{feed.file}.arrivals" for feed in parse_site(made).feeds):
        raise ValueError('each feed of a simulated site has its file on a line of its own: file = "radar.csv"')
    return made


def write(world: World, folder: Path) -> int:
    """Writes a world: what the watch may read, and ``truth/``, which it may not. Gives the bytes of the feeds. Raises ``OSError``."""
    truth = folder / "truth"
    truth.mkdir(parents=True, exist_ok=True)
    (folder / "site.toml").write_text(world.toml, encoding="utf-8")
    feeds = parse_site(world.toml).feeds
    for feed in feeds:
        path = folder / feed.file
        path.parent.mkdir(parents=True, exist_ok=True)
        mine = [chunk for chunk in world.chunks if chunk.feed == feed.id]
        path.write_bytes(b"".join(chunk.data for chunk in mine))
        arrivals = "".join(f"{chunk.t_ns},{len(chunk.data)}\n" for chunk in mine)
        (folder / f"{feed.file}.arrivals").write_text(f"t_ns,bytes\n{arrivals}", encoding="utf-8")
    pq.write_table(world.truth.objects, truth / "objects.parquet", compression="zstd")
    pq.write_table(world.truth.plots, truth / "plots.parquet", compression="zstd")
    (truth / "story.json").write_bytes(msgspec.json.format(msgspec.json.encode(world.truth.story), indent=1) + b"\n")
    return sum(len(chunk.data) for chunk in world.chunks)
