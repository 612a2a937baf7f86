"""What the simulator's tests share: a small site, scenarios as text, how its documentation is written."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from forewarn.simulate.flights import Flight
from forewarn.simulate.scenario import Scenario, parse
from tests import docs_help as docs

ROOT = Path(__file__).resolve().parents[1]
SCENARIOS = ROOT / "examples" / "scenarios"
HEAD = """
version = 1
name = "test"
site = "sites/embassy.toml"
starts = 2026-03-01T14:00:00Z
lasts_s = 60.0
"""


def scenario(rest: str = "", *, lasts_s: float = 60.0, folder: Path = SCENARIOS) -> Scenario:
    """A short scenario at the example compound."""
    return parse(HEAD.replace("60.0", str(lasts_s)) + rest, folder)


def key_type(node: dict[str, Any]) -> str:
    """The type of a key as the page writes it; a list of fixed length says how many."""
    if "anyOf" in node:
        return " or ".join(key_type(n) for n in node["anyOf"] if n != {"type": "null"})
    if node.get("type") == "array":
        if "prefixItems" in node:
            return {2: "pair", 3: "triple"}[len(node["prefixItems"])]
        return f"list of {key_type(node['items'])}"
    return docs.key_type(node)


def alike(one: Flight, other: Flight) -> bool:
    """Whether two flights are the same, number for number."""
    pairs = [(getattr(one, field.name), getattr(other, field.name)) for field in dataclasses.fields(one)]
    return all(np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b for a, b in pairs)
