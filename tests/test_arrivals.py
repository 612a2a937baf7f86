"""A recording that says when its bytes came plays as it came."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.edge import arrivals
from forewarn.edge.feeds import recorded
from forewarn.edge.problem import Problem
from forewarn.messages import Chunk
from forewarn.site import BadSite, parse
from tests.test_feeds import SITE, some

S = 1_000_000_000


def files(folder: Path, data: bytes, *lines: str) -> tuple[Path, Path]:
    recording, told = folder / "radar.csv", folder / "radar.csv.arrivals"
    recording.write_bytes(data)
    told.write_text("".join(line + "\n" for line in ("t_ns,bytes", *lines)))
    return recording, told


def test_pieces_come_when_the_file_says(tmp_path: Path) -> None:
    got = list(arrivals.pieces(*files(tmp_path, b"abcdef", "100,2", "100,1", "250,3")))
    assert [(p.t_arrival_ns, p.offset, p.data, p.whole) for p in got] == [
        (100, 0, b"ab", True),
        (100, 2, b"c", True),
        (250, 3, b"def", True),
    ]


@given(sizes=st.lists(st.integers(1, 90_000), min_size=1, max_size=6))
def test_every_byte_comes_once_in_small_pieces(sizes: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    data = bytes(i % 251 for i in range(sum(sizes)))
    got = list(arrivals.pieces(*files(tmp_path_factory.mktemp("a"), data, *(f"{n},{size}" for n, size in enumerate(sizes)))))
    assert b"".join(p.data for p in got) == data
    assert all(len(p.data) <= 32_768 for p in got)
    assert sum(p.whole for p in got) == len(sizes)
    assert all(a.offset + len(a.data) == b.offset for a, b in pairwise(got))


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["100,2"], "tells of 2 bytes"),
        (["100,2", "200,9"], "line 3: tells of 11 bytes"),
        (["100,3", "99,3"], "line 3: '99,3': a time in ns, not before 100"),
        (["100,0"], "line 2: '100,0'"),
        (["1e9,6"], "line 2: '1e9,6'"),
        (["100"], "line 2: '100'"),
        ([f"{10**19},6"], "line 2"),
        (["-5,6"], "line 2: '-5,6'"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(tmp_path: Path, lines: list[str], says: str) -> None:
    with pytest.raises(Problem, match=says):
        list(arrivals.pieces(*files(tmp_path, b"abcdef", *lines)))


def test_a_file_without_its_header_is_no_arrivals(tmp_path: Path) -> None:
    recording, told = files(tmp_path, b"abc")
    told.write_bytes(b"\xff\x00100,3\n")
    with pytest.raises(Problem, match="line 1"):
        list(arrivals.pieces(recording, told))


def test_late_bytes_come_late_and_nothing_is_derived(tmp_path: Path) -> None:
    folder = some(tmp_path)
    by_rule = [e for e in recorded(SITE, folder) if isinstance(e, Chunk) and e.feed == "radar"]
    lines = [f"{chunk.t_ns + 7 * S},{len(chunk.data)}" for chunk in by_rule]
    (folder / "radar.csv.arrivals").write_text("\n".join(["t_ns,bytes", *lines]) + "\n")
    told = tuple(f.model_copy(update={"arrivals": "radar.csv.arrivals"}) if f.id == "radar" else f for f in SITE.feeds)
    site = SITE.model_copy(update={"feeds": told})
    events = list(recorded(site, folder))
    got = [e for e in events if isinstance(e, Chunk) and e.feed == "radar"]
    assert [(c.t_ns - 7 * S, c.data, c.offset, c.whole) for c in got] == [(c.t_ns, c.data, c.offset, c.whole) for c in by_rule]
    assert not any(c.derived for c in got)
    assert all(a.t_ns <= b.t_ns for a, b in pairwise(events))
    third = {"radar": got[2].offset + len(got[2].data)}
    again = [e for e in recorded(site, folder, third, got[2].t_ns) if isinstance(e, Chunk) and e.feed == "radar"]
    assert [c.data for c in again] == [c.data for c in got[3:]]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    folder = some(tmp_path)
    told = tuple(f.model_copy(update={"arrivals": "nowhere"}) for f in SITE.feeds)
    with pytest.raises(Problem, match=r"feeds\.\w+\.arrivals: .*nowhere: there is no such file"):
        list(recorded(SITE.model_copy(update={"feeds": told}), folder))


def test_a_live_feed_has_none() -> None:
    toml = """
version = 1
name = "x"
origin = { lat_deg = 0.0, lon_deg = 0.0 }
[[sensors]]
id = "a"
kind = "radar"
reports = "position"
[[feeds]]
id = "a"
sensor = "a"
format = "beast"
file = "a"
live = true
arrivals = "b"
"""
    with pytest.raises(BadSite, match=r"feeds\.a: .*`arrivals` belongs to a recording"):
        parse(toml)
