"""The table decoder: what rows become, what is refused, and that how the bytes were cut does not matter."""

from __future__ import annotations

import math

import pytest

from forewarn import decode
from forewarn.messages import Chunk, Claim, Observation, Offset, Place, Plot, Polar, Position, Refusal, Sector, SensorStatus
from forewarn.site import Site
from tests import decode_help as h
from tests.decode_help import RADAR_HEADER, SECOND, T0, approx

RADAR = h.site(h.RADAR)
FINDER = h.site(h.FINDER)
S = T0 // SECOND


def row(plot: str = "", scan: str = "", lat: str = "", lon: str = "", rest: str = ",,,,,,") -> str:
    return f"{plot},{scan},{lat},{lon},{rest}"


def sites_with(old: str, new: str, part: str = h.RADAR) -> Site:
    assert old in part
    return h.site(part.replace(old, new))


# ------------------------------------------------------------------------------------------------------------- looks


def test_a_row_becomes_a_plot_in_si_units() -> None:
    data = h.lines(RADAR_HEADER, f"{S}.25,{S}.5,60.001,10.002,1000,100,DRONE,45,TRUE,no,something")
    assert h.say(RADAR, "radar", data, t_ns=T0 + SECOND) == (
        Observation(
            sensor="radar", t_ns=T0 + SECOND // 2, t_arrival_ns=T0 + SECOND, scan=True,
            plots=(
                Plot(
                    t_ns=T0 + SECOND // 4, measured=Position(lat_deg=60.001, lon_deg=10.002, alt_m=304.8),
                    speed_mps=approx(51.4444, abs=1e-4), label="DRONE", score=0.45, alarm=True,
                ),
            ),
        ),
    )  # fmt: skip


def test_rows_of_one_scan_are_one_look_and_a_bare_scan_saw_nothing() -> None:
    data = h.lines(
        RADAR_HEADER,
        row(scan=f"{S}"),
        row(f"{S}.9", f"{S + 1}", "60", "10"),
        row(f"{S}.8", "", "60", "11"),  # holds the scan's time
        row(f"{S}.7", f"{S + 1}", "60", "12"),
        row(scan=f"{S + 2}"),
    )
    looks = h.observations(h.say(RADAR, "radar", data))
    assert [(look.t_ns - T0, len(look.plots), look.scan) for look in looks] == [(0, 0, True), (SECOND, 3, True), (2 * SECOND, 0, True)]


def test_one_column_may_be_the_time_of_both() -> None:
    site = h.site(
        h.RADAR.replace('{ column = "scan_s", unit = "s", hold = true }', '{ column = "plot_s" }').replace('["note"]', '["note", "scan_s"]')
    )
    data = h.lines(
        RADAR_HEADER, row(f"{S}", "", "60", "10"), row(f"{S + 1}"), row(f"{S + 2}", "", "60", "11"), row(f"{S + 2}", "", "60", "12")
    )
    items = h.recorded(site, "radar", data)
    assert h.refusals(items) == {}
    assert [(look.t_ns - T0, len(look.plots), look.scan) for look in h.observations(items)] == [
        (0, 1, True), (SECOND, 0, True), (2 * SECOND, 2, True),
    ]  # fmt: skip


def test_a_look_closes_with_its_chunk_the_next_look_or_a_tick() -> None:
    state = decode.start(h.feed(RADAR, "radar"), RADAR)
    state, items = decode.decode(state, RADAR, Chunk(feed="radar", t_ns=T0, data=h.lines(RADAR_HEADER, row(f"{S}", f"{S}", "60", "10"))))
    assert items == ()
    state, items = decode.decode(state, RADAR, Chunk(feed="radar", t_ns=T0 + SECOND, data=h.lines(row(scan=f"{S + 1}")).strip() + b"\n"))
    assert [len(look.plots) for look in h.observations(items)] == [1]
    assert decode.flush(state, RADAR, T0 + 3 * SECOND - 1) == (state, ())
    state, items = decode.flush(state, RADAR, T0 + 3 * SECOND)  # the sensor's interval is 2 s
    assert [look.t_ns for look in h.observations(items)] == [T0 + SECOND]
    assert decode.flush(state, RADAR, T0 + 99 * SECOND) == (state, ())
    data = row(scan=f"{S + 2}").encode() + b"\n"
    state, items = decode.decode(state, RADAR, Chunk(feed="radar", t_ns=T0 + 2 * SECOND, data=data, whole=True))
    assert [look.t_ns for look in h.observations(items)] == [T0 + 2 * SECOND]


def test_rows_behind_their_look_are_lone_reports() -> None:
    """A look that was told already cannot show a second time what it did not see."""
    state = decode.start(h.feed(RADAR, "radar"), RADAR)
    first = h.lines(RADAR_HEADER, row(f"{S}", f"{S}", "60", "10"))
    state, one = decode.decode(state, RADAR, Chunk(feed="radar", t_ns=T0, data=first, whole=True))
    rest = row(f"{S}", f"{S}", "60", "11").encode() + b"\n"
    state, two = decode.decode(state, RADAR, Chunk(feed="radar", t_ns=T0, data=rest, whole=True))
    assert [look.scan for look in h.observations(one + two)] == [True, False]


def test_a_look_with_a_row_that_cannot_be_read_is_no_whole_scan() -> None:
    data = h.lines(RADAR_HEADER, row(f"{S}", f"{S}", "60", "10"), row(f"{S}", "", "none", "11"), row(scan=f"{S + 1}"))
    looks = h.observations(h.say(RADAR, "radar", data))
    assert [(look.scan, len(look.plots)) for look in looks] == [(False, 1), (True, 0)]


def test_a_look_of_repeats_saw_nothing_new() -> None:
    plot = row(f"{S}", f"{S}", "60", "10"), row(f"{S}", f"{S + 1}", "60", "10"), row(f"{S}", f"{S + 2}", "60", "10.5")
    items = h.say(RADAR, "radar", h.lines(RADAR_HEADER, *plot))
    assert [(len(look.plots), look.scan) for look in h.observations(items)] == [(1, True), (0, True), (1, True)]
    assert h.refusals(items) == {("repeat", "plot_s"): 1}


def test_repeats_are_plots_where_the_site_file_says_so() -> None:
    site = sites_with('arrival = "scan_time"', 'arrival = "scan_time"\nrepeats = false')
    data = h.lines(RADAR_HEADER, row(f"{S}", f"{S}", "60", "10"), row(f"{S}", f"{S + 1}", "60", "10"))
    assert [len(look.plots) for look in h.observations(h.say(site, "radar", data))] == [1, 1]


def test_a_sensor_that_does_not_scan_gives_lone_reports() -> None:
    data = h.lines(h.FINDER_HEADER, f"{S},3.14159265358979,0.1,a", f"{S},-1,0,b", f"{S + 1},1,,")
    looks = h.observations(h.say(FINDER, "finder", data))
    assert [(look.t_ns - T0, look.scan, len(look.plots)) for look in looks] == [(0, False, 2), (SECOND, False, 1)]
    first, second = looks[0].plots
    assert first.measured == Polar(azimuth_deg=approx(180))
    assert first.sigma_azimuth_deg == approx(math.degrees(0.1))
    assert second.measured == Polar(azimuth_deg=approx(360 - math.degrees(1)))
    assert (second.sigma_azimuth_deg, second.emitter) == (None, "b")  # a spread of zero is none


def test_east_and_north_are_an_offset_and_the_sensor_says_where_it_stands() -> None:
    part = (
        h.RADAR.replace('lat = { column = "lat" }', 'east = { column = "lat", unit = "km" }')
        .replace(
            'lon = { column = "lon" }', 'north = { column = "lon" }\nsensor_lat = { column = "note" }\nsensor_lon = { column = "score" }'
        )
        .replace('alt = { column = "height", unit = "ft" }', 'up = { column = "height", unit = "ft" }')
        .replace('score = { column = "score", unit = "%" }', "")
        .replace('unused = ["note"]', "")
    )
    data = h.lines(RADAR_HEADER, f"{S},{S},1.5,-20,100,,,10.5,,,60.5", f",{S + 1},,,,,,10.6,,,60.6")
    looks = h.observations(h.say(h.site(part), "radar", data))
    assert looks[0].plots[0].measured == Offset(east_m=1500, north_m=-20, up_m=approx(30.48))
    assert [look.pose for look in looks] == [Place(lat_deg=60.5, lon_deg=10.5), Place(lat_deg=60.6, lon_deg=10.6)]
    assert looks[1].plots == ()


def test_a_look_holds_only_so_many_plots() -> None:
    rows = [row(f"{S}", f"{S}", "60", f"10.{n:05}") for n in range(4100)]
    items = h.say(RADAR, "radar", h.lines(RADAR_HEADER, *rows))
    assert [len(look.plots) for look in h.observations(items)] == [4096]
    assert h.refusals(items) == {("too_many", "plots"): 4}


# ------------------------------------------------------------------------------------------------- claims and states


def test_claims_are_told_at_once() -> None:
    site = h.site(h.RADAR, h.CLAIMS)
    data = h.lines(h.CLAIMS_HEADER, "2020-09-13T12:26:40Z,AbCdEf,60,10,36,-90,drone,no, N1 ", "2020-09-13T12:26:40Z,abcdeg,60,10,,,,,")
    items = h.say(site, "claims", data, whole=False)
    assert items[0] == Claim(
        sensor="radar", t_ns=T0, t_arrival_ns=T0, identity="icao:abcdef", place=Place(lat_deg=60, lon_deg=10), speed_mps=10.0,
        course_deg=270.0, kind="drone", on_ground=False, callsign="N1",
    )  # fmt: skip
    assert h.refusals(items) == {("unknown_value", "who"): 1}


@pytest.mark.parametrize(
    ("cells", "reason", "field"),
    [
        ("2020-09-13T12:26:40Z,,60,10,,,,,", "missing", "who"),
        ("2020-09-13T12:26:40Z,abcdef,60,,,,,,", "missing", "lon"),
        ("2020-09-13T12:26:40Z,abcdef,,,,,spaceship,,", "unknown_value", "kind"),
        ("2020-09-13T12:26:40Z,abcdef,,,,,,perhaps,", "unknown_value", "ground"),
        ("2020-09-13T12:26:40,abcdef,,,,,,,", "malformed", "t"),
    ],
)
def test_claims_that_cannot_be_used(cells: str, reason: str, field: str) -> None:
    items = h.say(h.site(h.RADAR, h.CLAIMS), "claims", h.lines(h.CLAIMS_HEADER, cells))
    assert h.refusals(items) == {(reason, field): 1}
    assert h.claims(items) == []


def test_states_and_blank_sectors() -> None:
    site = h.site(h.RADAR, h.STATUS)
    quarter = math.pi / 2
    rows = [
        f"{S}000,ON,60,10,0,{quarter}",
        f"{S}001,HALF,,,,",
        f"{S}001,OFF,60,10,1,0",
        f"{S}003,ON,,,1,7",
        f"{S}004,BROKEN,,,,",
        f"{S}005,,,,,",
    ]
    items = h.say(site, "status", h.lines(h.STATUS_HEADER, *rows))
    said = h.statuses(items)
    assert said[0] == SensorStatus(
        sensor="radar", t_ns=T0, t_arrival_ns=T0, state="operational", place=Place(lat_deg=60, lon_deg=10), detail="ON",
        blank=(Sector(from_deg=approx(315), to_deg=approx(45)),),
    )  # fmt: skip
    assert [(s.state, s.blank) for s in said[1:]] == [("degraded", None), ("down", ())]
    assert h.refusals(items) == {("out_of_range", "width"): 1, ("unknown_value", "state"): 1, ("missing", "state"): 1}


@pytest.mark.parametrize(
    ("first", "second", "sector"),
    [
        (("blank_from", "350"), ("blank_width", "20"), Sector(from_deg=350, to_deg=10)),
        (("blank_from", "350"), ("blank_to", "10"), Sector(from_deg=350, to_deg=10)),
        (("blank_from", "-10"), ("blank_to", "10"), Sector(from_deg=350, to_deg=10)),
        (("blank_centre", "0"), ("blank_width", "360"), Sector(from_deg=0, to_deg=360)),
    ],
)
def test_a_blank_sector_in_each_form(first: tuple[str, str], second: tuple[str, str], sector: Sector) -> None:
    part = h.STATUS.replace('blank_centre = { column = "centre", unit = "rad" }', f'{first[0]} = {{ column = "centre" }}')
    part = part.replace('blank_width = { column = "width", unit = "rad" }', f'{second[0]} = {{ column = "width" }}')
    (said,) = h.statuses(h.say(h.site(h.RADAR, part), "status", h.lines(h.STATUS_HEADER, f"{S}000,ON,,,{first[1]},{second[1]}")))
    assert said.blank == (sector,)


# ---------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("cells", "reason", "field", "value"),
    [
        (f"{S},{S},NaN,10,,,,,,,", "not_a_number", "lat", "NaN"),
        (f"{S},{S},1e999,10,,,,,,,", "out_of_range", "lat", "1e999"),
        (f"{S},{S},90.0001,10,,,,,,,", "out_of_range", "lat", "90.0001"),
        (f"{S},{S},60,-180.1,,,,,,,", "out_of_range", "lon", "-180.1"),
        (f"{S},{S},60,6 deg,,,,,,,", "not_a_number", "lon", "6 deg"),
        (f"{S},{S},60,1_0,,,,,,,", "not_a_number", "lon", "1_0"),
        (f"{S},{S},60,10,9999999,,,,,,", "out_of_range", "height", "9999999"),
        (f"{S},{S},60,10,,-1,,,,,", "out_of_range", "speed", "-1"),
        (f"{S},{S},60,10,,,,101,,,", "out_of_range", "score", "101"),
        (f"{S},{S},60,10,,,,,maybe,,", "unknown_value", "alarm", "maybe"),
        (f"{S},{S},60,10,,,,,,yes,", "ignored", "junk", "yes"),
        (f"{S},{S},60,,,,,,,,", "missing", "lon", "nothing"),
        (f",{S},60,10,,,,,,,", "missing", "plot_s", "nothing"),
        (f"{S},,60,10,,,,,,,", "missing", "scan_s", "nothing"),
        (f"{S},{S},,,,,DRONE,,,,", "no_position", "lat, lon", "nothing"),
        (f"{S + 6},{S},60,10,,,,,,,", "future", "plot_s", f"{S + 6}"),
        (f"{S},{S + 6},60,10,,,,,,,", "future", "scan_s", f"{S + 6}"),
        (f"{S},{S},60,10", "malformed", "cells", "4"),
        (f"{S},{S},60,10,,,,,,,,,,", "malformed", "cells", "14"),
        (f'{S},{S},60,10,,,"unclosed,,,,', "malformed", "line", "unexpected end of data"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_by_name(cells: str, reason: str, field: str, value: str) -> None:
    data = h.lines(RADAR_HEADER, cells, row(f"{S}", f"{S}", "60", "11"))
    items = h.say(RADAR, "radar", data)
    (refusal,) = [item for item in items if isinstance(item, Refusal)]
    assert (refusal.reason, refusal.field, refusal.value, refusal.count) == (reason, field, value, 1)
    assert refusal.allowed
    assert (refusal.feed, refusal.t_ns) == ("radar", T0)
    assert data[refusal.offset :].startswith(refusal.data)
    assert refusal.data == cells.encode()
    assert [plot.measured.lon_deg for look in h.observations(items) for plot in look.plots] == [11.0]  # type: ignore[union-attr]


def test_bytes_that_are_no_text_cost_one_row() -> None:
    data = h.lines(RADAR_HEADER) + b"\xff\xfe\x00,\n" + row(f"{S}", f"{S}", "60", "11").encode() + b"\r\n"
    items = h.say(RADAR, "radar", data)
    assert h.refusals(items) == {("malformed", "line"): 1}
    assert len(h.observations(items)[0].plots) == 1


def test_quoted_cells_a_byte_order_mark_and_a_second_header_are_read() -> None:
    data = "\ufeff".encode() + h.lines(RADAR_HEADER, f'"{S}",{S},60,10,,,"A, ""B""",,,,', "", RADAR_HEADER, row(f"{S}.1", "", "60", "11"))
    items = h.say(RADAR, "radar", data)
    assert h.refusals(items) == {}
    assert [plot.label for plot in h.observations(items)[0].plots] == ['A, "B"', None]


def test_columns_that_are_not_described_or_not_there() -> None:
    header = RADAR_HEADER.replace("height", "altitude") + ",lat"
    items = h.say(RADAR, "radar", h.lines(header, f"{S},{S},60,10,99,,,,,,,61"))
    assert h.refusals(items) == {("unknown_column", "altitude"): 1, ("missing", "height"): 1, ("malformed", "lat"): 1}
    assert h.observations(items)[0].plots[0].measured == Position(lat_deg=60, lon_deg=10)


def test_very_many_strange_columns_are_told_in_a_few_words() -> None:
    header = RADAR_HEADER + "," + "".join(f",x{n}" for n in range(500))
    found = h.refusals(h.say(RADAR, "radar", h.lines(header)))
    assert len(found) == 17
    assert {("unknown_column", "(no name)"), ("unknown_column", "(more)")} <= found.keys()


def test_a_unit_that_does_not_fit_is_refused_and_its_column_not_used() -> None:
    site = sites_with('{ column = "height", unit = "ft" }', '{ column = "height", unit = "kt" }')
    items = h.say(site, "radar", h.lines(RADAR_HEADER, f"{S},{S},60,10,99,,,,,,"))
    (refusal,) = [item for item in items if isinstance(item, Refusal)]
    assert (refusal.reason, refusal.field, refusal.value) == ("unsupported", "height", "kt")
    assert h.observations(items)[0].plots[0].measured == Position(lat_deg=60, lon_deg=10)


def test_a_wrong_unit_of_time_is_refused_row_by_row() -> None:
    site = sites_with('{ column = "scan_s", unit = "s", hold = true }', '{ column = "scan_s", unit = "ms" }')
    items = h.say(site, "radar", h.lines(RADAR_HEADER, *[row(f"{S}", f"{S + n}", "60", "10") for n in range(5)]))
    assert h.refusals(items) == {("out_of_range", "scan_s"): 5}
    assert h.observations(items) == []


def test_no_time_of_the_look() -> None:
    items = h.say(RADAR, "radar", h.lines(RADAR_HEADER.replace("scan_s", "when"), row(f"{S}", f"{S}", "60", "10")))
    assert h.refusals(items) == {("unknown_column", "when"): 1, ("missing", "scan_s"): 2}


def test_lines_before_the_header_are_refused_one_by_one() -> None:
    data = b"# made by hand\n\n1,2\n" + h.lines(RADAR_HEADER, row(f"{S}", f"{S}", "60", "10"))
    items = h.say(RADAR, "radar", data)
    assert h.refusals(items) == {("missing", "plot_s"): 2}
    assert len(h.observations(items)[0].plots) == 1


def test_no_time_column_at_all() -> None:
    items = h.say(RADAR, "radar", h.lines(RADAR_HEADER.replace("plot_s", "when"), row(f"{S}", f"{S}", "60", "10")))
    assert h.refusals(items) == {("missing", "plot_s"): 2}


def test_time_running_backwards() -> None:
    scans = [row(f"{S}", f"{S + n}", "60", f"{10 + n / 10}") for n in (0, 1, 0, 2)]
    items = h.say(RADAR, "radar", h.lines(RADAR_HEADER, *scans))
    assert h.refusals(items) == {("time_backwards", "scan_s"): 1}
    assert [look.t_ns - T0 for look in h.observations(items)] == [0, SECOND, 2 * SECOND]


def test_lone_reports_may_come_late_as_long_as_the_tracker_takes_them() -> None:
    late = FINDER.tracking.late_s
    rows = [f"{S + 100},1,,a", f"{S + 100 - late:.0f},1,,a", f"{S + 99 - late:.0f},1,,a"]
    items = h.say(FINDER, "finder", h.lines(h.FINDER_HEADER, *rows), t_ns=T0 + 100 * SECOND)
    assert h.refusals(items) == {("time_backwards", "t"): 1}
    assert len(h.observations(items)) == 2


def test_a_line_that_breaks_off_is_refused_not_guessed() -> None:
    whole = h.lines(RADAR_HEADER, row(f"{S}", f"{S}", "60", "10"))
    items = h.say(RADAR, "radar", whole + f"{S},{S},51.5".encode())
    assert h.refusals(items) == {("truncated", "line"): 1}
    (look,) = h.observations(items)
    assert (len(look.plots), look.scan) == (1, False)


def test_a_line_that_is_still_being_written_waits() -> None:
    data = h.lines(RADAR_HEADER, row(f"{S}", f"{S}", "60", "10.25"))
    state = decode.start(h.feed(RADAR, "radar"), RADAR)
    for chunk in h.chunks("radar", data, [len(data) - 9], whole=False):
        state, items = decode.decode(state, RADAR, chunk)
        assert items == ()
    _, items = decode.flush(state, RADAR, T0 + 9 * SECOND)
    assert h.observations(items)[0].plots[0].measured == Position(lat_deg=60, lon_deg=10.25)


def test_an_empty_feed() -> None:
    assert h.refusals(h.say(RADAR, "radar", b"")) == {("missing", "header"): 1}
    assert h.say(RADAR, "radar", b"", whole=False) == ()


def test_a_line_of_a_gigabyte_is_one_refusal() -> None:
    state = decode.start(h.feed(RADAR, "radar"), RADAR)
    head = h.lines(RADAR_HEADER)
    state, _ = decode.decode(state, RADAR, Chunk(feed="radar", t_ns=T0, data=head))
    offset, block = len(head), b"7" * 32_768
    for _ in range(1_000_000_000 // len(block)):
        state, items = decode.decode(state, RADAR, Chunk(feed="radar", t_ns=T0, data=block, offset=offset))
        offset += len(block)
        assert items == ()
    tail = b"\n" + row(f"{S}", f"{S}", "60", "10").encode() + b"\n"
    _, items = decode.decode(state, RADAR, Chunk(feed="radar", t_ns=T0, data=tail, offset=offset, whole=True))
    (refusal,) = [item for item in items if isinstance(item, Refusal)]
    assert (refusal.reason, refusal.value) == ("too_long", f"{offset - len(head)} bytes")
    assert (refusal.offset, len(refusal.data)) == (len(head), 256)
    assert len(h.observations(items)) == 1
