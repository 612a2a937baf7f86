"""What of a step goes on the record in full."""

from __future__ import annotations

import hashlib
import typing

from hypothesis import given
from hypothesis import strategies as st

from forewarn import messages as m
from forewarn.record.select import ALWAYS, Told, digest, select
from tests.strategies import any_message

AT = m.Estimate(
    lat_deg=0, lon_deg=0, alt_m=0, east_mps=0, north_mps=0, up_mps=0, sigma_m=1, sigma_alt_m=1, cov=(0.0,) * 21
)  # fmt: skip


def track(number: int, existence: float, ended: bool = False) -> m.Track:
    return m.Track(
        track=number, label="a", t_ns=0, existence=existence, existence_sensed=existence, aided=AT, sensed=AT, t_updated_ns=0, ended=ended
    )


def threat(number: int, entry: float, zone: str = "gate") -> m.Threat:
    return m.Threat(track=number, zone=zone, t_ns=0, entry=entry, inside=0.0)


def kept(*steps: tuple[m.Message, ...]) -> list[tuple[m.Message, ...]]:
    told, out = Told(), []
    for step in steps:
        told, some = select(told, step)
        out.append(some)
    return out


@given(st.lists(any_message(), max_size=20))
def test_what_leaves_the_house_and_what_was_refused_is_always_kept_in_order(batch: list[m.Message]) -> None:
    _, some = select(Told(), batch)
    assert [x for x in some if isinstance(x, ALWAYS)] == [x for x in batch if isinstance(x, ALWAYS)]
    places = [next(i for i, x in enumerate(batch) if x is y) for y in some]
    assert places == sorted(places)


def test_a_track_is_kept_when_first_published_confirmed_and_ended() -> None:
    first, more, sure, still, end = track(1, 0.2), track(1, 0.3), track(1, 0.6), track(1, 0.7), track(1, 0.1, ended=True)
    assert kept((first,), (more,), (sure,), (still,), (end,)) == [(first,), (), (sure,), (), (end,)]


def test_a_threat_is_kept_when_it_crosses_a_floor_either_way() -> None:
    chances = [0.005, 0.02, 0.05, 0.2, 0.6, 0.55, 0.95, 0.45]
    some = kept(*[(track(1, 0.2), threat(1, p)) for p in chances])
    assert [any(isinstance(x, m.Threat) for x in step) for step in some] == [True, True, False, True, True, False, True, True]


def test_a_threat_that_comes_back_after_it_was_gone_is_kept_again() -> None:
    there, gone = (track(1, 0.2), threat(1, 0.2)), (track(1, 0.2),)
    assert [len(s) for s in kept(there, there, gone, there)] == [2, 0, 0, 1]


def test_an_identity_is_kept_when_its_standing_changes() -> None:
    def who(standing: str) -> m.Identity:
        return m.Identity(track=1, t_ns=0, kinds={}, authorised=0.0, standing=typing.cast(typing.Any, standing), conforming=0.0)

    assert [len(s) for s in kept((who("unknown"),), (who("unknown"),), (who("conflict"),))] == [1, 0, 1]


def test_memory_of_ended_tracks_is_given_up() -> None:
    told, _ = select(Told(), (track(1, 0.2), threat(1, 0.5)))
    told, _ = select(told, (track(1, 0.2, ended=True),))
    assert told == Told()


@given(st.lists(any_message(), max_size=5))
def test_the_digest_is_over_the_canonical_bytes(batch: list[m.Message]) -> None:
    one = digest(7, batch)
    assert (one.of, one.messages) == (7, len(batch))
    assert one.sha256 == hashlib.sha256(b"".join(m.encode(x) for x in batch)).hexdigest()
