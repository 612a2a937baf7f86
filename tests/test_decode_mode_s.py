"""JSON lines of Mode S frames, against the reading of other decoders."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forewarn import decode
from forewarn.decode.receiver import FLEET, Heard, Receiver
from forewarn.decode.squitter import Aircraft, address, hear
from forewarn.messages import Chunk, Claim, Refusal
from tests import decode_help as h
from tests.decode_help import SECOND, T0
from tests.test_decode_squitter import squitter

SITE = h.site(h.MODE_S)
S = T0 // SECOND
VELOCITY = "8D485020994409940838175B284F"


def line(frame: str, at: str = f"{S}.5") -> bytes:
    return f'{{"timestamp":{at},"frame":"{frame}"}}\n'.encode()


def metres(claim: Claim, lat: float, lon: float) -> float:
    assert claim.place is not None
    east = (claim.place.lon_deg - lon) * math.cos(math.radians(lat))
    return 111_195 * math.hypot(claim.place.lat_deg - lat, east)


def agrees(lines: bytes, site_text: str = h.MODE_S) -> tuple[int, float]:
    """How many positions another decoder read that ours claims too, and how far apart the two are at the most."""
    claims = {(c.t_ns, c.identity): c for c in h.claims(h.recorded(h.site(site_text), "mode_s", lines)) if c.place}
    apart = []
    for text in lines.decode().splitlines():
        row = json.loads(text, parse_float=Decimal)
        t_ns = int(row["timestamp"].scaleb(9))
        if row.get("latitude") is not None and (t_ns, "icao:" + row["icao24"]) in claims:
            apart.append(metres(claims[t_ns, "icao:" + row["icao24"]], float(row["latitude"]), float(row["longitude"])))
    return len(apart), max(apart)


def test_the_recorded_flight_is_where_another_decoder_puts_it(recordings: Path) -> None:
    lines = (recordings / "flight_mode_s.jsonl").read_bytes()
    count, apart = agrees(lines)
    assert count >= 45
    assert apart < 0.01


@pytest.mark.slow
def test_the_whole_flight_is_where_another_decoder_puts_it(shared: Callable[[str], Path]) -> None:
    """80 minutes, 57,793 frames; rs1090's own reading is in the recording. The receiver is near Paris."""
    lines = gzip.decompress(shared("adsb/full_flight_short.jsonl.gz").read_bytes())
    count, apart = agrees(lines, h.MODE_S.replace("60.0", "49.0").replace("10.0", "2.5"))
    assert count > 8200
    assert apart < 0.01


def test_what_the_flight_claims(recordings: Path) -> None:
    items = h.recorded(SITE, "mode_s", (recordings / "flight_mode_s.jsonl").read_bytes())
    said = h.claims(items)
    assert {c.identity for c in said} == {"icao:393322"}
    assert {c.callsign for c in said} <= {None, "AFR34ZG"}
    assert said[-1].callsign == "AFR34ZG"
    assert any(c.on_ground for c in said)
    assert all(c.place or c.climb_mps is not None or c.speed_mps is not None for c in said)
    assert {r.reason for r in items if isinstance(r, Refusal)} == {"ignored"}


def test_golden_reading_of_another_decoder(shared: Callable[[str], Path]) -> None:
    """Names, courses, speeds and climbs as pyModeS reads them; the frames of other formats claim nothing."""
    golden = json.loads(shared("mode_s/golden_v2.json").read_text())
    compared = 0
    for frame, truth in golden.items():
        data = bytes.fromhex(frame)
        if truth["df"] != 17:
            assert set(h.refusals(h.say(SITE, "mode_s", line(frame)))) == {("ignored", f"downlink format {truth['df']}")}
            continue
        assert address(data) == truth["icao"]
        known, said = hear(Aircraft(0, fix=(0.0, 0.0), t_fix_ns=0), data, 0, (0.0, 0.0))
        if truth["typecode"] == 19:
            assert said is not None
            assert said["speed_mps"] == pytest.approx(truth["groundspeed"] * 0.514444, abs=0.51)  # theirs is rounded to whole knots
            assert said["course_deg"] == pytest.approx(truth["track"])
            assert said["climb_mps"] == pytest.approx(truth["vertical_rate"] * 0.00508)
        elif truth["typecode"] == 4:
            assert known.callsign == truth["callsign"].strip("_")
        compared += 1
    assert compared == 200


def test_a_second_recording_is_one_aircraft_on_its_way(shared: Callable[[str], Path]) -> None:
    """Two thousand squitters, times to the second: from first to last place it went at the speed that it claims."""
    rows = [row.split(",") for row in shared("mode_s/sample_data_adsb.csv").read_text().splitlines()]
    data = b"".join(line(frame.strip('"'), at) for at, frame, *_ in rows)
    said = h.claims(h.recorded(SITE, "mode_s", data))
    assert {c.identity for c in said} == {"icao:406b90"}
    places = [c for c in said if c.place]
    speeds = [c.speed_mps for c in said if c.speed_mps]
    first, last = places[0], places[-1]
    assert last.place is not None
    assert len(places) > 100
    seconds = (last.t_ns - first.t_ns) / SECOND
    assert metres(first, last.place.lat_deg, last.place.lon_deg) == pytest.approx(speeds[0] * seconds, rel=0.05, abs=300)


# ---------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("data", "reason", "field"),
    [
        (line("8D"), "malformed", "frame"),
        (line("8D485020994409940838175B284"), "malformed", "frame"),
        (line("zz485020994409940838175B284F"), "malformed", "frame"),
        (line("٨D485020994409940838175B284F"), "malformed", "frame"),
        (line("8D485020994409940838175B284E"), "checksum", "parity"),
        (line(VELOCITY, "NaN"), "malformed", "line"),
        (line(VELOCITY, '"now"'), "not_a_number", "timestamp"),
        (line(VELOCITY, "5"), "out_of_range", "timestamp"),
        (line(VELOCITY, f"{S + 6}"), "future", "timestamp"),
        (b'{"frame":"8D485020994409940838175B284F"}\n', "malformed", "line"),
        (b"[]\n", "malformed", "line"),
        (b"\xff\n", "malformed", "line"),
        (b'{"timestamp":1600000000', "truncated", "line"),
        (b"x" * 70_000 + b"\n", "too_long", "line"),
        (line(VELOCITY) * 2, "repeat", "frame"),
        (line(VELOCITY) + line(squitter(bytes([0x20, 1, 2, 3, 4, 5, 6])).hex(), f"{S - 15}"), "time_backwards", "timestamp"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(data: bytes, reason: str, field: str) -> None:
    assert h.refusals(h.say(SITE, "mode_s", data)) == {(reason, field): 1}


def test_refusals_are_counted_for_a_second_and_told_at_a_tick() -> None:
    state = decode.start(h.feed(SITE, "mode_s"), SITE)
    for n in range(5):
        chunk = Chunk(feed="mode_s", t_ns=T0 + n * SECOND // 10, data=line("02e18ca8f1d2ed"), whole=True)
        state, items = decode.decode(state, SITE, chunk)
        assert items == ()
    assert decode.flush(state, SITE, T0 + SECOND - 1) == (state, ())
    state, items = decode.flush(state, SITE, T0 + SECOND)
    assert h.refusals(items) == {("ignored", "downlink format 0"): 5}
    assert decode.flush(state, SITE, T0 + 9 * SECOND) == (state, ())


def test_the_fleet_is_bounded_and_keeps_those_heard_last() -> None:
    heard = Heard()
    for n in range(FLEET + 100):
        receiver = Receiver("mode_s", SITE, heard, T0 + n * 1_000_000)
        receiver.frame(squitter(bytes.fromhex("202cc371c32ce0"), f"{n:06x}"), T0 + n * 1_000_000, None)
        heard = receiver.heard
    assert FLEET // 2 < len(heard.fleet) <= FLEET
    assert f"{FLEET + 99:06x}" in heard.fleet
    assert "000000" not in heard.fleet


@given(st.lists(st.binary(min_size=7, max_size=7), max_size=20), st.integers(0, 3))
@settings(max_examples=50)
def test_sound_frames_of_any_content(contents: list[bytes], kind: int) -> None:
    """Every frame is claimed, kept or refused; none is lost, none stops the others."""
    data = b"".join(line(squitter(me).hex(), f"{S}.{n:03}") for n, me in enumerate(contents)) + line(VELOCITY, f"{S}.999")
    items = h.say(SITE, "mode_s", data)
    assert sum(h.refusals(items).values()) <= len(contents)
    assert len(h.claims(items)) <= len(contents) + 1
