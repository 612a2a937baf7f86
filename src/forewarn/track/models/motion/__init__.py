"""How objects move. One file a model; each is a frozen value with ``extra`` and ``advance`` (``base.Motion``), no more is asked."""

from __future__ import annotations

from forewarn.track.models.motion.ballistic import Ballistic
from forewarn.track.models.motion.base import Motion, extend, predict, size
from forewarn.track.models.motion.constant_velocity import ConstantVelocity
from forewarn.track.models.motion.hover import Hover
from forewarn.track.models.motion.ornstein_uhlenbeck import OrnsteinUhlenbeck
from forewarn.track.models.motion.turn import Turn

__all__ = ["Ballistic", "ConstantVelocity", "Hover", "Motion", "OrnsteinUhlenbeck", "Turn", "extend", "predict", "size"]
