"""From the sensors that are already there to a warning in time, with every step on a record that can be checked."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"
__all__ = ["__version__", "run"]


def __getattr__(name: str) -> Any:
    """``forewarn.run``, loaded when it is first asked for."""
    if name == "run":
        from forewarn.library import run

        return run
    raise AttributeError(f"module 'forewarn' has no attribute {name!r}")
