"""Random bytes into each decoder: nothing raises, nothing is lost, and how they were cut does not matter."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forewarn import decode
from forewarn.freeze import freeze, thaw
from forewarn.messages import Chunk, Claim, Observation, Refusal, SensorStatus, encode
from tests import decode_help as h
from tests.decode_help import SECOND, T0
from tests.test_decode_beast import beast

SITE = h.everything()
S = T0 // SECOND
FEEDS = ("radar", "finder", "status", "claims", "ferry1", "ferry3", "mode_s", "beast")
VELOCITY = "8D485020994409940838175B284F"
WORDS = [
    b"\n", b",", b'"', b"\r\n", b"\0", b"\xff", b"NaN", b"1e999", b"-", b"60", b"10", b"%d" % S, b"%d.5" % (S + 1), b"%d000" % S, b"yes",
    b"{", b"}", b"[", b"]", b'{"sensorID":1,"ownshipPosition":[0,0],"time":%d,"measurement":[1,2]}' % S, b'"time":', b'"frame":"',
    b'{"timestamp":%d,"frame":"%s"}\n' % (S, VELOCITY.encode()), b"\x1a", b"\x1a\x1a", b"\x1a\x33", beast(bytes.fromhex(VELOCITY), 7),
    b"ON", b"abcdef", b"2020-09-13T12:26:40Z", *(f"{header}\n".encode() for header in (h.RADAR_HEADER, h.FINDER_HEADER, h.STATUS_HEADER)),
]  # fmt: skip
BYTES = st.lists(st.one_of(st.sampled_from(WORDS), st.binary(max_size=6)), max_size=40).map(b"".join)
HEADERS = {"radar": h.RADAR_HEADER, "finder": h.FINDER_HEADER, "status": h.STATUS_HEADER, "claims": h.CLAIMS_HEADER}
# one good part of each format, and what it says
GOOD = {
    "radar": (f"{S + 5},{S + 5},60,10,,,,,,,\n".encode(), Observation),
    "finder": (f"{S + 5},1,,\n".encode(), Observation),
    "status": (f"{S + 5}000,ON,,,,\n".encode(), SensorStatus),
    "claims": (b"2020-09-13T12:26:45Z,fedcba,60,10,,,,,\n", Claim),
    "ferry1": (b'{"sensorID":1,"ownshipPosition":[0,0],"time":%d,"measurement":[]}' % (S + 5), Observation),
    "ferry3": (b'{"sensorID":3,"ownshipPosition":[0,0],"time":%d,"measurement":[]}' % (S + 5), Observation),
    "mode_s": (b'{"timestamp":%d,"frame":"5d3981e46dc8eb"}\n' % (S + 5), Refusal),
    "beast": (beast(bytes.fromhex("5d3981e46dc8eb")), Refusal),
}


@pytest.mark.parametrize("name", FEEDS)
@given(data=BYTES, cuts=st.lists(st.integers(0, 400), max_size=12), whole=st.booleans())
@settings(max_examples=60)
def test_any_bytes_however_cut_say_the_same(name: str, data: bytes, cuts: list[int], whole: bool) -> None:
    at_once = h.say(SITE, name, data, whole=whole)
    assert h.feeding(SITE, h.chunks(name, data, cuts, whole=whole), name, freezing=True) == at_once
    for item in at_once:
        assert isinstance(item, Observation | Claim | SensorStatus | Refusal)
        assert encode(item)  # nothing in it that cannot be written: no NaN, no infinity as a number
        if isinstance(item, Refusal):
            assert item.field
            assert len(item.value) <= 120
            assert data[item.offset :].startswith(item.data)


@pytest.mark.parametrize("name", FEEDS)
@given(junk=BYTES)
@settings(max_examples=60)
def test_what_follows_is_never_lost(name: str, junk: bytes) -> None:
    """Whatever came before it, the part behind the next newline, brace or frame is read."""
    good, kind = GOOD[name]
    head = HEADERS[name].encode() + b"\n" if name in HEADERS else b""
    stop = {"ferry1": b"}", "ferry3": b"}", "beast": b"."}.get(name, b"\n")
    state = decode.start(h.feed(SITE, name), SITE)
    state, _ = decode.decode(state, SITE, Chunk(feed=name, t_ns=T0 + 5 * SECOND, data=head + junk + stop + b"\n"))
    before = decode.flush(state, SITE, T0 + 999 * SECOND)[0]
    items = h.feeding_from(before, SITE, Chunk(feed=name, t_ns=T0 + 6 * SECOND, data=good, whole=True))
    assert any(isinstance(item, kind) for item in items)


@given(rows=st.lists(st.lists(st.sampled_from([b"", b"60", b"10", b"x", b"%d" % S, b"yes", b"-1"]), min_size=9, max_size=12), max_size=20))
def test_rows_in_are_rows_used_and_rows_refused(rows: list[list[bytes]]) -> None:
    rows = [row for row in rows if any(row)]
    data = h.RADAR_HEADER.encode() + b"\n" + b"".join(b",".join(row) + b"\n" for row in rows)
    items = h.say(SITE, "radar", data)
    plots = sum(len(look.plots) for look in h.observations(items))
    bare = sum(len(row) == 11 and row[1] == b"%d" % S and not any(row[:1] + row[2:9]) and row[9] != b"yes" for row in rows)
    held = sum(len(row) == 11 and not row[1] and not any(row[:1] + row[2:9]) and row[9] != b"yes" for row in rows)
    assert 0 <= len(rows) - plots - bare - sum(h.refusals(items).values()) <= held


@pytest.mark.parametrize("name", FEEDS)
@given(data=BYTES, cut=st.integers(0, 200))
@settings(max_examples=30)
def test_freeze_thaw_step_is_step(name: str, data: bytes, cut: int) -> None:
    state = decode.start(h.feed(SITE, name), SITE)
    first, second = (Chunk(feed=name, t_ns=T0, data=part) for part in (data[:cut], data[cut:]))
    state, _ = decode.decode(state, SITE, first)
    again: decode.State = thaw(freeze(state), decode.State)  # type: ignore[arg-type]
    assert again == state
    assert freeze(again) == freeze(state)
    after, items = decode.decode(state, SITE, second)
    assert (after, items) == decode.decode(again, SITE, second)
    assert freeze(after) == freeze(decode.decode(again, SITE, second)[0])
