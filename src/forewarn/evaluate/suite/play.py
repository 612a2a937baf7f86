"""One world, watched and judged: ``play(scenario, seed) -> Run``.

Events come as they would to a watch that plays a recording: chunks by arrival, each tick of the site's grid after all that arrived by
then, the answers of the world's operators where they are due, all until the world's end. Nothing is recorded and nothing is
delivered, so no ``DeliveryReport`` comes back. The oracle hears the same observations and claims, and judges at the same ticks.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

import msgspec

from forewarn import sight, watch
from forewarn.edge.feeds import next_tick_ns
from forewarn.edge.watching import site_events
from forewarn.evaluate import oracle
from forewarn.evaluate.suite.judge import judged
from forewarn.evaluate.suite.notes import Notes
from forewarn.evaluate.suite.real import Real, real
from forewarn.evaluate.suite.result import Run
from forewarn.messages import Ask, Chunk, Claim, Event, Message, Observation, Tick, Track
from forewarn.simulate import scenario as scenarios
from forewarn.simulate import world as worlds
from forewarn.simulate.world import World
from forewarn.site import Site

SECOND_NS = 1_000_000_000


def play(scenario: Path, seed: int) -> Run:
    """The figures of one world. Raises what reading a scenario raises: ``BadScenario``, ``OSError``."""
    begun = time.perf_counter()
    world = worlds.make(scenarios.parse(scenario.read_text(encoding="utf-8"), scenario.parent), seed)
    return msgspec.structs.replace(play_world(world), scenario=scenario.stem, seed=seed, took_s=time.perf_counter() - begun)


def play_world(world: World) -> Run:
    """The figures of a world that is made."""
    site = watch.site_of(world.toml)
    begins_ns = world.scenario.starts_ns
    ends_ns = begins_ns + round(world.scenario.lasts_s * SECOND_NS)
    truth, notes = real(world, site), Notes(site)
    beside = _Oracle(site, truth, world)
    answers: list[tuple[int, int, Event]] = []
    order = count()
    state = watch.State()
    for part in site_events(world.toml, begins_ns):
        state, _ = watch.step(state, part)
    for event in river(world.chunks, answers, site.tick_s, begins_ns, ends_ns):
        state, messages = watch.step(state, event)
        notes.take(messages)
        beside.take(state, event, messages)
        for heard in messages:
            for answer in world.desk.reply(heard, event.t_ns) if isinstance(heard, (Ask, Track)) else ():
                heapq.heappush(answers, (answer.t_ns, next(order), answer))
    run = judged(truth, notes, beside.notes)
    return msgspec.structs.replace(run, scenario=world.scenario.name, seed=world.seed, event_s=world.scenario.lasts_s)


def river(chunks: Iterable[Chunk], answers: list[tuple[int, int, Event]], tick_s: float, begins_ns: int, ends_ns: int) -> Iterator[Event]:
    """All events up to ``ends_ns``. ``answers``: a heap of (time, order, answer) that may grow while this goes; each comes at its time, or
    at once where that has passed. At equal times chunks come first, then answers, then the tick."""
    due, now = next_tick_ns(begins_ns - 1, tick_s), begins_ns
    for chunk in (*chunks, None):
        until = min(chunk.t_ns, ends_ns + 1) if chunk else ends_ns + 1
        while min(due, answers[0][0] if answers else due) < until:
            if answers and answers[0][0] <= due:
                event = heapq.heappop(answers)[2]
            else:
                event, due = Tick(t_ns=due), next_tick_ns(due, tick_s)
            now = max(now, event.t_ns)
            yield msgspec.structs.replace(event, t_ns=now)
        if chunk is None or chunk.t_ns > ends_ns:
            return
        now = max(now, chunk.t_ns)
        yield msgspec.structs.replace(chunk, t_ns=now)


class _Oracle:
    """The oracle observer, beside the watch."""

    def __init__(self, site: Site, truth: Real, world: World) -> None:
        self.site, self.notes = site, Notes(site)
        self.state = oracle.start(site, truth, world.truth.story, world.truth.plots)

    def take(self, seen: watch.State, event: Event, messages: Iterable[Message]) -> None:
        """Hear what the watch heard in a step, and judge where it judged."""
        assert seen.rooms is not None
        for m in messages:
            if isinstance(m, Observation):
                view = sight.view(seen.rooms.sight, self.site, m.sensor, m.t_ns, m.pose)
                self.state = oracle.hear(self.state, self.site, view, m)
            elif isinstance(m, Claim):
                self.state = oracle.claim(self.state, self.site, m)
        if isinstance(event, Tick):
            self.state, told = oracle.judge(self.state, self.site, event.t_ns)
            self.notes.take(told)
