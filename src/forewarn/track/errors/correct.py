"""Errors as sensors alone tell of them, no claim, taken off a look; what is not known of them widens its noise, and so the gates."""

from __future__ import annotations

import msgspec
import numpy as np

from forewarn.track.belief import Belief
from forewarn.track.errors import joint
from forewarn.track.errors.joint import EACH
from forewarn.track.errors.place import of_place, true
from forewarn.track.look import Look
from forewarn.track.plan import Plan


def corrected(plan: Plan, belief: Belief, look: Look) -> Look:
    """The look with its sensor's errors off, as far as the site file is not sure of them; the same look where it is."""
    sense = plan.sensors[look.sensor]
    if not any(sense.error_sd):
        return look
    own = slice(EACH * sense.index, EACH * sense.index + EACH)
    now = joint.read(belief.errors, plan.stated)
    mean, cov = now.mean[own], now.cov[own, own]
    place, noise = look.place.copy(), look.noise + cov[2, 2] * plan.speed_mps**2 * np.eye(2)[..., None]
    if look.view.spot is not None:
        spot = np.array(look.view.spot[:2])[:, None]
        away = place[:2] - spot
        slope = of_place(away, np.zeros_like(away))
        place[:2] = spot + true(away, mean[:, None])
        noise = noise + np.einsum("abk,bc,dck->adk", slope, cov, slope)
    return msgspec.structs.replace(
        look, place=place, noise=noise, bearing=look.bearing - mean[0], bearing_sd=np.sqrt(look.bearing_sd**2 + cov[0, 0]),
        time_ns=look.time_ns - round(mean[2] * 1e9),
    )  # fmt: skip
