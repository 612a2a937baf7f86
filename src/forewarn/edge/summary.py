"""What a run saw and said, counted as it goes; for the end of ``forewarn run`` and for people who call it from Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from forewarn.messages import Chunk, Claim, Deliver, Event, Health, Message, Notice, Observation, Refusal, Threat, Track, Warning
from forewarn.site import Site
from forewarn.watch import State

EPISODES = 1000  # the newest are kept
INSIDE = 0.5  # the chance of being inside from which the watch itself takes an object to have entered


class Episode(msgspec.Struct, kw_only=True):
    """One warning of one zone, from its raise to its end. ``ahead_s``: from the raise until the watch saw something inside."""

    zone: str
    episode: int
    raised_ns: int
    in_s: tuple[float, float] | None
    tracks: tuple[int, ...]
    told: tuple[str, ...] = ()
    ahead_s: float | None = None
    ended_ns: int | None = None
    ended_by: str | None = None


class Summary(msgspec.Struct, kw_only=True):
    """Counts of a run."""

    name: str
    exercise: bool
    begun_ns: int = 0
    until_ns: int = 0
    bytes: int = 0
    looks: Counter[str] = msgspec.field(default_factory=Counter)
    plots: Counter[str] = msgspec.field(default_factory=Counter)
    claims: Counter[str] = msgspec.field(default_factory=Counter)
    refusals: Counter[str] = msgspec.field(default_factory=Counter)
    health: dict[str, str] = msgspec.field(default_factory=dict)
    published: int = 0
    confirmed: int = 0
    episodes: list[Episode] = msgspec.field(default_factory=list)
    notices: int = 0
    wall_s: float = 0.0
    whole: bool = True
    sure: set[int] = msgspec.field(default_factory=set)
    standing: dict[str, Episode] = msgspec.field(default_factory=dict)

    @classmethod
    def of(cls, site: Site) -> Summary:
        """Nothing counted yet."""
        return cls(name=site.name, exercise=site.recorded, health={s.id: "waiting" for s in site.sensors})

    def add(self, event: Event, messages: Iterable[Message], confirmed: float) -> None:
        """Count one step; ``confirmed`` is the existence from which a track counts."""
        self.begun_ns = self.begun_ns or event.t_ns
        self.until_ns = event.t_ns
        if isinstance(event, Chunk):
            self.bytes += len(event.data)
        for message in messages:
            self._count(message, confirmed)

    def _count(self, m: Message, confirmed: float) -> None:
        if isinstance(m, Observation):
            self.looks[m.sensor] += 1
            self.plots[m.sensor] += len(m.plots)
        elif isinstance(m, Claim):
            self.claims[m.sensor] += 1
        elif isinstance(m, Refusal):
            self.refusals[f"{m.feed}: {m.reason}"] += m.count
        elif isinstance(m, Health):
            self.health[m.sensor] = m.state
        elif isinstance(m, Notice):
            self.notices += 1
        elif isinstance(m, Track):
            self._track(m, confirmed)
        else:
            self._tell(m)

    def _track(self, track: Track, confirmed: float) -> None:
        self.published = max(self.published, track.track)
        if track.ended:
            self.sure.discard(track.track)
        elif track.existence >= confirmed and track.track not in self.sure:
            self.sure.add(track.track)
            self.confirmed += 1

    def _tell(self, m: Message) -> None:
        if isinstance(m, Threat):
            self._inside(m)
        elif isinstance(m, Warning) and m.action == "raise":
            self.standing[m.zone] = Episode(zone=m.zone, episode=m.episode, raised_ns=m.t_ns, in_s=m.in_s, tracks=m.tracks)
            self.episodes = [*self.episodes, self.standing[m.zone]][-EPISODES:]
        elif isinstance(m, Warning) and m.action in ("all_clear", "withdraw") and (open_ := self.standing.pop(m.zone, None)):
            open_.ended_ns, open_.ended_by = m.t_ns, m.action
        elif isinstance(m, Deliver) and self.episodes and m.t_ns == self.episodes[-1].raised_ns:
            last = self.episodes[-1]
            last.told = tuple(sorted({*last.told, m.recipient}))

    def _inside(self, threat: Threat) -> None:
        open_ = self.standing.get(threat.zone)
        if open_ is not None and open_.ahead_s is None and threat.inside >= INSIDE:
            open_.ahead_s = (threat.t_ns - open_.raised_ns) / 1e9

    def end(self, state: State, whole: bool) -> None:
        """How each sensor stands at the end, and whether the record is whole."""
        self.whole = whole
        if state.rooms is not None:
            self.health = {name: state.rooms.sight.sensors[name].state for name in self.health}
