"""Any CSV file whose columns the site file describes (RFC 4180, UTF-8, a header line; one row a line).

Rows that share the look's time (``scan_time``, else ``time``) are one look. A row with the look's time alone is a look that
saw nothing. A look is told when the chunk that ends the sender's own message ends, when the next look begins, or at a tick
an interval after its last row. What could not be used is counted, and told with the look. See ``docs/formats/table.md``.
"""

from __future__ import annotations

import msgspec

from forewarn.decode import columns
from forewarn.decode.clock import Clock, feed_of, interval_ns
from forewarn.decode.columns import Plan
from forewarn.decode.lines import LINE_BYTES, Line, Lines, split, unfinished
from forewarn.decode.refusals import Tally, Unusable
from forewarn.decode.repeats import Memory, Seen
from forewarn.decode.rows import Values, claim, place, plot, status
from forewarn.decode.times import parse
from forewarn.messages import Chunk, Claim, Observation, Place, Plot, Refusal, SensorStatus
from forewarn.site import Column, Site

LOOK_PLOTS = 4096  # at most so many plots in one look
Item = Observation | Claim | SensorStatus | Refusal


class Look(msgspec.Struct, frozen=True):
    """The look that is still open; ``t_arrival_ns``: when its newest row came."""

    t_ns: int
    t_arrival_ns: int
    scan: bool
    plots: tuple[Plot, ...] = ()
    pose: Place | None = None


class State(msgspec.Struct, frozen=True, kw_only=True, tag="table"):
    """What is remembered from chunk to chunk. ``held``: the last cells of columns that hold, by meaning."""

    feed: str
    lines: Lines = Lines()
    begun: bool = False
    plan: Plan | None = None
    held: dict[str, str] = {}
    look: Look | None = None
    newest_ns: int = 0
    seen: Seen = Seen()
    refused: tuple[Refusal, ...] = ()


def decode(state: State, site: Site, chunk: Chunk) -> tuple[State, tuple[Item, ...]]:
    """The looks, claims, states and refusals that the chunk completes."""
    reader = _Reader(state, site, chunk.t_ns)
    lines, done = split(state.lines, chunk.data, chunk.offset)
    for line in done:
        reader.line(line)
    if chunk.whole:
        reader.end(unfinished(lines, chunk.offset + len(chunk.data)), chunk)
        lines = Lines()
    return reader.state(lines), tuple(reader.items)


def flush(state: State, site: Site, t_ns: int) -> tuple[State, tuple[Item, ...]]:
    """Tell the open look, and what was refused, once nothing came for an interval of the sensor."""
    if state.look is None and not state.refused:
        return state, ()
    since = state.look.t_arrival_ns if state.look else max(r.t_ns for r in state.refused)
    if t_ns - since < interval_ns(state.feed, site):
        return state, ()
    reader = _Reader(state, site, t_ns)
    reader.close()
    return reader.state(state.lines), tuple(reader.items)


class _Reader:
    """The state, open for change while one chunk is read."""

    def __init__(self, state: State, site: Site, t_ns: int) -> None:
        self.feed = feed_of(state.feed, site)
        if self.feed.table is None:
            raise ValueError(f"feed {self.feed.id}: no table")
        self.table, self.scanning = self.feed.table, site.sensor(self.feed.sensor).scan
        self.looks = self.table.scan_time is not None
        self.clock = Clock(site, t_ns, state.newest_ns, 0.0 if self.looks else None)
        self.items: list[Item] = []
        self.tally, self.memory = Tally(state.feed, state.refused), Memory(state.seen)
        self.begun, self.plan, self.held = state.begun, state.plan, state.held
        self._look(state.look)

    def _look(self, look: Look | None) -> None:
        self.t_ns = look.t_ns if look else None
        self.t_arrival_ns, self.scan = (look.t_arrival_ns, look.scan) if look else (0, False)
        self.plots, self.pose = (list(look.plots), look.pose) if look else ([], None)

    def state(self, lines: Lines) -> State:
        """What is remembered."""
        look = None if self.t_ns is None else Look(self.t_ns, self.t_arrival_ns, self.scan, tuple(self.plots), self.pose)
        return State(
            feed=self.feed.id, lines=lines, begun=self.begun, plan=self.plan, held=self.held, look=look, seen=self.memory.seen,
            newest_ns=self.clock.newest_ns, refused=self.tally.pending,
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------------------ lines

    def line(self, line: Line) -> None:
        """One line of the file: its header, again its header, or a row."""
        try:
            if line.dropped:
                raise Unusable("too_long", "line", f"{line.dropped} bytes", f"at most {LINE_BYTES}")
            first, self.begun = not self.begun, True
            cells = columns.cells(line.data, first)
            if self.plan is None and cells:
                self._header(cells, line)
            elif self.plan is not None and cells and cells != self.plan.header:
                self._row(cells, self.plan)
        except Unusable as bad:
            self.scan = self.scan and bad.reason in ("repeat", "ignored")  # what could not be read may have been there
            self.tally.add(bad, self.clock.t_ns, line.data, line.offset)

    def end(self, line: Line | None, chunk: Chunk) -> None:
        """The sender's message ends: so does the look, and a line that is still open is cut short."""
        if line is not None and line.dropped:
            self.line(line)
        elif line is not None:
            self.scan = False
            self.tally.add(Unusable("truncated", "line", "no newline at its end", "whole lines"), chunk.t_ns, line.data, line.offset)
        elif not self.begun and not chunk.data:
            self.tally.add(Unusable("missing", "header", "an empty feed", "a header line"), chunk.t_ns, b"", chunk.offset)
        self.close()

    def close(self) -> None:
        """Tell the open look, then what was refused."""
        if self.t_ns is not None:
            self.items.append(
                Observation(
                    sensor=self.feed.sensor, t_ns=self.t_ns, t_arrival_ns=self.t_arrival_ns, plots=tuple(self.plots),
                    scan=self.scan, pose=self.pose,
                )
            )  # fmt: skip
        self._look(None)
        self.items.extend(self.tally.tell())

    def _header(self, cells: tuple[str, ...], line: Line) -> None:
        if not columns.is_header(self.table, cells):
            raise Unusable("missing", self.table.time.column, ",".join(cells), "a header line with this column")
        self.plan, faults = columns.plan(self.table, cells)
        for fault in faults:
            self.tally.add(fault, self.clock.t_ns, line.data, line.offset)

    # ------------------------------------------------------------------------------------------------------- rows

    def _row(self, cells: tuple[str, ...], plan: Plan) -> None:
        if len(cells) != len(plan.header):
            raise Unusable("malformed", "cells", str(len(cells)), str(len(plan.header)))
        texts = {spec.meaning: text for spec in plan.specs if (text := cells[spec.index])}
        bare = self.looks and texts.keys() <= plan.idle
        if plan.held:
            self.held = {**self.held, **{meaning: texts[meaning] for meaning in plan.held if meaning in texts}}
            texts = {**self.held, **texts}
        if (look := self.table.scan_time) is not None:
            self._open(self._time(texts, "scan_time", look), look.column, texts["scan_time"])
        for index, name, words in plan.ignore:
            if cells[index] in words:
                raise Unusable("ignored", name, cells[index], "the site file rules it out")
        read = columns.read
        values = {m: read(spec, texts[m]) for spec in plan.specs if spec.how != "time" and (m := spec.meaning) in texts}
        pose = place(values, plan.names, "sensor_")
        if not bare:
            self._use({"time": self._time(texts, "time", self.table.time), **values}, texts, plan)
        self.pose = pose or self.pose

    def _time(self, texts: dict[str, str], meaning: str, told: Column) -> int:
        """The row's time; none, or one ahead of its arrival, is refused."""
        text = texts.get(meaning)
        if text is None:
            raise Unusable("missing", told.column, "nothing", "a time")
        return self.clock.not_ahead(parse(text, told.unit, told.column), told.column, text)

    def _use(self, values: Values, texts: dict[str, str], plan: Plan) -> None:
        """A row that says something: a plot for the look, or a claim or a state, told at once."""
        mark, column = ",".join([texts.get(m, "") for m in plan.marks]), plan.names["time"]
        if self.table.repeats and mark in self.memory:
            raise Unusable("repeat", column, texts["time"], "a row once")
        if self.table.holds == "plots":
            self._plot(plot(values, plan.names), column, texts["time"])
        else:
            make = claim if self.table.holds == "claims" else status
            told = make(values, plan.names, self.table, self.feed.sensor, self.clock.t_ns)
            self.clock.in_order(told.t_ns, column, texts["time"])
            self.clock.passed(told.t_ns)
            self.items.append(told)
        self.memory.add(mark)

    def _plot(self, made: Plot, column: str, text: str) -> None:
        if not self.looks:
            self._open(made.t_ns, column, text)
        if len(self.plots) >= LOOK_PLOTS:
            raise Unusable("too_many", "plots", str(LOOK_PLOTS + 1), f"at most {LOOK_PLOTS} in one look")
        self.plots.append(made)

    def _open(self, t_ns: int, column: str, text: str) -> None:
        """The row belongs to the look at ``t_ns``; another that is open ends. Rows of a look that was told already are lone reports."""
        self.clock.in_order(t_ns, column, text)
        if self.t_ns is not None and self.t_ns != t_ns:
            self.close()
        if self.t_ns is None:
            self.scan = self.scanning and t_ns != self.clock.newest_ns
        self.t_ns, self.t_arrival_ns = t_ns, self.clock.t_ns
        self.clock.passed(t_ns)
