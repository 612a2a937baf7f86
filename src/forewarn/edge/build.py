"""What writes a record: this build of the package on this processor. Replays give the same bytes only where both are the same."""

from __future__ import annotations

import platform
import re
import sys
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy._core._multiarray_umath import __cpu_features__  # type: ignore[import-not-found] # as numpy.show_runtime() reads it

from forewarn.messages import Header
from forewarn.record import FORMAT

PACKAGE = Path(__file__).resolve().parents[1]


def header(t_ns: int, recipients_hash: str, resumed: bool) -> Header:
    """The entry that says who writes from here on; ``t_ns`` by the watch's clock."""
    return Header(
        t_ns=t_ns,
        format=FORMAT,
        build=build(),
        python=platform.python_version(),
        numpy=np.__version__,
        processor=processor(),
        features=features(),
        recipients_hash=recipients_hash,
        resumed=resumed,
    )


@lru_cache(maxsize=1)
def build(package: Path = PACKAGE) -> str:
    """The version, and 16 hex digits of SHA-256 over the package's Python files: of each, in the order of their paths, the path from
    the package with ``/``, a zero byte, and the SHA-256 of its bytes."""
    version = re.search(r'^__version__ = "(.+)"$', (package / "__init__.py").read_text(encoding="utf-8"), re.MULTILINE)
    digest = sha256()
    for name in sorted(path.relative_to(package).as_posix() for path in package.rglob("*.py")):
        digest.update(name.encode() + b"\x00" + sha256((package / name).read_bytes()).digest())
    return f"{version[1] if version else 0}+{digest.hexdigest()[:16]}"


@lru_cache(maxsize=1)
def processor() -> str:
    """The machine's architecture, and the processor's name where the system tells it."""
    return f"{platform.machine()} {_model()}".strip()


def features() -> tuple[str, ...]:
    """The instruction sets that NumPy has found and uses here, by name."""
    return tuple(sorted(name for name, there in __cpu_features__.items() if there))


def _model() -> str:
    if not sys.platform.startswith("linux"):
        return platform.processor()
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return next((line.partition(":")[2].strip()[:120] for line in text.splitlines() if line.startswith("model name")), "")
