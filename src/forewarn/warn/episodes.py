"""One zone from tick to tick: the level table driven by the comparison, warnings raised, told anew when something is new, and ended.

A warning hangs on a zone and an episode, not on a track number: many objects are one warning. A ``Decision`` goes on the record when the
level changes, when a warning says something, and when expected harm or danger has doubled or halved since the last one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import msgspec

from forewarn.messages import Decision, Identity, Level, Message, Notice, Track, Warning
from forewarn.messages.base import KINDS, Kind
from forewarn.site import Priors, Site
from forewarn.warn.decision import Weighed, chances, why
from forewarn.warn.evidence import Evidence, evidence
from forewarn.warn.grades import HALF
from forewarn.warn.levels import UP, Act, Word, after, band
from forewarn.warn.places import Spot, around, seen_from
from forewarn.warn.say import life_ns, say
from forewarn.warn.state import MAX_TRACKS, Seen, Standing, State, Thread, Told
from forewarn.warn.words import WINDS

UPDATE_S = 5.0  # between two updates, at the least
TURN_DEG = 45.0
STEP = 2.0
LEAST_EXPECTED = 1 / 8  # of the cost: what is less counts as so much
LEAST_DANGER = 0.1
Batch = tuple[Message, ...]
Ending = Literal["all_clear", "withdraw"]
Telling = Literal["raise", "update"]


class Scene(NamedTuple):
    """What one judging knows: the tracks that live and what they are, by number."""

    site: Site
    t_ns: int
    tracks: Mapping[int, Track]
    identities: Mapping[int, Identity]


def judge(state: State, scene: Scene, spot: Spot, weighed: Weighed) -> tuple[Standing, Batch]:
    """Take one zone a tick further."""
    cost = spot.costs.false_alarm
    word = band(weighed.expected, cost)
    standing = _waiting(state.zones[spot.id], word, scene.t_ns)
    proof = _proof(state, scene, spot, standing)
    before, held = standing.level, standing.held
    level, act = after(before, "clear" if proof and proof.enough else word)
    standing = _followed(msgspec.structs.replace(standing, level=level), scene, spot, weighed)
    standing, said = _say(state, scene, spot, standing, weighed, act, proof)
    waits = proof.lines if proof and not proof.enough else ()
    standing = msgspec.structs.replace(standing, held=bool(waits))
    notice = _holding(spot, waits, scene.t_ns, -1 - len(said)) if waits and not held else ()
    if level == before and not said and not notice and not _crossed(standing.recorded, weighed, spot):
        return standing, ()
    told = why(weighed, cost) + _aside(standing) + (f" The all clear is held: {'; '.join(waits)}." if waits else "")
    standing = msgspec.structs.replace(standing, recorded=(weighed.expected, weighed.danger))
    return standing, (decided(spot, weighed, before, level, scene.t_ns, told), *said, *notice)


def _say(
    state: State, scene: Scene, spot: Spot, standing: Standing, weighed: Weighed, act: Act, proof: Evidence | None
) -> tuple[Standing, Batch]:
    """What the level table wants done."""
    if act == "raise":
        return _raise(state, scene, spot, standing, weighed)
    if act == "all_clear":
        return end(scene.site, spot, standing, "all_clear", scene.t_ns, proof.lines if proof else (), weighed.chance)
    return _keep(scene, spot, standing, weighed) if act == "keep" else (standing, ())


def decided(spot: Spot, weighed: Weighed, before: Level, level: Level, t_ns: int, told: str) -> Decision:
    """The comparison as a message."""
    return Decision(
        zone=spot.id, t_ns=t_ns, expected=weighed.expected, cost=spot.costs.false_alarm, before=before, level=level,
        shares=weighed.shares, why=told, causes=weighed.causes,
    )  # fmt: skip


def end(
    site: Site, spot: Spot, standing: Standing, action: Ending, t_ns: int, lines: tuple[str, ...], chance: float = 0.0
) -> tuple[Standing, Batch]:
    """The warning of a zone ends, by all clear or by withdrawal: said, and forgotten but for its number."""
    warning = Warning(
        zone=spot.id, episode=standing.episode, t_ns=t_ns, action=action, tracks=tuple(seen.track for seen in standing.seen), chance=chance,
        in_s=None, direction_deg=None, evidence=lines, causes=(-1,),
    )  # fmt: skip
    standing, said = say(site, spot, standing, warning, Weighed(), "other")
    return Standing(episode=standing.episode, recorded=standing.recorded, aside=standing.aside), said


# ------------------------------------------------------------------------------------------------------------ time and sight


def _waiting(standing: Standing, word: Word, t_ns: int) -> Standing:
    """Since when expected harm has been under half the cost."""
    if word in ("much", "half"):
        return msgspec.structs.replace(standing, low_since_ns=None)
    return standing if standing.low_since_ns is not None else msgspec.structs.replace(standing, low_since_ns=t_ns)


def _proof(state: State, scene: Scene, spot: Spot, standing: Standing) -> Evidence | None:
    """The evidence for an all clear, when it is due."""
    since = standing.low_since_ns
    if standing.level != "fading" or since is None or (scene.t_ns - since) / 1e9 < spot.clear_after_s:
        return None
    return evidence(state, scene.site, spot.id, standing, scene.t_ns)


def _holding(spot: Spot, waits: tuple[str, ...], t_ns: int, cause: int) -> Batch:
    text = f"The all clear for {spot.id} is held: {'; '.join(waits)}. An operator can give it."
    return (Notice(t_ns=t_ns, about="zone", subject=spot.id, state="held", text=text, causes=(cause,)),)


def _followed(standing: Standing, scene: Scene, spot: Spot, weighed: Weighed) -> Standing:
    """Where the tracks of the episode are now; those that are not published any more stay where they were."""
    if standing.level not in UP:
        return standing
    seen: dict[int, Seen] = {s.track: s for s in standing.seen}
    for number in (*seen, *weighed.parts):
        if number in scene.tracks:
            seen[number] = seen_from(scene.site, spot, scene.tracks[number])
    kept = tuple(seen.values())[-MAX_TRACKS:]
    here = around(spot, scene.tracks[weighed.parts[0]]) if spot.centre is None and weighed.parts else standing.around
    return msgspec.structs.replace(standing, seen=kept, around=here)


# ------------------------------------------------------------------------------------------------------------ saying


def _raise(state: State, scene: Scene, spot: Spot, standing: Standing, weighed: Weighed) -> tuple[Standing, Batch]:
    """A new episode."""
    standing = msgspec.structs.replace(
        standing, episode=standing.episode + 1, thread=Thread(), told=None, blind=state.blind.get(spot.id, ())
    )
    return _tell(scene, spot, standing, weighed, "raise", _seen_lines(scene, weighed))


def _keep(scene: Scene, spot: Spot, standing: Standing, weighed: Weighed) -> tuple[Standing, Batch]:
    """Say it anew if there is something new."""
    told = standing.told
    if told is None or (scene.t_ns - told.t_ns) / 1e9 < UPDATE_S:
        return standing, ()
    lines = _news(standing, told, weighed, _direction(standing, weighed)) if standing.level == "warned" else ()
    if told.expires_ns - scene.t_ns < life_ns(spot) / 2:
        lines = (*lines, "the last alert would soon have run out")
    return _tell(scene, spot, standing, weighed, "update", lines) if lines else (standing, ())


def _news(standing: Standing, told: Told, weighed: Weighed, direction: float | None) -> tuple[str, ...]:
    """What people have not been told yet: a further track, half the time, another direction."""
    lines = [f"a further track, {number}" for number in weighed.parts if number not in told.tracks]
    now_s = weighed.in_s[0] if weighed.in_s else None
    if now_s is not None and told.soonest_s is not None and now_s <= told.soonest_s / 2 and told.soonest_s > 1.0:
        lines.append(f"sooner: in {now_s:.0f} s at the earliest, {told.soonest_s:.0f} s when last told")
    if direction is not None and told.direction_deg is not None and _turn(direction, told.direction_deg) > TURN_DEG:
        lines.append(f"now from the {_wind(direction)}, from the {_wind(told.direction_deg)} when last told")
    return tuple(lines)


def _tell(
    scene: Scene, spot: Spot, standing: Standing, weighed: Weighed, action: Telling, lines: tuple[str, ...]
) -> tuple[Standing, Batch]:
    warning = Warning(
        zone=spot.id, episode=standing.episode, t_ns=scene.t_ns, action=action, tracks=weighed.parts, chance=weighed.chance,
        in_s=weighed.in_s, direction_deg=_direction(standing, weighed), evidence=lines, causes=(-1,),
    )  # fmt: skip
    return say(scene.site, spot, standing, warning, weighed, leading_kind(weighed, scene.identities, scene.site.priors, spot))


def _seen_lines(scene: Scene, weighed: Weighed) -> tuple[str, ...]:
    shares = [share for share in weighed.shares if share.track in weighed.parts]
    return tuple(
        f"track {s.track}: there with {s.existence:.0%}, enters with {s.entry:.0%}, "
        f"last seen {(scene.t_ns - scene.tracks[s.track].t_updated_ns) / 1e9:.1f} s ago"
        for s in shares
    )


def leading_kind(weighed: Weighed, identities: Mapping[int, Identity], priors: Priors, spot: Spot) -> Kind:
    """The kind that most of the expected harm is due to: what people are warned of."""
    other = spot.costs.missed.get("other", 0.0)
    due = dict.fromkeys(KINDS, 0.0)
    for share in weighed.shares:
        for kind, chance in sorted(chances(identities.get(share.track), priors).items()):
            due[kind] += share.existence * share.entry * chance * spot.costs.missed.get(kind, other)
    return max(KINDS, key=lambda kind: due[kind]) if any(due.values()) else "other"


def _direction(standing: Standing, weighed: Weighed) -> float | None:
    """Where the greatest part comes from; None once it is there."""
    if not weighed.parts or weighed.inside >= HALF or standing.around is not None:
        return None
    return next((seen.azimuth_deg for seen in standing.seen if seen.track == weighed.parts[0]), None)


def _turn(a_deg: float, b_deg: float) -> float:
    return abs((a_deg - b_deg + 180.0) % 360.0 - 180.0)


def _wind(direction_deg: float) -> str:
    return WINDS["en"][round(direction_deg / 45.0) % 8]


def _aside(standing: Standing) -> str:
    return f" An operator set aside {', '.join(f'track {n}' for n in standing.aside)}." if standing.aside else ""


def _crossed(recorded: tuple[float, float], weighed: Weighed, spot: Spot) -> bool:
    """Whether expected harm, or danger, has doubled or halved since it was last put on record."""
    least = LEAST_EXPECTED * spot.costs.false_alarm, LEAST_DANGER
    for old, new, floor in zip(recorded, (weighed.expected, weighed.danger), least, strict=True):
        if not 1 / STEP < max(new, floor) / max(old, floor) < STEP:
            return True
    return False
