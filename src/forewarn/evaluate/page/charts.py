"""The charts of a whole suite: outcomes, margins, costs, reliability, parts of the tracking error."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes

from forewarn.evaluate.page.svg import FAINT, GOOD, INK, LATE, MISSED, ORACLE, UNSEEN, WATCH, canvas, style, svg
from forewarn.evaluate.suite.result import Curve, EntryRow, Part, Summary

OUTCOMES = (("in time", GOOD, ""), ("late", LATE, "//"), ("missed", MISSED, "xx"), ("unseen", UNSEEN, ".."))
MOST_BARS = 80
EVER_S = 1e5


def outcomes(summary: Summary) -> Markup:
    """One bar for the watch, one for the oracle: what became of all entries."""
    name = "What became of the entries, for the watch and for the oracle"
    with style("outcomes"):
        figure, axes = canvas(9, 1.9)
        for row, prefix in enumerate(("", "oracle.")):
            left = 0.0
            for (what, colour, hatch), n in zip(OUTCOMES, _outcomes(summary, prefix), strict=True):
                axes.barh(row, n, left=left, color=colour, hatch=hatch, edgecolor=INK, lw=0.6, label=what if row == 0 else None)
                if n >= 0.04 * max(sum(_outcomes(summary, "")), 1):
                    axes.text(
                        left + n / 2,
                        row,
                        f"{n:,.0f}",
                        ha="center",
                        va="center",
                        bbox={"fc": "white", "ec": "none", "pad": 1.5},
                        color="black",
                    )
                left += n
        axes.set_yticks((0, 1), ("watch", "oracle"))
        axes.invert_yaxis()
        axes.set_xlabel("entries of dangerous objects into zones")
        figure.legend(loc="outside upper left", ncols=4)
        return svg(figure, name)


def _outcomes(summary: Summary, prefix: str) -> tuple[float, float, float, float]:
    warned, late, missed, unseen = (
        0.0 if (v := summary.figures.get(prefix + name)) is None or v.value is None else v.value * v.of
        for name in ("warned", "late", "missed", "unseen")
    )
    return warned - late, late, missed, unseen


def margins(entries: Sequence[EntryRow]) -> Markup:
    """How much time people had beyond, or short of, what they need: the share of entries with at least so much, watch and oracle."""
    counted = [e for e in entries if e.seen and {e.outcome, e.oracle_outcome} <= {"warned", "missed"}]
    with style("margins"):
        figure, axes = canvas(9, 3.4)
        spans = []
        for who, colour, dash in (("oracle", ORACLE, "--"), ("watch", WATCH, "-")):
            told = [_lead(e, who) - e.need_s for e in counted]
            x = np.sort(np.array([t for t in told if t > -np.inf]))
            if len(x):
                y = np.arange(len(x), 0, -1) / len(told)
                x, y = np.concatenate([[-EVER_S], x, x[-1:]]), np.concatenate([y[:1], y, [0.0]])
                axes.step(x, 100 * y, where="pre", color=colour, ls=dash, lw=2, label=who)
                spans += [x[1], x[-1]]
        axes.axvline(0.0, color=INK, lw=1)
        axes.text(0.0, 104, " just in time", ha="left", va="bottom", fontsize=9)
        axes.set(xlabel="lead time less the time that the zone's people need, s", ylabel="entries with at least that, %", ylim=(0, 103))
        if spans:
            axes.set_xlim(min(min(spans), -5.0), max(max(spans), 5.0))
        axes.grid(axis="y")
        axes.legend(loc="lower left")
        return svg(figure, "Share of entries by how much more time than needed the people had, for the watch and for the oracle")


def _lead(entry: EntryRow, who: str) -> float:
    outcome, lead = (entry.outcome, entry.lead_s) if who == "watch" else (entry.oracle_outcome, entry.oracle_lead_s)
    return lead if outcome == "warned" else -np.inf


def costs(summary: Summary) -> Markup:
    """Mean cost of a run, scenario by scenario, the watch's beside the oracle's; the dearest first."""
    rows = [(p.name, _mean(p, "cost"), _mean(p, "oracle.cost")) for p in summary.scenarios]
    rows = sorted((row for row in rows if row[1] > 0 or row[2] > 0), key=lambda row: (-row[1], row[0]))[:MOST_BARS]
    with style("costs"):
        figure, axes = canvas(9, 1.2 + 0.26 * max(len(rows), 2))
        y = np.arange(len(rows))
        axes.barh(y - 0.2, [row[1] for row in rows], 0.38, color=WATCH, label="watch")
        axes.barh(y + 0.2, [row[2] for row in rows], 0.38, color=ORACLE, hatch="//", edgecolor=INK, lw=0.4, label="oracle")
        axes.set_yticks(y, [row[0] for row in rows])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xscale("symlog", linthresh=10.0, linscale=2.0)
        axes.set_xticks((ticks := (0, 2, 5, 10, 100, 1000, 10_000)), [f"{x:,}" for x in ticks])
        axes.set(
            xlim=(0, 1.1 * max((max(row[1:3]) for row in rows), default=1.0)),
            xlabel="mean cost of a run, in the sites' own unit; even up to 10, tenfold steps beyond",
        )
        axes.grid(axis="x")
        figure.legend(loc="outside upper right", ncols=2)
        return svg(figure, "Mean cost of a run in each scenario, the watch's beside the oracle's")


def _mean(part: Part, name: str) -> float:
    value = part.figures.get(name)
    return 0.0 if value is None or value.value is None else value.value


def reliability(curve: Curve, name: str) -> Markup:
    """What was said against what came true; bins with few samples are hollow."""
    with style(f"reliability-{curve.what}"):
        figure, axes = canvas(4.2, 4.2)
        axes.plot((0, 1), (0, 1), color=INK, lw=0.8, ls=":")
        solid = [(b.said, b.came.value) for b in curve.bins if b.said is not None and b.came.value is not None and not b.few]
        axes.plot([said for said, _ in solid], [came for _, came in solid], color=WATCH, lw=1.2)
        for b in curve.bins:
            if b.said is None or b.came.value is None:
                continue
            if b.came.low is not None and b.came.high is not None:
                axes.plot((b.said, b.said), (b.came.low, b.came.high), color=FAINT if b.few else WATCH, lw=1)
            axes.plot(b.said, b.came.value, "o", ms=6, mfc="none" if b.few else WATCH, mec=FAINT if b.few else WATCH, mew=1.5)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal", xlabel="chance said", ylabel="share that came true")
        axes.grid()
        return svg(figure, f"Reliability of {name}: chance said against share that came true")


def parts(summary: Summary) -> Markup:
    """The mean square of GOSPA in its parts, watch and oracle."""
    names = (
        ("places", "gospa_localisation_m", WATCH, ""),
        ("objects missed", "gospa_missed_m", MISSED, "xx"),
        ("false tracks", "gospa_false_m", UNSEEN, ".."),
    )
    with style("gospa"):
        figure, axes = canvas(9, 1.9)
        for row, prefix in enumerate(("", "oracle.")):
            left = 0.0
            for what, key, colour, hatch in names:
                value = summary.figures.get(prefix + key)
                square = 0.0 if value is None or value.value is None else value.value**2
                axes.barh(row, square, left=left, color=colour, hatch=hatch, edgecolor=INK, lw=0.6, label=what if row == 0 else None)
                left += square
        _rows(axes)
        axes.set_xlabel("mean square of GOSPA, m²: its three parts add up")
        figure.legend(loc="outside upper left", ncols=3)
        return svg(figure, "The tracking error in its parts, for the watch and for the oracle")


def _rows(axes: Axes) -> None:
    axes.set_yticks((0, 1), ("watch", "oracle"))
    axes.invert_yaxis()
