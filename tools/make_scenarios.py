"""Writes a page and a picture for every scenario of examples/scenarios, and their index. Run it after a scenario was added or changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

from forewarn.simulate.picture import draw
from forewarn.simulate.running import read
from forewarn.simulate.scenario import Scenario
from forewarn.simulate.world import make

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "examples" / "scenarios"
LONGEST_S = 12.5 * 3600.0  # of what a picture shows
NOTE = "<!-- Made by tools/make_scenarios.py from the scenario; do not edit. -->"
SEED = 1

HEAD = f"""{NOTE}
# Scenarios

Each is one file that says what happens, with a page that shows it. `forewarn simulate NAME.toml --out DIR` makes its world,
`forewarn suite examples/scenarios --out DIR` runs them all, [how-to-scenario.md](../../docs/how-to-scenario.md) tells how to write
another, and [accuracy.md](../../docs/accuracy.md) what the watch makes of them. What lies in `slow/` is run apart. The places are invented.

| scenario | what happens | who must be warned |
| --- | --- | --- |
"""


def main() -> None:
    """All pages, pictures and the index."""
    for path in files():
        (path.parent / "pictures").mkdir(exist_ok=True)
        scenario = read(path)
        path.with_suffix(".md").write_text(page(scenario, path), encoding="utf-8")
        shown = scenario.model_copy(update={"lasts_s": min(scenario.lasts_s, LONGEST_S)})
        figure = draw(make(shown, SEED))
        figure.savefig(path.parent / "pictures" / f"{path.stem}.png", dpi=72, metadata={"Software": None})
    (FOLDER / "README.md").write_text(index(), encoding="utf-8")


def files() -> list[Path]:
    """All scenarios, those that take long last."""
    return sorted(FOLDER.glob("*.toml")) + sorted((FOLDER / "slow").glob("*.toml"))


def index() -> str:
    """The table of all scenarios."""
    rows = [(path, read(path)) for path in files()]
    return HEAD + "".join(f"| [{p.stem}]({p.relative_to(FOLDER).with_suffix('.md')}) | {s.happens} | {_warned(s)} |\n" for p, s in rows)


def page(scenario: Scenario, path: Path) -> str:
    """One scenario in words."""
    return "\n".join(_lines(scenario, path)) + "\n"


def _lines(scenario: Scenario, path: Path) -> Iterator[str]:
    yield from (NOTE, f"# {scenario.title}", "", f"![What happens, with seed {SEED}](pictures/{path.stem}.png)", "")
    yield from ("**What happens.** " + scenario.happens, "", "**What must follow.** " + scenario.follows, "")
    yield f"Warned must be: {_warned(scenario)}. Site: [{Path(scenario.site).name}]({scenario.site})."
    yield f"Scenario: [{path.name}]({path.name}), {scenario.lasts_s:g} s from {scenario.starts:%Y-%m-%d %H:%M} UTC, {scenario.light}."
    if scenario.objects:
        yield from ("", "| object | kind | authorised | claims |", "| --- | --- | --- | --- |")
        for o in scenario.objects:
            claims = ", ".join(f"{c.by} `{c.identity}`" + (" (from elsewhere)" if any(c.offset_m) else "") for c in o.claims) or "none"
            many = f" x {o.count}" if o.count > 1 else ""
            yield f"| {o.id}{many} | {o.kind} | {_authorised(o.authorised)} | {claims} |"
    if scenario.faults:
        yield from ("", "| fault | of | from, s | to, s |", "| --- | --- | --- | --- |")
        yield from (f"| {f.what} | {f.sensor} | {f.from_s:g} | {min(f.to_s, scenario.lasts_s):g} |" for f in scenario.faults)


def _authorised(told: object) -> str:
    return {True: "yes", False: "no"}[told] if isinstance(told, bool) else "for a time"


def _warned(scenario: Scenario) -> str:
    return ", ".join(scenario.expect.warned) or "nobody"


if __name__ == "__main__":
    main()
