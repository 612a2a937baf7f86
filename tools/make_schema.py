"""Write docs/site.schema.json, the JSON Schema of the site file, from the classes in src/forewarn/site.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from forewarn.site import Site

FILE = Path(__file__).resolve().parents[1] / "docs" / "site.schema.json"


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a site file. What takes several keys to judge is not in it: `forewarn check` knows that too."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "forewarn site file"}
    return head | _plain(Site.model_json_schema())


def _plain(node: Any) -> Any:
    """Without the titles that are only the keys again."""
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items() if key != "title" or isinstance(value, dict)}
    return [_plain(value) for value in node] if isinstance(node, list) else node


def text() -> str:
    """The file's text: the same for the same classes."""
    return json.dumps(schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
