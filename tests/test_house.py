"""The rules of the house, held against the source; and each rule against something that breaks it."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

import forewarn
from forewarn import messages
from tests import house
from tests.house import PLACES, ROOMS, WORDS, Module

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "forewarn"
SPEAKS_OF_THE_RULES = {"tests/house.py", "tests/test_house.py"}  # they must spell what they forbid


def load(path: Path) -> Module:
    parts = ("forewarn", *path.relative_to(SOURCE).with_suffix("").parts)
    package = parts[-1] == "__init__"
    return Module(".".join(parts[:-1] if package else parts), package, path.read_text(encoding="utf-8"))


MODULES = {module.name: module for module in map(load, sorted(SOURCE.rglob("*.py")))}


def repository_files() -> list[Path]:
    """What is in the repository or would be: tracked, or neither tracked nor ignored."""
    if not (ROOT / ".git").exists():
        pytest.skip("git says which files are the repository's, and this is no clone")
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [path for name in sorted(filter(None, listed.split("\0"))) if (path := ROOT / name).is_file()]


def text_of(path: Path) -> str:
    """A file's text; nothing for one that is not text."""
    data = path.read_bytes()
    return "" if b"\0" in data else data.decode("utf-8", errors="replace")


def snippet(source: str, name: str = "forewarn.track.filter", *, package: bool = False) -> Module:
    return Module(name, package, source)


def house_with(*extra: Module) -> dict[str, Module]:
    names = [
        f"forewarn.{part}" for part in (*ROOMS, *house.GROUND, *house.MACHINERY, "units", "watch", "edge", "cli", "simulate", "evaluate")
    ]
    empty = [Module("forewarn", True, ""), *(Module(name, True, "") for name in names)]
    return {module.name: module for module in (*empty, *extra)}


# ---------------------------------------------------------------------------------------------------- the house as it stands


def test_every_room_stands() -> None:
    assert {f"forewarn.{room}" for room in ROOMS if room != "explain"} <= MODULES.keys()  # explain is still to come


def test_every_part_has_its_place() -> None:
    assert house.homeless(MODULES) == []


def test_imports_go_down_the_river() -> None:
    assert house.wrong_ways(MODULES) == []


def test_no_import_runs_in_a_circle() -> None:
    assert house.circle(MODULES) == []


@pytest.mark.parametrize("module", [module for module in MODULES.values() if module.part in house.PURE], ids=lambda module: module.name)
def test_rooms_are_pure(module: Module) -> None:
    assert house.impurities(module) == []


@pytest.mark.parametrize("module", MODULES.values(), ids=lambda module: module.name)
def test_modules_are_short(module: Module) -> None:
    assert house.too_long(module) == []


def test_messages_are_frozen() -> None:
    kinds = [kind for kind in vars(messages).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
    assert [kind.__name__ for kind in kinds if not kind.__struct_config__.frozen] == []
    assert len(kinds) > 10


def test_words_are_the_fields_own() -> None:
    spoken = [path for path in repository_files() if path.is_relative_to(SOURCE) or path.is_relative_to(ROOT / "docs")]
    spoken += [path for name in ("README.md", "CHANGELOG.md") if (path := ROOT / name).exists()]
    assert [fault for path in spoken for fault in house.matches(WORDS, str(path.relative_to(ROOT)), text_of(path))] == []


def test_repository_names_no_machine_and_no_registry() -> None:
    named = {str(path.relative_to(ROOT)): path for path in repository_files()}
    assert named.keys() > SPEAKS_OF_THE_RULES
    named = {name: path for name, path in named.items() if name not in SPEAKS_OF_THE_RULES}
    assert [fault for name, path in named.items() for fault in house.matches(PLACES, name, text_of(path))] == []


def test_every_test_is_collected() -> None:
    """A test in a file that pytest does not read cannot fail."""
    unread = [path for path in (ROOT / "tests").rglob("*.py") if not path.name.startswith("test_")]
    assert [fault for path in unread for fault in uncollected(path.name, text_of(path))] == []


def uncollected(name: str, source: str) -> list[str]:
    tree = ast.parse(source)
    return [f"{name}: {node.name}" for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


# ---------------------------------------------------------------------------------------------------- locks and packaging


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_locks_are_pinned_and_hashed(lock: Path) -> None:
    entries = requirements(lock.read_text(encoding="utf-8"))
    assert [entry for entry in entries if not re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry)] == []
    assert len(entries) > 10


def test_locks_hold_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[<>=!~\[ ]", name)[0].lower() for name in project["dependencies"]}
    for lock in ("run.txt", "dev.txt"):
        locked = {entry.partition("==")[0] for entry in requirements((ROOT / "requirements" / lock).read_text(encoding="utf-8"))}
        assert wanted <= locked, lock


def requirements(lock: str) -> list[str]:
    """The entries of a lock, each on one line, without comments."""
    lines = [line for line in lock.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return "\n".join(lines).replace("\\\n", " ").splitlines()


def test_version_is_a_release_number() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", forewarn.__version__)


# ---------------------------------------------------------------------------------------------------- the rules can fail


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("forewarn.decode.table", "from forewarn.track import x"),
        ("forewarn.track.filter", "import forewarn.warn"),
        ("forewarn.track.filter", "from forewarn import warn"),
        ("forewarn.track.filter", "from ..identify import x"),
        ("forewarn.track.filter", "def f():\n    from forewarn.edge import store"),
        ("forewarn.track.filter", "from forewarn.units import FT"),
        ("forewarn.track.filter", "from forewarn import watch"),
        ("forewarn.track.filter", "from forewarn import __version__"),
        ("forewarn.explain.why", "from forewarn.evaluate import gospa"),
        ("forewarn.watch", "from forewarn import edge"),
        ("forewarn.messages", "from forewarn.track import x"),
        ("forewarn.edge.store", "import forewarn.simulate"),
        ("forewarn.simulate.world", "from forewarn.sight import view"),
        ("forewarn.simulate.flights.flying", "import forewarn.track.motion"),
        ("forewarn.simulate.world", "from forewarn.edge import store"),
        ("forewarn.edge.store", "from forewarn.cli import main"),
        ("forewarn.attic", "import forewarn.messages"),
        ("forewarn.compiled", "from forewarn import track"),
        ("forewarn.messages", "from forewarn import compiled"),
    ],
)
def test_a_step_backwards_is_seen(name: str, source: str) -> None:
    assert len(house.wrong_ways(house_with(snippet(source, name)))) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("forewarn.decode.table", "from forewarn.units import FT\nfrom forewarn.messages import Claim"),
        ("forewarn.track.filter", "from forewarn import geo, sight\nfrom .state import State\nimport numpy as np"),
        ("forewarn.explain.why", "from forewarn.record.log import x"),
        ("forewarn.track.filter", "from forewarn import compiled"),
        ("forewarn.watch", "from forewarn import decode, warn\nfrom forewarn.site import Site"),
        ("forewarn.edge.store", "import os\nfrom forewarn.watch import step"),
        ("forewarn.cli", "from forewarn import edge, evaluate, simulate"),
        ("forewarn.simulate.world", "from pathlib import Path\nfrom forewarn.units import FT\nfrom forewarn import geo, messages, site"),
    ],
)
def test_a_step_down_is_allowed(name: str, source: str) -> None:
    assert house.wrong_ways(house_with(snippet(source, name))) == []


def test_a_part_without_a_place_is_seen() -> None:
    assert house.homeless(house_with()) == []
    assert house.homeless(house_with(snippet("", "forewarn.attic.box"))) == ["attic"]


def test_order_of_rooms_is_total() -> None:
    for first, second in pairwise(ROOMS):
        assert house.may_import(second, first)
        assert not house.may_import(first, second)


def test_a_circle_is_seen() -> None:
    one = Module("forewarn.track.one", False, "from forewarn.track import two")
    two = Module("forewarn.track.two", False, "def f():\n    from .one import x")
    assert set(house.circle(house_with(one, two))) == {"forewarn.track.one", "forewarn.track.two"}
    assert house.circle(house_with(one, Module("forewarn.track.two", False, ""))) == []


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "import os.path as p",
        "from os import path",
        "from time import time_ns",
        "def f():\n    import random",
        "import numpy.random",
        "from numpy import random",
        "from numpy.random import default_rng",
        "import numpy as np\nx = np.random.normal()",
        "import numpy as np\nx = np.load('a')",
        "import datetime\nx = datetime.datetime.now(datetime.UTC)",
        "from datetime import datetime\nclock = datetime.now",
        "from datetime import date as d\nx = d.today()",
        "def f(clock):\n    return clock.now()",
        "x = open('a')",
        "print('a')",
        "import io\nx = io.open('a')",
        "x = {hash('a')}",
        "import logging",
        "from pathlib import Path",
    ],
)
def test_an_impurity_is_seen(source: str) -> None:
    assert len(house.impurities(snippet(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import io\nx = io.BytesIO(b'')",
        "import numpy as np\nx = np.linalg.inv(a)",
        "from datetime import UTC, datetime\nx = datetime.fromtimestamp(0, UTC).isoformat()",
        "from forewarn.decode import open\nx = open(b'')",
        "now_ns = 3\nstate.now_ns = state.time",
        "from urllib.parse import quote",
    ],
)
def test_a_pure_line_is_allowed(source: str) -> None:
    assert house.impurities(snippet(source)) == []


def test_an_uncollected_test_is_seen() -> None:
    assert uncollected("helpers.py", "class A:\n    def test_it(self): ...\ndef tested(): ...") == ["helpers.py: test_it"]


def test_a_long_module_is_seen() -> None:
    assert house.too_long(snippet("x = 1\n" * house.MAX_LINES)) == []
    assert len(house.too_long(snippet("x = 1\n" * (house.MAX_LINES + 1)))) == 1


@pytest.mark.parametrize("text", ["a Hostile drone", "the enemy's", "to engage it", "an engagement", "no attackers"])
def test_a_word_is_seen(text: str) -> None:
    assert len(house.matches(WORDS, "x", text)) == 1


@pytest.mark.parametrize("text", ["/work/main/x", "at (/root/y)", "--index-url https://x", "PyPI.org", "by a sub-agent"])
def test_a_place_is_seen(text: str) -> None:
    assert house.matches(PLACES, "x", f"fine\n{text}")[0].startswith("x:2:")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (WORDS, "greengage"),
        (WORDS, "an unknown object"),
        (PLACES, "docs/work/plan.md"),
        (PLACES, "a user agent"),
        (PLACES, "/build/root/x"),
    ],
)
def test_an_innocent_word_is_allowed(pattern: re.Pattern[str], text: str) -> None:
    assert house.matches(pattern, "x", text) == []


@pytest.mark.parametrize("bad", ["numpy==2.0", "numpy>=2.0 --hash=sha256:" + "0" * 64, "numpy @ file:x"])
def test_a_loose_lock_is_seen(bad: str, tmp_path: Path) -> None:
    good = "".join(f"name{n}==1 \\\n    --hash=sha256:{'0' * 64}\n    # via x\n" for n in range(20))
    check: Callable[[Path], None] = test_locks_are_pinned_and_hashed
    (tmp_path / "good.txt").write_text(good)
    check(tmp_path / "good.txt")
    (tmp_path / "bad.txt").write_text(good + bad + "\n")
    with pytest.raises(AssertionError):
        check(tmp_path / "bad.txt")
