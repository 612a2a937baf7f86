"""Threats, identities and sight in; warnings (raise, update, all clear, withdraw) and their CAP form out.

The one comparison is in ``decision.py``, the level table in ``levels.py``; ``episodes.py`` drives a zone from tick to tick. Messages come
without numbers; where one follows from another of the same batch it says how many places before it (``causes = (-1,)``).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from forewarn.messages import Identity, Message, OperatorAction, Refusal, Threat, Track
from forewarn.site import Site
from forewarn.warn.decision import Weighed, harm, share, weigh
from forewarn.warn.episodes import Scene, decided, end, judge
from forewarn.warn.levels import after
from forewarn.warn.notices import delivered, notice
from forewarn.warn.places import Spot, spot, spots
from forewarn.warn.state import MAX_TRACKS, Standing, State, start

__all__ = ["State", "act", "decide", "delivered", "notice", "start"]

Batch = tuple[Message, ...]
_WHAT = {"all_clear": "all clear", "withdraw": "the warning was wrong"}
ASIDE_UNTIL = 0.5  # of the cost: a track that an operator set aside counts again once it has been less than this


def decide(
    state: State, site: Site, t_ns: int, tracks: Sequence[Track], identities: Sequence[Identity], threats: Sequence[Threat]
) -> tuple[State, Batch]:
    """Judge every zone and ``elsewhere``: the messages zone by zone, in the site's order."""
    scene = Scene(site, t_ns, {track.track: track for track in tracks if not track.ended}, {who.track: who for who in identities})
    by_zone: dict[str, list[Threat]] = {}
    for threat in threats:
        by_zone.setdefault(threat.zone, []).append(threat)
    out: list[Message] = []
    zones = dict(state.zones)
    for place in spots(site):
        here = by_zone.get(place.id, [])
        aside = _still_aside(scene, place, zones[place.id].aside, here)
        zones[place.id] = msgspec.structs.replace(zones[place.id], aside=aside)
        counted = [threat for threat in here if threat.track not in aside]
        weighed = weigh(place.costs, site.priors, counted, scene.tracks, scene.identities)
        zones[place.id], said = judge(msgspec.structs.replace(state, zones=zones), scene, place, weighed)
        out += said
    return msgspec.structs.replace(state, zones=zones), tuple(out)


def _still_aside(scene: Scene, place: Spot, aside: tuple[int, ...], threats: Sequence[Threat]) -> tuple[int, ...]:
    """Which tracks stay set aside: those whose danger has not passed since."""
    if not aside:
        return ()
    found = {threat.track: threat for threat in threats if threat.track in aside and threat.track in scene.tracks}
    loss = {n: harm(place.costs, scene.identities.get(n), scene.site.priors) for n in found}
    return tuple(
        n for n in aside if n in found and share(scene.tracks[n], found[n], loss[n]).expected >= ASIDE_UNTIL * place.costs.false_alarm
    )


def act(state: State, site: Site, action: OperatorAction) -> tuple[State, Batch]:
    """An operator ends or withdraws the warning of a zone. Its tracks are set aside until their danger has passed once."""
    standing = state.zones.get(action.zone)
    if standing is None:
        return state, (_refused(action, "zone", action.zone, ", ".join(place.id for place in spots(site))),)
    level, done = after(standing.level, action.action)
    if done == "refuse":
        return state, (_refused(action, "action", action.action, "only while a warning stands"),)
    place = spot(site, action.zone)
    told = f"{action.role[:80]}: {_WHAT[action.action]}{f', {action.reason[:500]}' if action.reason else ''}"
    decision = decided(place, Weighed(expected=standing.recorded[0]), standing.level, level, action.t_ns, f"Told by {told}.")
    decision = msgspec.structs.replace(decision, causes=(action.seq,) if action.seq else ())
    ended, said = end(site, place, standing, action.action, action.t_ns, (f"told by {told}",))
    ended = msgspec.structs.replace(ended, aside=_set_aside(standing))
    return msgspec.structs.replace(state, zones={**state.zones, action.zone: ended}), (decision, *said)


def _set_aside(standing: Standing) -> tuple[int, ...]:
    return tuple(dict.fromkeys((*standing.aside, *(seen.track for seen in standing.seen))))[-MAX_TRACKS:]


def _refused(action: OperatorAction, field: str, value: str, allowed: str) -> Refusal:
    return Refusal(feed="", t_ns=action.t_ns, reason="unknown_value", field=field, value=value[:120], allowed=allowed[:500])
