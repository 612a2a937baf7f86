"""`simulate`, `suite`, `compare` and `plan`, as people type them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.small import SITE
from tests.test_cli import forewarn

SCENARIO = """
version = 1
name = "one"
title = "One drone"
site = "site.toml"
starts = 2026-03-01T21:00:00Z
lasts_s = 60.0

[[objects]]
id = "drone"
kind = "multirotor"
start = [0.0, 700.0, 60.0]
legs = [{ do = "fly", to = [0.0, 0.0, 40.0], speed_mps = 15.0 }]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("judging")
    (path / "site.toml").write_text(SITE)
    (path / "one.toml").write_text(SCENARIO)
    return path


def test_a_world_is_made_and_runs(folder: Path) -> None:
    made = forewarn("simulate", "one.toml", "--out", "world", cwd=folder)
    assert made.returncode == 0, made.stderr
    assert "1 multirotor" in made.stdout
    ran = forewarn("run", "world/site.toml", "--data", "world", "--fast", cwd=folder)
    assert ran.returncode == 0, ran.stderr
    assert "clinic" in ran.stdout
    told = forewarn("simulate", "one.toml", "--out", "world", "--json", cwd=folder)
    assert json.loads(told.stdout)["name"] == "one"


def test_a_scenario_with_faults_names_each_key(folder: Path) -> None:
    (folder / "bad.toml").write_text(SCENARIO.replace('"multirotor"', '"kite"').replace("lasts_s = 60.0", "lasts_s = -1.0"))
    made = forewarn("simulate", "bad.toml", "--out", "nowhere", cwd=folder)
    assert made.returncode == 1
    assert "objects.drone.kind" in made.stderr
    assert "lasts_s" in made.stderr
    assert not (folder / "nowhere").exists()


def test_a_scenario_that_is_not_there_is_told(folder: Path) -> None:
    made = forewarn("simulate", "none.toml", "--out", "nowhere", cwd=folder)
    assert made.returncode == 1
    assert "none.toml" in made.stderr


@pytest.mark.slow
def test_a_suite_is_run_once_and_compared(folder: Path) -> None:
    first = forewarn("suite", "one.toml", "--out", "judged", "--seeds", "2", "--jobs", "1", cwd=folder)
    assert first.returncode == 0, first.stderr
    assert (folder / "judged" / "report.html").is_file()
    again = forewarn("suite", "one.toml", "--out", "judged", "--seeds", "2", "--jobs", "1", cwd=folder)
    assert "2 of 2 runs are there already" in again.stdout
    same = forewarn("compare", "judged", "judged", "--json", cwd=folder)
    assert same.returncode == 0, same.stderr
    assert not any(change["sure"] for change in json.loads(same.stdout)["changes"])


@pytest.mark.slow
def test_a_plan_is_drawn(folder: Path) -> None:
    made = forewarn("plan", "site.toml", "--out", "plan", "--cell", "200", "--across", "2000", cwd=folder)
    assert made.returncode == 0, made.stderr
    assert "For operators only" in made.stdout
    assert {p.suffix for p in (folder / "plan").iterdir()} >= {".png", ".tif", ".csv", ".parquet"}


def test_a_plan_of_what_does_not_exist_is_refused(folder: Path) -> None:
    made = forewarn("plan", "site.toml", "--out", "plan", "--kind", "kite", cwd=folder)
    assert made.returncode == 2
    assert "kite" in made.stderr
    more = forewarn("plan", "site.toml", "--out", "plan", "--add", "nothing@1,2", cwd=folder)
    assert more.returncode == 2
    assert "nothing@1,2" in more.stderr
