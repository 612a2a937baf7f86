"""Lines, however the bytes are cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from forewarn.decode.lines import HEAD_BYTES, LINE_BYTES, Line, Lines, raw_lines, split, unfinished

BYTES = st.lists(st.sampled_from([b"a", b"b,", b"\r", b"\n", b"\r\n", b"\0"]), max_size=60).map(b"".join)


def fed(data: bytes, step: int) -> tuple[list[Line], Line | None]:
    state, done = Lines(), list[Line]()
    for at in range(0, len(data), step):
        state, more = split(state, data[at : at + step], at)
        done += more
    return done, unfinished(state, len(data))


@given(BYTES, st.integers(1, 9))
def test_cuts_do_not_matter(data: bytes, step: int) -> None:
    done, rest = fed(data, step)
    assert [line.data for line in done] == [part.removesuffix(b"\r") for part in data.split(b"\n")[:-1]]
    assert (rest.data if rest else b"") == data.split(b"\n")[-1]
    for line in (*done, *filter(None, [rest])):
        assert data[line.offset :].startswith(line.data)


def test_a_long_line_is_counted_and_the_next_one_read() -> None:
    long = b"x" * (LINE_BYTES + 1)
    for step in (1000, 65_536, 10**6):
        done, rest = fed(b"a\n" + long + b"\nb\n", step)
        assert [(line.data, line.dropped, line.offset) for line in done] == [
            (b"a", 0, 0),
            (b"x" * HEAD_BYTES, LINE_BYTES + 1, 2),
            (b"b", 0, LINE_BYTES + 4),
        ]
        assert rest is None


def test_a_line_of_a_hundred_megabytes_takes_no_memory() -> None:
    state = Lines()
    block = b"y" * 1_000_000
    for at in range(100):
        state, done = split(state, block, at * len(block))
        assert not done
        assert len(state.rest) <= LINE_BYTES
    line = unfinished(state, 100 * len(block))
    assert line is not None
    assert (line.dropped, line.offset) == (100_000_000, 0)


def test_the_longest_line_is_kept() -> None:
    done, _ = fed(b"z" * LINE_BYTES + b"\n", 999)
    assert done == [Line(0, b"z" * LINE_BYTES)]


@given(st.lists(BYTES, max_size=5))
def test_raw_lines_lose_nothing(blocks: list[bytes]) -> None:
    parts = list(raw_lines(blocks))
    assert b"".join(part for part, _ in parts) == b"".join(blocks)
    assert all(sound for _, sound in parts)
    assert all(part.endswith(b"\n") for part, _ in parts[:-1])


def test_raw_lines_mark_what_is_too_long() -> None:
    parts = list(raw_lines([b"a\n" + b"x" * 40_000, b"x" * 40_000, b"x\nb\n"]))
    assert b"".join(p for p, _ in parts) == b"a\n" + b"x" * 80_001 + b"\nb\n"
    assert [sound for _, sound in parts] == [True, False, False, True]
