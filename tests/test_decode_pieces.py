"""Recordings cut by their rule: no byte lost, time never back, one broken time moves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.decode.pieces import DAY_NS, HELD_BYTES, LEAP_NS, PIECE_BYTES, Piece, arrivals, cut, pieces
from tests import decode_help as h
from tests.decode_help import SECOND, T0

SITE = h.everything()
S = T0 // SECOND
TIMES = st.one_of(
    st.none(), st.integers(T0, T0 + 100 * SECOND), st.integers(T0, T0 + 10**6 * SECOND), st.integers(1, 2**63 - 1), st.sampled_from([T0])
)
PARTS = st.lists(st.tuples(st.binary(min_size=1, max_size=5), TIMES), max_size=40)


def cut_table(*rows: str, block: int = 7) -> list[Piece]:
    data = h.lines(h.FINDER_HEADER, *rows)
    found = list(cut(h.feed(SITE, "finder"), [data[n : n + block] for n in range(0, len(data), block)]))
    assert b"".join(p.data for p in found) == data
    return found


def believed(*times: int | None) -> list[float]:
    """Arrival of parts that say these seconds from T0, in seconds from T0."""
    parts = [(b"x", None if t is None else T0 + t * SECOND) for t in times]
    return [(t - T0) / SECOND for _, t in arrivals(parts)]


@given(PARTS)
def test_arrivals_keep_every_part_in_order_and_never_go_back(parts: list[tuple[bytes, int | None]]) -> None:
    found = list(arrivals(parts))
    assert [data for data, _ in found] == [data for data, _ in parts]
    assert all(a <= b for (_, a), (_, b) in pairwise(found))
    assert {t for _, t in found} <= {t for _, t in parts} | {0}


@given(st.lists(st.integers(0, 30), max_size=40))
def test_times_in_order_are_arrivals(steps: Sequence[int]) -> None:
    times = [sum(steps[: n + 1]) for n in range(len(steps))]
    assert believed(*times) == times


def test_what_says_no_time_or_an_earlier_one_arrives_with_what_came_before() -> None:
    assert believed(0, 5, None, 3, 7) == [0, 5, 5, 5, 7]
    assert believed(None, None, 3) == [3, 3, 3]


def test_one_broken_time_ahead_moves_nothing() -> None:
    assert believed(0, 1, 10**6, 2, 3) == [0, 1, 1, 2, 3]
    assert believed(0, 1, 10**6, None, 2) == [0, 1, 1, 1, 2]
    assert believed(10**6, 1, 2) == [1, 1, 2]  # the first of all
    assert believed(-(10**6), 1, 2) == [1, 1, 2]
    assert believed(0, 1, 10**6, 10**7, 2, 3) == [0, 1, 1, 1, 2, 3]  # two that do not agree


def test_a_hole_in_a_recording_is_a_hole() -> None:
    assert believed(0, 1, 10**6, 10**6 + 1) == [0, 1, 10**6, 10**6 + 1]
    assert believed(0, 600, 1200, 86_400) == [0, 600, 1200, 86_400]  # a state every ten minutes


def test_the_last_time_is_believed_within_a_day() -> None:
    day = DAY_NS // SECOND
    assert believed(0, day) == [0, day]
    assert believed(0, 1, day + 2) == [0, 1, 1]
    assert believed(5) == [5]


def test_a_recording_without_times_gives_none_and_is_not_held() -> None:
    assert list(arrivals([(b"x", None)] * 3)) == [(b"x", 0)] * 3
    endless = arrivals((b"x" * 1000, None) for _ in iter(int, 1))
    assert [next(endless)[1] for _ in range(3 * HELD_BYTES // 1000)] == [0] * (3 * HELD_BYTES // 1000)


@given(st.lists(st.tuples(st.integers(1, 50_000), st.integers(0, 3)), max_size=12))
def test_pieces_are_small_whole_and_all_there(parts: list[tuple[int, int]]) -> None:
    times = [sum(step for _, step in parts[: n + 1]) for n in range(len(parts))]
    sent = [(bytes([n]) * size, t) for n, ((size, _), t) in enumerate(zip(parts, times, strict=True))]
    found = list(pieces(sent))
    assert b"".join(p.data for p in found) == b"".join(data for data, _ in sent)
    assert [p.offset for p in found] == [sum(len(q.data) for q in found[:n]) for n in range(len(found))]
    assert all(0 < len(p.data) <= PIECE_BYTES for p in found)
    by_time = [(t, b"".join(d for d, _ in same)) for t, same in groupby(sent, key=lambda part: part[1])]
    assert [(t, b"".join(p.data for p in same)) for t, same in groupby(found, key=lambda p: p.t_arrival_ns)] == by_time
    assert [p.whole for p in found] == [n + 1 == len(found) or found[n + 1].t_arrival_ns != p.t_arrival_ns for n, p in enumerate(found)]


def test_rows_of_one_time_are_one_piece_and_the_header_goes_with_the_first() -> None:
    found = cut_table(f"{S},1,,a", f"{S},2,,b", f"{S + 1},3,,c", "junk", f"{S + 2},4,,d")
    assert [(p.t_arrival_ns - T0, p.data.count(b"\n"), p.whole) for p in found] == [(0, 3, True), (SECOND, 2, True), (2 * SECOND, 1, True)]


def test_a_held_cell_keeps_its_rows_together() -> None:
    rows = [f",{S},,,,,,,,,", f"{S}.5,,60,10,,,,,,,", f",{S + 1},,,,,,,,,", f"{S}.7,,60,10,,,,,,,"]
    found = list(cut(h.feed(SITE, "radar"), [h.lines(h.RADAR_HEADER, *rows)]))
    assert [(p.t_arrival_ns - T0, p.data.count(b"\n")) for p in found] == [(0, 3), (SECOND, 2)]


def test_a_look_is_not_taken_apart_where_its_rows_arrive_by_their_own_time() -> None:
    site = h.site(h.RADAR.replace('arrival = "scan_time"', 'arrival = "time"'))
    scans = [f"{S},{S + 1},60,10,,,,,,,", f"{S + 1},,60,11,,,,,,,", f"{S}.5,{S + 1},60,12,,,,,,,", f"{S + 2},{S + 3},60,13,,,,,,,"]
    data = h.lines(h.RADAR_HEADER, *scans)
    found = list(cut(h.feed(site, "radar"), [data]))
    assert [(p.t_arrival_ns - T0, p.data.count(b"\n"), p.whole) for p in found] == [(SECOND, 4, True), (2 * SECOND, 1, True)]
    assert [(len(look.plots), look.scan) for look in h.observations(h.recorded(site, "radar", data))] == [(3, True), (1, True)]


def test_a_table_without_its_time_column_or_rows() -> None:
    assert [p.t_arrival_ns for p in cut(h.feed(SITE, "finder"), [b"a,b\n1,2\n"])] == [0]
    assert [p.t_arrival_ns for p in cut_table()] == [0]
    assert list(cut(h.feed(SITE, "finder"), [])) == []


def test_a_last_row_without_a_newline_is_a_piece_of_its_own_time() -> None:
    data = h.lines(h.FINDER_HEADER, f"{S},1,,a") + f"{S + 1},2,,".encode()
    assert [p.t_arrival_ns - T0 for p in cut(h.feed(SITE, "finder"), [data])] == [0, SECOND]


@pytest.mark.parametrize("size", [100_000, 3_000_000])
def test_a_long_line_arrives_with_what_came_before(size: int) -> None:
    data = h.lines(h.FINDER_HEADER, f"{S},1,,a") + b"x" * size + f"\n{S + 1},2,,b\n".encode()
    found = list(cut(h.feed(SITE, "finder"), (data[n : n + 65_536] for n in range(0, len(data), 65_536))))
    assert b"".join(p.data for p in found) == data
    assert {p.t_arrival_ns - T0 for p in found} == {0, SECOND}
    assert all(len(p.data) <= PIECE_BYTES for p in found)
    assert found[-1].t_arrival_ns == T0 + SECOND


@given(st.sampled_from(["radar", "finder", "status", "claims", "ferry1", "mode_s", "beast"]), st.lists(st.binary(max_size=60), max_size=8))
def test_any_bytes_are_cut_and_all_there(name: str, blocks: list[bytes]) -> None:
    found = list(cut(h.feed(SITE, name), blocks))
    assert b"".join(p.data for p in found) == b"".join(blocks)
    assert all(a.t_arrival_ns <= b.t_arrival_ns for a, b in pairwise(found))


def test_leaps_are_a_minute() -> None:
    """The page on tables says so."""
    assert LEAP_NS == 60 * SECOND
