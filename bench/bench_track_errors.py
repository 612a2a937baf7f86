"""Sensors' errors found by the chain on the counter-drone trial (ICMCIS 2021, 1_1 and 1_3) where nobody states the finder's.

The radio finder's azimuth is known to be off by -7.5 degrees. *Unsure*: the site file says 0, give or take 10; the chain is to find it and
to lose nothing by it; the peer is the shipped site file, which states it. *Wrong*: the site file says 0 and that it is known; operators
are to be told, and the figure is how many independent comparisons that took.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import Figure, Skip, Value, measures
from bench.bench_icmcis import DATA, ROOT, evaluated
from forewarn.edge.checking import read_site
from forewarn.edge.running import Options, run
from forewarn.evaluate.coverage import Coverage
from forewarn.evaluate.of_record import judge
from forewarn.messages import Message, SensorError

TRUE_DEG = -7.5
STATED = "bias_azimuth_deg = -7.5"
UNSURE = "bias_azimuth_deg = 0.0\nbias_sigma_azimuth_deg = 10.0"
WRONG = "bias_azimuth_deg = 0.0"


def played(name: str, statement: str) -> tuple[Coverage, list[SensorError]]:
    """One run with another statement of the finder's azimuth: its coverage, and what was said of the finder."""
    text = (ROOT / "examples" / f"icmcis_{name}.toml").read_text(encoding="utf-8")
    steps: list[tuple[Message, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site.toml"
        site.write_text(text.replace(STATED, statement), encoding="utf-8")
        run(site, Options(data=DATA / name), lambda event, messages: steps.append(messages), say=lambda text: None)
        found = judge(read_site(site)[1], steps, DATA / name / "truth.csv", 50.0)
    said = [one for step in steps for one in step if isinstance(one, SensorError) and one.sensor == "venus"]
    return found.coverage, said


def trial(name: str) -> Iterator[Value]:
    """One run's figures."""
    if not (DATA / name).is_dir():
        raise Skip(f"needs the ICMCIS 2021 recording {name}")
    stated = evaluated(ROOT / "examples" / f"icmcis_{name}.toml", DATA / name, DATA / name / "truth.csv", 50.0).coverage
    ours, said = played(name, UNSURE)
    figure = f"track.errors.{name}"
    yield Value(f"{figure}.off_deg", abs(said[-1].azimuth_deg - TRUE_DEG), {"nothing_learnt": abs(TRUE_DEG)})
    yield Value(f"{figure}.sigma_deg", said[-1].azimuth_sigma_deg)
    yield Value(f"{figure}.coverage", ours.coverage, {"stated": stated.coverage})
    yield Value(f"{figure}.rms_m", ours.rms_m or 0.0, {"stated": stated.rms_m or 0.0})
    yield Value(f"{figure}.false_fraction", ours.false_fraction, {"stated": stated.false_fraction})
    _, wrong = played(name, WRONG)
    yield Value(f"{figure}.told_after", next((one.samples for one in wrong if one.beyond), 1_000_000))


def _figures(name: str) -> tuple[Figure, ...]:
    figure = f"track.errors.{name}"
    return (
        Figure(f"{figure}.off_deg", "deg", at_most=2.0),
        Figure(f"{figure}.sigma_deg", "deg"),
        Figure(f"{figure}.coverage", "share"),
        Figure(f"{figure}.rms_m", "m"),
        Figure(f"{figure}.false_fraction", "share"),
        Figure(f"{figure}.told_after", "1", at_most=20),
    )


@measures(*_figures("1_1"))
def first() -> Iterator[Value]:
    """Run 1_1: two radars."""
    return trial("1_1")


@measures(*_figures("1_3"))
def third() -> Iterator[Value]:
    """Run 1_3: one radar."""
    return trial("1_3")
