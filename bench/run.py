"""The bench runner: one JSON line a figure on standard output, what is wrong with them on standard error.

Each measuring function runs in a process of its own: its peak memory is its own, nothing is warm from another, and one that
fails takes no other figure with it. Exit status: 0; 1 if a measure failed; 2 if no figure's name starts with the prefix.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import GROUPS, Figure, Group, Skip, Value

HERE = Path(__file__).resolve().parent


def discover(folder: Path = HERE) -> list[Group]:
    """All groups of `bench_*.py`, in the order of file names, then as written."""
    for path in sorted(folder.glob("bench_*.py")):
        importlib.import_module(f"{folder.name}.{path.stem}")
    return GROUPS


def wanted(groups: list[Group], prefix: str) -> list[Group]:
    """Each group cut down to the figures whose names start with the prefix; those without one left out."""
    cut = [Group(group.measure, tuple(figure for figure in group.figures if figure.name.startswith(prefix))) for group in groups]
    return [group for group in cut if group.figures]


def line(figure: Figure, value: Value | None, skipped: str = "") -> dict[str, Any]:
    """What is printed for one figure; without a value, with the reason why."""
    body: dict[str, Any] = {
        "figure": figure.name,
        "value": value.value if value else None,
        "unit": figure.unit,
        "bound": figure.bound,
        "peer": dict(value.peer) if value else {},
        "runs": value.runs if value else 0,
    }
    return body | ({"skipped": skipped} if skipped else {})


def take(group: Group) -> Iterator[dict[str, Any]]:
    """The lines of one group, measured here and now. A group gives each of its figures once, and no other that is wanted."""
    missing = {figure.name: figure for figure in group.figures}
    try:
        for value in group.measure():
            if figure := missing.pop(value.figure, None):
                yield line(figure, value)
    except Skip as reason:
        yield from (line(figure, None, str(reason) or "no reason given") for figure in missing.values())
        return
    if missing:
        raise LookupError(f"{group.id} gave no value for {', '.join(missing)}")


def take_apart(group: Group, prefix: str) -> tuple[list[dict[str, Any]], bool]:
    """The lines of one group, measured in a process of its own and printed as they come; and whether it ended well."""
    command = [sys.executable, "-m", "bench.run", "--only", prefix, "--group", group.id]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, cwd=HERE.parent) as child:
        assert child.stdout is not None
        for text in child.stdout:
            print(text, end="", flush=True)
            lines.append(json.loads(text))
    return lines, child.returncode == 0


def complaints(groups: list[Group], lines: list[dict[str, Any]]) -> list[str]:
    """The figures that keep their bound not, or have no value, as lines for a person."""
    figures = {figure.name: figure for group in groups for figure in group.figures}
    given = {body["figure"]: body for body in lines}
    return [text for name, figure in figures.items() if (text := complaint(figure, given.get(name)))]


def complaint(figure: Figure, body: dict[str, Any] | None) -> str:
    """What is wrong with one figure, or nothing."""
    if body is None:
        return f"{figure.name}: failed"
    if body["value"] is None:
        return f"{figure.name}: skipped, {body['skipped']}"
    if not figure.holds(body["value"]):
        return f"{figure.name}: {body['value']:g} {figure.unit}, {'at least' if figure.at_least is not None else 'at most'} {figure.bound}"
    return ""


def main(arguments: list[str] | None = None) -> int:
    """The command line of the bench."""
    parser = argparse.ArgumentParser(prog="bench", description="Measures figures and prints one JSON line for each.")
    parser.add_argument("--only", default="", metavar="PREFIX", help="only figures whose names start with this")
    parser.add_argument("--list", action="store_true", help="print the names and measure nothing")
    parser.add_argument("--group", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    groups = wanted(discover(), options.only)
    if not groups:
        print(f"bench: no figure's name starts with {options.only!r}; see --list", file=sys.stderr)
        return 2
    if options.list:
        print("\n".join(figure.name for group in groups for figure in group.figures))
        return 0
    if options.group:
        for body in take(next(group for group in groups if group.id == options.group)):
            print(json.dumps(body, allow_nan=False), flush=True)
        return 0
    return run(groups, options.only)


def run(groups: list[Group], prefix: str) -> int:
    """Every group in turn; then what is wrong, on standard error."""
    taken = [take_apart(group, prefix) for group in groups]
    lines = [body for bodies, _ in taken for body in bodies]
    for text in complaints(groups, lines):
        print(f"bench: {text}", file=sys.stderr)
    return 0 if all(well for _, well in taken) else 1


if __name__ == "__main__":
    sys.exit(main())
