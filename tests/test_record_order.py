"""What may follow what on a record."""

from __future__ import annotations

from itertools import islice

import msgspec
import pytest

from forewarn.messages import Header, Message, Notice, SiteChanged, Snapshot, StepDigest, Tick
from forewarn.record import Misplaced, Order
from tests.record_help import T_NS, header, story


def site(seq: int = 1, t_ns: int = T_NS) -> SiteChanged:
    return SiteChanged(t_ns=t_ns, seq=seq, toml="")


def tick(seq: int, t_ns: int = T_NS) -> Tick:
    return Tick(t_ns=t_ns, seq=seq)


def notice(seq: int) -> Notice:
    return Notice(t_ns=T_NS, seq=seq, about="zone", subject="a", state="b", text="c")


def digest(of: int, messages: int, seq: int = 0) -> StepDigest:
    return StepDigest(of=of, messages=messages, sha256="0" * 64, seq=seq)


def snapshot(of: int, seq: int = 0) -> Snapshot:
    return Snapshot(of=of, sha256="0" * 64, size=1, seq=seq)


def take(*messages: Message) -> Order:
    order = Order()
    for message in messages:
        order.add(message)
    return order


BEGUN = (header(), site())
GOOD: list[tuple[Message, ...]] = [
    (),
    BEGUN,
    (*BEGUN, tick(2), tick(3)),
    (*BEGUN, tick(2), digest(2, 5), tick(8)),
    (*BEGUN, tick(2), notice(3), notice(7), digest(2, 5), tick(8)),
    (*BEGUN, tick(2), notice(7), digest(2, 5), snapshot(7), header(), snapshot(7), tick(8)),
    (*BEGUN, snapshot(1), tick(2), snapshot(2)),
    (header(), site(), digest(1, 1), site(3), tick(4)),
    (header(), header(), site()),
]
BAD: list[tuple[tuple[Message, ...], str]] = [
    ((site(),), "expected a Header first"),
    ((msgspec.structs.replace(header(), format=2),), "expected format 1, found format 2"),
    ((header(), tick(1)), "expected a SiteChanged as the first event"),
    ((header(), site(2)), "expected event 1, found SiteChanged 2"),
    ((*BEGUN, tick(1)), "expected event 2, found Tick 1"),
    ((*BEGUN, tick(3)), "expected event 2, found Tick 3"),
    ((*BEGUN, tick(2), digest(2, 5), tick(3)), "expected event 8, found Tick 3"),
    ((*BEGUN, tick(2, T_NS - 1)), f"expected a time from {T_NS} ns on, found {T_NS - 1} ns"),
    ((*BEGUN, header(T_NS - 1)), "expected a time from"),
    ((*BEGUN, tick(2), notice(3), tick(4)), "expected the digest of step 2, found Tick"),
    ((*BEGUN, tick(2), notice(3), header()), "expected the digest of step 2, found Header"),
    ((*BEGUN, tick(2), notice(3), snapshot(3)), "expected the digest of step 2, found Snapshot"),
    ((*BEGUN, tick(2), notice(2)), "expected a number above 2, found Notice 2"),
    ((*BEGUN, tick(2), notice(4), notice(3)), "expected a number above 4, found Notice 3"),
    ((*BEGUN, tick(2), notice(4), digest(2, 1)), "expected a digest of 2 messages or more, found one of 1"),
    ((*BEGUN, tick(2), digest(2, 0)), "expected a digest of 1 messages or more"),
    ((*BEGUN, tick(2), digest(2, 1, seq=3)), "expected a digest"),
    ((*BEGUN, tick(2), digest(1, 1)), "expected the digest of 2, behind its step, found that of 1"),
    ((*BEGUN, tick(2), digest(2, 2), digest(2, 2)), "expected the digest of 2"),
    ((*BEGUN, tick(2), digest(2, 2), notice(5)), "expected an event, 5, found Notice 5 of no step"),
    ((*BEGUN, header(), notice(2)), "expected an event, 2, found Notice 2 of no step"),
    ((header(), notice(1)), "expected an event, 1"),
    ((header(), digest(0, 1)), "expected an event, found that of 0"),
    ((*BEGUN, snapshot(2)), "expected a snapshot after 1, found one after 2"),
    ((*BEGUN, snapshot(1, seq=2)), "expected the number 0, found 2"),
    ((*BEGUN, Header(**{**msgspec.structs.asdict(header()), "seq": 2})), "expected the number 0, found 2"),
]


@pytest.mark.parametrize("messages", GOOD)
def test_a_watch_that_runs(messages: tuple[Message, ...]) -> None:
    take(*messages)


@pytest.mark.parametrize(("messages", "told"), BAD)
def test_the_last_message_is_out_of_place(messages: tuple[Message, ...], told: str) -> None:
    order = take(*messages[:-1])
    with pytest.raises(Misplaced, match=told):
        order.add(messages[-1])


def test_made_up_stories_are_in_order() -> None:
    order = Order()
    for line in islice(story(3), 500):
        order.add(line.message)
        assert not (order.within and line.ends is not None)


def test_a_record_may_end_inside_a_step() -> None:
    assert take(*BEGUN, tick(2), notice(3)).within
    assert not take(*BEGUN, tick(2), notice(3), digest(2, 1)).within
    assert not take(*BEGUN, tick(2)).within
