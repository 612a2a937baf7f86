"""Rows to the bytes of feeds: text as the site file's tables describe it, cut into messages that arrive when they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from forewarn.messages import Chunk
from forewarn.simulate.faults import Fault, on_the_way, upset
from forewarn.simulate.sensors.keys import SensorKeys
from forewarn.simulate.sensors.rows import Rows, Text
from forewarn.simulate.sensors.scene import Array, Scene
from forewarn.simulate.sensors.status import status
from forewarn.simulate.writing import Written, header, lines, written
from forewarn.site import Feed, Site

MOST_BYTES = 32_768
PLOTS = pa.schema(
    [("sensor", pa.string()), ("t_ns", pa.int64()), ("first", pa.float64()), ("second", pa.float64()), ("object", pa.string())]
)
Seeds = Callable[[str], np.random.Generator]


class Brought(NamedTuple):
    """What the feeds brought. ``plots``: whose each plot is, a table of sensor, t_ns, first, second, object; ``first`` and ``second`` are
    the numbers as a reader of the feed gets them: latitude and longitude, or east and north, or azimuth and range (null: a bearing)."""

    chunks: tuple[Chunk, ...]
    plots: pa.Table


def bring(
    site: Site, scene: Scene, keys: Mapping[str, SensorKeys], rows: Mapping[str, Rows], faults: Sequence[Fault], seeds: Seeds
) -> Brought:
    """The bytes of all feeds by arrival, and the truth of each plot. ``rows`` and ``keys`` by sensor; ``seeds`` gives each thing that is
    drawn a source of its own, by its name. Raises ``ValueError`` for a feed of a format that is not simulated."""
    chunks: list[Chunk] = []
    plots: list[pa.Table] = []
    for feed in site.feeds:
        if feed.table is None:
            raise ValueError(f"feeds.{feed.id}.format = {feed.format!r}: only tables are simulated")
        mine = [(fault, f"fault {i} of {fault.sensor}") for i, fault in enumerate(faults) if fault.sensor == feed.sensor]
        told = _rows(site, scene, keys, rows, mine, feed, seeds)
        text = written(feed.table, told)
        chunks += _chunks(feed, scene, told, text)
        if feed.table.holds == "plots":
            plots.append(_plots(feed, told, text))
    order = {feed.id: i for i, feed in enumerate(site.feeds)}
    chunks.sort(key=lambda chunk: (chunk.t_ns, order[chunk.feed], chunk.offset))
    return Brought(tuple(chunks), pa.concat_tables(plots) if plots else PLOTS.empty_table())


def _rows(
    site: Site, scene: Scene, keys: Mapping[str, SensorKeys], rows: Mapping[str, Rows], faults: Sequence[tuple[Fault, str]], feed: Feed,
    seeds: Seeds,
) -> Rows:  # fmt: skip
    """What one feed tells, after what went wrong."""
    stated = site.sensor(feed.sensor)
    holds = feed.table.holds if feed.table else "plots"
    if holds != "status":
        return upset(_fitting(feed, rows[feed.sensor]), [f for f, _ in faults], stated, scene, [seeds(name) for _, name in faults])
    downs = tuple((f.from_s, f.to_s) for f, _ in faults if f.what == "outage" and f.said)
    told = status(keys.get(feed.sensor, SensorKeys(id=feed.sensor)), stated, scene, downs, seeds(f"status of {feed.sensor}"))
    for fault, name in faults:
        told = on_the_way(told, fault, scene, seeds(name))
    return told.in_order()


def _fitting(feed: Feed, rows: Rows) -> Rows:
    """Claims: those whose identity is of the feed's scheme."""
    if "scheme" not in rows.values or feed.table is None:
        return rows
    return rows.at(np.asarray(rows.values["scheme"] == feed.table.identity_scheme, dtype=bool))


def _chunks(feed: Feed, scene: Scene, rows: Rows, text: Written) -> list[Chunk]:
    """A message for the header, one for each look (of lone reports, for each arrival), in order of arrival."""
    if feed.table is None:
        return []
    messages = [(scene.starts_ns, header(feed.table)), *lines(feed.table, rows, text)]
    chunks, offset = [], 0
    for t_ns, data in messages:
        for start in range(0, len(data), MOST_BYTES):
            part = data[start : start + MOST_BYTES]
            chunks.append(Chunk(feed=feed.id, t_ns=t_ns, data=part, offset=offset, whole=start + MOST_BYTES >= len(data)))
            offset += len(part)
    return chunks


def _plots(feed: Feed, rows: Rows, text: Written) -> pa.Table:
    """The rows as a reader gets them, with their objects."""
    n = len(rows.t_ns)
    columns = [pa.array([feed.sensor] * n, pa.string()), pa.array(rows.t_ns, pa.int64())]
    columns += [_nullable(text.first), _nullable(text.second), pa.array(_words(rows.object), pa.string())]
    return pa.Table.from_arrays(columns, schema=PLOTS)


def _nullable(numbers: Array) -> pa.Array:
    return pa.array(numbers, pa.float64(), mask=np.isnan(numbers))


def _words(column: Text) -> list[str]:
    return [str(word) for word in column]
