"""One evaluation: the figures as a value, as JSON and as a text that people read."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import msgspec
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from forewarn.evaluate.coverage import Coverage
from forewarn.evaluate.gospa import GospaOverTime
from forewarn.evaluate.warnings import ZoneFigures
from forewarn.evaluate.yardstick import Yardstick


class CurvePoint(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of all tracks whose existence is at least ``existence``."""

    existence: float
    coverage: float
    rms_m: float | None
    false_fraction: float
    switches: int
    gospa_rms_m: float


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was worked out, and the yardstick it was worked out with."""

    yardstick: Yardstick
    coverage: Coverage
    gospa: GospaOverTime
    curve: tuple[CurvePoint, ...]
    zones: tuple[ZoneFigures, ...]


def to_json(evaluation: Evaluation) -> bytes:
    """The evaluation as JSON: the fields as they are, times in unix seconds, None as null."""
    return msgspec.json.encode(evaluation)


def to_text(evaluation: Evaluation, width: int = 140) -> str:
    """The evaluation as tables of plain text, at most ``width`` columns."""
    out = io.StringIO()
    console = Console(file=out, width=width, color_system=None, force_terminal=False, legacy_windows=False)
    for title, head, rows in (_objects(evaluation), _gospa(evaluation), _curve(evaluation), *_zones(evaluation)):
        console.print(title, "", sep="\n", highlight=False, markup=False)
        console.print(_table(head, rows))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


# -------------------------------------------------------------------------------------------------------------- inside

Row = tuple[object, ...]
Block = tuple[str, tuple[str, ...], list[Row]]


def _table(head: tuple[str, ...], rows: list[Row]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for i, name in enumerate(head):
        table.add_column(name, justify="left" if i == 0 else "right")
    for row in rows:
        table.add_row(*("-" if cell is None else escape(str(cell)) for cell in row))
    table.add_row()
    return table


def _objects(evaluation: Evaluation) -> Block:
    c = evaluation.coverage
    rows: list[Row] = [(o.object, o.seconds_up, _d(o.coverage, 3), _d(o.rms_m), o.tracks, o.switches) for o in c.objects]
    rows.append(("all", c.seconds_up, _d(c.coverage, 3), _d(c.rms_m), "", c.switches))
    false = f"false track seconds: {c.false_track_seconds} in {c.seconds} s, {c.false_fraction:.4f}"
    title = f"Coverage by tracks of existence {evaluation.yardstick.confirmed:g} and more; {false}"
    return title, ("object", "s up", "coverage", "RMS m", "tracks", "switches"), rows


def _gospa(evaluation: Evaluation) -> Block:
    g = evaluation.gospa
    row = tuple(_d(v, 2) for v in (g.rms_m, g.localisation_rms_m, g.missed_rms_m, g.false_rms_m, g.mean_m, g.missed, g.false))
    head = ("RMS m", "localisation", "missed", "false", "mean m", "missed objects", "false tracks")
    return f"GOSPA, c = {g.c_m:g} m, p = 2, over {g.seconds} s", head, [row]


def _curve(evaluation: Evaluation) -> Block:
    rows: list[Row] = [
        (f"{p.existence:g}", _d(p.coverage, 3), _d(p.rms_m), _d(p.false_fraction, 4), p.switches, _d(p.gospa_rms_m, 2))
        for p in evaluation.curve
    ]
    return "By existence", ("existence", "coverage", "RMS m", "false", "switches", "GOSPA m"), rows


def _zones(evaluation: Evaluation) -> list[Block]:
    if not evaluation.zones:
        return []
    zones: list[Row] = [
        (
            *(z.zone, len(z.entries), z.warned, z.late, z.missed, z.unseen, z.earlier, _d(z.lead_min_s)),
            *(z.warnings, z.false_nothing, z.false_no_entry, f"{z.seconds_warned} of {z.seconds}"),
        )
        for z in evaluation.zones
    ]
    entries: list[Row] = [
        (z.zone, e.object, _clock(e.t_s), e.outcome + (", late" if e.late else ""), "yes" if e.seen else "no", _d(e.lead_s))
        for z in evaluation.zones
        for e in z.entries
    ]
    head = ("zone", "entries", "warned", "late", "missed", "unseen", "earlier", "least lead s")
    more = ("warnings", "false: nothing", "false: no entry", "s warned")
    return [
        ("Zones", head + more, zones),
        ("Entries", ("zone", "object", "UTC", "outcome", "seen", "lead s"), entries),
    ]


def _d(value: float | None, digits: int = 1) -> str | None:
    return None if value is None else f"{value:.{digits}f}"


def _clock(t_s: float) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=t_s)).strftime("%Y-%m-%d %H:%M:%S")
