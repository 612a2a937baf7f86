"""Bad input through the whole chain: a typed refusal, counted and on the record; nothing else is lost, nothing crashes."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from forewarn.edge import store
from forewarn.edge.running import Options, run
from forewarn.edge.summary import Summary
from forewarn.messages import Observation, Refusal
from tests.small import SITE, table

Text = Callable[[str], str]
HEADER, *ROWS = table().splitlines(keepends=True)


def ran(folder: Path, text: str | None, site: str = SITE) -> tuple[Summary, list[Refusal]]:
    """What a run over a table gives, and the refusals that stand on its record."""
    (folder / "site.toml").write_text(site)
    if text is not None:
        (folder / "plots.csv").write_text(text)
    summary = run(folder / "site.toml", Options(data=folder, record=folder / "r"), say=lambda line: None)
    refusals = [e for e in store.entries(folder / "r") if isinstance(e, Refusal)] if store.Store.exists(folder / "r") else []
    assert not refusals or store.verify(folder / "r").ok
    return summary, refusals


def middle(row: str) -> str:
    """The table with one more row in its middle."""
    return HEADER + "".join([*ROWS[:30], row, *ROWS[30:]])


@pytest.mark.parametrize(
    ("text", "reason", "field"),
    [
        (middle("1700000029,NaN,5.0\n"), "not_a_number", "lat"),
        (middle("1700000029,1e300,5.0\n"), "out_of_range", "lat"),
        (middle("1700000029,52.0,-181\n"), "out_of_range", "lon"),
        (middle("1700000029,52.0\n"), "malformed", ""),
        (middle("1700000029,52.0,5.0,7\n"), "malformed", ""),
        (middle("soon,52.0,5.0\n"), "not_a_number", "time"),
        (middle("1700000000,52.0,5.0\n"), "time_backwards", "time"),
        (middle(ROWS[29]), "repeat", ""),
        (middle("x" * 70_000 + "\n"), "too_long", ""),
        (middle("\x00\xff\n"), "malformed", ""),
        ("".join([HEADER, *ROWS])[:-10], "truncated", ""),
    ],
)
def test_one_bad_row_is_refused_by_name_and_all_others_are_used(tmp_path: Path, text: str, reason: str, field: str) -> None:
    summary, refusals = ran(tmp_path, text)
    assert [r.reason for r in refusals] == [reason]
    assert field in refusals[0].field
    assert sum(summary.refusals.values()) == 1
    assert summary.looks["radar"] >= 59
    assert summary.episodes, "the warning still comes"


def test_an_unknown_column_is_told_and_the_rest_is_used(tmp_path: Path) -> None:
    text = "".join(row.rstrip("\n") + (",colour\n" if k == 0 else ",red\n") for k, row in enumerate([HEADER, *ROWS]))
    summary, refusals = ran(tmp_path, text)
    assert [(r.reason, r.field) for r in refusals] == [("unknown_column", "colour")]
    assert summary.looks["radar"] == 60


def test_a_unit_that_cannot_be_is_told(tmp_path: Path) -> None:
    _, refusals = ran(tmp_path, table(), SITE.replace('column = "lat", unit = "deg"', 'column = "lat", unit = "kt"'))
    assert ("unsupported", "lat") in {(r.reason, r.field) for r in refusals}


def test_feet_taken_for_degrees_are_out_of_range(tmp_path: Path) -> None:
    _, refusals = ran(tmp_path, table().replace(",52.", ",171234."))
    assert {r.reason for r in refusals} == {"out_of_range"}


def test_an_empty_feed_is_told_and_ends(tmp_path: Path) -> None:
    summary, _ = ran(tmp_path, "")
    assert not summary.looks


def test_a_file_of_another_kind_altogether(tmp_path: Path) -> None:
    _, refusals = ran(tmp_path, "<html>\n<body>404</body>\n</html>\n")
    assert refusals
    assert all(r.reason in ("missing", "unknown_column", "malformed", "unsupported") for r in refusals)


@pytest.mark.slow
def test_a_line_of_one_gigabyte_is_one_refusal_in_bounded_memory(tmp_path: Path) -> None:
    head = (HEADER + "".join(ROWS[:30])).encode()
    with (tmp_path / "plots.csv").open("wb") as file:
        file.write(head)
        file.seek((1 << 30) - 1, 1)
        file.write(b"\n" + "".join(ROWS[30:]).encode())
    (tmp_path / "site.toml").write_text(SITE)
    refusals: list[Refusal] = []
    tracemalloc.start()
    summary = run(
        tmp_path / "site.toml", Options(data=tmp_path), lambda event, said: refusals.extend(m for m in said if isinstance(m, Refusal))
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [r.reason for r in refusals] == ["too_long"]
    assert len(refusals[0].data) <= 256
    assert summary.looks["radar"] == 60
    assert peak < 100e6


def test_observations_come_from_good_rows_alone(tmp_path: Path) -> None:
    seen: list[Observation] = []
    (tmp_path / "site.toml").write_text(SITE)
    (tmp_path / "plots.csv").write_text(middle("1700000029,NaN,5.0\n"))
    run(tmp_path / "site.toml", Options(data=tmp_path), lambda event, said: seen.extend(m for m in said if isinstance(m, Observation)))
    assert sum(len(o.plots) for o in seen) == sum(1 for row in ROWS if not row.endswith(",,\n"))
