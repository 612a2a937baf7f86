"""The bench runner, over groups made here; the figures themselves are measured by `make bench`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import bench
from bench import Figure, Group, Skip, Value, measures
from bench.run import complaints, discover, line, main, take, wanted

A = Figure("a.share", "share", at_least=0.4)
B = Figure("a.rms_m", "m", at_most=22.0)
C = Figure("c.count", "1")


def both() -> Iterator[Value]:
    yield Value("a.share", 0.5, peer={"other": 0.3}, runs=3)
    yield Value("a.rms_m", 25.0)


def absent() -> Iterator[Value]:
    yield Value("a.share", 0.5)
    raise Skip("no recording")


def never() -> Iterator[Value]:
    raise AssertionError("was computed")


def test_a_line_has_the_agreed_keys_in_order() -> None:
    bodies = list(take(Group(both, (A, B))))
    assert json.dumps(bodies[0]) == (
        '{"figure": "a.share", "value": 0.5, "unit": "share", "bound": 0.4, "peer": {"other": 0.3}, "runs": 3}'
    )
    assert bodies[1] == {"figure": "a.rms_m", "value": 25.0, "unit": "m", "bound": 22.0, "peer": {}, "runs": 1}


def test_a_skipped_figure_says_why_and_keeps_those_already_measured() -> None:
    bodies = list(take(Group(absent, (A, B))))
    assert bodies[0]["value"] == 0.5
    assert "skipped" not in bodies[0]
    assert bodies[1] == {"figure": "a.rms_m", "value": None, "unit": "m", "bound": 22.0, "peer": {}, "runs": 0, "skipped": "no recording"}


def test_a_group_must_give_what_it_declares() -> None:
    with pytest.raises(LookupError, match=r"c\.count"):
        list(take(Group(both, (A, B, C))))


def test_only_the_prefix_is_computed_and_printed() -> None:
    groups = [Group(both, (A, B)), Group(never, (C,))]
    cut = wanted(groups, "a.r")
    assert [figure.name for group in cut for figure in group.figures] == ["a.rms_m"]
    assert [body["figure"] for group in cut for body in take(group)] == ["a.rms_m"]
    assert wanted(groups, "") == groups
    assert wanted(groups, "b") == []


@pytest.mark.parametrize(("figure", "good", "bad"), [(A, 0.4, 0.39), (B, 22.0, 22.1)])
def test_a_bound_has_a_side(figure: Figure, good: float, bad: float) -> None:
    assert figure.holds(good)
    assert not figure.holds(bad)


def test_complaints_name_what_is_missed_skipped_and_failed() -> None:
    lines = [line(B, Value("a.rms_m", 25.0)), line(C, None, "no recording")]
    assert complaints([Group(both, (A, B)), Group(never, (C,))], lines) == [
        "a.share: failed",
        "a.rms_m: 25 m, at most 22.0",
        "c.count: skipped, no recording",
    ]
    assert complaints([Group(both, (A,))], [line(A, Value("a.share", 0.5))]) == []


def test_a_name_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "GROUPS", [])
    measures(A)(both)
    with pytest.raises(ValueError, match="twice"):
        measures(A)
    with pytest.raises(ValueError, match="twice"):
        measures(B, B)
    with pytest.raises(ValueError, match="two bounds"):
        measures(Figure("b", "m", at_least=1, at_most=2))


def test_an_unknown_prefix_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "no.such.figure"]) == 2
    assert "no.such.figure" in capsys.readouterr().err


def test_figures_of_the_repository_have_one_name_each() -> None:
    names = [figure.name for group in discover() for figure in group.figures]
    assert len(names) == len(set(names))


BENCH_X = """
from bench import Figure, Skip, Value, measures

@measures(Figure("x.good", "s", at_most=1.0), Figure("x.slow", "s", at_most=1.0))
def good():
    yield Value("x.good", 0.5)
    yield Value("x.slow", 2.0)

@measures(Figure("x.bad", "s"))
def bad():
    yield Value("x.bad", 1 / 0)

@measures(Figure("x.nan", "s"))
def no_number():
    yield Value("x.nan", float("nan"))

@measures(Figure("y.absent", "s"))
def absent():
    raise Skip("no recording")
"""


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A folder with the runner and one bench file."""
    (tmp_path / "bench").mkdir()
    for name in ("__init__.py", "run.py"):
        (tmp_path / "bench" / name).write_text((root / "bench" / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "bench" / "bench_x.py").write_text(BENCH_X, encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "bench.run", *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_a_measure_that_fails_takes_no_other_with_it(copy: Path) -> None:
    done = run(copy)
    assert done.returncode == 1
    assert [(body["figure"], body["value"]) for body in map(json.loads, done.stdout.splitlines())] == [
        ("x.good", 0.5),
        ("x.slow", 2.0),
        ("y.absent", None),
    ]
    assert "ZeroDivisionError" in done.stderr
    assert done.stderr.splitlines()[-4:] == [
        "bench: x.slow: 2 s, at most 1.0",
        "bench: x.bad: failed",
        "bench: x.nan: failed",
        "bench: y.absent: skipped, no recording",
    ]


def test_a_missed_bound_is_no_failure(copy: Path) -> None:
    done = run(copy, "--only", "x.slow")
    assert done.returncode == 0
    assert [json.loads(text)["figure"] for text in done.stdout.splitlines()] == ["x.slow"]


def test_names_can_be_listed(copy: Path) -> None:
    assert run(copy, "--list", "--only", "x").stdout.split() == ["x.good", "x.slow", "x.bad", "x.nan"]
