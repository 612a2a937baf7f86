"""Feeds' files as events: in order, with ticks, resumable, and live."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice, pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forewarn import decode
from forewarn.edge.feeds import CHUNK_BYTES, follow, next_tick_ns, recorded
from forewarn.edge.problem import Problem
from forewarn.messages import Chunk, Tick
from forewarn.site import Feed, Site
from tests import decode_help as h
from tests.decode_help import SECOND, T0
from tests.test_decode_beast import beast

S = T0 // SECOND
SITE = h.site(h.RADAR, h.FINDER)
Event = Chunk | Tick


def write(folder: Path, radar: bytes, finder: bytes) -> Path:
    (folder / "radar.csv").write_bytes(radar)
    (folder / "finder.csv").write_bytes(finder)
    return folder


def some(folder: Path) -> Path:
    """Looks each 1.3 s, bearings each second, both from T0; at whole seconds the radar first."""
    radar = [f"{S + n * 1.3:.1f},{S + n * 1.3:.1f},60.{n:02},10,,,,,,," for n in range(10)]
    return write(folder, h.lines(h.RADAR_HEADER, *radar), h.lines(h.FINDER_HEADER, *[f"{S + n},1,,{m}" for n in range(12) for m in "ab"]))


def chunks(events: list[Event], name: str = "") -> list[Chunk]:
    return [e for e in events if isinstance(e, Chunk) and name in ("", e.feed)]


def ticks(events: list[Event]) -> list[float]:
    return [(e.t_ns - T0) / SECOND for e in events if isinstance(e, Tick)]


# --------------------------------------------------------------------------------------------------------- recordings


def test_events_come_in_order_each_byte_once(tmp_path: Path) -> None:
    events = list(recorded(SITE, some(tmp_path)))
    assert all(a.t_ns <= b.t_ns for a, b in pairwise(events))
    for name in ("radar", "finder"):
        mine = chunks(events, name)
        assert b"".join(c.data for c in mine) == (tmp_path / f"{name}.csv").read_bytes()
        assert [c.offset for c in mine] == [sum(len(d.data) for d in mine[:n]) for n in range(len(mine))]
        assert all(c.derived and c.whole for c in mine)
    assert [c.feed for c in chunks(events) if c.t_ns == T0] == ["radar", "finder"]


def test_a_tick_comes_after_all_that_arrives_by_then(tmp_path: Path) -> None:
    events = list(recorded(SITE, some(tmp_path)))
    assert ticks(events) == [n / 2 for n in range(34)]  # the last look arrives at 11.7 s, and 5 s more
    for first, second in pairwise(events):
        assert not (isinstance(first, Tick) and isinstance(second, Chunk) and second.t_ns <= first.t_ns)
    assert ticks(list(recorded(SITE, tmp_path, after_s=0))) == [n / 2 for n in range(24)]


@given(st.integers(T0, T0 + 10 * SECOND), st.sampled_from([0.1, 0.25, 0.3, 0.5, 0.7, 1.0, 2.0, 10.0]))
def test_the_grid_has_the_whole_seconds_in_it(t_ns: int, tick_s: float) -> None:
    due = next_tick_ns(t_ns, tick_s)
    step = round(tick_s * SECOND)
    assert t_ns < due <= t_ns + step
    assert due % step == 0 or (tick_s < 1 and due % SECOND == 0)
    assert tick_s > 1 or due <= (t_ns // SECOND + 1) * SECOND


@given(stop=st.integers(1, 55))
@settings(max_examples=20)
def test_it_goes_on_where_it_was_left(tmp_path_factory: pytest.TempPathFactory, stop: int) -> None:
    folder = some(tmp_path_factory.mktemp("feeds"))
    events = list(recorded(SITE, folder))
    done = events[:stop]
    positions = {c.feed: c.offset + len(c.data) for c in chunks(done)}
    rest = list(recorded(SITE, folder, positions, done[-1].t_ns))
    missing = [e for e in events[stop:] if not (isinstance(e, Tick) and e.t_ns == done[-1].t_ns)]
    assert rest == missing


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_a_long_recording_goes_on_without_being_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    radar = [f"{S + n},{S + n},60.{n % 97:02},10.{n % 89:02},,,some kind of thing,,,," for n in range(30_000)]
    write(tmp_path, h.lines(h.RADAR_HEADER, *radar), h.lines(h.FINDER_HEADER, *[f"{S + 3 * n},1,,a" for n in range(9000)]))
    events = list(recorded(SITE, tmp_path))
    stop = int(share * len(events)) - 3
    positions = {c.feed: c.offset + len(c.data) for c in chunks(events[:stop])}
    read: list[int] = []
    cut = decode.cut

    def counted(feed: Feed, blocks: Iterable[bytes]) -> Iterator[decode.Piece]:
        for piece in cut(feed, blocks):
            read.append(len(piece.data))
            yield piece

    monkeypatch.setattr(decode, "cut", counted)
    rest = list(recorded(SITE, tmp_path, positions, events[stop - 1].t_ns))
    missing = [e for e in events[stop:] if not (isinstance(e, Tick) and e.t_ns == events[stop - 1].t_ns)]
    assert rest == missing
    left = sum(path.stat().st_size for path in tmp_path.iterdir()) - sum(positions.values())
    assert sum(read) < left + 300_000


def test_the_middle_of_a_piece_is_no_place_to_lose_anything(tmp_path: Path) -> None:
    whole = chunks(list(recorded(SITE, some(tmp_path))), "finder")
    first = next(c for c in recorded(SITE, tmp_path, {"finder": 30}, T0) if isinstance(c, Chunk) and c.feed == "finder")
    data = (tmp_path / "finder.csv").read_bytes()
    assert (first.offset, first.t_ns) == (30, whole[0].t_ns)
    assert data[30:].startswith(first.data)
    assert first.data.endswith(whole[0].data[-5:])


def test_a_file_that_is_not_there_is_named_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"feeds\.radar\.file: .*radar\.csv: there is no such file"):
        list(recorded(SITE, tmp_path))


def test_empty_files_say_so(tmp_path: Path) -> None:
    events = list(recorded(SITE, write(tmp_path, b"", h.lines(h.FINDER_HEADER, f"{S},1,,a"))))
    assert chunks(events)[0] == Chunk(feed="radar", t_ns=T0, data=b"", whole=True, derived=True)
    assert h.refusals(h.feeding(SITE, chunks(events, "radar"), "radar")) == {("missing", "header"): 1}
    nothing = list(recorded(SITE, write(tmp_path, b"", b"")))
    assert [c.feed for c in chunks(nothing)] == ["radar", "finder"]
    assert len(nothing) < 20


def test_files_without_times_arrive_at_the_beginning(tmp_path: Path) -> None:
    radar = h.lines(h.RADAR_HEADER, *["noon,noon,60,10,,,,,,,"] * 10_000)
    events = list(recorded(SITE, write(tmp_path, radar, h.lines(h.FINDER_HEADER, f"{S},1,,a"))))
    assert {e.t_ns for e in chunks(events)} == {T0}
    assert all(len(c.data) <= CHUNK_BYTES for c in chunks(events))
    assert len(ticks(events)) == 11


def test_one_broken_time_does_not_stop_the_clock(tmp_path: Path) -> None:
    finder = h.lines(h.FINDER_HEADER, *[f"{t},1,,a" for t in (946_684_801, S, S + 1, 9 * 10**9, S + 2, 9 * 10**9)])
    events = list(recorded(SITE, write(tmp_path, h.lines(h.RADAR_HEADER), finder)))
    assert len(events) < 30
    assert max(e.t_ns for e in events) == T0 + 7 * SECOND


def test_ticks_wait_through_a_long_hole(tmp_path: Path) -> None:
    far = S + 40_000
    finder = h.lines(h.FINDER_HEADER, f"{S},1,,a", f"{far},1,,a", f"{far + 1},1,,a")
    events = list(recorded(SITE, write(tmp_path, h.lines(h.RADAR_HEADER), finder)))
    assert [e.t_ns for e in chunks(events, "finder")] == [T0, T0 + 40_000 * SECOND, T0 + 40_001 * SECOND]
    assert ticks(events) == [*(n / 2 for n in range(7201)), *(40_000 + n / 2 for n in range(13))]


def test_parquet_is_read_as_its_csv(tmp_path: Path) -> None:
    write(tmp_path, h.lines(h.RADAR_HEADER), b"")
    table = pa.table({"t": [S, S + 1], "azimuth": [1.0, 2.0], "sd": [None, None], "radio": ["a", "b"]})
    pq.write_table(table, tmp_path / "finder.csv")
    mine = chunks(list(recorded(SITE, tmp_path)), "finder")
    assert b"".join(c.data for c in mine).splitlines()[1:] == [f"{S},1.0,,a".encode(), f"{S + 1},2.0,,b".encode()]
    (tmp_path / "finder.csv").write_bytes(b"PAR1 no more")
    with pytest.raises(Problem, match=r"finder\.csv: cannot be read: not a Parquet file"):
        list(recorded(SITE, tmp_path))


def test_a_recording_without_a_clock_begins_with_the_others(tmp_path: Path) -> None:
    site = h.site(h.FINDER, h.MODE_S)
    (tmp_path / "finder.csv").write_bytes(h.lines(h.FINDER_HEADER, f"{S},1,,a", f"{S + 3},1,,a"))
    (tmp_path / "frames.jsonl").write_bytes(b'{"timestamp":%d,"frame":"5d3981e46dc8eb"}\n' % (S + 1))
    (tmp_path / "frames.bin").write_bytes(beast(bytes(7), 12_000_000) + beast(bytes(7), 36_000_000))
    events = list(recorded(site, tmp_path))
    assert [c.t_ns - T0 for c in chunks(events, "beast")] == [1, 2 * SECOND + 1]
    positions = {c.feed: c.offset + len(c.data) for c in chunks(events) if c.t_ns < T0 + 2 * SECOND}
    again = list(recorded(site, tmp_path, positions, T0 + SECOND))
    assert chunks(again) == [c for c in chunks(events) if c.t_ns >= T0 + 2 * SECOND]


def test_the_drone_trial_streams(shared: Callable[[str], Path]) -> None:
    """Two radars, two finders and their states, by arrival: nothing early, nothing lost."""
    folder = shared("icmcis/1_1")
    site = h.drone_trial("alvira", "arcus")
    events = list(recorded(site, folder))
    assert all(a.t_ns <= b.t_ns for a, b in pairwise(events))
    assert len(ticks(events)) == 2 * 802 + 2
    for feed in site.feeds:
        assert b"".join(c.data for c in chunks(events, feed.id)) == (folder / feed.file).read_bytes()


# --------------------------------------------------------------------------------------------------------------- live

LIVE = h.site(h.RADAR.replace('file = "radar.csv"', 'file = "radar.csv"\nlive = true'))


class World:
    """A clock that moves when somebody waits, and things that happen at their time."""

    def __init__(self, *happenings: tuple[float, Callable[[], object]]) -> None:
        self.now = T0
        self.happenings = list(happenings)
        self.said: list[str] = []

    def clock(self) -> int:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += max(int(seconds * SECOND), 1_000_000)
        while self.happenings and self.now >= T0 + self.happenings[0][0] * SECOND:
            self.happenings.pop(0)[1]()

    def watch(self, folder: Path, until_s: float, positions: dict[str, int] | None = None) -> list[Event]:
        def stopped() -> bool:
            return self.now > T0 + until_s * SECOND

        return list(follow(LIVE, folder, self.clock, positions, stopped, self.said.append, self.wait))


def append(path: Path, data: bytes) -> Callable[[], object]:
    def happen() -> None:
        with path.open("ab") as file:
            file.write(data)

    return happen


def test_a_growing_file_is_followed_and_ticks_keep_time(tmp_path: Path) -> None:
    path = tmp_path / "radar.csv"  # is not there yet
    world = World((0.7, append(path, b"one\ntw")), (1.2, append(path, b"o\n")))
    events = world.watch(tmp_path, 3)
    assert [c.data for c in chunks(events)] == [b"one\ntw", b"o\n"]
    assert [c.offset for c in chunks(events)] == [0, 6]
    assert [round((c.t_ns - T0) / SECOND, 1) for c in chunks(events)] == [0.7, 1.2]
    assert not any(c.derived or c.whole for c in chunks(events))
    assert ticks(events) == [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
    assert all(a.t_ns <= b.t_ns for a, b in pairwise(events))
    assert world.said == []


def test_it_goes_on_behind_what_was_read(tmp_path: Path) -> None:
    (tmp_path / "radar.csv").write_bytes(b"0123456789")
    assert [(c.offset, c.data) for c in chunks(World().watch(tmp_path, 1, {"radar": 4}))] == [(4, b"456789")]
    assert [(c.offset, c.data) for c in chunks(World().watch(tmp_path, 1, {"radar": 99}))] == [(0, b"0123456789")]  # another file


def test_a_long_file_comes_in_bounded_chunks_between_ticks(tmp_path: Path) -> None:
    (tmp_path / "radar.csv").write_bytes(b"x" * (CHUNK_BYTES * 200 + 5))
    events = World().watch(tmp_path, 1)
    assert [len(c.data) for c in chunks(events)] == [CHUNK_BYTES] * 200 + [5]


def rotated(path: Path, data: bytes) -> Callable[[], object]:
    def happen() -> None:
        path.rename(path.with_suffix(".old"))
        path.write_bytes(data)

    return happen


def cut_short(path: Path, data: bytes) -> Callable[[], object]:
    return lambda: path.write_bytes(data)


@pytest.mark.parametrize("change", [rotated, cut_short])
def test_another_file_in_its_place_is_read_from_its_start(tmp_path: Path, change: Callable[[Path, bytes], Callable[[], object]]) -> None:
    """What the old file left open is refused as truncated, the header comes again, and the new rows are read."""
    path = tmp_path / "radar.csv"
    path.write_bytes(h.lines(h.RADAR_HEADER, f"{S},{S},60,10,,,,,,,") + b"160000")
    fresh = h.lines(h.RADAR_HEADER, f"{S + 1},{S + 1},61,10,,,,,,,")
    world = World((1.0, change(path, fresh)), (1.5, append(path, f"{S + 2},{S + 2},62,10,,,,,,,\n".encode())))
    events = world.watch(tmp_path, 3)
    assert [(c.offset, bool(c.data), c.whole) for c in chunks(events)] == [
        (0, True, False), (len(fresh) + 6, False, True), (0, True, False), (len(fresh), True, False),
    ]  # fmt: skip
    assert len(world.said) == 1
    assert "feeds.radar" in world.said[0]
    state, items = decode.start(h.feed(LIVE, "radar"), LIVE), list[object]()
    for event in events:
        state, more = decode.decode(state, LIVE, event) if isinstance(event, Chunk) else decode.flush(state, LIVE, event.t_ns)
        items += more
    _, more = decode.flush(state, LIVE, T0 + 9 * SECOND)
    looks = h.observations([*items, *more])  # type: ignore[list-item]
    assert [plot.measured.lat_deg for look in looks for plot in look.plots] == [60.0, 61.0, 62.0]  # type: ignore[union-attr]
    assert h.refusals(items) == {("truncated", "line"): 1}  # type: ignore[arg-type]


def test_a_clock_that_steps_back_does_not_take_the_watch_with_it(tmp_path: Path) -> None:
    (tmp_path / "radar.csv").write_bytes(b"x")
    times: Iterator[int] = iter([T0, T0 + SECOND, T0 - 9 * SECOND, T0 + 2 * SECOND, T0 + 3 * SECOND])
    events = list(islice(follow(LIVE, tmp_path, lambda: next(times), wait=lambda _: None), 4))
    assert [(type(e), e.t_ns - T0) for e in events] == [(Tick, SECOND), (Chunk, SECOND), (Tick, 2 * SECOND), (Tick, 3 * SECOND)]


def test_recordings_are_not_followed(tmp_path: Path) -> None:
    mixed: Site = h.site(h.RADAR.replace('file = "radar.csv"', 'file = "radar.csv"\nlive = true'), h.FINDER)
    with pytest.raises(Problem, match=r"feeds\.finder: is a recording"):
        next(follow(mixed, tmp_path, lambda: T0))
