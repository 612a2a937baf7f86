"""Running a suite: what is made, what is kept, what is not made again; scenarios and their playing are made up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from forewarn.edge.problem import Problem
from forewarn.evaluate.suite import kept, main
from forewarn.evaluate.suite import run as running
from forewarn.evaluate.suite.result import Run, Summary, Tally
from tests.suite_help import TOML, dying

SCENARIO = 'version = 1\nname = "{name}"\nsite = "sites/small.toml"\nstarts = 2026-03-01T21:00:00Z\nlasts_s = 10.0\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "scenarios"
    (made / "sites").mkdir(parents=True)
    (made / "sites" / "small.toml").write_text(TOML, encoding="utf-8")
    for name in ("calm", "wild"):
        (made / f"{name}.toml").write_text(SCENARIO.format(name=name), encoding="utf-8")
    return made


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The runs that were made, in order; `wild` with seed 2 fails."""
    made: list[tuple[str, int]] = []

    def play(scenario: Path, seed: int) -> Run:
        made.append((scenario.stem, seed))
        if made[-1] == ("wild", 2):
            raise ArithmeticError("no such luck")
        return Run(scenario=scenario.stem, seed=seed, key="", build="", event_s=10.0, watch=Tally(entries=1, counted=1, warned=1))

    monkeypatch.setattr(running, "play", play)
    return made


def test_every_scenario_with_every_seed_and_failures_are_results(folder: Path, tmp_path: Path, played: Any) -> None:
    said: list[str] = []
    steps: list[tuple[int, int]] = []
    out = tmp_path / "out"
    whole = running.run([folder], (3, 1, 2), out, 1, said.append, lambda done, of: steps.append((done, of)))
    assert played == [(name, seed) for name in ("calm", "wild") for seed in (1, 2, 3)]
    assert steps == [(n, 6) for n in range(1, 7)]
    assert (whole.runs, whole.failed, whole.seeds) == (6, 1, (1, 2, 3))
    assert said == ["wild, seed 2: ArithmeticError: no such luck"]
    assert msgspec.json.decode((out / "summary.json").read_bytes(), type=Summary) == whole
    assert [(r.scenario, r.seed) for r in kept.runs(out)] == played


def test_what_is_there_is_not_made_again_but_failures_are(folder: Path, tmp_path: Path, played: Any) -> None:
    running.run([folder], (1, 2), tmp_path, 1)
    played.clear()
    said: list[str] = []
    whole = running.run([folder / "calm.toml", folder / "wild.toml"], (1, 2, 3), tmp_path, 1, said.append)
    assert played == [("calm", 3), ("wild", 2), ("wild", 3)]
    assert said[0] == "3 of 6 runs are there already"
    assert whole.runs == 6


def test_another_text_site_or_build_makes_all_anew(folder: Path, tmp_path: Path, played: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    running.run([folder], (1,), tmp_path, 1)
    played.clear()
    (folder / "calm.toml").write_text((folder / "calm.toml").read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
    running.run([folder], (1,), tmp_path, 1)
    assert played == [("calm", 1)]
    played.clear()
    site = folder / "sites" / "small.toml"
    site.write_text(site.read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
    running.run([folder], (1,), tmp_path, 1)
    assert len(played) == 2
    played.clear()
    monkeypatch.setattr(kept, "build", lambda: "another")
    running.run([folder], (1,), tmp_path, 1)
    assert len(played) == 2


def test_of_a_folder_the_long_ones_are_left_out_and_played_if_named(folder: Path, tmp_path: Path, played: Any) -> None:
    text = (folder / "calm.toml").read_text(encoding="utf-8").replace("lasts_s = 10.0", "lasts_s = 604800.0")
    (folder / "calm.toml").write_text(text, encoding="utf-8")
    said: list[str] = []
    running.run([folder], (1,), tmp_path, 1, said.append)
    assert (played, said) == ([("wild", 1)], ["calm lasts 168 h and is left out; name the file to play it"])
    running.run([folder / "calm.toml"], (1,), tmp_path, 1)
    assert played[1:] == [("calm", 1)]


def test_an_interrupt_leaves_what_was_done(folder: Path, tmp_path: Path, played: Any) -> None:
    def stop(done: int, of: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        running.run([folder], (1, 3), tmp_path, 1, progress=stop)
    assert len(list(kept.runs(tmp_path))) == 2
    played.clear()
    running.run([folder], (1, 3), tmp_path, 1)
    assert played == [("wild", 1), ("wild", 3)]


def test_a_half_written_file_is_no_result(folder: Path, tmp_path: Path, played: Any) -> None:
    running.run([folder], (1,), tmp_path, 1)
    played.clear()
    file = kept.path(tmp_path, "calm", 1)
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(Problem, match=r"calm/1\.json: not a result"):
        list(kept.runs(tmp_path))
    running.run([folder], (1,), tmp_path, 1)
    assert played == [("calm", 1)]


def test_a_scenario_with_a_fault_is_a_failing_run_that_names_the_key(folder: Path, tmp_path: Path) -> None:
    (folder / "calm.toml").write_text("version = 2\n", encoding="utf-8")
    whole = running.run([folder / "calm.toml"], (1,), tmp_path, 1)
    assert (whole.runs, whole.failed) == (1, 1)
    assert "BadScenario" in whole.failures[0].error
    assert "version" in whole.failures[0].error


def test_no_scenario_no_seed_and_one_name_twice_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for paths, seeds, why in (
        ([tmp_path / "empty"], (1,), "no scenario there"),
        ([folder], (), "no seed"),
        ([folder, folder / "calm.toml"], (1,), "calm: two scenarios"),
        ([folder / "none.toml"], (1,), "cannot be read"),
    ):
        with pytest.raises(Problem, match=why):
            running.run(paths, seeds, tmp_path, 1)
    with pytest.raises(Problem, match="no results of a suite"):
        list(kept.runs(tmp_path / "empty"))


def test_main_writes_the_reports_and_compare_main_reads_two(folder: Path, tmp_path: Path, played: Any) -> None:
    said: list[str] = []
    for name in ("old", "new"):
        main.main([folder], (1, 3), tmp_path / name, 1, said.append)
    assert {p.name for p in (tmp_path / "old").iterdir()} == {"summary.json", "summary.txt", "report.html", "runs"}
    assert any("4 runs of 2 scenarios" in text for text in said)
    found = main.compare_main(tmp_path / "old", tmp_path / "new", said.append)
    assert (found.runs, "nothing changed" in said[-1]) == (4, True)
    assert {p.name for p in (tmp_path / "new").iterdir()} >= {"comparison.json", "comparison.html"}


@pytest.mark.slow
def test_a_process_that_dies_takes_no_other_run_with_it(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ends its process once is made the second time; one that always does is a failure; what waited is tried once."""
    monkeypatch.setattr(running, "make", dying)
    said: list[str] = []
    steps: list[int] = []
    whole = running.run([folder / "calm.toml"], range(1, 9), tmp_path, 2, said.append, lambda done, of: steps.append(done))
    assert (whole.runs, whole.failed) == (8, 1)
    assert steps == list(range(1, 9))
    assert said == ["calm, seed 5: the process ended before the run did, twice, the second time alone: out of memory?"]
    tries = [len((tmp_path / f"tries-{seed}").read_text(encoding="utf-8").split()) for seed in range(1, 9)]
    assert (tries[1], tries[4]) == (2, 2)
    assert sum(tries) <= 8 + 2 * 2, "each of two deaths makes at most the two that were on their way suspects"


@pytest.mark.slow
def test_processes_give_what_one_gives(tmp_path: Path) -> None:
    """As long as nobody changes the program between them."""
    file = Path(__file__).parents[1] / "examples" / "scenarios" / "star-taken-for-a-drone.toml"
    one, many = (running.run([file], (1, 2), tmp_path / str(jobs), jobs) for jobs in (1, 2))
    assert one.figures == many.figures
    for seed in (1, 2):
        a, b = (kept.read(kept.path(tmp_path / str(jobs), file.stem, seed)) for jobs in (1, 2))
        assert a is not None
        assert b is not None
        assert msgspec.structs.replace(a, took_s=0.0) == msgspec.structs.replace(b, took_s=0.0)
