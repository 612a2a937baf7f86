"""Observations and claims in, in any order; tracks out: where, how fast, how sure, and that the object is there at all.

A Poisson multi-Bernoulli filter with marginal association (``belief.py``, ``update.py``) and two motion models a track
(``motion.py``). Sensors that track by themselves are taken for what they are (``existence.py``, ``birth.py``), late looks put where they
belong (``history.py``), and claims stand beside the sensed estimate, never in it (``claims.py``).

Each is loaded when it is first asked for (PEP 562), so that the tracker alone (``follow``, ``pmbm``, ``models``) brings no watch with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["Picture", "State", "claim", "follow", "models", "observe", "pmbm", "publish", "start"]

if TYPE_CHECKING:
    from forewarn.track import models, pmbm
    from forewarn.track.alone import follow
    from forewarn.track.picture import Picture
    from forewarn.track.state import State, claim, observe, publish, start
else:

    def __getattr__(name: str) -> Any:
        if name == "models":
            import forewarn.track.models as models

            return models
        if name == "pmbm":
            import forewarn.track.pmbm as pmbm

            return pmbm
        if name == "follow":
            from forewarn.track.alone import follow

            return follow
        if name in __all__:
            from forewarn.track import state

            return getattr(state, name)
        raise AttributeError(f"module 'forewarn.track' has no attribute {name!r}")
