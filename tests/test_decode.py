"""All formats alike: each recording fed whole, byte by byte, in random pieces and with junk behind says the same.

After h11's tests, which feed each recorded message so.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from forewarn import decode
from forewarn.freeze import freeze, thaw
from forewarn.messages import Chunk, Message, Refusal
from tests import decode_help as h
from tests.decode_help import SECOND, T0
from tests.test_decode_beast import as_beast

SITE = h.everything()
S = T0 // SECOND
RECORDINGS = Path(__file__).parent / "recordings"
T_FERRY = 1_620_204_800 * SECOND
T_FLIGHT = 1_720_250_000 * SECOND


def radar_rows() -> bytes:
    """Three hundred rows as a radar of the drone trial gives them: looks with nothing, many plots, repeats, held times, faults."""
    rows = [f",{S - 400},,,,,,,,,"]
    for scan in range(60):
        at = S - 399 + scan
        rows.append(f"{at}.{scan:03},{at}.5,60.{scan:04},10.1,{scan},{scan % 30},DRONE,{scan},True,no,ok")
        rows += [f"{at}.{n}11,,60.{scan % 7:04},10.{n},,,,,,{'yes' if n == 3 else 'no'}," for n in range(4)]
    return h.lines(h.RADAR_HEADER, *rows, "nonsense", f"{S},{S},NaN,10,,,,,,,")


def samples() -> dict[str, tuple[bytes, int]]:
    """A recording of each format, and when it is all there."""
    flight = (RECORDINGS / "flight_mode_s.jsonl").read_bytes()
    ferry = (RECORDINGS / "autoferry_13_head.json").read_bytes()
    return {
        "radar": (radar_rows(), T0),
        "finder": (h.lines(h.FINDER_HEADER, *[f"{S + n // 3},{n / 10},0.1,{n % 2}" for n in range(40)], "1,2"), T0 + 20 * SECOND),
        "status": (h.lines(h.STATUS_HEADER, *[f"{S + n}000,ON,60,10,{n},1" for n in range(9)]), T0 + 20 * SECOND),
        "claims": (
            h.lines(h.CLAIMS_HEADER, *[f"2020-09-13T12:26:{n}Z,abcde{n % 9},60,10.{n},,,,," for n in range(10, 60)]),
            T0 + 60 * SECOND,
        ),
        "ferry1": (ferry, T_FERRY),
        "ferry3": (ferry.replace(b'"time":1', b'"time":oops', 1), T_FERRY),
        "mode_s": (flight + b'{"timestamp":1720250000,"frame":"8D"}\n', T_FLIGHT),
        "beast": (as_beast(flight), T_FLIGHT),
    }


SAMPLES = samples()
JUNK = b"\x00\xff{[junk,\x1a\x1a]\r \x1a"


@pytest.fixture(params=sorted(SAMPLES))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def whole(name: str) -> tuple[Message, ...]:
    data, t_ns = SAMPLES[name]
    return h.say(SITE, name, data, t_ns=t_ns)


def test_recordings_say_something(name: str) -> None:
    said = whole(name)
    assert len(said) > 5
    assert any(not isinstance(item, Refusal) for item in said)


def test_byte_by_byte(name: str) -> None:
    data, t_ns = SAMPLES[name]
    data = data[:12_000]  # of the long ones the beginning
    assert h.say(SITE, name, data, range(len(data)), t_ns) == h.say(SITE, name, data, t_ns=t_ns)


@pytest.mark.parametrize("seed", range(5))
def test_in_random_pieces_frozen_and_thawed_between_them(name: str, seed: int) -> None:
    data, t_ns = SAMPLES[name]
    cuts = h.random_cuts(data, seed)
    assert h.feeding(SITE, h.chunks(name, data, cuts, t_ns), name, freezing=True) == whole(name)


def test_junk_behind_costs_nothing_before_it(name: str) -> None:
    data, t_ns = SAMPLES[name]
    kept = [item for item in whole(name) if not isinstance(item, Refusal)]
    items = h.say(SITE, name, data + JUNK, t_ns=t_ns)
    assert [item for item in items if not isinstance(item, Refusal)] == kept
    assert sum(h.refusals(items).values()) > sum(h.refusals(whole(name)).values())


def test_junk_before_costs_at_most_what_it_runs_into(name: str) -> None:
    data, t_ns = SAMPLES[name]
    kept = [item for item in whole(name) if not isinstance(item, Refusal)]
    items = h.say(SITE, name, b"\x00\xff[junk,\x1a\x1a]\r \n" + data, t_ns=t_ns)
    assert [item for item in items if not isinstance(item, Refusal)] == kept


def test_the_state_is_a_value(name: str) -> None:
    """A step does not change the state that it was given."""
    data, t_ns = SAMPLES[name]
    state = decode.start(h.feed(SITE, name), SITE)
    for chunk in h.chunks(name, data, [len(data) // 3, len(data) // 2], t_ns):
        before = freeze(state)
        once = decode.decode(state, SITE, chunk)
        assert freeze(state) == before
        assert decode.decode(thaw(before, decode.State), SITE, chunk) == once  # type: ignore[arg-type]
        state = once[0]


def test_refusals_show_the_bytes_they_speak_of(name: str) -> None:
    data, t_ns = SAMPLES[name]
    shown = [item for item in h.say(SITE, name, data + JUNK, t_ns=t_ns) if isinstance(item, Refusal)]
    assert all((data + JUNK)[r.offset :].startswith(r.data) for r in shown)
    assert all(r.data for r in shown)


def test_an_empty_feed_is_refused(name: str) -> None:
    (refusal,) = h.say(SITE, name, b"")
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "missing"


def test_nothing_is_said_of_nothing(name: str) -> None:
    state = decode.start(h.feed(SITE, name), SITE)
    state, items = decode.decode(state, SITE, Chunk(feed=name, t_ns=T0, data=b""))
    assert items == ()
    assert decode.flush(state, SITE, T0 + 1000 * SECOND) == (state, ())


def test_memory_is_bounded(name: str) -> None:
    """However much comes, the state stays small: lines without an end, and all the recording over and over."""
    data, t_ns = SAMPLES[name]
    state = decode.start(h.feed(SITE, name), SITE)
    for _ in range(60):
        state, _ = decode.decode(state, SITE, Chunk(feed=name, t_ns=t_ns, data=data[:20_000]))
        state, _ = decode.decode(state, SITE, Chunk(feed=name, t_ns=t_ns, data=b"{\x1a3" + b"x" * 32_000))
    assert len(freeze(state)) < 1_000_000
