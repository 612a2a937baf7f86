"""The counter-drone trial (ICMCIS 2021 challenge, runs 1_1 and 1_3): the whole chain against the drone's own GPS.

Every figure is defined in ``forewarn.evaluate``. The peer, where there is one, is the radar alone: each of its plots held
for 3 s from its arrival, each plot a track of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import Figure, Skip, Value, measures
from forewarn.edge.checking import read_site
from forewarn.edge.running import Options, run
from forewarn.evaluate import Evaluation, Yardstick, read_truth, tracks_from
from forewarn.evaluate.coverage import Coverage, coverage
from forewarn.evaluate.of_record import judge
from forewarn.evaluate.tables import read_columns
from forewarn.messages import Message

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "icmcis"


def evaluated(site: Path, data: Path, truth: Path, c_m: float) -> Evaluation:
    """A site file run over its recordings, and what came of it against the truth."""
    steps: list[tuple[Message, ...]] = []
    run(site, Options(data=data), lambda event, messages: steps.append(messages), say=lambda text: None)
    return judge(read_site(site)[1], steps, truth, c_m)


def radar_alone(folder: Path) -> Coverage:
    """The first radar's plots held for 3 s from their arrival; a repeat of an older plot does not count."""
    table = read_columns(folder / "alvira.csv")
    fresh: dict[str, int] = {}
    for i, plotted in enumerate(table["plot_time_s"]):
        if plotted:
            fresh.setdefault(plotted, i)
    rows = list(fresh.values())
    plots = {
        name: [table[source][i] for i in rows]
        for name, source in (("time_s", "scan_time_s"), ("lat_deg", "lat_deg"), ("lon_deg", "lon_deg"))
    }
    return coverage(tracks_from(plots | {"track": rows}), read_truth(folder / "truth.csv"), Yardstick(hold_s=3.0))


def trial(name: str) -> Iterator[Value]:
    """One run's figures."""
    folder = DATA / name
    if not folder.is_dir():
        raise Skip(f"needs the ICMCIS 2021 recording {name}")
    found = evaluated(ROOT / "examples" / f"icmcis_{name}.toml", folder, folder / "truth.csv", c_m=50.0)
    ours, radar = found.coverage, radar_alone(folder)
    figure = f"icmcis_{name}"
    yield Value(f"{figure}.coverage", ours.coverage, {"radar_held_3s": radar.coverage})
    yield Value(f"{figure}.rms_m", ours.rms_m or 0.0, {"radar_held_3s": radar.rms_m or 0.0})
    yield Value(f"{figure}.false_fraction", ours.false_fraction, {"radar_held_3s": radar.false_fraction})
    yield Value(f"{figure}.lead_s.min", min((z.lead_min_s for z in found.zones if z.lead_min_s is not None), default=0.0))
    yield Value(f"{figure}.never_entered.warnings", sum(z.warnings for z in found.zones if not z.entries))


def _figures(name: str, covered: float, rms_m: float, false: float) -> tuple[Figure, ...]:
    return (
        Figure(f"icmcis_{name}.coverage", "share", at_least=covered),
        Figure(f"icmcis_{name}.rms_m", "m", at_most=rms_m),
        Figure(f"icmcis_{name}.false_fraction", "share", at_most=false),
        Figure(f"icmcis_{name}.lead_s.min", "s", at_least=10.0),
        Figure(f"icmcis_{name}.never_entered.warnings", "1", at_most=0.0),
    )


@measures(*_figures("1_1", 0.40, 22.0, 0.10))
def first() -> Iterator[Value]:
    """Run 1_1: two radars."""
    return trial("1_1")


@measures(*_figures("1_3", 0.36, 26.0, 0.05))
def third() -> Iterator[Value]:
    """Run 1_3: one radar."""
    return trial("1_3")
