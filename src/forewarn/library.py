"""Forewarn from Python: run a site file over its feeds and get tracks as a table.

import forewarn
result = forewarn.run("examples/harbour.toml", data="examples/data")
print(result.tracks.to_pandas())
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyarrow as pa

from forewarn.edge import running, trackfile
from forewarn.edge.summary import Summary
from forewarn.messages import Event, Message, Refusal, Warning


class Result(msgspec.Struct, frozen=True):
    """What a run gave: the track table (``forewarn tracks``' columns), the warnings in order, the refusals, the counts."""

    tracks: pa.Table
    warnings: tuple[Warning, ...]
    refusals: tuple[Refusal, ...]
    summary: Summary


def run(site: str | Path, data: str | Path | None = None, record: str | Path | None = None) -> Result:
    """Run a site file over its recorded feeds as fast as it goes.

    ``data``: the folder that holds the feeds' files, by default the site file's own. ``record``: where to write a record; None: nowhere.
    Nothing is delivered beyond loopback. Raises ``BadSite`` for a faulty site file, ``Problem`` for files that are not there.
    """
    rows: list[trackfile.Row] = []
    warnings: list[Warning] = []
    refusals: list[Refusal] = []

    def listen(event: Event, messages: tuple[Message, ...]) -> None:
        rows.extend(trackfile.rows(messages))
        warnings.extend(m for m in messages if isinstance(m, Warning))
        refusals.extend(m for m in messages if isinstance(m, Refusal))

    path = Path(site)
    options = running.Options(data=Path(data) if data else path.parent, record=Path(record) if record else None)
    summary = running.run(path, options, listen)
    return Result(trackfile.table(rows), tuple(warnings), tuple(refusals), summary)
