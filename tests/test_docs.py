"""Documentation that fails the tests when it lies: keys, fields, commands, links, examples."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
from pydantic import BaseModel

from forewarn import cli, messages, site
from forewarn.messages import Message
from forewarn.sight import health
from tests import docs_help as docs
from tests.docs_help import Block, Rows
from tools import make_schema

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
}
EXAMPLES = [(f"{page}:{block.line}", block) for page, text in PAGES.items() for block in docs.blocks(text)]
PYTHON = {name: code for name, text in PAGES.items() if (code := "\n".join(b.text for b in docs.blocks(text) if b.info == "python"))}
TOML = [(where, block) for where, block in EXAMPLES if block.info.split(" ")[0] == "toml"]


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def ids(examples: list[tuple[str, Block]]) -> list[str]:
    return [where for where, _ in examples]


# ---------------------------------------------------------------------------------------------------- the site file

SCHEMA = site.Site.model_json_schema()
PARTS: dict[str, type[BaseModel]] = {name: getattr(site, name) for name in ("Site", *SCHEMA["$defs"])}
SITE_PAGE = docs.tables(page("site-file.md"))


def wanted_keys(name: str) -> Rows:
    """What the page has to say of each key of a table; the meaning is free."""
    properties = (SCHEMA if name == "Site" else SCHEMA["$defs"][name])["properties"]
    kind = PARTS[name]
    return [[f"`{key}`", docs.key_type(properties[key]), docs.key_default(kind, key)] for key in kind.model_fields]


@pytest.mark.parametrize("name", PARTS)
def test_every_key_of_the_site_file_is_documented_as_it_is(name: str) -> None:
    rows = [row for row in SITE_PAGE[name] if len(row) == 5]
    assert [[key, kind, default] for key, kind, _, default, _ in rows] == wanted_keys(name)
    for key, _, unit, _, _ in rows:
        assert unit == (docs.unit(key.strip("`")) or unit)


def test_the_site_page_tells_of_no_other_tables() -> None:
    assert {name for name, rows in SITE_PAGE.items() if rows} == set(PARTS)


def test_every_meaning_of_a_column_is_documented() -> None:
    meanings = typing.get_args(typing.get_args(site.Table.model_fields["columns"].annotation)[0])
    written = [name for row in SITE_PAGE["Table"] if len(row) == 2 for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(written) == sorted(meanings)


def test_the_schema_for_editors_is_that_of_the_code() -> None:
    assert make_schema.FILE.read_text(encoding="utf-8") == make_schema.text(), "run tools/make_schema.py"


def test_parts_of_the_site_page_fit_its_first_example() -> None:
    first, *parts = [tomllib.loads(block.text) for block in docs.blocks(page("site-file.md")) if block.info == "toml"]
    assert len(parts) > 8
    for part in parts:
        joined = {**first, **part, "sensors": [*first["sensors"], *part.get("sensors", [])]}
        site.Site.model_validate(joined)


# ---------------------------------------------------------------------------------------------------- messages

STRUCTS: dict[str, type[msgspec.Struct]] = {
    name: kind for name, kind in vars(messages).items() if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and name != "Value"
}
CONTRACT = docs.tables(page("data-contract.md"))


def own_fields(kind: type[msgspec.Struct]) -> list[str]:
    """Fields that a struct adds to what it is made from."""
    base = kind.__mro__[1]
    inherited = base.__struct_fields__ if base is not msgspec.Struct else ()
    return [name for name in kind.__struct_fields__ if name not in inherited]


@pytest.mark.parametrize("name", STRUCTS)
def test_every_field_of_a_message_is_documented_as_it_is(name: str) -> None:
    hints = typing.get_type_hints(STRUCTS[name])
    wanted = [[f"`{field}`", docs.field_type(hints[field])] for field in own_fields(STRUCTS[name])]
    assert [row[:2] for row in CONTRACT[name]] == wanted
    for field, _, unit, _, meaning in CONTRACT[name]:
        assert unit == (docs.unit(field.strip("`")) or unit)
        assert meaning or field.endswith(("_ns`", "_mps`")) or field == "`alt_m`"


def test_the_contract_tells_of_nothing_that_does_not_exist() -> None:
    assert {name for name, rows in CONTRACT.items() if rows} - {"Transitions"} == {n for n, kind in STRUCTS.items() if own_fields(kind)}
    headings = set(re.findall(r"^### (\w+)", page("data-contract.md"), re.MULTILINE))
    assert headings == set(STRUCTS)


def test_every_message_type_is_in_the_vocabulary() -> None:
    said = {kind.__name__ for kind in typing.get_args(messages.Any)}
    assert said == {name for name, kind in STRUCTS.items() if issubclass(kind, Message)} - {"Message", "Event"}


def test_the_health_table_is_the_codes() -> None:
    head = next(line for line in page("data-contract.md").splitlines() if line.startswith("| state | `look`"))
    assert re.findall(r"`(\w+)`", head) == list(health.WORDS)
    assert {row[0].strip("`"): tuple(row[1:]) for row in CONTRACT["Transitions"]} == health.TABLE


# ---------------------------------------------------------------------------------------------------- commands

COMMANDS: dict[str, Any] = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]


def section(command: str) -> str:
    """What docs/cli.md says under a command's heading, with the head of the page, which holds for all."""
    text = page("cli.md")
    found = re.search(rf"^## `forewarn {command}[ `].*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/cli.md has no section `forewarn {command}`"
    return text.partition("\n## ")[0] + found.group(0)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    for parameter in command.params:
        written = parameter.opts[0] if parameter.param_type_name == "option" else parameter.metavar
        assert written in section(name), f"{name}: {written}"
        assert parameter.help, f"{name}: {written} has no help"


def test_no_command_or_option_is_made_up() -> None:
    text = page("cli.md")
    assert set(re.findall(r"^## `forewarn ([\w-]+)", text, re.MULTILINE)) == set(COMMANDS)
    options = {option for command in COMMANDS.values() for parameter in command.params for option in parameter.opts} | {
        "--help",
        "--version",
    }  # the program's own
    assert set(re.findall(r"(?<![\w-])--[a-z][\w-]*", text)) <= options


def test_commands_named_elsewhere_exist() -> None:
    named = {name for text in PAGES.values() for name in re.findall(r"(?:`|^\s*|/bin/)forewarn ([a-z]+)\b(?! is| has)", text, re.MULTILINE)}
    assert named <= set(COMMANDS)


def written(text: str) -> list[list[str]]:
    """The words of every command line in a block: brackets mark what may be left out, two spaces part it from what is said of it."""
    lines = re.findall(r"^(?:\.venv/bin/)?forewarn (.*?)(?:  .*)?$", text, re.MULTILINE)
    return [re.sub(r"[\[\]]", "", line).split() for line in lines]


WHOLE = [(where, words) for where, block in EXAMPLES for words in written(block.text)] + [
    (name, words) for name, text in PAGES.items() for words in written("\n".join(re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)))
]


@pytest.mark.parametrize(("where", "words"), WHOLE, ids=[f"{where}:{words[0]}" for where, words in WHOLE])
def test_command_lines_can_be_typed_as_they_stand(where: str, words: list[str]) -> None:
    COMMANDS[words[0]].make_context(words[0], words[1:])


def test_a_command_line_that_lacks_an_option_is_seen() -> None:
    (words,) = written("forewarn plan site.toml --ground a.tif   a map\n")
    with pytest.raises(Exception, match="Missing parameter: to"):
        COMMANDS[words[0]].make_context(words[0], words[1:])


# ---------------------------------------------------------------------------------------------------- examples and links


@pytest.mark.parametrize(("where", "block"), TOML, ids=ids(TOML))
def test_toml_examples_are_sound(where: str, block: Block) -> None:
    tomllib.loads(block.text)
    if block.text.lstrip().startswith("version = 1"):
        site.parse(block.text)


@pytest.mark.parametrize("name", PYTHON)
def test_python_examples_run(name: str, tmp_path: Path) -> None:
    """All of a page, one behind the other, in an empty folder that looks like the repository's root; what they write stays there."""
    for folder in ("examples", "docs", "tests"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    done = subprocess.run([sys.executable, "-c", PYTHON[name]], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr


def test_only_known_kinds_of_python_blocks() -> None:
    assert {block.info for _, block in EXAMPLES if block.info.startswith("py")} <= {"python", "python notest"}


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", PAGES[name])
    inside = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in inside if not (ROOT / name).parent.joinpath(link).exists()] == []


# ---------------------------------------------------------------------------------------------------- the checks can fail

MADE_UP = """
# Head: of a page

| a | b |
| --- | --- |
| `x` | one \\| two |

```toml
# not a heading
| no | row |
```
## Next
| a |
| --- |
| `y` |
"""


def test_tables_are_read_under_their_headings() -> None:
    assert docs.tables(MADE_UP) == {"Head": [["`x`", "one | two"]], "Next": [["`y`"]]}


def test_blocks_are_read_with_their_lines() -> None:
    assert list(docs.blocks(MADE_UP)) == [Block("toml", "# not a heading\n| no | row |\n", 8)]


@pytest.mark.parametrize(
    ("hint", "written"),
    [
        (int, "int"),
        (float | None, "float or None"),
        (tuple[int, ...], "(int, ...)"),
        (tuple[float, float], "(float, float)"),
        (dict[str, float], "map str -> float"),
        (typing.Literal["a", "b"], "`a` or `b`"),
    ],
)
def test_types_are_written_so(hint: Any, written: str) -> None:
    assert docs.field_type(hint) == written


@pytest.mark.parametrize(
    ("node", "written"),
    [
        ({"type": "number", "exclusiveMinimum": 0}, "number, above 0"),
        ({"type": "number", "minimum": 0, "maximum": 1}, "number, 0 to 1"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "whole number"),
        ({"type": "array", "items": {"$ref": "#/$defs/Zone"}}, "list of table Zone"),
        ({"enum": ["a", True]}, '`"a"`, `true`'),
    ],
)
def test_key_types_are_written_so(node: dict[str, Any], written: str) -> None:
    assert docs.key_type(node) == written
