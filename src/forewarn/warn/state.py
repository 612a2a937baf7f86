"""What ``warn`` remembers: how each zone stands, how each sensor and zone sees, and which alerts are open."""

from __future__ import annotations

import msgspec

from forewarn.messages import Level, Sector
from forewarn.site import Site

MAX_TRACKS = 64  # of an episode; the oldest are forgotten first
MAX_REFERENCES = 32  # of one alert to those before it: the first, and the newest
MAX_REFERENCES_CHARS = 8000  # of all of them together, however long a sender's name is


class Thread(msgspec.Struct, frozen=True):
    """The alerts of one episode: how many there were, and how CAP refers to them ("sender,identifier,sent")."""

    number: int = 0
    references: tuple[str, ...] = ()

    def add(self, reference: str) -> Thread:
        """The thread with one more."""
        kept = (*self.references, reference)
        most = max(2, min(MAX_REFERENCES, MAX_REFERENCES_CHARS // len(reference)))
        return Thread(self.number + 1, kept if len(kept) <= most else (kept[0], *kept[1 - most :]))


class Told(msgspec.Struct, frozen=True):
    """What people were last told: when, of which tracks, how soon, from where; and until when it holds."""

    t_ns: int
    tracks: tuple[int, ...]
    soonest_s: float | None
    direction_deg: float | None
    expires_ns: int


class Seen(msgspec.Struct, frozen=True):
    """Where a track of the episode was when it was last published, as seen from the zone's centre. ``closing_mps``: how fast it neared."""

    track: int
    t_updated_ns: int
    away_m: float
    azimuth_deg: float
    closing_mps: float


class Standing(msgspec.Struct, frozen=True):
    """How a zone stands.

    ``recorded``: expected harm and danger as last put on record. ``low_since_ns``: since when expected harm has been under half the cost.
    ``seen``: the tracks of the episode. ``aside``: tracks that an operator set aside. ``blind``: the zone's blind directions when the
    warning was raised. ``held``: that the all clear waits for sight has been told. ``around``: for ``elsewhere``, the circle warned of.
    """

    level: Level = "quiet"
    episode: int = 0
    recorded: tuple[float, float] = (0.0, 0.0)
    low_since_ns: int | None = None
    thread: Thread = Thread()
    told: Told | None = None
    seen: tuple[Seen, ...] = ()
    aside: tuple[int, ...] = ()
    blind: tuple[Sector, ...] = ()
    held: bool = False
    around: tuple[float, float, float] | None = None


class State(msgspec.Struct, frozen=True):
    """``zones``: by zone, ``elsewhere`` among them. ``sensors``: the health of each. ``blind``: the blind directions of each zone.
    ``threads``: alerts to operators, by what they are about ("sensor:radar", "zone:north"): how many episodes, and the open one.
    ``heard``: labels of the bearing tracks that operators were told of."""

    zones: dict[str, Standing]
    sensors: dict[str, str]
    blind: dict[str, tuple[Sector, ...]]
    threads: dict[str, tuple[int, Thread]]
    heard: tuple[str, ...] = ()


def start(site: Site, before: State | None = None) -> State:
    """Nothing has been seen yet; under another site file, zones that stay keep their standing and alerts their threads."""
    kept = before.zones if before else {}
    return State(
        zones={name: kept.get(name, Standing()) for name in (*(zone.id for zone in site.zones), "elsewhere")},
        sensors={sensor.id: "waiting" for sensor in site.sensors},
        blind={zone.id: () for zone in site.zones},
        threads=before.threads if before else {},
    )
