"""Pictures and sites for the tests of `project`, made by hand, and paths worked out the slow way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from forewarn import geo
from forewarn.messages import Estimate, Threat, Track
from forewarn.site import Site, Tracking

ORIGIN = (51.52, 5.86, 0.0)
SOMEWHERE = Estimate(
    lat_deg=0.0, lon_deg=0.0, alt_m=0.0, east_mps=0.0, north_mps=0.0, up_mps=0.0, sigma_m=1.0, sigma_alt_m=1.0, cov=()
)  # fmt: skip


class Picture(msgspec.Struct, frozen=True):
    """As far as `project` looks at what `track` publishes."""

    mean: np.ndarray
    cov: np.ndarray
    model: np.ndarray
    messages: tuple[Track, ...]


def track(number: int, **fields: Any) -> Track:
    whole = {"label": "", "t_ns": 0, "existence": 1.0, "existence_sensed": 1.0, "aided": SOMEWHERE, "sensed": None, "t_updated_ns": 0}
    return Track(track=number, seq=number + 100, **{**whole, **fields})


def picture(means: np.ndarray, covs: np.ndarray, calm: float = 0.5) -> Picture:
    """Objects (6, n) with covariances (6, 6, n), alike in both models."""
    n = means.shape[1]
    weights = np.stack([np.full(n, calm), np.full(n, 1 - calm)])
    return Picture(np.stack([means, means]), np.stack([covs, covs]), weights, tuple(track(i + 1) for i in range(n)))


def covariance(
    sigma_m: float = 18.0, sigma_mps: float = 2.5, together: float = 0.5, up_m: float = 20.0, climb_mps: float = 1.5
) -> np.ndarray:
    cov = np.diag([sigma_m**2, sigma_m**2, up_m**2, sigma_mps**2, sigma_mps**2, climb_mps**2])
    for i in (0, 1):
        cov[i, i + 3] = cov[i + 3, i] = together * sigma_m * sigma_mps
    return cov


def one(state: tuple[float, ...], cov: np.ndarray | None = None, calm: float = 0.5) -> Picture:
    """One object: east, north, up and their rates."""
    return picture(np.array(state, dtype=float)[:, None], (covariance() if cov is None else cov)[:, :, None], calm)


def place(east: float, north: float) -> tuple[float, float]:
    lat, lon, _ = geo.to_place((east, north, 0.0), ORIGIN)
    return float(lat), float(lon)


def circle(name: str, east: float, north: float, radius_m: float, **keys: Any) -> dict[str, Any]:
    lat, lon = place(east, north)
    return {"id": name, "name": {"en": name}, "circle": {"lat_deg": lat, "lon_deg": lon, "radius_m": radius_m}, **keys}


def polygon(name: str, corners: list[tuple[float, float]], **keys: Any) -> dict[str, Any]:
    return {"id": name, "name": {"en": name}, "polygon": [place(*corner) for corner in corners], **keys}


def site(*zones: dict[str, Any], **keys: Any) -> Site:
    return Site.model_validate(
        {
            "version": 1, "name": "here", "origin": {"lat_deg": ORIGIN[0], "lon_deg": ORIGIN[1]},
            "sensors": [{"id": "radar", "kind": "radar", "reports": "position"}],
            "feeds": [{"id": "radar", "sensor": "radar", "format": "mode_s", "file": "radar"}],
            "zones": zones, **keys,
        }
    )  # fmt: skip


def of(threats: tuple[Threat, ...], zone: str, number: int = 1) -> Threat | None:
    return next((t for t in threats if t.zone == zone and t.track == number), None)


def walked(
    picture: Picture, tracking: Tracking, horizon_s: float, within: Callable[[np.ndarray], np.ndarray], paths: int, step_s: float = 0.1
) -> np.ndarray:
    """When each of many random paths of the first object is first seen ``within`` (a function of (3, paths)), inf for never.

    Written from the equations of motion alone: small steps, and every change of model drawn as it comes.
    """
    random = np.random.default_rng(1)
    model = (random.random(paths) >= picture.model[0, 0]).astype(int)
    x = np.empty((6, paths))
    for m in (0, 1):
        root = np.linalg.cholesky(picture.cov[m, :, :, 0])
        x[:, model == m] = picture.mean[m, :, 0][:, None] + root @ random.standard_normal((6, int((model == m).sum())))
    steady = x[3:].copy()
    scale = np.array([1.0, 1.0, tracking.climb_sd_mps / tracking.speed_sd_mps])[:, None]
    first = np.where(within(x[:3]), 0.0, np.inf)
    for step in range(1, round(horizon_s / step_s) + 1):
        density = np.where(model == 0, tracking.calm, tracking.agile)
        kick = random.standard_normal((3, paths)) * np.sqrt(density * step_s) * scale
        change = -(x[3:] - steady) * density / (2 * tracking.speed_sd_mps**2) * step_s + kick
        x[:3] += (x[3:] + change / 2) * step_s
        x[3:] += change
        model = np.where(random.random(paths) < -np.expm1(-step_s / tracking.stay_s), 1 - model, model)
        first = np.where(within(x[:3]) & (first == np.inf), step * step_s, first)
    return first
