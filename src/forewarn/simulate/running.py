"""`forewarn simulate SCENARIO --out DIR [--seed N]`: reads a scenario, makes its world, writes it, says what was made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from forewarn.simulate.scenario import BadScenario, Scenario, parse
from forewarn.simulate.world import World, make, write
from forewarn.site import Fault


def main(scenario_path: Path, out: Path, seed: int, say: Callable[[str], object]) -> World:
    """Makes and writes one world. Raises ``BadScenario`` (all its faults) and ``OSError`` (cannot write)."""
    world = make(read(scenario_path), seed)
    size = write(world, out)
    for line in summary(world, size, out):
        say(line)
    return world


def read(path: Path) -> Scenario:
    """The scenario of a file. Raises ``BadScenario``."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadScenario((Fault(key="(file)", found=str(path), wanted=f"a file that can be read: {error}"),)) from None
    return parse(text, path.parent)


def summary(world: World, size: int, out: Path) -> list[str]:
    """What was made, for a person."""
    scenario, site = world.scenario, world.scenario.watched
    there = [flight for flight in world.flights if flight.kind != "ghost" and flight.alive.any()]
    kinds = [flight.kind for flight in there]
    counted = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)) or "none"
    plots = world.truth.plots
    real = sum(1 for name in plots["object"].to_pylist() if name)
    faults = [f"{f.sensor}: {f.what} from {f.from_s:g} s to {min(f.to_s, scenario.lasts_s):g} s" for f in scenario.faults]
    return [
        f"{scenario.title or scenario.name}: {scenario.lasts_s:g} s from {scenario.starts.isoformat()}, seed {world.seed}",
        *([scenario.happens] if scenario.happens else []),
        f"objects: {len(there)} ({counted})",
        f"sensors: {len(site.sensors)}; {len(plots)} plots, {real} of them of an object; {size} bytes in {len(world.chunks)} messages",
        *(["faults: " + "; ".join(faults)] if faults else []),
        f"must follow: {scenario.follows or 'not said'}",
        f"zones to be warned: {', '.join(scenario.expect.warned) or 'none'}",
        f"written to {out}; the truth is in {out / 'truth'}, where no reader of the feeds looks",
        f"next: forewarn run {out / 'site.toml'} --data {out} --record {out / 'record'} --fast",
    ]
