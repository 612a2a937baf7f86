"""The shipped examples: clean site files, and records that verify and replay to the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from forewarn.edge import replaying, store
from forewarn.edge.checking import check_site
from forewarn.edge.running import Options, run
from forewarn.messages import Alert

ROOT = Path(__file__).resolve().parents[1]
SITES = sorted(path for path in (ROOT / "examples").glob("*.toml") if path.name != "recipients.toml")
FOLDERS = {"harbour": "examples/data", "autoferry_13": "examples/data/autoferry_13"}


def folder_of(site: Path, shared: Callable[[str], Path]) -> Path:
    """Where an example's data lies; skips where it is not ours to ship and absent."""
    if site.stem in FOLDERS:
        return ROOT / FOLDERS[site.stem]
    kind, _, run_name = site.stem.partition("_")
    return shared(f"{kind}/{run_name}")


@pytest.mark.parametrize("site", SITES, ids=lambda p: p.stem)
def test_an_example_has_no_faults(site: Path) -> None:
    assert check_site(site, None) == ()


@pytest.mark.slow
@pytest.mark.parametrize("site", SITES, ids=lambda p: p.stem)
def test_a_replay_of_an_example_gives_the_same_bytes(
    site: Path, shared: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = folder_of(site, shared)
    monkeypatch.chdir(tmp_path)  # the harbour's recipients are folders below the one that it is run in
    run(site, Options(data=data, record=tmp_path / "r"), say=lambda text: None)
    result = replaying.replay(tmp_path / "r")
    assert result.identical, result.first_difference
    assert result.messages > 100
    report = store.verify(tmp_path / "r")
    assert report.ok, str(report)
    alerts = [e for e in store.entries(tmp_path / "r") if isinstance(e, Alert)]
    assert {a.status for a in alerts} <= {"Exercise", "System"}, "a recording never sounds a siren"
