"""The four Autoferry scenarios: GOSPA of the whole chain against both boats, beside Stone Soup's trackers on the same detections.

c = 20 m, p = 2, alpha = 2, on the whole seconds of the truth, root mean square over them; each state predicted to the second.
Our site files' and the peers' settings are tuned on scenarios 2 and 6; what our tracker lacked was found on 13 and 17 as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import Figure, Skip, Value, measures
from bench.peers import TUNED, score
from forewarn.evaluate import Yardstick, gospa_over_time, read_truth, tracks_from
from forewarn.library import run

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "examples" / "data" / "autoferry_13"
DATA = ROOT.parent / "shared" / "data" / "autoferry"


def folder_of(scenario: int) -> Path:
    """Where a scenario lies: 13 is in the repository, the others beside it."""
    return SHIPPED if scenario == 13 else DATA / str(scenario)


def ours(scenario: int) -> float:
    """Our chain on one scenario, with its site file: all four are the same but for the name."""
    folder = folder_of(scenario)
    tracks = tracks_from(run(ROOT / "examples" / f"autoferry_{scenario}.toml", data=folder).tracks.to_pydict())
    return gospa_over_time(tracks, read_truth(folder / "groundTruth.json"), Yardstick(c_m=20.0)).rms_m


def gospa(scenario: int) -> Iterator[Value]:
    """One scenario: us, and the peers in the same run."""
    folder = folder_of(scenario)
    if not folder.is_dir():
        raise Skip(f"needs Autoferry scenario {scenario}")
    peers = {f"stonesoup_{kind}": score(kind, settings, folder).rms_m for kind, settings in TUNED.items()}
    yield Value(f"autoferry_{scenario}.gospa", ours(scenario), peers)


@measures(Figure("autoferry_2.gospa", "m"))
def second() -> Iterator[Value]:
    """Scenario 2: tuned on."""
    return gospa(2)


@measures(Figure("autoferry_6.gospa", "m"))
def sixth() -> Iterator[Value]:
    """Scenario 6: tuned on."""
    return gospa(6)


@measures(Figure("autoferry_13.gospa", "m"))
def thirteenth() -> Iterator[Value]:
    """Scenario 13."""
    return gospa(13)


@measures(Figure("autoferry_17.gospa", "m"))
def seventeenth() -> Iterator[Value]:
    """Scenario 17."""
    return gospa(17)
