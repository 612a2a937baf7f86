"""The one comparison (rule 7): the harm to expect if nobody is warned, against the cost of a needless warning.

    expected = sum over objects of  P(exists) P(enters | exists) sum over kinds P(kind) harm(kind)
    harm(kind) = P(conforms) costs.conforming + (1 - P(conforms)) costs.missed[kind]

Warning is right where it costs less than not warning: the cost-loss rule (Murphy 1977, Monthly Weather Review 105, 803-816), with
the loss summed over objects. An authorisation lowers the harm only while the object conforms to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from forewarn.messages import Identity, Share, Threat, Track
from forewarn.messages.base import Kind
from forewarn.site import Costs, Priors

SHARES = 8
"""A decision names at most so many."""
PART = 0.1
"""From this share of the greatest part an object is a part of the warning."""


class Weighed(msgspec.Struct, frozen=True):
    """What one zone's threats come to.

    ``chance``: that at least one object enters. ``danger``: how many are to be expected in it, whatever their harm. ``shares``: the
    largest parts. ``in_s``: least and most seconds to the first entry (10 % and 90 %). ``inside``: the greatest chance that one is in it.
    ``worst``: the greatest harm that one of the parts would do. ``causes``: numbers of the messages that it was weighed from.
    """

    expected: float = 0.0
    chance: float = 0.0
    danger: float = 0.0
    shares: tuple[Share, ...] = ()
    in_s: tuple[float, float] | None = None
    inside: float = 0.0
    worst: float = 0.0
    causes: tuple[int, ...] = ()

    @property
    def parts(self) -> tuple[int, ...]:
        """The tracks that are a part of the warning, the greatest first."""
        least = PART * self.shares[0].expected if self.shares else 0.0
        return tuple(share.track for share in self.shares if share.expected >= least > 0)


def chances(identity: Identity | None, priors: Priors) -> dict[Kind, float]:
    """P(kind) of an object; of one that nobody judged, the priors."""
    if identity is not None:
        return identity.kinds
    whole = sum(priors.kinds.values()) or 1.0
    return {kind: share / whole for kind, share in priors.kinds.items()}


def harm(costs: Costs, identity: Identity | None, priors: Priors) -> float:
    """The harm to expect of an object's entry that nobody was warned of."""
    conforming = identity.conforming if identity is not None else 0.0
    return conforming * costs.conforming + (1.0 - conforming) * missed(costs, chances(identity, priors))


def missed(costs: Costs, kinds: dict[Kind, float]) -> float:
    """The same of one with such chances to be of each kind, and no flight authorisation."""
    other = costs.missed.get("other", 0.0)
    return sum([kinds[kind] * costs.missed.get(kind, other) for kind in sorted(kinds)])


def share(track: Track, threat: Threat, loss: float) -> Share:
    """One object's part."""
    expected = track.existence * threat.entry * loss
    return Share(track=track.track, existence=track.existence, entry=threat.entry, harm=loss, expected=expected)


def weigh(
    costs: Costs, priors: Priors, threats: Iterable[Threat], tracks: Mapping[int, Track], identities: Mapping[int, Identity]
) -> Weighed:
    """The threats to one zone, weighed."""
    known = [threat for threat in threats if threat.track in tracks]
    if not known:
        return Weighed()
    parts = [share(tracks[t.track], t, harm(costs, identities.get(t.track), priors)) for t in known]
    largest = sorted(parts, key=lambda s: (-s.expected, -s.existence * s.entry, s.track))[:SHARES]
    weighed = Weighed(
        expected=math.fsum(s.expected for s in parts),
        chance=1.0 - math.prod(1.0 - s.existence * s.entry for s in parts),
        danger=math.fsum(s.existence * s.entry for s in parts),
        shares=tuple(largest),
    )
    return _with_times(weighed, {t.track: t for t in known}, tracks, identities)


def _with_times(
    weighed: Weighed, threats: Mapping[int, Threat], tracks: Mapping[int, Track], identities: Mapping[int, Identity]
) -> Weighed:
    """Times, and the numbers of the messages, of the parts. The first entry is no later than the soonest one's."""
    numbers = weighed.parts or tuple(s.track for s in weighed.shares[:1])
    times = [when for n in numbers if (when := threats[n].in_s) is not None]
    return msgspec.structs.replace(
        weighed,
        in_s=(min(when[0] for when in times), min(when[2] for when in times)) if times else None,
        inside=max(threats[n].inside * tracks[n].existence for n in numbers),
        worst=max(s.harm for s in weighed.shares if s.track in numbers),
        causes=_causes(weighed.shares, threats, tracks, identities),
    )


def _causes(
    shares: Sequence[Share], threats: Mapping[int, Threat], tracks: Mapping[int, Track], identities: Mapping[int, Identity]
) -> tuple[int, ...]:
    numbers = [s.track for s in shares]
    found = [threats[n].seq for n in numbers] + [tracks[n].seq for n in numbers] + [identities[n].seq for n in numbers if n in identities]
    return tuple(sorted({seq for seq in found if seq > 0}))


def why(weighed: Weighed, cost: float) -> str:
    """The comparison in a sentence."""
    verdict = "reaches" if weighed.expected >= cost else "stays under"
    sentence = f"Expected harm {weighed.expected:.3g} {verdict} {cost:g}, the cost of a needless warning"
    if not weighed.shares:
        return f"{sentence}: nothing threatens it."
    first, more = weighed.shares[0], len(weighed.shares) - 1
    detail = f"track {first.track} (there {first.existence:.0%}, entry {first.entry:.0%}, harm {first.harm:.3g}) gives {first.expected:.3g}"
    return f"{sentence}: {detail}{f', {more} more the rest' if more else ''}."
