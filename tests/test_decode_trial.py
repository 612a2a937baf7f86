"""The table decoder on the counter-drone trial's files, every row accounted for."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from forewarn import geo
from forewarn.messages import Place, Polar, Position, Refusal, Sector
from tests import decode_help as h
from tests.decode_help import approx

RADARS = {"1_1": ("alvira", "arcus"), "1_3": ("alvira",)}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def say(folder: Path, run: str, name: str) -> tuple[object, ...]:
    site = h.drone_trial(*RADARS[run])
    return h.recorded(site, name, (folder / h.feed(site, name).file).read_bytes())


@pytest.mark.parametrize(("run", "looks", "plots", "repeats"), [("1_1", 610, 129, 33), ("1_3", 403, 111, 27)])
def test_alvira(shared: Callable[[str], Path], run: str, looks: int, plots: int, repeats: int) -> None:
    """A quarter of its plots are older ones again, up to 11 s late; most of its looks saw nothing."""
    items = say(shared(f"icmcis/{run}"), run, "alvira")
    found = h.observations(items)  # type: ignore[arg-type]
    assert (len(found), sum(len(look.plots) for look in found)) == (looks, plots)
    assert h.refusals(items) == {("repeat", "plot_time_s"): repeats}  # type: ignore[arg-type]
    assert all(look.scan and look.t_ns == look.t_arrival_ns for look in found)
    ages = [(look.t_ns - plot.t_ns) / 1e9 for look in found for plot in look.plots]
    assert 0.1 < min(ages) < max(ages) < 2


def test_alvira_s_first_plot(shared: Callable[[str], Path]) -> None:
    look = next(look for look in h.observations(say(shared("icmcis/1_1"), "1_1", "alvira")) if look.plots)  # type: ignore[arg-type]
    (plot,) = look.plots
    assert (look.t_ns, plot.t_ns) == (1_601_381_566_593_000_000, 1_601_381_566_184_000_000)
    assert plot.measured == Position(lat_deg=51.52186681, lon_deg=5.86344096, alt_m=38.07901557)
    assert (plot.label, plot.score, plot.alarm) == ("SUSPECTED_DRONE", 0.99931699, True)
    assert (plot.speed_mps, plot.course_deg, plot.reflection_db) == (22.0769558, 240.80567932, 39.42975402)


def test_arcus_gives_its_scan_time_once_a_scan(shared: Callable[[str], Path]) -> None:
    """About 130 rows a scan, of which the first alone has the time; six in ten are plots of the scans before."""
    folder = shared("icmcis/1_1")
    items = say(folder, "1_1", "arcus")
    found = h.observations(items)  # type: ignore[arg-type]
    data = rows(folder / "arcus.csv")
    bare = sum(not row["plot_time_s"] for row in data)
    assert len(found) == sum(bool(row["scan_time_s"]) for row in data) == 175
    assert sum(not look.plots for look in found) == bare == 18
    plots = sum(len(look.plots) for look in found)
    assert h.refusals(items) == {("repeat", "plot_time_s"): len(data) - bare - plots}  # type: ignore[arg-type]
    assert plots == len({(r["plot_time_s"], r["lat_deg"], r["lon_deg"]) for r in data if r["plot_time_s"]}) == 6633


def test_arcus_s_blank_sector_begins_at_its_angle(shared: Callable[[str], Path]) -> None:
    """Its columns say degrees and hold radians; read as the beginning and the width, clockwise, the sector is where the plots are not."""
    folder = shared("icmcis/1_1")
    states = h.statuses(say(folder, "1_1", "arcus_status"))  # type: ignore[arg-type]
    assert len(states) == 97
    assert all(s.blank == (Sector(from_deg=approx(45, abs=1e-4), to_deg=approx(180, abs=1e-4)),) for s in states)
    assert states[0].place == Place(lat_deg=51.52149, lon_deg=5.87059167, alt_m=30)
    assert states[0].place is not None
    places = [p.measured for look in h.observations(say(folder, "1_1", "arcus")) for p in look.plots]  # type: ignore[arg-type]
    lat, lon = ([getattr(place, which) for place in places] for which in ("lat_deg", "lon_deg"))
    east, north, _ = geo.to_enu(lat, lon, np.full(len(lat), 30.0), (51.52149, 5.87059167, 30.0))
    azimuth = geo.azimuth_deg(east, north)
    a_degree = {begin: geo.in_sector(azimuth, begin, begin + 135).mean() / 135 for begin in (45.0, 337.5)}
    assert a_degree[45.0] < 0.0007  # beginning at 45: a fifth of the plots that the circle has on average
    assert a_degree[337.5] > 0.0015  # centred on 45: nearly as many as elsewhere
    assert geo.in_sector(azimuth, 50, 85).sum() < 15


@pytest.mark.parametrize(("run", "plots", "without", "others"), [("1_1", 403, 147, 253), ("1_3", 247, 78, 244)])
def test_venus(shared: Callable[[str], Path], run: str, plots: int, without: int, others: int) -> None:
    folder = shared(f"icmcis/{run}")
    items = say(folder, run, "venus")
    refused = h.refusals(items)  # type: ignore[arg-type]
    assert refused[("no_position", "azimuth_deg")] == without
    assert refused[("ignored", "threat")] == others
    used = [plot for look in h.observations(items) for plot in look.plots]  # type: ignore[arg-type]
    assert len(used) + sum(refused.values()) == len(rows(folder / "venus.csv"))
    assert len(used) == plots
    assert all(isinstance(plot.measured, Polar) and plot.sigma_azimuth_deg != 0 for plot in used)


@pytest.mark.parametrize("run", ["1_1", "1_3"])
def test_diana(shared: Callable[[str], Path], run: str) -> None:
    """Bearings from -4 degrees on; where it stands comes with each row but one."""
    folder = shared(f"icmcis/{run}")
    items = say(folder, run, "diana")
    looks = h.observations(items)  # type: ignore[arg-type]
    assert sum(len(look.plots) for look in looks) + sum(h.refusals(items).values()) == len(rows(folder / "diana.csv"))  # type: ignore[arg-type]
    assert all(isinstance(p.measured, Polar) and 0 <= p.measured.azimuth_deg < 360 for look in looks for p in look.plots)
    assert {look.pose for look in looks} == {Place(lat_deg=51.519137, lon_deg=5.857951, alt_m=31)}
    assert {item.reason for item in items if isinstance(item, Refusal)} == {"repeat"}
