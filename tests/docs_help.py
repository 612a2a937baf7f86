"""Documentation as data: tables under headings, fenced blocks, and how keys and fields are written there."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel

Rows = list[list[str]]
UNITS = {"_m": "m", "_deg": "deg", "_s": "s", "_ns": "ns", "_mps": "m/s", "_dps": "deg/s", "_db": "dB"}
"""The unit that the end of a name stands for."""


class Block(NamedTuple):
    """A fenced block: the words behind its fence, its text, and its line."""

    info: str
    text: str
    line: int


def tables(markdown: str) -> dict[str, Rows]:
    """The rows (without head) of all tables under each heading; a heading is the word before its colon, or all of it."""
    found: dict[str, Rows] = {}
    heading, fenced = "", False
    for line in markdown.splitlines():
        fenced ^= line.startswith("```")
        if not fenced and line.startswith("#"):
            heading = line.lstrip("# ").split(":")[0].strip()
            found.setdefault(heading, [])
        elif not fenced and line.startswith("|"):
            found[heading].append([cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return {name: [row for row in rows[1:] if not set(row[0]) <= set("-: ")] for name, rows in found.items()}


def blocks(markdown: str) -> Iterator[Block]:
    """Every fenced block."""
    fence: list[str] | None = None
    info, begun = "", 0
    for number, line in enumerate(markdown.splitlines(), 1):
        if fence is None and line.startswith("```"):
            fence, info, begun = [], line.strip("`").strip(), number
        elif fence is not None and line.startswith("```"):
            yield Block(info, "\n".join(fence) + "\n", begun)
            fence = None
        elif fence is not None:
            fence.append(line)


def unit(name: str) -> str:
    """The unit in a name, or nothing."""
    return next((unit for end, unit in UNITS.items() if name.endswith(end)), "")


# ---------------------------------------------------------------------------------------------------- the site file


def key_type(node: dict[str, Any]) -> str:
    """The type of a key as the page writes it, from its JSON Schema."""
    if "$ref" in node:
        return f"table {node['$ref'].rpartition('/')[2]}"
    if "anyOf" in node:
        return " or ".join(key_type(n) for n in node["anyOf"] if n != {"type": "null"})
    if "enum" in node or "const" in node:
        return ", ".join(f"`{toml(value)}`" for value in node.get("enum", [node.get("const")]))
    if node["type"] == "array":
        return "pair" if "prefixItems" in node else f"list of {key_type(node['items'])}"
    if node["type"] == "object":
        return f"table of {key_type(node['additionalProperties'])}"
    if node.get("format") == "date-time":
        return "time"
    return _number(node) if node["type"] in ("number", "integer") else {"string": "text", "boolean": "true or false"}[node["type"]]


def _number(node: dict[str, Any]) -> str:
    what = "number" if node["type"] == "number" else "whole number"
    low, above, high = node.get("minimum"), node.get("exclusiveMinimum"), node.get("maximum")
    if low is not None and high is not None:
        return f"{what}, {low:g} to {high:g}"
    limits = [f"above {above:g}" if above is not None else "", f"at least {low:g}" if low is not None else ""]
    limits += [f"up to {high:g}" if high is not None else ""]
    return ", ".join([what, *(limit for limit in limits if limit)])


def toml(value: Any) -> str:
    """A value as one writes it into a TOML file."""
    if isinstance(value, BaseModel):
        return toml(value.model_dump(exclude_unset=True))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    return str(value)


def key_default(kind: type[BaseModel], name: str) -> str:
    """The default of a key as the page writes it."""
    field = kind.model_fields[name]
    if field.is_required():
        return "required"
    return "none" if field.default is None else f"`{toml(field.default)}`"


# ---------------------------------------------------------------------------------------------------- messages


def field_type(hint: Any) -> str:
    """The type of a message's field as the page writes it."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is type(None):
        return "None"
    if origin is typing.Literal:
        return " or ".join(f"`{value}`" for value in args)
    if origin is tuple:
        return f"({field_type(args[0])}, ...)" if args[-1] is ... else "(" + ", ".join(map(field_type, args)) + ")"
    if origin is dict:
        return f"map {field_type(args[0])} -> {field_type(args[1])}"
    if origin in (typing.Union, types.UnionType):
        return " or ".join(map(field_type, args))
    return str(hint.__name__)
