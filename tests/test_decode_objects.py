"""Flat objects out of a stream, however it is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from forewarn.decode.objects import HEAD_BYTES, OBJECT_BYTES, Open, Stretch, split, stretches, unfinished

BYTES = st.lists(st.sampled_from([b"{", b"}", b"[", b",", b" ", b"a", b'"b":1', b"\n"]), max_size=40).map(b"".join)


def fed(data: bytes, step: int) -> list[Stretch]:
    opened, done = Open(), list[Stretch]()
    for at in range(0, len(data), step):
        opened, more = split(opened, data[at : at + step], at)
        done += more
    return done + unfinished(opened, len(data))


def plain(parts: list[Stretch]) -> list[tuple[int, bytes, str]]:
    return [(part.offset, part.data, part.fault.reason if part.fault else "") for part in parts]


@given(BYTES, st.integers(1, 9))
def test_cuts_do_not_matter(data: bytes, step: int) -> None:
    parts = fed(data, step)
    assert plain(parts) == plain(fed(data, 10**6))
    assert all(data[part.offset :].startswith(part.data) for part in parts)


@given(BYTES)
def test_nothing_but_separators_is_left_out(data: bytes) -> None:
    at = 0
    for part in fed(data, 7):
        assert data[at : part.offset].strip(b"[], \n") == b""
        at = part.offset + len(part.data)
    assert data[at:].strip(b"[], \n") == b""


@given(st.lists(st.binary(max_size=20).filter(lambda b: not {*b"{}"} & {*b}), max_size=6), BYTES)
def test_sound_objects_are_found_whatever_comes_before(bodies: list[bytes], junk: bytes) -> None:
    objects = [b"{" + body + b"}" for body in bodies]
    sound = [part.data for part in fed(junk + b"}" + b",".join(objects), 5) if not part.fault]
    assert sound[len(sound) - len(objects) :] == objects


def test_an_object_that_is_too_long_is_counted() -> None:
    data = b"[{" + b"x" * (OBJECT_BYTES + 10) + b"},{ok}]"
    for step in (1000, 10**6):
        long, sound = fed(data, step)
        assert long.fault is not None
        assert (long.fault.reason, long.fault.value, long.offset) == ("too_long", f"{OBJECT_BYTES + 10} bytes", 1)
        assert len(long.data) == HEAD_BYTES + 1
        assert (sound.data, sound.fault) == (b"{ok}", None)


@given(st.lists(BYTES, max_size=6))
def test_stretches_lose_nothing(blocks: list[bytes]) -> None:
    parts = list(stretches(blocks))
    assert b"".join(parts) == b"".join(blocks)
    assert all(part.count(b"}") <= 1 for part in parts)
