"""What a sensor writes of where a thing is: errors put on the truth, as a range and angles, a bearing or a place."""

from __future__ import annotations

import math

import numpy as np

from forewarn.simulate.sensors.rig import Random, Rig
from forewarn.simulate.sensors.rows import Values
from forewarn.simulate.sensors.scene import Array, Sights, angles

X_AT_ONE_E = 2.146193  # (1 + x) exp(-x) = exp(-1)


def measured(rig: Rig, seen: Sights, rng: Random) -> Values:
    """Values of what was caught, with the errors of the sensor; those that it does not tell are left out."""
    errors = unit_errors(seen, rig.stated.correlation_s, rng)
    if rig.stated.reports == "position":
        return _place(rig, seen, errors)
    values = {"azimuth": (seen.azimuth_deg + rig.bias_deg + rig.sigma_azimuth_deg * errors[0]) % 360.0}
    if rig.stated.reports == "polar":
        values["range"] = np.abs(seen.range_m + rig.bias_range_m + rig.sigma_range_m * errors[1])
    if rig.sigma_elevation_deg is not None:
        values["elevation"] = np.clip(seen.elevation_deg + rig.sigma_elevation_deg * errors[2], -90.0, 90.0)
    return dict(values)


def _place(rig: Rig, seen: Sights, errors: Array) -> Values:
    """A sensor that knows no height takes the slant range for the distance on the ground."""
    local = seen.local.copy()
    if rig.sigma_alt_m is None:
        local[:2] *= seen.range_m / np.maximum(np.hypot(local[0], local[1]), 1e-9)
        local[2] = 0.0
    turn = math.radians(rig.bias_deg)
    east, north = local[0] * math.cos(turn) + local[1] * math.sin(turn), local[1] * math.cos(turn) - local[0] * math.sin(turn)
    level = np.stack([east, north]) + rig.sigma_m * errors[:2]
    return placed(rig, np.vstack([level, local[2] + (rig.sigma_alt_m or 0.0) * errors[2]]))


def placed(rig: Rig, local: Array) -> Values:
    """Values of places (3, n) as this sensor tells them, without errors of its own."""
    values: Values = {}
    if rig.stated.reports == "position":
        lat, lon, alt = rig.own.places(local)
        values = {"lat": lat, "lon": lon, "east": local[0], "north": local[1]}
        return values | ({} if rig.sigma_alt_m is None else {"alt": alt, "up": local[2]})
    range_m, azimuth, elevation = angles(local)
    values = {"azimuth": azimuth}
    values |= {"range": range_m} if rig.stated.reports == "polar" else {}
    return values | ({} if rig.sigma_elevation_deg is None else {"elevation": elevation})


def unit_errors(seen: Sights, correlation_s: float, rng: Random) -> Array:
    """Standard normal errors (3, m). With a correlation time, each object's errors go on smoothly from its last, as a filter's do: a
    second-order Gauss-Markov process (Gelb, "Applied Optimal Estimation", 1974, 3.8) of correlation (1 + x) exp(-x), 1 / e after
    ``correlation_s``."""
    errors = rng.standard_normal((3, len(seen.flight)))
    if correlation_s <= 0:
        return errors
    slopes = rng.standard_normal(errors.shape)
    for flight in np.unique(seen.flight):
        mine = np.flatnonzero(seen.flight == flight)
        errors[:, mine] = _smooth(np.diff(seen.t_s[mine]) * X_AT_ONE_E / correlation_s, errors[:, mine], slopes[:, mine])
    return errors


def _smooth(steps: Array, white: Array, more: Array) -> Array:
    """The process at steps (m - 1,) counted in its own time, exactly, from white noise (3, m) and more of it: error and slope move by
    ``exp(-d) [[1 + d, d], [-d, 1 - d]]`` and get noise of the covariance that keeps both at unit variance."""
    d, keep = steps, np.exp(-2.0 * steps)
    top = np.sqrt(np.maximum(1.0 - keep * ((1.0 + d) ** 2 + d**2), 0.0))
    cross = np.where(top > 0, 2.0 * d**2 * keep / np.where(top > 0, top, 1.0), 0.0)
    rest = np.sqrt(np.maximum(1.0 - keep * (d**2 + (1.0 - d) ** 2) - cross**2, 0.0))
    fade = np.exp(-d)
    moves = np.stack([fade * (1.0 + d), fade * d, fade * (1.0 - d), top, cross, rest]).T.tolist()
    return np.array([_walk(moves, *axis) for axis in zip(white.tolist(), more.tolist(), strict=True)])


def _walk(moves: list[list[float]], white: list[float], more: list[float]) -> list[float]:
    """One axis of the process: plain numbers, since each step needs the one before."""
    errors, slope = white[:1], more[0]
    for (stay, gain, back, top, cross, rest), kick, other in zip(moves, white[1:], more[1:], strict=True):
        error = errors[-1]
        errors.append(stay * error + gain * slope + top * kick)
        slope = back * slope - gain * error + cross * kick + rest * other
    return errors
