"""Sites, tracks and pictures for the tests of `identify`, made by hand: no tracker has a part in them."""

from __future__ import annotations

import msgspec
import numpy as np

from forewarn import geo
from forewarn.messages import KINDS, Claim, Estimate, Place, Track
from forewarn.site import Site, parse

ORIGIN = (60.0, 10.0, 0.0)
T0 = 1_600_000_000_000_000_000  # 2020-09-13T12:26:40Z
SECOND = 1_000_000_000
VARIANCES = (100.0, 100.0, 225.0, 4.0, 4.0, 1.0)

SITE = """
version = 1
name = "test"
[origin]
lat_deg = 60.0
lon_deg = 10.0
[[sensors]]
id = "receiver"
kind = "receiver"
reports = "claims"
sigma_m = 10.0
[[feeds]]
id = "air"
sensor = "receiver"
format = "mode_s"
file = "air.jsonl"
[[authorisations]]
id = "survey"
identity = "serial:ONE"
starts = 2020-09-13T12:00:00Z
ends = 2020-09-13T13:00:00Z
circle = { lat_deg = 60.0, lon_deg = 10.0, radius_m = 500.0 }
ceiling_m = 120.0
"""


def site(more: str = "") -> Site:
    return parse(SITE + more)


class Picture(msgspec.Struct, frozen=True):
    """As far as `identify` looks at what `track` publishes."""

    messages: tuple[Track, ...]
    log_kind: np.ndarray
    model: np.ndarray


def picture(*tracks: Track, log_kind: np.ndarray | None = None, falls: float = 0.0) -> Picture:
    live = sum(not track.ended for track in tracks)
    model = np.array([[(1.0 - falls) / 2.0], [(1.0 - falls) / 2.0], [falls]]).repeat(live, axis=1)
    return Picture(tracks, np.zeros((len(KINDS), live)) if log_kind is None else log_kind, model)


def place(east: float, north: float, up: float | None = 0.0) -> Place:
    lat, lon, alt = geo.to_place(np.array([east, north, up or 0.0]), ORIGIN)
    return Place(lat_deg=float(lat), lon_deg=float(lon), alt_m=None if up is None else float(alt))


def estimate(
    at: tuple[float, float, float] = (0.0, 0.0, 60.0),
    velocity: tuple[float, float, float] = (12.0, 0.0, 0.0),
    variances: tuple[float, ...] = VARIANCES,
    cov: np.ndarray | None = None,
) -> Estimate:
    full = np.diag(variances) if cov is None else cov
    here = place(*at)
    assert here.alt_m is not None
    return Estimate(
        lat_deg=here.lat_deg, lon_deg=here.lon_deg, alt_m=here.alt_m, east_mps=velocity[0], north_mps=velocity[1], up_mps=velocity[2],
        sigma_m=float(np.sqrt(full[0, 0] + full[1, 1])), sigma_alt_m=float(np.sqrt(full[2, 2])),
        cov=tuple(full[np.triu_indices(6)].tolist()),
    )  # fmt: skip


def track(number: int = 1, sensed: Estimate | None = None, **fields: object) -> Track:
    """A confirmed track that sensors tell of; ``sensed`` is both its estimates."""
    here = sensed or estimate()
    known: dict[str, object] = {
        "track": number, "label": f"r:{number}", "t_ns": T0, "existence": 0.9, "existence_sensed": 0.9, "aided": here, "sensed": here,
        "t_updated_ns": T0,
    }  # fmt: skip
    return msgspec.convert({**{k: msgspec.to_builtins(v) for k, v in (known | fields).items()}, "type": "Track"}, Track)


def claim(identity: str = "serial:ONE", t_ns: int = T0, at: Place | None = None, **fields: object) -> Claim:
    here = at or place(0.0, 0.0, 60.0)
    return Claim(sensor="receiver", t_ns=t_ns, t_arrival_ns=t_ns, identity=identity, place=here, **fields)  # type: ignore[arg-type]
