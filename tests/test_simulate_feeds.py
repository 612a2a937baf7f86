"""Simulated feeds, read back by the watch's own decoder: every plot finds its row in the truth, by its numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forewarn import decode
from forewarn.messages import Claim, Observation, Polar, Position, Refusal, SensorStatus
from forewarn.simulate import sensors
from forewarn.simulate.faults import Fault
from forewarn.simulate.feeds import Brought, bring
from forewarn.simulate.sensors import Scene, SensorKeys
from forewarn.site import Site, parse
from tests.simulate_sensors_help import ClaimKeys, Line, scene, seeds, table_site

SITES = Path(__file__).parent.parent / "examples/scenarios/sites"
POLAR = 'range = { column = "r", unit = "%s" }\nazimuth = { column = "a", unit = "%s" }'
BUSY = [Line(f"d{i}", start=(1500.0 - 300 * i, 700.0 - 250 * i, 80.0), vel=(-12.0, -6.0, 0.0)) for i in range(5)]
BUSY[0] = Line("d0", start=(900.0, 0.0, 60.0), vel=(-9.0, 0.0, 0.0), claims=(ClaimKeys(by="remote_id", identity="serial:abc"),))


def brought(site: Site, at: Scene, faults: tuple[Fault, ...] = (), seed: int = 1, **keys: Any) -> Brought:
    of = {s.id: SensorKeys(id=s.id, **keys) for s in site.sensors}
    rows = {s.id: sensors.look(of[s.id], s, at, seeds(seed)(f"sensor {s.id}")) for s in site.sensors}
    return bring(site, at, of, rows, faults, seeds(seed))


def read(site: Site, came: Brought) -> list[decode.Item]:
    """What the decoder makes of it, ticks and all."""
    states = {feed.id: decode.start(feed, site) for feed in site.feeds}
    items: list[decode.Item] = []
    for chunk in came.chunks:
        states[chunk.feed], told = decode.decode(states[chunk.feed], site, chunk)
        items += told
    for state in states.values():
        items += decode.flush(state, site, came.chunks[-1].t_ns + 10**12)[1]
    return items


def numbers(measured: Any) -> tuple[float, float | None]:
    if isinstance(measured, Position):
        return measured.lat_deg, measured.lon_deg
    if isinstance(measured, Polar):
        return measured.azimuth_deg, measured.range_m
    return measured.east_m, measured.north_m


def owners(site: Site, came: Brought, items: list[decode.Item]) -> list[str]:
    """Whose each decoded plot is; KeyError for one that has no row."""
    truth = {(row["sensor"], row["t_ns"], row["first"], row["second"]): row["object"] for row in came.plots.to_pylist()}
    return [
        truth[item.sensor, plot.t_ns, *numbers(plot.measured)] for item in items if isinstance(item, Observation) for plot in item.plots
    ]


@pytest.mark.parametrize("unit_r", ["m", "km", "ft", "NM"])
@pytest.mark.parametrize("unit_a", ["deg", "rad"])
@pytest.mark.parametrize("unit_t", ["s", "ms", "us", "ns", "iso8601"])
def test_each_decoded_plot_finds_its_row_in_any_unit(unit_r: str, unit_a: str, unit_t: str) -> None:
    site = table_site({"clutter": 3.0}, POLAR % (unit_r, unit_a), f'scan_time = {{ column = "scan", unit = "{unit_t}" }}')
    table = site.feeds[0].table
    assert table is not None
    feed = site.feeds[0].model_copy(update={"table": table.model_copy(update={"time": table.time.model_copy(update={"unit": unit_t})})})
    site = site.model_copy(update={"feeds": (feed,)})
    came = brought(site, scene(BUSY))
    items = read(site, came)
    assert len(owners(site, came, items)) == came.plots.num_rows > 100
    assert not [item for item in items if isinstance(item, Refusal)]


@pytest.mark.parametrize(
    ("stated", "columns"),
    [
        ({"reports": "position"}, 'lat = { column = "y" }\nlon = { column = "x" }\nalt = { column = "z", unit = "ft" }'),
        ({"reports": "position"}, 'lat = { column = "y", unit = "rad" }\nlon = { column = "x", unit = "rad" }'),
        ({"reports": "position"}, 'east = { column = "e", unit = "km" }\nnorth = { column = "n" }\nup = { column = "u" }'),
        ({"kind": "camera", "reports": "bearing"}, 'azimuth = { column = "a" }\nlabel = { column = "label, or not" }'),
    ],
)
def test_each_form_of_plot_finds_its_row(stated: dict[str, Any], columns: str) -> None:
    site = table_site(stated, columns)
    came = brought(site, scene(BUSY))
    assert len(owners(site, came, read(site, came))) == came.plots.num_rows > 20


@pytest.mark.parametrize("name", ["airport", "embassy", "plant", "port"])
def test_whole_sites_are_read_without_a_refusal(name: str) -> None:
    site = parse((SITES / f"{name}.toml").read_text())
    origin = (site.origin.lat_deg, site.origin.lon_deg, site.origin.alt_m)
    at = scene(BUSY, 120.0)._replace(origin=origin)
    came = brought(site, at)
    items = read(site, came)
    assert {"d0", "d1", ""} <= set(owners(site, came, items))
    assert not [item for item in items if isinstance(item, Refusal)]
    assert all(not chunk.derived and len(chunk.data) <= 32_768 for chunk in came.chunks)
    assert [c.t_ns for c in came.chunks] == sorted(c.t_ns for c in came.chunks)
    for sensor in site.sensors:  # an empty look is told as one
        looks = [item for item in items if isinstance(item, Observation) and item.sensor == sensor.id]
        if sensor.kind == "radar":
            assert len(looks) == pytest.approx(120.0 / sensor.interval_s, abs=1.1)
            assert all(item.scan for item in looks)


def test_offsets_go_on_and_the_header_comes_first() -> None:
    site = table_site({"clutter": 300.0}, POLAR % ("m", "deg"))
    came = brought(site, scene())
    assert came.chunks[0].data == b"time,scan,r,a\n"
    for before, now in zip(came.chunks[:-1], came.chunks[1:], strict=True):
        assert now.offset == before.offset + len(before.data)
    assert sum(not chunk.whole for chunk in came.chunks) == 0


def test_long_looks_come_in_pieces_and_end_once() -> None:
    site = table_site({"clutter": 3000.0}, POLAR % ("m", "deg"))
    came = brought(site, scene(lasts_s=3.0))
    assert max(len(chunk.data) for chunk in came.chunks) == 32_768
    assert sum(chunk.whole for chunk in came.chunks) == 1 + len({c.t_ns for c in came.chunks[1:]})
    assert len(owners(site, came, read(site, came))) == came.plots.num_rows


def test_claims_go_to_the_feed_of_their_scheme() -> None:
    site = parse((SITES / "airport.toml").read_text())
    at = scene([Line(claims=(ClaimKeys(by="adsb", identity="icao:4b1234"), ClaimKeys(by="remote_id", identity="serial:x,y")))])
    items = read(site, brought(site, at._replace(origin=(47.2, 9.4, 0.0))))
    claims = {(item.sensor, item.identity) for item in items if isinstance(item, Claim)}
    assert claims == {("adsb", "icao:4b1234"), ("remote-id", "serial:x,y")}


def test_status_is_told_in_the_words_of_the_file() -> None:
    table = 'states = { fine = "operational", dead = "down" }'
    columns = 'state = { column = "s" }\nsensor_lat = { column = "y" }\nsensor_lon = { column = "x" }\n'
    site = table_site({}, columns + 'blank_from = { column = "from" }\nblank_width = { column = "width" }', table, "status")
    outage = Fault(sensor="radar", what="outage", from_s=20.0, to_s=40.0, said=True)
    items = read(site, brought(site, scene(), (outage,), blank=({"from_deg": 350.0, "to_deg": 20.0},)))
    states = [item for item in items if isinstance(item, SensorStatus)]
    assert [s.state for s in states if s.t_ns % 10**10 == 0 and s.detail == "dead"] != []
    assert {(s.state, s.detail) for s in states} == {("operational", "fine"), ("down", "dead")}
    assert states[0].blank is not None
    assert (states[0].blank[0].from_deg, states[0].blank[0].to_deg) == (350.0, 20.0)
    quiet = read(site, brought(site, scene(), (outage.model_copy(update={"said": False}),)))
    assert {item.state for item in quiet if isinstance(item, SensorStatus)} == {"operational"}


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    site = parse((SITES / "port.toml").read_text())
    first, again, other = (brought(site, scene(BUSY, sea_state=3), seed=seed) for seed in (1, 1, 2))
    assert first.chunks == again.chunks
    assert first.plots.equals(again.plots)
    assert first.chunks != other.chunks


def test_other_formats_are_refused_by_name() -> None:
    site = table_site({}, POLAR % ("m", "deg"))
    site = site.model_copy(update={"feeds": (site.feeds[0].model_copy(update={"format": "mode_s", "table": None}),)})
    with pytest.raises(ValueError, match=r"feeds\.feed\.format = 'mode_s'"):
        brought(site, scene())


FAULT = st.builds(
    lambda what, start, length, by, move: Fault(
        sensor="radar", what=what, from_s=start, to_s=start + length, by_s=by, plots=20, offset_m=(100.0, 50.0, 0.0) if move else None
    ),
    st.sampled_from(["outage", "stall", "clock_step", "clock_drift", "flood", "repeat", "jitter", "late", "lie"]),
    st.floats(0, 50), st.floats(1, 60), st.floats(0, 30), st.booleans(),
)  # fmt: skip


@settings(max_examples=25)
@given(st.lists(FAULT, max_size=4), st.integers(0, 100))
def test_whatever_goes_wrong_each_decoded_plot_finds_its_row(faults: list[Fault], seed: int) -> None:
    site = table_site({"clutter": 2.0, "correlation_s": 10.0}, POLAR % ("m", "deg"))
    came = brought(site, scene(BUSY), tuple(faults), seed)
    owners(site, came, read(site, came))
    times = np.array([chunk.t_ns for chunk in came.chunks])
    assert (np.diff(times) >= 0).all()
