"""Results on disk: one file a run, ``DIR/runs/<scenario>/<seed>.json``, put in place whole, and known by what it was made from.

A run's ``key`` is a hash of the scenario's text, its site file's, the build of this package and the seed. A file with another key is
made anew, so a changed scenario or program never mixes with old figures; files that a scenario merely names (a height model, a recording)
are not in the key.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

import msgspec

from forewarn.edge.build import build
from forewarn.edge.problem import Problem
from forewarn.evaluate.suite.result import Run, Summary


def key(texts: Iterable[str], seed: int) -> str:
    """What a run is made from, as 32 hex digits of SHA-256 over the SHA-256 of each part."""
    parts = [*texts, build(), str(seed)]
    return sha256(b"".join(sha256(part.encode()).digest() for part in parts)).hexdigest()[:32]


def path(out: Path, scenario: str, seed: int) -> Path:
    """Where a run's result lies."""
    return out / "runs" / scenario / f"{seed}.json"


def write(file: Path, value: Run | Summary) -> None:
    """Put a result in place, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    fresh.write_bytes(msgspec.json.encode(value) + b"\n")
    fresh.replace(file)


def read(file: Path) -> Run | None:
    """A run's result; None where there is none, or none that this program can read."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Run)
    except (OSError, msgspec.DecodeError):
        return None


def finished(out: Path, scenario: str, seed: int, key: str) -> bool:
    """Whether a run need not be made again: it is there, of the same key, and did not fail."""
    run = read(path(out, scenario, seed))
    return run is not None and run.key == key and not run.error


def runs(out: Path) -> Iterator[Run]:
    """All results of a suite, by scenario and seed. Raises ``Problem`` where there are none, or one cannot be read."""
    files = sorted((out / "runs").glob("*/*.json"), key=lambda file: (file.parent.name, len(file.name), file.name))
    if not files:
        raise Problem(f"{out}: no results of a suite there (runs/<scenario>/<seed>.json)")
    for file in files:
        run = read(file)
        if run is None:
            raise Problem(f"{file}: not a result that this program can read; delete it and run the suite again")
        yield run
