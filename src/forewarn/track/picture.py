"""The belief as others see it: predicted to a time, with public numbers, as messages and as arrays.

Published is what exists with ``publish_above`` or did once, and is not vague. A track that ends, or grows vague, is said once more as
*ended*; if it is found again it gets a new number, with the old one as its parent.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from forewarn import geo
from forewarn.messages import KINDS, BearingTrack, Estimate, SensorError, Track
from forewarn.site import Site
from forewarn.track import claims, motion
from forewarn.track.belief import Belief, take
from forewarn.track.claims import Claimed
from forewarn.track.existence import at
from forewarn.track.lines import Lines, lately
from forewarn.track.lines import at as predicted
from forewarn.track.plan import Plan

Array = NDArray[np.float64]
Ahead = tuple[Array, Array, Array]  # a claimed object's mean, covariance and model chances at the time of publication
LEFT = 256  # lost tracks whose numbers are remembered
_UPPER = np.triu_indices(6)


class Picture(msgspec.Struct, frozen=True):
    """Every published track, in the order of its number; frame: east, north, up at the site's origin, metres.

    ``mean`` (3, 6, n), ``cov`` (3, 6, 6, n), ``model`` (3, n): calm, agile, falling; aided where a claim is the
    track's; ``existence``, ``existence_sensed`` (n,); ``log_kind`` (K, n): the sensors' opinions; ``has_claim`` (n,); ``track`` (n,):
    public numbers; ``t_updated_ns`` (n,).
    ``messages``: the tracks in the same order, and behind them those that have just ended; ``errors``: what is new of the sensors';
    ``bearings``: what is known by its direction alone.
    """

    t_ns: int
    mean: np.ndarray
    cov: np.ndarray
    model: np.ndarray
    existence: np.ndarray
    existence_sensed: np.ndarray
    log_kind: np.ndarray
    has_claim: np.ndarray
    track: np.ndarray
    t_updated_ns: np.ndarray
    messages: tuple[Track, ...]
    errors: tuple[SensorError, ...] = ()
    bearings: tuple[BearingTrack, ...] = ()


class Told(msgspec.Struct, frozen=True):
    """What was published: numbers by label with the last message of each, the next number, and the numbers of tracks that were left; of
    bearing tracks the last message of each, by label."""

    last: dict[str, Track] = {}
    bearings: dict[str, BearingTrack] = {}
    left: dict[str, int] = {}
    next: int = 1


class Rows(NamedTuple):
    """All that may be published, as arrays with rows last (see ``Picture``) and one label a row. ``sensed`` (6, n), (6, 6, n)."""

    mean: Array
    cov: Array
    model: Array
    existence: Array
    sensed: Array
    log_kind: Array
    updated_ns: NDArray[np.int64]
    labels: list[str]
    claim: list[str | None]
    sensed_mean: Array
    sensed_cov: Array


def label_text(plan: Plan, label: tuple[int, int, int]) -> str:
    """``sensor:time:place in the look``, so that the order of text is the order of birth for each sensor."""
    return f"{plan.ids[label[0]]}:{label[1]:019d}:{label[2]}"


def publish(
    plan: Plan, site: Site, told: Told, belief: Belief, known: dict[str, Claimed], heard: dict[str, int], t_ns: int
) -> tuple[Told, dict[str, Claimed], Picture]:
    """The picture at ``t_ns``, what was told after it, and the claims with the tracks that they belong to. ``heard``: the numbers
    of looks and claims, by ``when``: each track follows from the last look of every sensor that showed it."""
    now = at(plan, belief, t_ns)
    mean, cov = motion.merged(now.mean[:, :6], now.cov[:, :6, :6], now.model)
    names = [label_text(plan, label) for label in zip(*now.label.tolist(), strict=True)]
    shown = now.real >= site.tracking.publish_above
    shown |= np.array([name in told.last for name in names], dtype=bool) & (now.real >= now.fixed)  # what rather stands is told no more
    shown &= cov[0, 0] + cov[1, 1] <= plan.vague_m**2
    shown &= np.isfinite(np.add.reduce(mean, axis=0) + np.add.reduce(cov, axis=(0, 1)))
    if not shown.all():
        picked = np.flatnonzero(shown)
        now, mean, cov, names = take(now, picked), mean[..., picked], cov[..., picked], [names[i] for i in picked.tolist()]
    said = {name: claims.ahead(plan, claimed, t_ns) for name, claimed in known.items()}
    known = _belonging(known, said, now, mean, cov)
    rows = _rows(plan, site, told, now, mean, cov, names, known, said)
    causes = _causes(plan, now, rows, known, heard)
    parents = {label_text(plan, gone): label_text(plan, stayed) for gone, stayed, _ in belief.merged}
    bearings = directions(plan, site, told.bearings, belief.lines, heard, t_ns)
    told, picture = _numbered(plan, told, rows, causes, parents, t_ns)
    told = msgspec.structs.replace(told, bearings={one.label: one for one in bearings if not one.ended})
    return told, known, msgspec.structs.replace(picture, bearings=bearings)


def directions(
    plan: Plan, site: Site, told: dict[str, BearingTrack], lines: Lines, heard: dict[str, int], t_ns: int
) -> tuple[BearingTrack, ...]:
    """The bearing tracks that are likely or were told of (``told``, by label), by label, and the last words on those that are gone. Each
    follows from the look that showed it last."""
    names = [label_text(plan, (a, b, c)) for a, b, c in lines.label.T.tolist()]
    now = predicted(plan, lines, t_ns)
    fresh = lately(plan, now, t_ns)
    kinds, out = plan.shares(now.log_kind).T.tolist(), []
    for i in sorted(range(lines.n), key=names.__getitem__):
        old = told.get(names[i])
        if fresh[i] and now.real[i] >= (site.tracking.publish_above if old is None else site.tracking.publish_above / 2.0):
            lat, lon, _ = geo.to_place(now.seen[:3, -1, i], plan.origin).tolist()
            azimuth, rate = np.degrees(now.mean[:, i]).tolist()
            cause = heard.get(when(plan.ids[now.sensor[i]], int(now.hit_ns[i])))
            out.append(
                BearingTrack(
                    sensor=plan.ids[now.sensor[i]], label=names[i], t_ns=t_ns, existence=float(now.real[i]), lat_deg=lat, lon_deg=lon,
                    azimuth_deg=azimuth % 360.0, azimuth_sigma_deg=math.degrees(math.sqrt(now.cov[0, 0, i])), azimuth_rate_dps=rate,
                    kinds=dict(zip(KINDS, kinds[i], strict=True)), t_updated_ns=int(now.hit_ns[i]), begun=old is None,
                    causes=() if cause is None else (cause,),
                )
            )  # fmt: skip
    here = {one.label for one in out}
    gone = [told[name] for name in sorted(told) if name not in here]
    return (*out, *(msgspec.structs.replace(one, t_ns=t_ns, existence=0.0, begun=False, ended=True) for one in gone))


def when(who: str, t_ns: int) -> str:
    """A look's or a claim's name in ``heard``."""
    return f"{who}:{t_ns}"


def _causes(plan: Plan, now: Belief, rows: Rows, known: dict[str, Claimed], heard: dict[str, int]) -> list[tuple[int, ...]]:
    """The numbers of what each row follows from."""
    shown = [[when(name, t) for name, t in zip(plan.ids, hits, strict=True)] for hits in now.hit_ns.T.tolist()]
    shown += [[] for _ in rows.labels[len(shown) :]]
    said = [[when(claim, known[claim].t_ns)] if claim else [] for claim in rows.claim]
    return [tuple(sorted({heard[k] for k in (*a, *b) if k in heard})) for a, b in zip(shown, said, strict=True)]


def _belonging(known: dict[str, Claimed], said: dict[str, Ahead], now: Belief, mean: Array, cov: Array) -> dict[str, Claimed]:
    """Which track each claim belongs to: the one it had while it fits, else the nearest free one that fits well."""
    if not known:
        return known
    labels = [(a, b, c) for a, b, c in now.label.T.tolist()]
    d2 = {name: claims.distance(mean, cov, *motion.merged(*said[name])) if labels else np.zeros(0) for name in known}
    kept = {n: c.belongs for n, c in known.items() if c.belongs in labels and d2[n][labels.index(c.belongs)] < claims.LEAVE}
    free = [(float(d2[n][i]), n, i) for n in known if n not in kept for i in np.flatnonzero(d2[n] < claims.JOIN).tolist()]
    for _, name, i in sorted(free):
        if name not in kept and labels[i] not in kept.values():
            kept[name] = labels[i]
    return {n: msgspec.structs.replace(c, belongs=kept.get(n)) if c.belongs != kept.get(n) else c for n, c in known.items()}


def _rows(
    plan: Plan,
    site: Site,
    told: Told,
    now: Belief,
    mean: Array,
    cov: Array,
    names: list[str],
    known: dict[str, Claimed],
    said: dict[str, Ahead],
) -> Rows:
    """Tracks, aided where a claim belongs to them, and behind them the claims that belong to none."""
    rows = Rows(
        now.mean[:, :6], now.cov[:, :6, :6], now.model, now.real, now.real, now.log_kind, now.updated_ns, names, [None] * now.n, mean, cov
    )
    if not known:
        return rows
    labels = [(a, b, c) for a, b, c in now.label.T.tolist()]
    means, covs, existence, updated, owner = rows.mean.copy(), rows.cov.copy(), now.real.copy(), now.updated_ns.copy(), list(rows.claim)
    alone: list[Claimed] = []
    for name, claimed in sorted(known.items()):
        if claimed.belongs is None:
            label = f"claim:{claimed.born_ns:019d}:{name}"
            if claims.existence(plan, claimed, now.t_ns) >= site.tracking.publish_above or label in told.last:
                alone.append(claimed)
            continue
        i = labels.index(claimed.belongs)
        place, spread = motion.merged(*said[name])
        means[..., i], covs[..., i] = claims.intersect(rows.mean[..., i], rows.cov[..., i], place[:, 0], spread[..., 0])
        existence[i] = 1.0 - (1.0 - now.real[i]) * (1.0 - claims.existence(plan, claimed, now.t_ns))
        updated[i], owner[i] = max(updated[i], claimed.t_ns), name
    rows = rows._replace(mean=means, cov=covs, existence=existence, updated_ns=updated, claim=owner)
    return _with_alone(plan, rows, alone, said, now.t_ns)


def _with_alone(plan: Plan, rows: Rows, alone: list[Claimed], said: dict[str, Ahead], t_ns: int) -> Rows:
    """Objects that nothing but claims tells of, behind the others."""
    for claimed in alone:
        mean, q, own = said[claimed.identity]
        rows = Rows(
            np.concatenate([rows.mean, mean], axis=-1), np.concatenate([rows.cov, q], axis=-1), np.concatenate([rows.model, own], axis=-1),
            np.append(rows.existence, claims.existence(plan, claimed, t_ns)), np.append(rows.sensed, 0.0),
            np.concatenate([rows.log_kind, np.zeros((len(KINDS), 1))], axis=-1), np.append(rows.updated_ns, claimed.t_ns),
            [*rows.labels, f"claim:{claimed.born_ns:019d}:{claimed.identity}"], [*rows.claim, claimed.identity],
            np.concatenate([rows.sensed_mean, mean[0]], axis=-1), np.concatenate([rows.sensed_cov, q[0]], axis=-1),
        )  # fmt: skip
    return rows


def _numbered(
    plan: Plan, told: Told, rows: Rows, causes: list[tuple[int, ...]], parents: dict[str, str], t_ns: int
) -> tuple[Told, Picture]:
    """Give numbers in the order of labels to what has none, end what is gone, and write the messages."""
    fresh = sorted(name for name in rows.labels if name not in told.last)
    numbers = {name: track.track for name, track in told.last.items()} | {name: told.next + k for k, name in enumerate(fresh)}
    order = sorted(range(len(rows.labels)), key=lambda i: numbers[rows.labels[i]])
    gone = sorted((track.track, name) for name, track in told.last.items() if name not in set(rows.labels))
    sensed = estimates(plan, rows.sensed_mean, rows.sensed_cov)
    aided = estimates(plan, *motion.merged(rows.mean, rows.cov, rows.model)) if any(rows.claim) else sensed
    merged: dict[str, list[int]] = {}
    for number, name in gone:
        merged.setdefault(parents.get(name, ""), []).append(number)
    messages = []
    for i in order:
        name = rows.labels[i]
        came = ((told.left[name],) if name in told.left and name in fresh else ()) + tuple(merged.get(name, ()))
        messages.append(
            Track(
                track=numbers[name], label=name, t_ns=t_ns, existence=float(rows.existence[i]), existence_sensed=float(rows.sensed[i]),
                aided=aided[i], sensed=sensed[i] if rows.sensed[i] > 0 else None, t_updated_ns=int(rows.updated_ns[i]),
                claim=rows.claim[i], parents=came, causes=causes[i],
            )
        )  # fmt: skip
    ended = [
        msgspec.structs.replace(told.last[name], t_ns=t_ns, existence=0.0, existence_sensed=0.0, ended=True, parents=()) for _, name in gone
    ]
    left = {**told.left, **{name: number for number, name in gone}}
    after = Told(
        last={track.label: track for track in messages},
        left=dict(sorted(left.items(), key=lambda item: item[1])[-LEFT:]),
        next=told.next + len(fresh),
    )
    return after, _picture(rows, order, numbers, (*messages, *ended), t_ns)


def _picture(rows: Rows, order: list[int], numbers: dict[str, int], messages: tuple[Track, ...], t_ns: int) -> Picture:
    return Picture(
        t_ns=t_ns,
        mean=rows.mean[..., order],
        cov=rows.cov[..., order],
        model=rows.model[..., order],
        existence=rows.existence[order],
        existence_sensed=rows.sensed[order],
        log_kind=rows.log_kind[..., order],
        has_claim=np.array([rows.claim[i] is not None for i in order], dtype=bool),
        track=np.array([numbers[rows.labels[i]] for i in order], dtype=np.int64),
        t_updated_ns=rows.updated_ns[order],
        messages=messages,
    )


def estimates(plan: Plan, mean: Array, cov: Array) -> list[Estimate]:
    """Means (6, n) and covariances (6, 6, n) as messages."""
    if mean.shape[1] == 0:
        return []
    places = geo.to_place(mean[:3], plan.origin).T.tolist()
    level, up = np.sqrt(cov[0, 0] + cov[1, 1]).tolist(), np.sqrt(cov[2, 2]).tolist()
    upper = cov[_UPPER].T.tolist()
    return [
        Estimate(
            lat_deg=lat, lon_deg=lon, alt_m=alt, east_mps=e, north_mps=n, up_mps=u, sigma_m=level[i], sigma_alt_m=up[i], cov=tuple(upper[i])
        )
        for i, ((lat, lon, alt), (e, n, u)) in enumerate(zip(places, mean[3:6].T.tolist(), strict=True))
    ]
