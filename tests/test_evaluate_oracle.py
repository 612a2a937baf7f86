"""The oracle against the watch on the same bytes, and against what it must never do."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pytest

from forewarn import sight, watch
from forewarn.edge.watching import site_events
from forewarn.evaluate import oracle
from forewarn.evaluate.suite.real import Real, real
from forewarn.freeze import freeze
from forewarn.geo import to_place
from forewarn.messages import (
    Chunk,
    Claim,
    Event,
    Identity,
    Message,
    Observation,
    Place,
    Plot,
    Polar,
    Position,
    Threat,
    Tick,
    Track,
    Warning,
)
from forewarn.site import Site
from tests.small import SECOND_NS, START_NS
from tests.suite_help import ORIGIN, TOML, Straight, objects

CLUTTER = TOML.replace("clutter = 0.1", "clutter = 3.0\np_detection = 0.85")
COMES: Straight = ("multirotor", (0.0, 900.0, 60.0), (0.0, -15.0, 0.0), 0.0, 75.0)
PASSES: Straight = ("multirotor", (-900.0, 500.0, 60.0), (15.0, 0.0, 0.0), 0.0, 79.0)
BIRD: Straight = ("bird", (700.0, 0.0, 40.0), (-10.0, 0.0, 0.0), 0.0, 79.0)
LASTS_S = 80


def world(straight: Mapping[str, Straight], seed: int, toml: str, sigma_m: float = 10.0, p: float = 0.85, clutter: float = 3.0) -> Any:
    """Objects on straight lines as a radar sees them once a second: with errors, misses and false plots."""
    rng = np.random.Generator(np.random.PCG64(seed))
    table = objects(straight)
    rows = zip(*(table[name].to_pylist() for name in ("time_s", "object", "east_m", "north_m")), strict=True)
    seen: dict[int, list[tuple[float, float, str]]] = {s: [] for s in range(LASTS_S)}
    for time_s, name, east, north in rows:
        second = time_s - START_NS / SECOND_NS
        if abs(second - round(second)) < 1e-3 and round(second) < LASTS_S and rng.random() < p:
            seen[round(second)].append((east + sigma_m * rng.normal(), north + sigma_m * rng.normal(), name))
    chunks, plots, offset = [], [], 0
    for second, own in seen.items():
        reach = 2000 * np.sqrt(rng.random(rng.poisson(clutter)))
        turn = 2 * np.pi * rng.random(len(reach))
        own = own + [(e, n, "") for e, n in zip(reach * np.sin(turn), reach * np.cos(turn), strict=True)]
        t_ns = START_NS + second * SECOND_NS
        text = "time,lat,lon\n" if second == 0 else ""
        for east, north, name in own:
            lat, lon, _ = (round(float(x), 7) for x in to_place(np.array([east, north, 0.0]), ORIGIN))
            text += f"{t_ns // SECOND_NS},{lat:.7f},{lon:.7f}\n"
            plots.append(("radar", t_ns, lat, lon, name))
        text += "" if own else f"{t_ns // SECOND_NS},,\n"
        chunks.append(Chunk(t_ns=t_ns + SECOND_NS // 4, feed="radar", data=text.encode(), offset=offset, whole=True))
        offset += len(text)
    truth = SimpleNamespace(objects=table, plots=_table(plots), story=SimpleNamespace(authorised={}, identities={}, falls_s={}))
    scenario = SimpleNamespace(name="noisy", starts_ns=START_NS, lasts_s=float(LASTS_S), faults=())
    return SimpleNamespace(scenario=scenario, seed=seed, toml=toml, chunks=tuple(chunks), truth=truth)


def _table(rows: list[tuple[str, int, float, float | None, str]]) -> pa.Table:
    names, kinds = ("sensor", "t_ns", "first", "second", "object"), (pa.string(), pa.int64(), pa.float64(), pa.float64(), pa.string())
    return pa.table([[row[i] for row in rows] for i in range(5)], schema=pa.schema(zip(names, kinds, strict=True)))


class Both(NamedTuple):
    """What watch and oracle said, and the truth."""

    watch: list[Message]
    oracle: list[Message]
    real: Real
    state: oracle.State

    def raised_s(self, who: str) -> list[float]:
        """When warnings were raised, seconds from the start."""
        return [(m.t_ns - START_NS) / 1e9 for m in getattr(self, who) if isinstance(m, Warning) and m.action == "raise"]


def both(made: Any) -> Both:
    """Play a world to both."""
    site = watch.site_of(made.toml)
    state, what = watch.State(), real(made, site)
    best = oracle.start(site, what, made.truth.story, made.truth.plots)
    ours: list[Message] = []
    theirs: list[Message] = []
    ticks: list[Event] = [Tick(t_ns=START_NS + s * SECOND_NS) for s in range(1, LASTS_S + 1)]
    for event in (*site_events(made.toml, START_NS), *sorted((*made.chunks, *ticks), key=lambda e: e.t_ns)):
        state, messages = watch.step(state, event)
        ours += messages
        for look in (m for m in messages if isinstance(m, Observation)):
            assert state.rooms is not None
            best = oracle.hear(best, site, sight.view(state.rooms.sight, site, look.sensor, look.t_ns, look.pose), look)
        if isinstance(event, Tick):
            best, told = oracle.judge(best, site, event.t_ns)
            theirs += told
    return Both(ours, theirs, what, best)


def test_with_perfect_detection_it_warns_as_the_watch_does() -> None:
    """To the tick where the kind makes no difference; sooner where it does, for it knows that the object is a drone."""
    alike = TOML.replace("drone = 20.0, bird = 0.0, other = 5.0", "other = 20.0")
    for toml, sooner_s in ((alike, 0), (TOML, 10)):
        found = both(world({"drone": COMES}, 1, toml, sigma_m=1.0, p=1.0, clutter=0.0))
        watch_s, oracle_s = found.raised_s("watch"), found.raised_s("oracle")
        assert len(watch_s) == len(oracle_s) == 1
        assert watch_s[0] - sooner_s <= oracle_s[0] <= watch_s[0]
        places = [
            {m.t_ns: (m.aided.lat_deg, m.aided.lon_deg) for m in said if isinstance(m, Track)} for said in (found.watch, found.oracle)
        ]
        both_saw = sorted(places[0].keys() & places[1].keys())[5:]
        assert len(both_saw) > 60
        assert all(places[0][t] == pytest.approx(places[1][t], abs=1e-7) for t in both_saw), "a centimetre"


@pytest.mark.parametrize("seed", range(2))
def test_it_never_warns_of_clutter(seed: int) -> None:
    found = both(world({}, seed, CLUTTER))
    assert not found.oracle


def test_birds_cost_it_nothing() -> None:
    found = both(world({"bird": BIRD}, 1, CLUTTER))
    assert not found.raised_s("oracle")
    assert not [m for m in found.oracle if isinstance(m, Threat)], "what does no harm is not even projected"
    assert {m.track for m in found.oracle if isinstance(m, Track)} == {1}, "it is tracked all the same"


@pytest.mark.slow
def test_it_errs_no_more_than_the_watch() -> None:
    """Over a few seeds: an entry is warned of no later, and no more is warned of needlessly, on average."""
    leads: dict[str, list[float]] = {"watch": [], "oracle": []}
    needless = {"watch": 0, "oracle": 0}
    for seed in range(5):
        found = both(world({"one": COMES, "two": PASSES}, seed, CLUTTER))
        for who, own in leads.items():
            raised = [t for t in found.raised_s(who) if t < 54]  # it is in the zone at 53.3 s
            own.append(53.3 - raised[0] if raised else 0.0)
            needless[who] += max(len(raised) - 1, 0)
    assert np.mean(leads["oracle"]) >= np.mean(leads["watch"])
    assert needless["oracle"] <= needless["watch"]


@pytest.mark.slow
def test_its_tracks_are_where_objects_are() -> None:
    """Errors are no greater than it says: squared distances in its own covariance average near two, over seeds."""
    squared = []
    for seed in range(3):
        found = both(world({"one": COMES, "two": PASSES}, seed, CLUTTER))
        for m in (m for m in found.oracle if isinstance(m, Track)):
            second = round((m.t_ns - START_NS) / 1e9)
            really = found.real.truth[m.track - 1]
            row = np.argmin(np.abs(really.time_s - m.t_ns / 1e9))
            off = np.array([m.aided.lon_deg - really.lon_deg[row], m.aided.lat_deg - really.lat_deg[row]]) * (68_680.0, 111_250.0)
            if 10 < second < 70:
                squared.append(float((off**2).sum()) / m.aided.sigma_m**2 * 2)
    assert len(squared) > 300
    assert 0.5 < np.mean(squared) < 3.0


def test_what_has_landed_is_known_to_be_gone() -> None:
    made = world({"one": ("multirotor", (0.0, 900.0, 60.0), (0.0, -15.0, 0.0), 0.0, 30.0)}, 1, CLUTTER)
    last = max(m.t_ns for m in both(made).oracle if isinstance(m, Track))
    assert 29 <= (last - START_NS) / 1e9 <= 32


def test_identities_are_the_truth() -> None:
    made = world({"one": COMES}, 1, CLUTTER)
    made.truth.story.authorised = {"one": [(0.0, 50.0)]}
    who = [m for m in both(made).oracle if isinstance(m, Identity)]
    assert all(m.kinds == {"drone": 1.0} for m in who)
    kept = {round((m.t_ns - START_NS) / 1e9): (m.authorised, m.conforming) for m in who}
    assert kept[15] == (1.0, 1.0)
    assert kept[40] == (1.0, 0.0), "it will break it within the horizon"
    assert kept[52] == (0.0, 0.0)


def test_late_looks_make_no_difference() -> None:
    """The same looks in another order of arrival give the same estimates."""
    made = world({"one": COMES}, 3, CLUTTER)
    site = watch.site_of(made.toml)
    what, view = real(made, site), sight.view(sight.start(site), site, "radar", START_NS, None)
    looks = [look for _, look in sorted(_looks(made).items())]
    ends = []
    for order in (looks, [looks[i ^ 1] for i in range(len(looks))]):
        state = oracle.start(site, what, made.truth.story, made.truth.plots)
        for look in order:
            state = oracle.hear(state, site, view, look)
        ends.append([m for m in oracle.judge(state, site, looks[-1].t_ns + SECOND_NS)[1] if isinstance(m, Track)])
    assert ends[0] == ends[1]
    assert len(ends[0]) == 1


def _looks(made: Any, until: int = 40) -> dict[int, Observation]:
    rows = made.truth.plots.to_pylist()
    plots: dict[int, list[Plot]] = {}
    for row in rows:
        measured = Position(lat_deg=row["first"], lon_deg=row["second"])
        plots.setdefault(row["t_ns"], []).append(Plot(t_ns=row["t_ns"], measured=measured))
    return {t: Observation(sensor="radar", t_ns=t, t_arrival_ns=t + SECOND_NS, plots=tuple(plots[t])) for t in sorted(plots)[:until]}


def test_a_sensor_that_lies_moves_nothing() -> None:
    """Plots that the truth gives to an object, but far from it, are not used."""
    made = world({"one": COMES}, 1, CLUTTER)
    site = watch.site_of(made.toml)
    what, view = real(made, site), sight.view(sight.start(site), site, "radar", START_NS, None)
    t_ns = START_NS + 5 * SECOND_NS
    for east, there in ((0.0, 1), (800.0, 0)):
        lat, lon, _ = to_place(np.array([east, 825.0, 0.0]), ORIGIN).tolist()
        state = oracle.start(site, what, made.truth.story, _table([("radar", t_ns, lat, lon, "one")]))
        plot = Plot(t_ns=t_ns, measured=Position(lat_deg=lat, lon_deg=lon))
        state = oracle.hear(state, site, view, Observation(sensor="radar", t_ns=t_ns, t_arrival_ns=t_ns, plots=(plot,)))
        assert len([m for m in oracle.judge(state, site, t_ns)[1] if isinstance(m, Track)]) == there


EARS = (
    TOML.replace('reports = "position"', 'reports = "bearing"\nscan = false')
    .replace("sigma_m = 10.0", "sigma_azimuth_deg = 3.0")
    .replace(
        "[[feeds]]",
        """[[sensors]]
id = "ear"
kind = "microphone"
position = { lat_deg = 52.0, lon_deg = 5.01 }
reports = "bearing"
scan = false
sigma_azimuth_deg = 3.0
interval_s = 1.0
coverage = { max_range_m = 2000.0 }

[[sensors]]
id = "remote"
kind = "receiver"
position = { lat_deg = 52.0, lon_deg = 5.0 }
reports = "claims"
sigma_m = 10.0
interval_s = 1.0
coverage = { max_range_m = 2000.0 }

[[feeds]]""",
        1,
    )
    .replace(
        'columns = { lat = { column = "lat", unit = "deg" }, lon = { column = "lon", unit = "deg" } }',
        'columns = { azimuth = { column = "lat", unit = "deg" } }',
    )
)


def _site(toml: str) -> tuple[Site, Real, Any]:
    made = world({"one": COMES}, 1, toml)
    site = watch.site_of(toml)
    return site, real(made, site), made


def test_crossed_bearings_find_an_object() -> None:
    site, what, made = _site(EARS)
    seen = sight.start(site)
    rows = []
    state = None
    rng = np.random.Generator(np.random.PCG64(4))
    ears = {name: sight.view(seen, site, name, START_NS, None) for name in ("radar", "ear")}
    looks = []
    for second in range(20):
        for k, (name, view) in enumerate(ears.items()):
            t_ns = START_NS + second * SECOND_NS + k * SECOND_NS // 2
            assert view.spot is not None
            north = 900.0 - 15.0 * (second + 0.5 * k)
            azimuth = float(np.degrees(np.arctan2(0.0 - view.spot[0], north - view.spot[1])) + 3.0 * rng.normal()) % 360
            rows.append((name, t_ns, azimuth, None, "one"))
            plot = Plot(t_ns=t_ns, measured=Polar(azimuth_deg=azimuth))
            looks.append((view, Observation(sensor=name, t_ns=t_ns, t_arrival_ns=t_ns, plots=(plot,), scan=False)))
    state = oracle.start(site, what, made.truth.story, _table(rows))
    state = oracle.hear(state, site, *looks[0])
    assert not [m for m in oracle.judge(state, site, looks[0][1].t_ns)[1] if isinstance(m, Track)], "one bearing is too vague"
    for view, look in looks[1:]:
        state = oracle.hear(state, site, view, look)
    (track,) = (m for m in oracle.judge(state, site, START_NS + 20 * SECOND_NS)[1] if isinstance(m, Track))
    off = np.hypot((track.aided.lon_deg - 5.0) * 68_680, (track.aided.lat_deg - 52.0) * 111_250 - 600.0)
    assert off < 3 * track.aided.sigma_m
    assert track.aided.sigma_m < 120


def test_true_claims_are_heard_and_false_ones_are_not() -> None:
    site, what, made = _site(EARS)
    made.truth.story.identities = {"one": ["serial:MINE"]}
    t_ns = START_NS + 5 * SECOND_NS

    def tracks(identity: str, north_m: float) -> int:
        lat, lon, _ = to_place(np.array([0.0, north_m, 60.0]), ORIGIN).tolist()
        said = Claim(sensor="remote", t_ns=t_ns, t_arrival_ns=t_ns, identity=identity, place=Place(lat_deg=lat, lon_deg=lon, alt_m=60.0))
        state = oracle.claim(oracle.start(site, what, made.truth.story, made.truth.plots), site, said)
        return len([m for m in oracle.judge(state, site, t_ns)[1] if isinstance(m, Track)])

    assert tracks("serial:MINE", 825.0) == 1
    assert tracks("serial:MINE", 200.0) == 0, "spoofed elsewhere"
    assert tracks("serial:OTHER", 825.0) == 0


def test_it_is_a_fold() -> None:
    """The same world gives the same messages, byte for byte."""
    made = world({"one": COMES}, 2, CLUTTER)
    assert freeze(both(made).oracle) == freeze(both(made).oracle)


def test_a_sensor_in_doubt_of_itself_is_believed_less() -> None:
    """A plot due north is as unsure as the sensor's own errors and the stated doubts of its azimuth, range and clock together."""
    doubts = "bias_sigma_azimuth_deg = 2.0\nbias_sigma_range_m = 40.0\nbias_sigma_clock_s = 0.5\n"
    toml = TOML.replace("sigma_m = 10.0\n", "sigma_m = 10.0\n" + doubts)
    made = world({"one": COMES}, 1, toml)
    site = watch.site_of(toml)
    what, view = real(made, site), sight.view(sight.start(site), site, "radar", START_NS, None)
    lat, lon, _ = to_place(np.array([0.0, 900.0, 60.0]), ORIGIN).tolist()
    plot = Plot(t_ns=START_NS, measured=Position(lat_deg=lat, lon_deg=lon))
    state = oracle.start(site, what, made.truth.story, _table([("radar", START_NS, lat, lon, "one")]))
    state = oracle.hear(state, site, view, Observation(sensor="radar", t_ns=START_NS, t_arrival_ns=START_NS, plots=(plot,)))
    moved = (0.5 * site.tracking.speed_sd_mps) ** 2
    expected = np.diag([10.0**2 + (900.0 * np.radians(2.0)) ** 2 + moved, 10.0**2 + 40.0**2 + moved])
    assert state.past.belief.cov[0, :2, :2, 0] == pytest.approx(expected, rel=1e-3, abs=0.1)
