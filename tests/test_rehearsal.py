"""The rehearsal of a live watch: after it no look of any example has to be compiled, and nothing of it is heard of again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from forewarn import watch
from forewarn.edge import feeds, rehearsal, running, store
from forewarn.edge.running import Options, run
from forewarn.edge.watching import site_events
from forewarn.messages import Blind, Claim, Event, Header, Health, Message, Refusal, SensorError, SiteChanged, Threat, Warning
from tests.small import SITE, table

ROOT = Path(__file__).resolve().parents[1]
SCENARIOS = ("rocket-into-the-compound", "spoofed-elsewhere", "drone-over-a-rough-sea", "heard-only")
PLAY = """
import sys
from pathlib import Path
from numba.core import dispatcher, event
from forewarn import watch
from forewarn.edge import feeds, rehearsal
from forewarn.edge.watching import site_events

def play(site, data):
    toml, state = site.read_text(encoding="utf-8"), watch.State()
    recorded = list(feeds.recorded(watch.site_of(toml), data))
    for one in (*site_events(toml, recorded[0].t_ns), *recorded):
        state, _ = watch.step(state, one)

rehearsal.rehearse(lambda said: print("said:", said))
with event.install_recorder("numba:compile") as recorder:
    for site, data in zip(sys.argv[1::2], sys.argv[2::2]):
        play(Path(site), Path(data))
for _, seen in recorder.buffer:
    if seen.is_start:
        print("compiled:", seen.data["dispatcher"].py_func, seen.data["args"])
for name, module in sorted(sys.modules.items()):
    used = ("forewarn.track.models.", "forewarn.track.pmbm.")  # libraries, of which the watch uses a part
    ours = name.startswith("forewarn.") and not name.startswith(used)
    for kernel in vars(module).values() if ours else ():
        if isinstance(kernel, dispatcher.Dispatcher) and not kernel.signatures:
            print("not called:", name, kernel.py_func.__name__)
"""


@pytest.mark.slow
def test_after_it_nothing_is_compiled_and_a_second_one_finds_all_of_it(tmp_path: Path) -> None:
    worlds = [simulated(ROOT / "examples" / "scenarios" / f"{name}.toml", tmp_path / name) for name in SCENARIOS]
    worlds.append((ROOT / "examples" / "harbour.toml", ROOT / "examples" / "data"))
    fresh = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "kept")}
    arguments = [str(path) for world in worlds for path in world]
    assert said(PLAY, *arguments, env=fresh) == [f"said: {rehearsal.PREPARING}"]
    assert not [line for line in said(PLAY, env=fresh) if line.startswith("said:")]


def simulated(scenario: Path, folder: Path) -> tuple[Path, Path]:
    """A scenario's site file and the folder of its feeds."""
    said("from forewarn.cli import main; main()", "simulate", str(scenario), "--out", str(folder), env=os.environ)
    return folder / "site.toml", folder


def said(code: str, *arguments: str, env: os._Environ[str] | dict[str, str]) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_scene_is_what_it_is_meant_to_be() -> None:
    state, messages = watch.State(), list[Message]()
    for event in (*site_events(rehearsal.site(), rehearsal.START_NS), *rehearsal.events()):
        state, more = watch.step(state, event)
        messages += more
    kinds = {type(message) for message in messages}
    assert {Blind, Claim, Health, SensorError, Threat, Warning} <= kinds
    assert Refusal not in kinds


def test_it_ends_when_it_is_asked_to() -> None:
    answers = iter((False, False, True))
    rehearsal.rehearse(lambda text: None, lambda: next(answers))
    assert not list(answers)


@pytest.mark.parametrize("live", [True, False])
def test_a_live_watch_rehearses_before_it_opens_its_feeds_and_a_recording_does_not(
    live: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def rehearsed(*given: object) -> None:
        done.append("rehearsed")
        rehearsal.rehearse(*given)  # type: ignore[arg-type]

    def followed(*given: object) -> Iterator[Event]:
        done.append("followed")
        return iter(())

    monkeypatch.setattr(running, "rehearse", rehearsed)
    monkeypatch.setattr(feeds, "follow", followed)
    (tmp_path / "site.toml").write_text(SITE.replace('"plots.csv"', '"plots.csv"\nlive = true') if live else SITE, encoding="utf-8")
    (tmp_path / "plots.csv").write_text(table(1), encoding="utf-8")
    run(tmp_path / "site.toml", Options(data=tmp_path, record=tmp_path / "r"), say=lambda text: None)
    assert done == (["rehearsed", "followed"] if live else [])
    if live:
        kinds = [type(entry) for entry in store.entries(tmp_path / "r")]
        assert kinds[:2] == [Header, SiteChanged]
        assert len(kinds) == 3  # and the snapshot at the end
