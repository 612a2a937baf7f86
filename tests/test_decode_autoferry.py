"""Autoferry's JSON: looks with the ferry's own place; against the boats' GNSS where the data is there."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pymap3d
import pytest

from forewarn import decode
from forewarn.decode.autoferry import ORIGIN
from forewarn.messages import Observation, Offset, Place, Plot, Polar, Refusal
from tests import decode_help as h
from tests.decode_help import SECOND, T0, approx

SITE = h.site(h.FERRY)
S = T0 // SECOND


def element(channel: int, measurement: object, at: float = S, north_east: object = (0, 0)) -> str:
    return json.dumps({"sensorID": channel, "measurements": [], "ownshipPosition": north_east, "time": at, "measurement": measurement})


def array(*elements: str) -> bytes:
    return f"[{','.join(elements)}]".encode()


def test_offsets_are_all_norths_then_all_easts() -> None:
    (look,) = h.say(SITE, "ferry2", array(element(2, [[1, 2.5, 3], [-4, 5, 6]])))
    assert look == Observation(
        sensor="ferry2", t_ns=T0, t_arrival_ns=T0, scan=True,
        pose=Place(lat_deg=approx(ORIGIN[0]), lon_deg=approx(ORIGIN[1])),
        plots=tuple(Plot(t_ns=T0, measured=Offset(east_m=e, north_m=n)) for n, e in ((1, -4), (2.5, 5), (3, 6))),
    )  # fmt: skip


@pytest.mark.parametrize(("measurement", "count"), [([], 0), ([3, 4], 1), ([[3], [4]], 1), ([[3, 1], [4, 1]], 2)])
def test_offsets_in_each_form(measurement: object, count: int) -> None:
    (look,) = h.observations(h.say(SITE, "ferry1", array(element(1, measurement))))
    assert len(look.plots) == count
    assert not count or look.plots[0].measured == Offset(east_m=4, north_m=3)


@pytest.mark.parametrize(("measurement", "degrees"), [([], []), (0.5, [28.6479]), ([0.5, -0.5, math.pi], [28.6479, 331.3521, 180])])
def test_bearings_in_each_form(measurement: object, degrees: list[float]) -> None:
    (look,) = h.observations(h.say(SITE, "ferry4", array(element(4, measurement))))
    assert [plot.measured for plot in look.plots] == [Polar(azimuth_deg=approx(d, abs=1e-4)) for d in degrees]


def test_the_ferry_s_place_is_north_and_east_of_the_map_s_origin() -> None:
    (look,) = h.observations(h.say(SITE, "ferry1", array(element(1, [], north_east=(-512.25, -309.5)))))
    lat, lon, _ = pymap3d.ned2geodetic(-512.25, -309.5, 0.0, *ORIGIN)
    assert look.pose == Place(lat_deg=approx(lat, abs=1e-9), lon_deg=approx(lon, abs=1e-9), alt_m=None)


def test_other_sensors_are_another_feed_s_and_unknown_ones_nobody_s() -> None:
    data = array(element(1, []), element(2, []), element(3, []), element(4, []), element(5, []), element(0, []))
    for channel in (1, 2, 3, 4):
        items = h.say(SITE, f"ferry{channel}", data)
        assert len(h.observations(items)) == 1
        assert h.refusals(items) == {("unknown_value", "sensorID"): 2}


@pytest.mark.parametrize(
    ("text", "reason", "field"),
    [
        (element(1, [1]), "malformed", "measurement"),
        (element(1, 1.0), "malformed", "measurement"),
        (element(1, [[1, 2], [3]]), "malformed", "measurement"),
        (element(1, [1e6, 1]), "out_of_range", "measurement"),
        (element(1, "here"), "malformed", "measurement"),
        (element(1, [], north_east=[1e9, 0]), "out_of_range", "ownshipPosition"),
        (element(1, [], north_east=[1]), "malformed", "ownshipPosition"),
        (element(1, [], at=S + 6), "future", "time"),
        (element(1, [], at=5), "out_of_range", "time"),
        (element(1, []).replace(str(S), "noon"), "malformed", "object"),
        (element(1, []).replace(str(S), '"noon"'), "not_a_number", "time"),
        (element(1, []).replace('"time"', '"when"'), "missing", "time"),
        (element(1, []).replace('"sensorID": 1', '"sensorID": "1"'), "malformed", "sensorID"),
        (element(1, float("nan")), "malformed", "object"),
        (element(1, []).replace(str(S), "1e999"), "out_of_range", "time"),
        (element(1, []).removesuffix("}"), "truncated", "object"),
        ("5", "malformed", "between objects"),
        ('{"a": "' + "x" * 300_000 + '"}', "too_long", "object"),
        (element(1, [], at=S + 1), "repeat", "time"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name_and_costs_nothing_else(text: str, reason: str, field: str) -> None:
    data = array(element(1, [1, 2], at=S + 1), text, element(1, [3, 4], at=S + 2))
    items = h.say(SITE, "ferry1", data, t_ns=T0 + SECOND // 2)
    assert list(h.refusals(items)) == [(reason, field)]
    assert [look.t_ns for look in h.observations(items)] == [T0 + SECOND, T0 + 2 * SECOND]


def test_bearings_out_of_the_circle_and_lists_of_lists_are_refused() -> None:
    data = array(element(3, 6.3), element(3, [[1.0]]))
    assert h.refusals(h.say(SITE, "ferry3", data)) == {("out_of_range", "measurement"): 1, ("malformed", "measurement"): 1}


def test_time_running_backwards_within_one_sensor() -> None:
    data = array(element(1, [], at=S), element(1, [], at=S - 15), element(1, [], at=S - 15.5), element(1, [], at=S + 1))
    items = h.say(SITE, "ferry1", data)
    assert h.refusals(items) == {("time_backwards", "time"): 1}
    assert len(h.observations(items)) == 3


def test_time_is_exact(recordings: Path) -> None:
    (look,) = h.observations(
        h.say(SITE, "ferry3", b'[{"sensorID":3,"ownshipPosition":[0,0],"time":1.6202047900873454E+9,"measurement":1}]', t_ns=2 * T0)
    )
    assert look.t_ns == 1_620_204_790_087_345_400


# ---------------------------------------------------------------------------------------------------------- recording


def test_a_recording_arrives_in_the_file_s_order(recordings: Path) -> None:
    """An object arrives when the newest of those before it was measured; each feed has a piece for each of its sensor's objects."""
    data = (recordings / "autoferry_13_head.json").read_bytes()
    times = [(e["sensorID"], e["time"]) for e in json.loads(data)]
    newest = np.maximum.accumulate([t for _, t in times])
    assert any(a[1] > b[1] for a, b in pairwise(times))
    for channel in (1, 2, 3, 4):
        pieces = list(decode.cut(h.feed(SITE, f"ferry{channel}"), [data[n : n + 1000] for n in range(0, len(data), 1000)]))
        assert b"".join(p.data for p in pieces) == data
        expected = [t for (sensor, _), t in zip(times, newest, strict=True) if sensor == channel]
        assert [p.t_arrival_ns / 1e9 for p in pieces][: len(expected)] == approx(expected, abs=1e-6)
        looks = h.observations(h.recorded(SITE, f"ferry{channel}", data))
        assert len(looks) == len(expected)
        assert all(look.t_arrival_ns >= look.t_ns for look in looks)


COUNTS = {2: (234, 70, 1012, 591), 6: (302, 91, 1303, 761), 13: (232, 69, 1000, 584), 17: (157, 48, 680, 397)}


@pytest.mark.parametrize("scenario", [2, *(pytest.param(n, marks=pytest.mark.slow) for n in (6, 13, 17))])
def test_every_look_of_the_scenarios_is_used(shared: Callable[[str], Path], scenario: int) -> None:
    data = shared(f"autoferry/{scenario}/detections.json").read_bytes()
    elements = json.loads(data)
    for channel, count in enumerate(COUNTS[scenario], 1):
        items = h.recorded(SITE, f"ferry{channel}", data)
        assert not any(isinstance(item, Refusal) for item in items)
        looks = h.observations(items)
        assert len(looks) == count
        sizes = [np.size(e["measurement"]) // (2 if channel < 3 else 1) for e in elements if e["sensorID"] == channel]
        assert [len(look.plots) for look in looks] == sizes


@pytest.mark.parametrize(("channel", "within"), [(1, 12.0), (2, 12.0), (3, 8.0), (4, 4.0)])
def test_the_boats_are_where_the_plots_say(shared: Callable[[str], Path], channel: int, within: float) -> None:
    """Half of the time the nearest plot lies near the boat: the frames, senses and zeros are read aright. Metres; degrees for cameras."""
    folder = shared("autoferry/2")
    truth: dict[int, list[tuple[float, ...]]] = {}
    for row in json.loads((folder / "groundTruth.json").read_text()):
        for boat in row:
            truth.setdefault(boat["targetID"], []).append((boat["time"], *boat["position"][:2]))
    paths = [np.array(sorted(set(rows))).T for rows in truth.values()]
    misses = []
    for look in h.observations(h.recorded(SITE, f"ferry{channel}", (folder / "detections.json").read_bytes())):
        assert look.pose is not None
        e0, n0, _ = pymap3d.geodetic2enu(look.pose.lat_deg, look.pose.lon_deg, 0, *ORIGIN)
        for t, north, east in paths:
            at = look.t_ns / 1e9
            to = np.array([np.interp(at, t, east) - e0, np.interp(at, t, north) - n0])
            misses += [min(apart(plot.measured, to) for plot in look.plots)] if look.plots else []
    assert len(misses) > 100
    assert np.median(misses) < within


def apart(measured: object, to: np.ndarray) -> float:
    if isinstance(measured, Offset):
        return float(np.hypot(measured.east_m - to[0], measured.north_m - to[1]))
    assert isinstance(measured, Polar)
    return float(abs((measured.azimuth_deg - math.degrees(math.atan2(to[0], to[1])) + 180) % 360 - 180))
