"""A record through the live code again."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from forewarn import messages as m
from forewarn.edge import replaying
from forewarn.edge.store import Store, entries
from tests.small import SITE, START_NS, events
from tests.test_watching import watching


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("replay") / "r"
    watch = watching(path)
    watch.begin(SITE, START_NS)
    for event in events():
        watch.take(event)
    watch.close()
    return path


def rewritten(record: Path, path: Path, change: dict[type, dict[str, object]], keep: int | None = None) -> Path:
    """A record with the first entry of a type changed, or cut short."""
    done: set[type] = set()
    with Store.create(path) as store:
        for entry in list(entries(record))[:keep]:
            if isinstance(entry, m.Snapshot):
                continue
            if type(entry) in change and type(entry) not in done:
                done.add(type(entry))
                entry = msgspec.structs.replace(entry, **change[type(entry)])
            store.append((entry,))
    return path


def test_a_replay_is_identical_byte_for_byte(record: Path) -> None:
    result = replaying.replay(record)
    assert result.identical
    assert result.same_build
    assert result.events == 121
    assert not result.changed_decisions
    assert not result.cut_short


def test_a_changed_decision_is_found_and_told(record: Path, tmp_path: Path) -> None:
    result = replaying.replay(rewritten(record, tmp_path / "r", {m.Decision: {"level": "fading", "expected": 99.0}}))
    assert not result.identical
    assert "Decision" in (result.first_difference or "")
    assert any("Decision for" in line for line in result.changed_decisions)
    assert result.largest_difference > 0


def test_a_digest_that_does_not_fit_is_a_difference(record: Path, tmp_path: Path) -> None:
    result = replaying.replay(rewritten(record, tmp_path / "r", {m.StepDigest: {"sha256": "0" * 64}}))
    assert not result.identical
    assert "StepDigest" in (result.first_difference or "")


def test_a_record_that_ends_inside_a_step_agrees_as_far_as_it_goes(record: Path, tmp_path: Path) -> None:
    whole = [e for e in entries(record) if not isinstance(e, m.Snapshot)]
    last = max(i for i, e in enumerate(whole) if isinstance(e, m.StepDigest))
    result = replaying.replay(rewritten(record, tmp_path / "r", {}, keep=[*entries(record)].index(whole[last])))
    assert result.identical
    assert result.cut_short
