"""Late looks: the same stream in order and shuffled within five seconds; what the shuffling costs, and that it changes nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np
from msgspec.structs import replace

from bench import Figure, Value, measures
from bench.bench_chain import FIELD, START_NS, scans
from forewarn import sight, track
from forewarn.messages import Observation, Offset, Place, Plot
from forewarn.site import Site, parse

OBJECTS, LATE_S = 20, 5.0
ORIGIN = Place(lat_deg=0.0, lon_deg=0.0, alt_m=0.0)


def _looks() -> list[Observation]:
    out = []
    for k, plots in enumerate(scans(OBJECTS, 200.0)):
        t_ns = START_NS + k * 1_000_000_000
        found = tuple(Plot(t_ns=t_ns, measured=Offset(east_m=e, north_m=n)) for e, n in plots.T.tolist())
        out.append(Observation(sensor="radar", t_ns=t_ns, t_arrival_ns=t_ns, plots=found, pose=ORIGIN))
    return out


def _shuffled(looks: Sequence[Observation], seed: int) -> list[Observation]:
    """Each late by chance, up to ``LATE_S``, in the order of arrival; the stream's first look comes in time."""
    delay = np.random.default_rng(seed).uniform(0.0, LATE_S, len(looks)) * 1e9
    delay[0] = 0.0
    late = [replace(one, t_arrival_ns=one.t_ns + int(d)) for one, d in zip(looks, delay, strict=True)]
    return sorted(late, key=lambda one: one.t_arrival_ns)


def _taken(site: Site, looks: Sequence[Observation]) -> tuple[track.State, float]:
    state, seen = track.start(site), sight.start(site)
    begun = time.perf_counter()
    for one in looks:
        view = sight.view(seen, site, "radar", one.t_ns, ORIGIN)
        state, refused = track.observe(state, site, view, one)
        assert not refused
    return state, time.perf_counter() - begun


@measures(Figure("track.late.ratio", "times"), Figure("track.late.difference", "m", at_most=1e-6))
def late() -> Iterator[Value]:
    """Time of the shuffled stream over that of the ordered one, and the largest difference of any final estimate (labels are equal)."""
    site = parse(FIELD.format(clutter=0.2 * OBJECTS, reach=200.0 * OBJECTS**0.5 + 500.0))
    looks = _looks()
    ordered, plain_s = min((_taken(site, looks) for _ in range(3)), key=lambda found: found[1])
    ratios, worst = [], 0.0
    for seed in range(5):
        state, took_s = _taken(site, _shuffled(looks, seed))
        one, two = ordered.history.belief, state.history.belief
        assert np.array_equal(one.label, two.label)
        worst = max(worst, float(np.abs(one.mean - two.mean).max()))
        ratios.append(took_s / plain_s)
    yield Value("track.late.ratio", float(np.median(ratios)), runs=len(ratios))
    yield Value("track.late.difference", worst, runs=len(ratios))
