"""The commands, as people type them."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from tests.small import SITE, START_NS, table


def forewarn(*args: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """One command in a process of its own, with no terminal attached."""
    command = [sys.executable, "-m", "forewarn.cli", *map(str, args)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL, env={**os.environ, "COLUMNS": "120"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site, its data, and a record of its run."""
    path = tmp_path_factory.mktemp("cli")
    (path / "site.toml").write_text(
        SITE.replace("tell = []", 'tell = ["desk"]').replace("tick_s = 1.0", 'tick_s = 1.0\nrecipients = "people.toml"')
    )
    (path / "people.toml").write_text(PEOPLE)
    (path / "plots.csv").write_text(table())
    truth = ["object,time_s,lat_deg,lon_deg,height_above_takeoff_m"]
    truth += [f"a,{START_NS // 10**9 + s},{52.0 + (900 - 15 * s) / 111_250:.7f},5.0,50" for s in range(60)]
    (path / "truth.csv").write_text("\n".join(truth) + "\n")
    ran = forewarn("run", "site.toml", "--record", "record", "--fast", cwd=path)
    assert ran.returncode == 0, ran.stderr
    (path / "run.txt").write_text(ran.stdout + ran.stderr)
    return path


PEOPLE = """
salt = "0123456789abcdef0123456789abcdef"

[[recipients]]
id = "desk"
channel = { kind = "folder", path = "told" }
"""


def test_a_run_says_what_was_seen_and_who_was_warned_how_long_ahead(folder: Path) -> None:
    text = (folder / "run.txt").read_text()
    for part in ("Seen", "radar", "60 looks", "Warned", "clinic", "entered", "told: desk", "a recording: every warning is an exercise"):
        assert part in text, text
    assert list((folder / "told").iterdir()), "the recipient's folder holds the alerts"


def test_a_second_run_goes_on_with_the_record_and_finds_nothing_new(folder: Path) -> None:
    ran = forewarn("run", "site.toml", "--record", "record", "--fast", "--json", cwd=folder)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["bytes"] == 0
    assert forewarn("verify", "record", cwd=folder).returncode == 0
    assert forewarn("replay", "record", cwd=folder).returncode == 0


def test_the_record_verifies_and_replays(folder: Path) -> None:
    verified = forewarn("verify", "record", "--json", cwd=folder)
    assert verified.returncode == 0
    assert json.loads(verified.stdout)["ok"] is True
    replayed = forewarn("replay", "record", "--json", cwd=folder)
    assert json.loads(replayed.stdout)["identical"] is True


def test_a_changed_byte_is_found_and_the_exit_code_says_so(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "record"
    subprocess.run(["cp", "-r", folder / "record", copy], check=True)
    bundle = copy / "tile" / "entries" / "000"
    data = bytearray(bundle.read_bytes())
    data[5000] ^= 1
    bundle.write_bytes(data)
    verified = forewarn("verify", copy, cwd=folder)
    assert verified.returncode == 1
    assert "entry" in verified.stdout
    assert "tile/entries/000" in verified.stdout


def test_tracks_come_as_csv_parquet_and_geojson(folder: Path, tmp_path: Path) -> None:
    csv = forewarn("tracks", "record", cwd=folder).stdout.splitlines()
    assert csv[0] == "time_s,track,lat_deg,lon_deg,alt_m,speed_mps,course_deg,existence,authorised,class,sigma_m"
    assert len(csv) > 50
    for name in ("t.parquet", "t.geojson"):
        assert forewarn("tracks", "record", "--to", tmp_path / name, cwd=folder).returncode == 0
        assert (tmp_path / name).stat().st_size > 1000
    assert len(json.loads(forewarn("tracks", "record", "--above", "2", "--json", cwd=folder).stdout or "[]")) == 0


def test_a_living_track_has_a_row_at_least_once_a_second(folder: Path) -> None:
    rows = [line.split(",") for line in forewarn("tracks", "record", cwd=folder).stdout.splitlines()[1:]]
    times: dict[str, list[float]] = {}
    for row in rows:
        times.setdefault(row[1], []).append(float(row[0]))
    assert all(b - a <= 1.0 for own in times.values() for a, b in itertools.pairwise(own))


def test_warnings_come_as_text_json_and_cap(folder: Path, tmp_path: Path) -> None:
    told = forewarn("warnings", "record", "--cap", tmp_path / "cap", cwd=folder)
    assert "WARNING: clinic" in told.stdout
    files = sorted((tmp_path / "cap").glob("*.xml"))
    assert files
    statuses = {etree.parse(str(f)).findtext("{urn:oasis:names:tc:emergency:cap:1.2}status") for f in files}
    assert "Exercise" in statuses
    assert "Actual" not in statuses, "a recording never sounds a siren"
    assert json.loads(forewarn("warnings", "record", "--json", cwd=folder).stdout)[0]["action"] == "raise"


def test_evaluate_gives_the_figures(folder: Path) -> None:
    result = json.loads(forewarn("evaluate", "record", "--truth", "truth.csv", "--json", cwd=folder).stdout)
    assert result["coverage"]["coverage"] > 0.8
    assert result["zones"][0]["warned"] == 1
    assert result["zones"][0]["lead_min_s"] > 10
    assert "coverage" in forewarn("evaluate", "record", "--truth", "truth.csv", cwd=folder).stdout


def test_check_says_every_fault_at_once(folder: Path, tmp_path: Path) -> None:
    assert forewarn("check", "site.toml", cwd=folder).returncode == 0
    bad = (
        SITE.replace("version = 1", "version = 7")
        .replace("radius_m = 100.0", "radius_m = -1")
        .replace('sensor = "radar"', 'sensr = "radar"')
    )
    (tmp_path / "bad.toml").write_text(bad)
    told = forewarn("check", tmp_path / "bad.toml", cwd=folder)
    assert told.returncode == 1
    for part in ("version", "7", "zones.clinic.circle.radius_m", "greater than 0", "sensr"):
        assert part in told.stdout, told.stdout
    faults = json.loads(forewarn("check", tmp_path / "bad.toml", "--json", cwd=folder).stdout)["faults"]
    assert len(faults) >= 3


def test_check_names_recipients_and_files_that_are_not_there(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text((folder / "site.toml").read_text().replace('tell = ["desk"]', 'tell = ["desk", "nobody"]'))
    (tmp_path / "people.toml").write_text(PEOPLE)
    told = forewarn("check", "site.toml", "--data", ".", cwd=tmp_path)
    assert told.returncode == 1
    assert "nobody" in told.stdout
    assert "plots.csv" in told.stdout


@pytest.mark.parametrize(
    ("args", "part"),
    [
        (("run", "nothing.toml"), "nothing.toml"),
        (("verify", "nothing"), "nothing"),
        (("replay", "nothing"), "nothing"),
        (("tracks", "nothing"), "nothing"),
        (("run", "site.toml", "--data", "nowhere", "--fast"), "plots.csv"),
        (("evaluate", "record", "--truth", "nothing.csv"), "nothing.csv"),
    ],
)
def test_what_is_not_there_is_told_in_a_line_with_exit_code_2(folder: Path, args: tuple[str, ...], part: str) -> None:
    told = forewarn(*args, cwd=folder)
    assert told.returncode == 2, told.stdout + told.stderr
    assert part in told.stderr
    assert "Traceback" not in told.stderr
    assert len(told.stderr.strip().splitlines()) <= 2


def test_help_names_every_command(folder: Path) -> None:
    text = forewarn("--help", cwd=folder).stdout
    for command in ("check", "run", "replay", "tracks", "warnings", "verify", "evaluate"):
        assert command in text


def test_the_same_recording_gives_the_same_record_deliveries_and_all(folder: Path, tmp_path: Path) -> None:
    roots = set()
    for name, zone in (("a", "UTC"), ("b", "Asia/Baghdad")):
        command = [sys.executable, "-m", "forewarn.cli", "run", "site.toml", "--record", str(tmp_path / name), "--fast"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, env={**os.environ, "TZ": zone})
        roots.add(json.loads(forewarn("verify", tmp_path / name, "--json", cwd=folder).stdout)["root"])
    assert len(roots) == 1


def test_a_record_of_another_watch_is_not_gone_on_with(folder: Path) -> None:
    (folder / "other.toml").write_text((folder / "site.toml").read_text().replace('name = "small"', 'name = "other"'))
    told = forewarn("run", "other.toml", "--record", "record", "--fast", cwd=folder)
    assert told.returncode == 2
    assert "small" in told.stderr
    assert "other" in told.stderr
    assert forewarn("verify", "record", cwd=folder).returncode == 0


def test_a_feed_that_gives_nothing_is_named(folder: Path, tmp_path: Path) -> None:
    site = (folder / "site.toml").read_text().replace('column = "lat"', 'column = "nope"').replace('recipients = "people.toml"', "")
    (tmp_path / "site.toml").write_text(site)
    (tmp_path / "plots.csv").write_text(table())
    told = forewarn("run", "site.toml", "--fast", cwd=tmp_path)
    assert "nothing that could be used came from radar" in told.stdout


def test_no_command_shows_help_and_the_version_is_told(folder: Path) -> None:
    assert "Usage" in forewarn(cwd=folder).stdout + forewarn(cwd=folder).stderr
    assert forewarn("--version", cwd=folder).stdout.strip().count(".") == 2


def test_check_finds_columns_that_are_not_there_and_places_that_cannot_be(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "plots.csv").write_text(table().replace("time,lat,lon", "time,latitude,lon"))
    (tmp_path / "site.toml").write_text(SITE.replace("origin = { lat_deg = 52.0", "origin = { lat_deg = -10.0"))
    told = forewarn("check", "site.toml", "--data", ".", cwd=tmp_path)
    assert told.returncode == 1
    for part in ("column 'lat'", "time, latitude, lon", "sensors.radar.position", "zones.clinic.circle", "km from it"):
        assert part in told.stdout, told.stdout
