"""What each object is and whether it is authorised, as chances with reasons; knows nothing of zones.

A claim is not a measurement (rule 8): it is tested against the estimate that no claim has touched (``fit.py``), and what it can do for
P(authorised) has a ceiling (``authorised.py``). What an object is: ``kinds.py``.

Standing: *conflict* where the claim is the object's own with less than 0.1; *authorised* where it is with 0.9 or more and is inside the
volume of its flight authorisation with 0.5 or more, or where an operator says that it is ours; *cooperative* where it claims something;
else *unknown*.

``Ask`` goes out for a track that exists with at least ``tracking.confirmed``, whose standing is not *authorised*, that is not a bird
as likely as not, that no operator has answered for and no outcome is reported of, and whose P(authorised) is undecided: above a tenth of
``priors.authorised`` and below 0.95. Once a track and standing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from forewarn.identify import authorised, fit, kinds, words
from forewarn.identify.authorised import Cover
from forewarn.identify.gather import Objects, gather
from forewarn.identify.state import Known, Memory, Standing, State, answer, claim, outcome, recall, remember, start
from forewarn.messages import KINDS, Ask, Identity, Track
from forewarn.site import Site

__all__ = ["Memory", "Picture", "State", "answer", "claim", "judge", "outcome", "start"]

Array = NDArray[np.float64]
COVERED = 0.5
DECIDED = 0.95
BIRD = 0.5
RULED_OUT = -1e6  # log evidence of a kind that the sensors rule out; where they rule out all, the rest decides


class Picture(Protocol):
    """What ``track.publish`` gives, as far as it is used here: the tracks, those that ended last, and for each that has not ended the
    log evidence of its sensors' opinions for each kind, shape (K, n), kinds in the order of ``KINDS``, tracks in that of ``messages``; and
    the chances of its motion models, (3, n), of which the last one falls."""

    @property
    def messages(self) -> tuple[Track, ...]: ...
    @property
    def log_kind(self) -> Array: ...
    @property
    def model(self) -> Array: ...


class Judged(NamedTuple):
    """All that is known of the tracks of one picture, along them."""

    objects: Objects
    memories: list[Memory]
    claims: list[Known | None]
    cover: Cover
    speeds: list[float]
    authorised: list[float]
    chances: list[list[float]]
    leading: list[tuple[int, int, int]]
    falls: list[float]


def judge(state: State, site: Site, picture: Picture, t_ns: int) -> tuple[State, tuple[Identity | Ask, ...]]:
    """The identity of every track of the picture that has not ended, in its order, and behind them the questions to operators."""
    tracks = [track for track in picture.messages if not track.ended]
    ended = frozenset(track.track for track in picture.messages if track.ended)
    if not tracks:
        return remember(state, (), ended), ()
    judged = _judge(state, site, tracks, picture, t_ns)
    standings = [_standing(judged, i) for i in range(len(tracks))]
    identities = [_identity(judged, standings[i], i, track, site, t_ns) for i, track in enumerate(tracks)]
    asked = [i for i, track in enumerate(tracks) if _open(judged, standings[i], i, track, site)]
    asks = [_ask(judged, standings[i], i, tracks[i], t_ns, len(tracks) - i + k) for k, i in enumerate(asked)]
    for i in asked:
        judged.memories[i] = msgspec.structs.replace(judged.memories[i], asked=(*judged.memories[i].asked, standings[i]))
    return remember(state, judged.memories, ended), (*identities, *asks)


def _judge(state: State, site: Site, tracks: Sequence[Track], picture: Picture, t_ns: int) -> Judged:
    objects = gather(tracks, site)
    memories, claims = _under_test(state, site, tracks, t_ns)
    memories = fit.test(objects, claims, memories, site, t_ns)
    own = fit.own(np.array([memory.log_odds for memory in memories]))
    cover = authorised.cover(site, [memory.identity for memory in memories], objects, t_ns)
    claiming = np.array([known is not None for known in claims])
    proven = np.array([known is not None and known.placed is not None and known.placed.authenticated for known in claims])
    chance = authorised.chance(site, claiming, own, cover.inside, proven)
    chance = authorised.answered(chance, [memory.answer for memory in memories])
    named = kinds.claimed([known.kind if known else None for known in claims], own)
    first = np.log(kinds.prior(site.priors) + kinds.TINY)[:, None].repeat(len(memories), axis=1)
    falls = picture.model[2]
    falling = kinds.falling(falls, site.priors)
    evidence = np.stack([first, np.maximum(picture.log_kind, RULED_OUT), kinds.motion(objects, site), named, falling])
    share = kinds.chances(evidence)
    leading = list(zip(*kinds.leading(share, evidence), strict=True))
    speeds = np.hypot(objects.mean[3], objects.mean[4]).tolist()
    return Judged(objects, memories, claims, cover, speeds, chance.tolist(), share.T.tolist(), leading, falls.tolist())


def _under_test(state: State, site: Site, tracks: Sequence[Track], t_ns: int) -> tuple[list[Memory], list[Known | None]]:
    """Each track's memory and the claim that stands for it. Another identity than before starts afresh; a claim that the tracker no
    longer gives to any track is still held against the track that had it, while it stands."""
    held = {track.claim for track in tracks}
    remembered = recall(state)
    memories: list[Memory] = []
    claims: list[Known | None] = []
    for track in tracks:
        memory = remembered.get(track.track, Memory(track=track.track))
        identity = track.claim or (memory.identity if memory.identity not in held else None)
        known = state.claims.get(identity) if identity else None
        known = known if known is not None and fit.stands(known, site, t_ns) else None
        if known is None or identity != memory.identity:
            memory = msgspec.structs.replace(memory, identity=identity if known else None, log_odds=0.0, tested_ns=0)
        memories.append(memory)
        claims.append(known)
    return memories, claims


def _standing(judged: Judged, i: int) -> Standing:
    memory = judged.memories[i]
    if memory.log_odds < fit.CONFLICT:
        return "conflict"
    fits = memory.log_odds >= fit.FITS and judged.cover.inside[i] >= COVERED
    if memory.answer == "ours" or (fits and memory.answer != "not_ours"):
        return "authorised"
    return "cooperative" if judged.claims[i] is not None else "unknown"


def _identity(judged: Judged, standing: Standing, i: int, track: Track, site: Site, t_ns: int) -> Identity:
    memory, which, inside = judged.memories[i], int(judged.cover.which[i]), float(judged.cover.inside[i])
    authorisation = site.authorisations[which].id if which >= 0 else None
    known = judged.claims[i]
    causes = {track.seq, memory.answer_seq, known.placed.seq if known and known.placed else 0} - {0}
    return Identity(
        track=track.track, t_ns=t_ns, kinds=dict(zip(KINDS, judged.chances[i], strict=True)), authorised=judged.authorised[i],
        standing=standing, conforming=judged.authorised[i] * inside * max(1.0 - judged.falls[i], 0.0), authorisation=authorisation,
        reasons=(
            _kind_reason(judged, i),
            words.claim_reason(memory, standing, bool(judged.objects.sensed[i])),
            words.authorisation_reason(authorisation, inside),
            *words.people_reasons(memory),
        ),
        causes=tuple(sorted(causes)),
    )  # fmt: skip


def _kind_reason(judged: Judged, i: int) -> str:
    first, second, part = judged.leading[i]
    chances, height = judged.chances[i], float(judged.objects.mean[2, i])
    return words.kind_reason((KINDS[first], chances[first]), (KINDS[second], chances[second]), part, judged.speeds[i], height)


def _open(judged: Judged, standing: Standing, i: int, track: Track, site: Site) -> bool:
    """Whether operators are to be asked about a track; the rule is in the module's text."""
    memory, chance = judged.memories[i], judged.authorised[i]
    if track.existence < site.tracking.confirmed or standing == "authorised" or standing in memory.asked:
        return False
    if memory.answer in ("ours", "not_ours") or memory.outcome is not None or judged.chances[i][KINDS.index("bird")] >= BIRD:
        return False
    return site.priors.authorised / 10.0 < chance < DECIDED


def _ask(judged: Judged, standing: Standing, i: int, track: Track, t_ns: int, back: int) -> Ask:
    """The question about a track; it follows from the identity ``back`` messages before it."""
    east, north = judged.objects.mean[:2, i].tolist()
    text = words.question(track, judged.memories[i], standing, east, north, judged.speeds[i])
    return Ask(track=track.track, t_ns=t_ns, question=text, causes=(-back,))
