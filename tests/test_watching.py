"""The order of durable writes, deliveries that a crash may not lose, and a record that cannot be written."""

from __future__ import annotations

import itertools
from pathlib import Path

import msgspec
import pytest

from forewarn import messages as m
from forewarn.edge import store as disk
from forewarn.edge.store import Store, Unwritable
from forewarn.edge.watching import Watching
from forewarn.freeze import freeze
from tests.small import SITE, START_NS, begun, events, fold

TOLD = SITE.replace("tell = []", 'tell = ["desk"]')


class Courier:
    """Writes down what it was asked to send, and how much of the record was durable then."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sent: list[tuple[m.Deliver, m.Alert]] = []
        self.durable: list[set[int]] = []

    def send(self, deliver: m.Deliver, alert: m.Alert) -> None:
        self.sent.append((deliver, alert))
        self.durable.append({e.seq for e in disk.entries(self.path)})


def watching(path: Path, courier: Courier | None = None, every: int = 1) -> Watching:
    return Watching(Store.create(path), courier, lambda text: None, every)


def test_a_warning_is_on_the_disk_before_it_is_sent(tmp_path: Path) -> None:
    courier = Courier(tmp_path / "r")
    watch = watching(tmp_path / "r", courier, every=1000)
    watch.begin(TOLD, START_NS)
    for event in events():
        watch.take(event)
    watch.close()
    assert courier.sent
    for (deliver, alert), durable in zip(courier.sent, courier.durable, strict=True):
        assert {deliver.seq, alert.seq, *deliver.causes} <= durable
        assert alert.seq == deliver.alert


def test_a_record_holds_the_events_and_the_watch_says_the_same_with_and_without_one(tmp_path: Path) -> None:
    watch = watching(tmp_path / "r")
    watch.begin(SITE, START_NS)
    said = [x for event in events() for x in watch.take(event)]
    watch.close()
    state, other = fold(begun(), events())
    assert list(map(m.encode, said)) == list(map(m.encode, other))
    kept = [e for e in disk.entries(tmp_path / "r") if isinstance(e, m.Chunk | m.Tick)]
    assert [(type(e), e.t_ns) for e in kept] == [(type(e), e.t_ns) for e in events()]
    assert freeze(state.rooms) == freeze(watch.state.rooms)


@pytest.mark.parametrize("cut", [1, 37, 60, 119])
def test_after_a_stop_anywhere_it_goes_on_as_if_nothing_had_been(tmp_path: Path, cut: int) -> None:
    one = watching(tmp_path / "one")
    one.begin(SITE, START_NS)
    for event in events():
        one.take(event)
    two = watching(tmp_path / "two")
    two.begin(SITE, START_NS)
    for event in itertools.islice(events(), cut):
        two.take(event)
    two.commit()
    assert two.store is not None
    two.store.close()  # no snapshot: all events are taken again
    again = Watching(Store.open(tmp_path / "two"), None, lambda text: None)
    again.resume(SITE)
    for event in itertools.islice(events(), cut, None):
        again.take(event)
    assert freeze(again.state) == freeze(one.state)


def test_what_was_due_and_not_reported_is_sent_again_after_a_crash(tmp_path: Path) -> None:
    courier = Courier(tmp_path / "r")
    watch = watching(tmp_path / "r", courier)
    watch.begin(TOLD, START_NS)
    for event in events():
        watch.take(event)
        if courier.sent:
            break
    assert watch.store is not None
    watch.store.close()
    later = Courier(tmp_path / "r")
    again = Watching(Store.open(tmp_path / "r"), later, lambda text: None)
    again.resume(TOLD)
    assert [d.seq for d, _ in later.sent] == [d.seq for d, _ in courier.sent]
    again.take(m.DeliveryReport(t_ns=again.state.t_ns, deliver=later.sent[0][0].seq, state="acknowledged"))
    assert again.store is not None
    again.store.close()
    last = Courier(tmp_path / "r")
    Watching(Store.open(tmp_path / "r"), last, lambda text: None).resume(TOLD)
    assert [d.seq for d, _ in last.sent] == [d.seq for d, _ in later.sent[1:]]


def test_another_site_file_takes_effect_when_a_record_is_gone_on_with(tmp_path: Path) -> None:
    watch = watching(tmp_path / "r")
    watch.begin(SITE, START_NS)
    watch.close()
    again = Watching(Store.open(tmp_path / "r"), None, lambda text: None)
    again.resume(SITE + "\n# changed\n")
    assert again.state.toml.endswith("# changed\n")


class Failing:
    """A store whose disk is full from some write on, and may have room again."""

    def __init__(self) -> None:
        self.full = False
        self.written: list[m.Message] = []

    def append(self, entries: tuple[m.Message, ...]) -> None:
        self.written.extend(entries)

    def commit(self) -> int:
        if self.full:
            raise Unwritable("no space left on device")
        return len(self.written)

    def snapshot(self, seq: int, state: bytes) -> None:
        self.commit()

    def close(self) -> None:
        self.commit()


def test_warnings_go_out_though_the_record_cannot_be_written_and_that_is_said_once(tmp_path: Path) -> None:
    said: list[str] = []
    store, courier = Failing(), Courier(tmp_path)
    courier.send = lambda deliver, alert: courier.sent.append((deliver, alert))  # type: ignore[method-assign]
    watch = Watching(store, courier, said.append)  # type: ignore[arg-type]
    watch.begin(TOLD, START_NS)
    store.full = True
    for event in events():
        watch.take(event)
    assert courier.sent
    assert len(said) == 1
    assert "CANNOT BE WRITTEN" in said[0]
    assert "no space left" in said[0]
    store.full = False
    watch.commit()
    assert "written again" in said[-1]


def test_an_event_that_comes_with_an_older_time_is_moved_up_to_the_clock(tmp_path: Path) -> None:
    watch = watching(tmp_path / "r")
    watch.begin(SITE, START_NS)
    watch.take(m.Tick(t_ns=START_NS + 10))
    watch.take(m.Tick(t_ns=START_NS + 5))
    watch.close()
    times = [e.t_ns for e in disk.entries(tmp_path / "r") if isinstance(e, m.Tick)]
    assert times == [START_NS + 10, START_NS + 10]


def test_a_record_of_another_build_is_gone_on_with_and_that_is_said(tmp_path: Path) -> None:
    watch = watching(tmp_path / "r")
    watch.begin(SITE, START_NS)
    for event in itertools.islice(events(), 40):
        watch.take(event)
    assert watch.store is not None
    watch.store.close()
    entries = list(disk.entries(tmp_path / "r"))
    with Store.create(tmp_path / "other") as store:  # as a build would have written it that gave one message more in the tenth step
        tenth = [e for e in entries if isinstance(e, m.StepDigest)][9]
        for entry in entries:
            seq = getattr(entry, "seq", 0)
            moved = msgspec.structs.replace(entry, seq=seq + 1) if seq > tenth.of + tenth.messages else entry
            if isinstance(entry, m.StepDigest):
                of = entry.of + (entry.of > tenth.of)
                moved = m.StepDigest(of=of, messages=entry.messages + (entry is tenth), sha256="0" * 64 if entry is tenth else entry.sha256)
            store.append((moved,))
    said: list[str] = []
    again = Watching(Store.open(tmp_path / "other"), None, said.append)
    again.resume(SITE)
    assert any("another build" in line for line in said)
    for event in itertools.islice(events(), 40, None):
        again.take(event)
    again.close()
    assert disk.verify(tmp_path / "other").ok, str(disk.verify(tmp_path / "other"))
