"""Make docs/plan.png: the warning-time map of the embassy-like example over made hills, for a drone 30 m high."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bench.bench_plan import relief
from forewarn.plan import Options, main

ROOT = Path(__file__).resolve().parents[1]


def make(folder: Path) -> Path:
    """The picture, made in a folder."""
    site = ROOT / "examples/scenarios/sites/embassy.toml"
    main(site, Options(out=folder, height_model=relief(folder), height_m=30.0, cell_m=25.0), print)
    return folder / "warning-time.png"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        shutil.copy(make(Path(work)), ROOT / "docs" / "plan.png")
