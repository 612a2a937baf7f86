"""Sites, tracks, identities and threats for the tests of `warn`, made by hand, and alerts read with none of its code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from forewarn import geo, warn
from forewarn.messages import Alert, Decision, Deliver, Estimate, Health, Identity, Message, Notice, Threat, Track, Warning
from forewarn.messages.base import Kind
from forewarn.site import Site

ORIGIN = (51.52, 5.86, 0.0)
SECOND = 1_000_000_000
T0 = 1_601_381_457 * SECOND  # 2020-09-29T12:10:57Z
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
SCHEMA = Path(__file__).resolve().parents[1] / "src" / "forewarn" / "warn" / "cap12.xsd"


def place(east: float, north: float) -> tuple[float, float]:
    lat, lon, _ = geo.to_place((east, north, 0.0), ORIGIN)
    return float(lat), float(lon)


def zone(id: str = "north", east: float = 0.0, north: float = 0.0, radius_m: float = 100.0, **keys: Any) -> dict[str, Any]:
    lat, lon = place(east, north)
    return {
        "id": id, "name": {"en": id.title(), "ar": "الساحة"}, "circle": {"lat_deg": lat, "lon_deg": lon, "radius_m": radius_m},
        "tell": ["desk"], **keys,
    }  # fmt: skip


def site(*zones: dict[str, Any], live: bool = False, **keys: Any) -> Site:
    """By default one zone, `north`: missed 5, needless 1, all clear after 20 s."""
    return Site.model_validate(
        {
            "version": 1, "name": "here", "title": {"en": "Harbour watch", "ar": "مراقبة الميناء"},
            "origin": {"lat_deg": ORIGIN[0], "lon_deg": ORIGIN[1]},
            "sensors": [
                {"id": "radar", "kind": "radar", "reports": "position"},
                {"id": "radio", "kind": "radio_finder", "reports": "position", "scan": False},
            ],
            "feeds": [{"id": "radar", "sensor": "radar", "format": "mode_s", "file": "radar", "live": live}],
            "zones": zones or [zone()], **keys,
        }
    )  # fmt: skip


def track(number: int = 1, t_s: float = 0.0, existence: float = 1.0, updated_s: float | None = None, **fields: Any) -> Track:
    """A track 300 m north of the origin, flying south."""
    east, north = fields.pop("at", (0.0, 300.0))
    lat, lon = place(east, north)
    velocity = fields.pop("velocity", (0.0, -10.0))
    at = Estimate(
        lat_deg=lat, lon_deg=lon, alt_m=50.0, east_mps=velocity[0], north_mps=velocity[1], up_mps=0.0, sigma_m=20.0, sigma_alt_m=9.0, cov=()
    )  # fmt: skip
    updated = t_s if updated_s is None else updated_s
    return Track(
        track=number, label="", t_ns=at_ns(t_s), existence=existence, existence_sensed=existence, aided=at, sensed=at,
        t_updated_ns=at_ns(updated), seq=100 + number, **fields,
    )  # fmt: skip


def identity(number: int = 1, conforming: float = 0.0, **kinds: float) -> Identity:
    shares: dict[Kind, float] = kinds or {"drone": 1.0}  # type: ignore[assignment]
    return Identity(track=number, t_ns=T0, kinds=shares, authorised=0.0, standing="unknown", conforming=conforming, seq=200 + number)


def threat(
    number: int = 1, entry: float = 0.5, inside: float = 0.0, in_s: tuple[float, float, float] | None = (8.0, 12.0, 20.0), to: str = "north"
) -> Threat:
    return Threat(track=number, zone=to, t_ns=T0, entry=entry, inside=inside, in_s=in_s, seq=300 + number)


def at_ns(t_s: float) -> int:
    return T0 + round(t_s * SECOND)


class Desk:
    """A watch's `warn` alone: one tick after the other, the messages of each step kept."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.state = warn.start(site)
        self.said: list[Message] = []
        self.state, _ = warn.notice(self.state, site, Health(sensor="radar", t_ns=T0, state="seeing", before="waiting"))

    def tick(self, t_s: float, *threats: Threat, tracks: Sequence[Track] | None = None, who: Sequence[Identity] = ()) -> list[Message]:
        """Judge at ``t_s``; by default each threat's track is there and just seen."""
        known = [track(number, t_s) for number in sorted({t.track for t in threats})] if tracks is None else tracks
        self.state, said = warn.decide(self.state, self.site, at_ns(t_s), known, who, threats)
        self.said += said
        return list(said)

    def all(self, kind: type[Any]) -> list[Any]:
        return [m for m in self.said if isinstance(m, kind)]

    @property
    def warnings(self) -> list[Warning]:
        return self.all(Warning)

    @property
    def level(self) -> str:
        return self.state.zones["north"].level


def of(messages: Sequence[Message], kind: type[Any]) -> Any:
    """The one message of a kind."""
    (found,) = (m for m in messages if isinstance(m, kind))
    return found


def kinds(messages: Sequence[Message]) -> list[str]:
    return [type(m).__name__ for m in messages]


def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA))


def read(xml: str) -> dict[str, Any]:
    """An alert as plain values: names to texts, <info>s as a list of the same, repeated elements as lists."""
    return _read(etree.fromstring(xml.encode()))


def _read(element: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element:
        name, value = child.tag.removeprefix(CAP), _read(child) if len(child) else child.text
        if name in ("info", "parameter"):
            found.setdefault(name, []).append(value)
        else:
            assert name not in found, f"{name} twice"
            found[name] = value
    return found


__all__ = ["Alert", "Decision", "Deliver", "Notice", "Warning"]
