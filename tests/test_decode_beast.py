"""Beast frames: taken out of the stream, each byte's place known."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from forewarn import decode
from forewarn.decode.beast import Frame, Open, split, unfinished
from forewarn.messages import Chunk, Refusal
from tests import decode_help as h
from tests.decode_help import SECOND, T0

SITE = h.site(h.MODE_S)
KINDS = {2: 0x31, 7: 0x32, 14: 0x33}
MESSAGES = st.sampled_from([2, 7, 14]).flatmap(lambda n: st.binary(min_size=n, max_size=n))


def beast(message: bytes, count: int = 0, level: int = 0x1A) -> bytes:
    """A message as the receiver sends it."""
    body = count.to_bytes(6) + bytes([level]) + message
    return bytes([0x1A, KINDS[len(message)]]) + body.replace(b"\x1a", b"\x1a\x1a")


def as_beast(lines: bytes) -> bytes:
    """JSON lines of frames as a Beast stream, counted from a moment before the first."""
    rows = [json.loads(line) for line in lines.splitlines()]
    return b"".join(beast(bytes.fromhex(r["frame"]), round((r["timestamp"] - rows[0]["timestamp"]) * 12e6) + 1000) for r in rows)


def fed(data: bytes, step: int) -> list[Frame]:
    opened, frames = Open(), list[Frame]()
    for at in range(0, len(data), step):
        opened, more = split(opened, data[at : at + step], at)
        frames += more
    return frames + unfinished(opened, len(data))


@given(st.lists(st.tuples(MESSAGES, st.integers(0, 2**48 - 1), st.integers(0, 255)), max_size=8), st.integers(1, 30))
def test_frames_come_out_as_they_went_in(sent: list[tuple[bytes, int, int]], step: int) -> None:
    data = b"".join(beast(*one) for one in sent)
    frames = fed(data, step)
    assert [(f.body[7:], int.from_bytes(f.body[:6]), f.body[6]) for f in frames] == sent
    assert b"".join(f.data for f in frames) == data


@given(st.lists(st.one_of(MESSAGES.map(beast), st.binary(max_size=9)), max_size=8), st.integers(1, 30))
def test_cuts_do_not_matter_and_junk_is_counted(parts: list[bytes], step: int) -> None:
    data = b"".join(parts)
    frames = fed(data, step)
    assert [(f.offset, f.data, f.body) for f in frames] == [(f.offset, f.data, f.body) for f in fed(data, 10**6)]
    assert b"".join(f.data for f in frames) == data
    for frame in frames:
        assert data[frame.offset :].startswith(frame.data)


@given(st.binary(max_size=60).filter(lambda junk: b"\x1a" not in junk), MESSAGES)
def test_a_frame_behind_junk_is_found(junk: bytes, message: bytes) -> None:
    frames = fed(junk + beast(message), 7)
    assert [f.body[7:] for f in frames if not f.fault] == [message]


def test_a_frame_cut_short_by_the_next_costs_itself_alone() -> None:
    first, second = beast(bytes(range(14))), beast(bytes(7))
    frames = fed(first[:8] + second, 5)
    assert [(f.fault.reason if f.fault else None) for f in frames] == ["truncated", None]


def test_a_frame_is_measured_when_it_arrives(recordings: Path) -> None:
    data = as_beast((recordings / "flight_mode_s.jsonl").read_bytes())
    said = h.claims(h.say(SITE, "beast", data))
    assert said
    assert {(c.t_ns, c.t_arrival_ns) for c in said} == {(T0, T0)}


def test_both_framings_say_the_same(recordings: Path) -> None:
    """The counter gives the time between frames, so a Beast recording of the same frames makes the same claims."""
    lines = (recordings / "flight_mode_s.jsonl").read_bytes()
    site = h.site(h.MODE_S)
    begin = decode.cut(h.feed(site, "mode_s"), [lines]).__next__().t_arrival_ns
    expected = h.claims(h.recorded(site, "mode_s", lines))
    events = (
        Chunk(feed="beast", t_ns=begin + p.t_arrival_ns, data=p.data, offset=p.offset, whole=p.whole)
        for p in decode.cut(h.feed(site, "beast"), [as_beast(lines)])
    )
    found = h.claims(h.feeding(site, events, "beast"))
    assert [(c.identity, c.place, c.speed_mps) for c in found] == [(c.identity, c.place, c.speed_mps) for c in expected]
    assert max(abs(a.t_ns - b.t_ns) for a, b in zip(found, expected, strict=True)) < 1000


def test_mode_a_c_is_counted_and_not_used() -> None:
    items = h.say(SITE, "beast", beast(b"\x12\x34") * 3)
    assert h.refusals(items) == {("ignored", "Mode A/C"): 3}


def test_copies_are_repeats_unless_the_counter_is_not_set() -> None:
    message = bytes.fromhex("8d485020994409940838175b284f")
    assert h.refusals(h.say(SITE, "beast", beast(message, 5) * 3)) == {("repeat", "frame"): 2}
    assert h.refusals(h.say(SITE, "beast", beast(message, 0) * 3)) == {}


def test_the_sample(shared: Callable[[str], Path]) -> None:
    """Beast output of a receiver near Toulouse: one aircraft's positions, its name, its velocity."""
    data = shared("adsb/sample_dump1090.bin").read_bytes()
    items = h.say(SITE, "beast", data, t_ns=T0)
    said = h.claims(items)
    assert {c.identity for c in said} == {"icao:48520a"}
    assert {c.callsign for c in said} == {None, "TRA89M"}
    places = [c.place for c in said if c.place]
    assert len(places) == 3
    assert all(43.6 < p.lat_deg < 43.7 and 1.2 < p.lon_deg < 1.3 for p in places)
    refused = [item for item in items if isinstance(item, Refusal)]
    assert {r.reason for r in refused} == {"ignored"}


def test_time_in_a_recording_is_the_counters(shared: Callable[[str], Path]) -> None:
    data = shared("adsb/sample_dump1090.bin").read_bytes()
    pieces = list(decode.cut(h.feed(SITE, "beast"), [data[n : n + 100] for n in range(0, len(data), 100)]))
    assert b"".join(p.data for p in pieces) == data
    assert pieces[0].t_arrival_ns == 1
    assert 23 * SECOND < pieces[-1].t_arrival_ns < 25 * SECOND
