"""Motion and measurement models of the tracker, batched over objects, and how several motions interact.

``motion`` and ``measure`` are loaded when they are first asked for (PEP 562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["measure", "motion"]

if TYPE_CHECKING:
    from forewarn.track.models import measure, motion
else:

    def __getattr__(name: str) -> Any:
        if name == "measure":
            import forewarn.track.models.measure as measure

            return measure
        if name == "motion":
            import forewarn.track.models.motion as motion

            return motion
        raise AttributeError(f"module 'forewarn.track.models' has no attribute {name!r}")
