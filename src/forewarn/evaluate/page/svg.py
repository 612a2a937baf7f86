"""Charts as SVG inside a page: no outside address, the page's own colours in light and dark, a name for who cannot see it.

Colours are those of Okabe and Ito ("Color universal design", 2008), which colour-blind readers tell apart. A chart is drawn in stand-in
colours that become CSS variables of the page, so that one drawing serves light, dark and print.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from io import StringIO
from typing import Any

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, FAINT, WATCH, ORACLE, GOOD, LATE, MISSED, UNSEEN, ZONE = (
    "#010203", "#a1a2a3", "#0072b2", "#e69f00", "#009e73", "#f0e442", "#d55e00", "#999991", "#cc79a7",
)  # fmt: skip
VARIABLES = dict(
    zip(
        (INK, FAINT, WATCH, ORACLE, GOOD, LATE, MISSED, UNSEEN, ZONE),
        ("ink", "faint", "watch", "oracle", "good", "late", "missed", "unseen", "zone"),
        strict=True,
    )
)
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": FAINT,
    "grid.alpha": 0.35,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "text.parse_math": False,
    "path.simplify": True,
}


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure of inches, and its axes. Draw within ``style(name)``."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def style(name: str) -> AbstractContextManager[None]:
    """The look of all charts; ``name`` keeps the marks of one chart apart from another's on the same page."""
    return mpl.rc_context({**STYLE, "svg.hashsalt": name})


def svg(figure: Figure, name: str) -> Markup:
    """The figure as an element of a page, with ``name`` for readers by ear."""
    out = StringIO()
    figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", text)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = re.sub(r'\b(xlink:)?href="#', 'href="#', text)
    text = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", text)
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, f"var(--{variable})")
    head = re.sub(r'\s(width|height)="[^"]*"', "", text[: text.index(">")])
    return Markup(f'{head} role="img" aria-label="{escape(name)}"{text[text.index(">") :]}')
