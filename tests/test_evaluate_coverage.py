"""Coverage, RMS, false fraction and switches: by hand, by property, and to the digit against the scorer that stands beside the data."""

from __future__ import annotations

import csv
import json
import math
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.evaluate import read_tracks, read_truth, tracks_from, truth_from
from forewarn.evaluate.coverage import Coverage, coverage
from forewarn.evaluate.tables import Tracks
from forewarn.evaluate.yardstick import Yardstick

SCORER = Path(__file__).resolve().parents[2] / "shared" / "tools" / "score.py"
T0 = 1_600_000_000.0
LAT0, LON0 = 45.0, 7.0
NORTH, EAST = 110574.0, 111320.0 * math.cos(math.radians(LAT0))


def truth(*heights: float, seconds: int = 9) -> Any:
    """Objects a, b, c, ... that stand still 1 km apart along a parallel, from second 0 to ``seconds``."""
    return truth_from(
        {
            "object": [name for name, _ in zip("abcdef", heights, strict=False) for _ in range(seconds + 1)],
            "time_s": [T0 + t for _ in heights for t in range(seconds + 1)],
            "lat_deg": [LAT0 for _ in heights for _ in range(seconds + 1)],
            "lon_deg": [LON0 + k * 1000 / EAST for k, _ in enumerate(heights) for _ in range(seconds + 1)],
            "height_above_takeoff_m": [h for h in heights for _ in range(seconds + 1)],
        }
    )


def rows(*given: tuple[float, str, float, float], existence: float = 1.0) -> Tracks:
    """Track rows of (second, track, metres east, metres north)."""
    return tracks_from(
        {
            "time_s": [T0 + t for t, *_ in given],
            "track": [name for _, name, _, _ in given],
            "lat_deg": [LAT0 + n / NORTH for *_, n in given],
            "lon_deg": [LON0 + e / EAST for *_, e, _ in given],
            "existence": [existence for _ in given],
        }
    )


def every_second(
    name: str = "1", east: float = 0.0, north: float = 0.0, seconds: range = range(10)
) -> list[tuple[float, str, float, float]]:
    return [(t - 0.5, name, east, north) for t in seconds]


def test_all_is_covered() -> None:
    c = coverage(rows(*every_second(east=30.0, north=40.0 - 1e-6)), truth(50.0))
    assert (c.coverage, c.seconds, c.seconds_up, c.false_track_seconds, c.switches) == (1.0, 10, 10, 0, 0)
    assert c.rms_m == pytest.approx(50.0)
    assert c.objects[0].tracks == 1


@pytest.mark.parametrize(("away", "covered", "false"), [(49.9, 10, 0), (50.1, 0, 0), (99.9, 0, 0), (100.1, 0, 10)])
def test_near_far_and_between(away: float, covered: int, false: int) -> None:
    c = coverage(rows(*every_second(north=away)), truth(50.0))
    assert (c.objects[0].seconds_covered, c.false_track_seconds) == (covered, false)
    assert c.false_fraction == false / 10


def test_low_objects_are_not_asked_for_but_nothing_near_them_is_false() -> None:
    c = coverage(rows(*every_second()), truth(10.0))
    assert (c.seconds_up, c.coverage, c.rms_m, c.false_track_seconds) == (0, 0.0, None, 0)


def test_an_object_of_unknown_height_is_asked_for() -> None:
    unknown = truth_from({"object": ["a", "a"], "time_s": [T0, T0 + 9], "lat_deg": [LAT0, LAT0], "lon_deg": [LON0, LON0]})
    assert coverage(rows(*every_second()), unknown).coverage == 1.0


def test_objects_are_pooled() -> None:
    c = coverage(rows(*every_second("1"), *every_second("2", east=1010.0, seconds=range(5))), truth(50.0, 50.0))
    assert [o.coverage for o in c.objects] == [1.0, 0.6]  # the last row is held for another second
    assert c.coverage == 0.8
    assert c.rms_m == pytest.approx(math.sqrt(6 * 10.0**2 / 16))


def test_two_false_tracks_make_one_false_second() -> None:
    c = coverage(rows((0.9, "1", 500.0, 0.0), (0.9, "2", 500.0, 0.0)), truth(50.0))
    assert (c.false_track_seconds, c.false_seconds) == (4, 2)


def test_with_nobody_there_every_track_is_false() -> None:
    gap = truth_from({"object": ["a", "a", "b", "b"], "time_s": [0.0, 2.0, 7.0, 9.0], "lat_deg": [45.0] * 4, "lon_deg": [7.0] * 4})
    one = tracks_from({"time_s": [4.9], "track": ["1"], "lat_deg": [45.0], "lon_deg": [7.0]})
    assert coverage(one, gap).false_track_seconds == 2


def test_a_gap_in_the_truth_is_bridged() -> None:
    thin = truth_from({"object": ["a", "a"], "time_s": [T0, T0 + 9], "lat_deg": [LAT0, LAT0 + 900 / NORTH], "lon_deg": [LON0, LON0]})
    follow = rows(*((t - 0.5, "1", 0.0, 100.0 * t) for t in range(10)))
    c = coverage(follow, thin)
    assert (c.seconds_up, c.coverage) == (10, 1.0)
    assert c.rms_m == pytest.approx(0.0, abs=1e-3)


def test_the_newest_row_decides_even_if_it_is_unsure() -> None:
    sure, unsure = rows((-0.5, "1", 0.0, 0.0)), rows((-0.2, "1", 0.0, 0.0), existence=0.3)
    both = tracks_from({n: [*getattr(sure, n), *getattr(unsure, n)] for n in ("time_s", "track", "lat_deg", "lon_deg", "existence")})
    assert coverage(sure, truth(50.0)).objects[0].seconds_covered == 2
    assert coverage(both, truth(50.0)).objects[0].seconds_covered == 0
    assert coverage(both, truth(50.0), Yardstick(confirmed=0.3)).objects[0].seconds_covered == 2


@pytest.mark.parametrize(("names", "tracks", "switches"), [("1111", 1, 0), ("1122", 2, 1), ("1212", 2, 3), ("1 12", 2, 1)])
def test_switches(names: str, tracks: int, switches: int) -> None:
    given = [(t - 0.1, name, 0.0, 0.0) for t, name in enumerate(names) if name != " "]
    c = coverage(rows(*given), truth(50.0), Yardstick(hold_s=0.5))
    assert (c.objects[0].tracks, c.objects[0].switches, c.switches) == (tracks, switches, switches)


def test_an_empty_table_covers_nothing() -> None:
    c = coverage(rows(), truth(50.0))
    assert (c.coverage, c.rms_m, c.false_fraction) == (0.0, None, 0.0)


existences = st.lists(st.tuples(st.floats(0, 9), st.sampled_from("123"), st.floats(-200, 200), st.floats(0, 1)), max_size=30)


@given(existences, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_covers_no_more_and_is_false_no_more(
    given: list[tuple[float, str, float, float]], one: float, two: float
) -> None:
    table = tracks_from(
        {
            "time_s": [T0 + t for t, *_ in given],
            "track": [name for _, name, _, _ in given],
            "lat_deg": [LAT0 + n / NORTH for _, _, n, _ in given],
            "lon_deg": [LON0 for _ in given],
            "existence": [e for *_, e in given],
        }
    )
    low, high = (coverage(table, truth(50.0), Yardstick(confirmed=c)) for c in sorted((one, two)))
    assert high.coverage <= low.coverage
    assert high.false_track_seconds <= low.false_track_seconds
    assert high.false_seconds <= high.false_track_seconds


# ------------------------------------------------------------------------------------------------- against the scorer


def scorer(tracks: Path, truth: Path, *options: str) -> dict[str, Any]:
    if not SCORER.exists():
        pytest.skip("needs ../shared/tools/score.py, the scorer that stands beside the data")
    command = [sys.executable, str(SCORER), str(tracks), str(truth), *options]
    result: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return result


def as_scorer(c: Coverage) -> dict[str, Any]:
    """Our figures in the scorer's words and rounding."""
    each = {
        o.object: {
            "seconds_up": o.seconds_up,
            "coverage": round(o.coverage, 3),
            "rms_m": None if o.rms_m is None else round(o.rms_m, 1),
            "tracks": o.tracks,
        }
        for o in c.objects
    }
    return each | {"false_track_seconds": c.false_track_seconds, "false_fraction": round(c.false_fraction, 4), "seconds": c.seconds}


def write(path: Path, header: str, table: list[list[object]]) -> Path:
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([header.split(","), *table])
    return path


def random_run(seed: int, folder: Path) -> tuple[Path, Path]:
    """Drones that wander at uneven times with gaps, and tracks near and far from them, some rows exactly on whole seconds."""
    roll = random.Random(seed)
    start = roll.choice([0.0, 1_600_000_000.0]) + roll.random()
    drones: list[list[object]] = []
    tracks: list[list[object]] = []
    for drone in range(roll.randint(1, 3)):
        t, e, n, h = start + roll.uniform(0, 9), roll.uniform(-300, 300), roll.uniform(-300, 300), roll.uniform(0, 20)
        for _ in range(roll.randint(20, 200)):
            lat, lon = 51.5 + n / 111e3, 5.86 + e / 70e3
            drones.append([f"drone{drone}", f"{t:.3f}", f"{lat:.6f}", f"{lon:.6f}", "" if roll.random() < 0.01 else f"{h:.2f}", "0"])
            if roll.random() < 0.5:
                when = round(t) if roll.random() < 0.3 else t + roll.uniform(-1, 2)
                far = roll.choice([10, 60, 150])
                existence = roll.choice(["", "0.2", "0.5", "0.499", "1"])
                e_track, n_track = e + roll.gauss(0, far), n + roll.gauss(0, far)
                tracks.append([when, roll.randint(1, 12), 51.5 + n_track / 111e3, 5.86 + e_track / 70e3, existence])
            step = roll.choice([0.1, 0.5, 1.0, 1.0, 12.0])
            t, e, n, h = t + step, e + roll.gauss(0, 5), n + roll.gauss(0, 5), max(0.0, h + roll.gauss(0, 3))
    roll.shuffle(tracks)
    return (
        write(folder / "tracks.csv", "time_s,track,lat_deg,lon_deg,existence", tracks),
        write(folder / "truth.csv", "drone,time_s,lat_deg,lon_deg,height_above_takeoff_m,speed_mps", drones),
    )


@pytest.mark.parametrize("seed", range(6))
def test_agrees_with_the_scorer_on_random_runs(seed: int, tmp_path: Path) -> None:
    tracks, truth_file = random_run(seed, tmp_path)
    assert as_scorer(coverage(read_tracks(tracks), read_truth(truth_file))) == scorer(tracks, truth_file)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
def test_agrees_with_the_scorer_on_many_random_runs(seed: int, tmp_path: Path) -> None:
    tracks, truth_file = random_run(seed, tmp_path)
    roll = random.Random(seed)
    values = [round(roll.uniform(*bounds), 1) for bounds in ((0, 15), (20, 80), (80, 200), (0.1, 3), (0, 1))]
    names = ("--min-height", "--near", "--far", "--hold", "--confirmed")
    height, near, far, hold, confirmed = values
    yardstick = Yardstick(min_height_m=height, near_m=near, far_m=far, hold_s=hold, confirmed=confirmed)
    theirs = scorer(tracks, truth_file, *(word for name, value in zip(names, values, strict=True) for word in (name, str(value))))
    assert as_scorer(coverage(read_tracks(tracks), read_truth(truth_file), yardstick)) == theirs


@pytest.mark.parametrize("run", ["1_1", "1_3"])
def test_agrees_with_the_scorer_on_a_real_run(run: str, shared: Callable[[str], Path], tmp_path: Path) -> None:
    """The radar's own plots as tracks: the figures the challenge's data is known for come out of both."""
    folder = shared(f"icmcis/{run}")
    with (folder / "alvira.csv").open() as stream:
        plots = [row for row in csv.DictReader(stream) if row["plot_time_s"]]
    table: list[list[object]] = [[p["scan_time_s"], i % 5, p["lat_deg"], p["lon_deg"], p["score"]] for i, p in enumerate(plots)]
    tracks = write(tmp_path / "tracks.csv", "time_s,track,lat_deg,lon_deg,existence", table)
    c = coverage(read_tracks(tracks), read_truth(folder / "truth.csv"), Yardstick(hold_s=3.0))
    assert (c.seconds, c.seconds_up) == {"1_1": (798, 655), "1_3": (537, 462)}[run]
    assert as_scorer(c) == scorer(tracks, folder / "truth.csv", "--hold", "3")
