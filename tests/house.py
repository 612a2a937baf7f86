"""The rules of the house as functions of source text: who may import whom, what a room may touch, which words are not used.

Each takes text and gives its faults as lines for a person; `test_house.py` runs them over the repository, and over bad
snippets to show that they can fail.
"""

from __future__ import annotations

import ast
import graphlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

ROOMS = ("decode", "sight", "track", "identify", "project", "warn", "record", "explain")  # down the river
GROUND = ("messages", "site", "geo", "freeze")  # what every room stands on
WORLD = ("edge", "cli", "library", "simulate", "evaluate", "plan", "__main__", "")  # may touch the world; "" is the package itself
MACHINERY = ("compiled",)  # keeps machine code in files of its own; decides nothing, so rooms may stand on it
BESIDE = ("cli", "library", "simulate", "evaluate", "plan", "__main__", "")  # not even the edge imports these
PURE = (*ROOMS, *GROUND, "units", "watch")
MAX_LINES = 400

BANNED_MODULES = frozenset(
    """
    os sys socket pathlib time random secrets uuid threading subprocess asyncio multiprocessing concurrent select selectors
    signal shutil tempfile glob logging importlib pkgutil platform locale getpass ctypes mmap fcntl sqlite3 ssl http
    urllib.request io.open io.FileIO numpy.random numpy.load numpy.save numpy.savez numpy.fromfile numpy.memmap
    """.split()
)
BANNED_CALLS = frozenset({"open", "print", "input", "exec", "eval", "breakpoint", "__import__", "hash", "id"})
CLOCK_CALLS = frozenset({"now", "utcnow", "today"})

WORDS = re.compile(r"\b(hostiles?|enem(?:y|ies)|engag(?:es?|ed|ing|ements?)|attackers?)\b", re.IGNORECASE)
PLACES = re.compile(
    r"(?<![\w.])/(?:work|tmp/brief|opt/(?:wheels|pypi)|root)/"  # this or that machine
    r"|pypi\.org|pythonhosted\.org|registry\.npmjs|(?:deb|security)\.debian\.org|index-url[ =]+\S*:/"  # registries
    r"|\b(?:sub-?agents?|claude|anthropic|openai|chatgpt|LLMs?)\b",  # whoever typed it
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Module:
    """One source module of the package: its dotted name, whether it is a package's `__init__`, its text."""

    name: str
    package: bool
    source: str

    @property
    def part(self) -> str:
        """The room, or the file beside the rooms, that the module belongs to."""
        return part_of(self.name)


def part_of(name: str) -> str:
    """`track` of `forewarn.track.filter`; "" of the package itself."""
    return [*name.split("."), ""][1]


def resolve(name: str, known: Mapping[str, Module]) -> str:
    """The longest known module that a dotted name starts with: `forewarn.track.state.State` is in `forewarn.track.state`."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name


def imported(module: Module) -> Iterator[tuple[int, str]]:
    """Line and dotted name of all that a module imports, anywhere in it; relative names made absolute."""
    base = module.name.split(".")
    for node in ast.walk(ast.parse(module.source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            up = node.level - module.package
            start = base[: len(base) - up] if node.level else []
            stem = ".".join([*start, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{stem}.{alias.name}") for alias in node.names)


def may_import(importer: str, target: str) -> bool:
    """Rule 2, one way: whether a part of the house may import another."""
    if importer == target:
        return True
    if importer in ROOMS:
        upstream = ROOMS[: ROOMS.index(importer)]
        return target in (*GROUND, *MACHINERY) or target in upstream or (importer == "decode" and target == "units")
    if importer in GROUND:
        return target in GROUND
    if importer == "watch":
        return target in ROOMS or target in GROUND
    if importer == "simulate":  # it shares no motion, sensor or coverage code with the rooms that are judged in it
        return target in GROUND or target == "units"
    if importer == "edge":
        return target not in BESIDE
    return importer in WORLD


def wrong_ways(modules: Mapping[str, Module]) -> list[str]:
    """Imports of the package's own modules that rule 2 does not allow."""
    return [
        f"{module.name}:{line}: {module.part or 'the package'} may not import {part_of(target) or 'the package itself'} ({name})"
        for module in modules.values()
        for line, name in imported(module)
        if (target := resolve(name, modules)) and not may_import(module.part, part_of(target))
    ]


def circle(modules: Mapping[str, Module]) -> list[str]:
    """The modules of one import circle, or nothing."""
    graph = {
        name: {target for _, used in imported(module) if (target := resolve(used, modules)) and target != name}
        for name, module in modules.items()
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def banned(name: str) -> bool:
    """Whether an imported name is, or lies in, something that touches the world."""
    parts = name.split(".")
    return any(".".join(parts[:n]) in BANNED_MODULES for n in range(1, len(parts) + 1))


def dotted(node: ast.expr, aliases: Mapping[str, str]) -> str:
    """`np.random.normal` as `numpy.random.normal`, or nothing where the chain does not start at an imported name."""
    chain: list[str] = []
    while isinstance(node, ast.Attribute):
        chain.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in aliases:
        return ""
    return ".".join([aliases[node.id], *reversed(chain)])


def aliases_of(tree: ast.AST) -> dict[str, str]:
    """What each imported name stands for."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.partition(".")[0]] = alias.name if alias.asname else alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    return names


def impurities(module: Module) -> list[str]:
    """Rule 1, rooms are pure: imports and calls that reach a clock, a disk, a socket, the environment or chance."""
    tree = ast.parse(module.source)
    aliases = aliases_of(tree)
    faults = [(line, f"imports {name}") for line, name in imported(module) if banned(name)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (name := dotted(node, aliases)):
            clock = name.startswith("datetime.") and node.attr in CLOCK_CALLS
            faults += [(node.lineno, f"uses {name}")] if clock or name in BANNED_MODULES else []
        elif isinstance(node, ast.Call) and (called := bare_call(node, aliases)):
            faults.append((node.lineno, f"calls {called}"))
    return [f"{module.name}:{line}: {what}" for line, what in sorted(set(faults))]


def bare_call(node: ast.Call, aliases: Mapping[str, str]) -> str:
    """The banned builtin, or the clock of an object, that is called here; or nothing."""
    if isinstance(node.func, ast.Name) and node.func.id in BANNED_CALLS and node.func.id not in aliases:
        return f"{node.func.id}()"
    if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK_CALLS and not dotted(node.func, aliases):
        return f".{node.func.attr}()"
    return ""


def homeless(modules: Mapping[str, Module]) -> list[str]:
    """Parts of the package that have no place in the house; whoever adds one says here where it stands."""
    return sorted({module.part for module in modules.values()} - {*PURE, *WORLD, *MACHINERY})


def too_long(module: Module) -> list[str]:
    """A module that outgrew what a reader can hold."""
    lines = len(module.source.splitlines())
    return [f"{module.name}: {lines} lines, {MAX_LINES} at the most"] if lines > MAX_LINES else []


def matches(pattern: re.Pattern[str], name: str, text: str) -> list[str]:
    """Where a text uses what a pattern finds."""
    return [f"{name}:{number}: {found.group(0)!r}" for number, line in enumerate(text.splitlines(), 1) for found in pattern.finditer(line)]
