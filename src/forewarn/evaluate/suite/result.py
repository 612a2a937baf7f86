"""What a suite of simulated worlds gives: one ``Run`` a scenario and seed, one ``Summary`` of all, one ``Comparison`` of two.

Times are seconds from the scenario's start, places metres east and north of the site's origin. Numbers in ``Tally``, ``Bins``, ``Naming``
and ``Health`` add up over runs; every figure is a function of such sums (``figures``), so that runs can be drawn again for intervals.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from forewarn.evaluate.calibration import FEW as FEW
from forewarn.evaluate.calibration import Bins as Bins
from forewarn.evaluate.identity import Naming as Naming


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one observer (the watch, or the oracle) in one run; all zones together. ``docs/evaluate.md`` defines each.

    ``counted``: entries that a sensor's reports of place had shown coming: ``warned`` (some of them ``late``) or ``missed``. The others are
    ``unseen``, ``warned_unseen`` (by bearings or claims alone) or ``earlier``. ``lead_s`` is a sum over ``counted`` entries, ``short_s`` of
    how far under the need leads were, ``latency_s`` over ``latencies`` warned entries, ``both_lead_s`` over ``both``, the entries that are
    counted for watch and oracle alike.
    ``gospa_*`` are sums over ``seconds`` of squared metres, ``ospa_m`` of metres. ``cost_*`` are in the site's own unit.
    """

    entries: int = 0
    counted: int = 0
    warned: int = 0
    warned_unseen: int = 0
    late: int = 0
    missed: int = 0
    unseen: int = 0
    earlier: int = 0
    started_inside: int = 0
    warnings: int = 0
    judged: int = 0
    withdrawn: int = 0
    false_nothing: int = 0
    false_no_entry: int = 0
    lead_s: float = 0.0
    short_s: float = 0.0
    latency_s: float = 0.0
    latencies: int = 0
    both: int = 0
    both_lead_s: float = 0.0
    people_min: float = 0.0
    people_min_needless: float = 0.0
    cost_missed: float = 0.0
    cost_late: float = 0.0
    cost_needless: float = 0.0
    gospa_localisation: float = 0.0
    gospa_missed: float = 0.0
    gospa_false: float = 0.0
    ospa_m: float = 0.0
    seconds: int = 0

    @property
    def cost(self) -> float:
        """All of it."""
        return self.cost_missed + self.cost_late + self.cost_needless


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether operators were told of sensors' faults. ``silences``: faults that stop a sensor for longer than its silence time;
    ``told`` of them in time. ``others``: all other faults; ``others_told`` while they lasted. ``alarms``: messages that a sensor is
    silent, degraded or down; ``alarms_right``: with a fault there."""

    silences: int = 0
    silences_told: int = 0
    others: int = 0
    others_told: int = 0
    alarms: int = 0
    alarms_right: int = 0


class EntryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One dangerous object comes into one zone, and what the people there had been told by the watch and by the oracle.

    ``outcome``: ``warned``, ``missed``, ``unseen`` or ``earlier``; ``harm`` at the zone's stated costs; ``first_s`` when a sensor first
    reported the object, None if never.
    """

    zone: str
    object: str
    kind: str
    t_s: float
    need_s: float
    harm: float
    seen: bool
    outcome: str
    late: bool
    lead_s: float
    oracle_outcome: str
    oracle_late: bool
    oracle_lead_s: float
    first_s: float | None = None


class WarningRow(msgspec.Struct, frozen=True, kw_only=True):
    """One warning from its raise to its end (None: it stood to the end). ``verdict``: as in
    ``evaluate.warnings``."""

    observer: Literal["watch", "oracle"]
    zone: str
    raised_s: float
    cleared_s: float | None
    withdrawn: bool
    verdict: str
    tracks: tuple[str, ...] = ()


class FaultRow(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of a sensor; ``told_s``: when operators were first told that something is wrong with it, None if never while it lasted."""

    sensor: str
    what: str
    from_s: float
    to_s: float
    told_s: float | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A path on the map, every other second, rounded to a metre. ``id``: an object's name, or a track's
    number; ``kind``: what the object is, or the object that the track mostly is, empty for nobody."""

    id: str
    kind: str
    t_s: tuple[int, ...]
    east_m: tuple[int, ...]
    north_m: tuple[int, ...]


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """A zone's outline on the map, or with one corner the place of a sensor."""

    id: str
    east_m: tuple[int, ...]
    north_m: tuple[int, ...]


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture of a run needs."""

    objects: tuple[Line, ...] = ()
    tracks: tuple[Line, ...] = ()
    zones: tuple[Outline, ...] = ()
    sensors: tuple[Outline, ...] = ()


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One world, watched and judged. ``key``: hash of scenario, site, build and seed. ``error``: why there are no figures, or empty."""

    scenario: str
    seed: int
    key: str
    build: str
    error: str = ""
    event_s: float = 0.0
    took_s: float = 0.0
    watch: Tally = Tally()
    oracle: Tally = Tally()
    exists: Bins = Bins()
    entry: Bins = Bins()
    authorised: Bins = Bins()
    impact: Bins = Bins()
    naming: Naming = Naming()
    health: Health = Health()
    entries: tuple[EntryRow, ...] = ()
    warnings: tuple[WarningRow, ...] = ()
    faults: tuple[FaultRow, ...] = ()
    scene: Scene = Scene()


# ------------------------------------------------------------------------------------------------------------- all runs


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """A figure with its 95 % interval; None where there is nothing to count. ``of``: how many cases it is over."""

    value: float | None
    low: float | None
    high: float | None
    of: float


class Meaning(msgspec.Struct, frozen=True, kw_only=True):
    """What a figure is: its unit, a sentence, which way is better (``less``, ``more`` or empty), and how its interval is made."""

    name: str
    unit: str
    text: str
    better: Literal["less", "more", ""]
    interval: Literal["bootstrap", "the wider of Wilson's and the bootstrap's", "Clopper-Pearson, one-sided"]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario over its seeds; ``figures`` by name."""

    name: str
    title: str
    happens: str
    follows: str
    runs: int
    failed: int
    figures: dict[str, Value]


class CurveBin(msgspec.Struct, frozen=True, kw_only=True):
    """One bin: the mean chance ``said``, the share that ``came`` true with its interval (bootstrap
    over runs); ``few``: under 500 samples."""

    low: float
    high: float
    n: int
    said: float | None
    came: Value
    few: bool


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """How far a said chance can be trusted. ``error``: expected calibration error; ``worst``: the greatest in bins not few."""

    what: Literal["exists", "entry", "authorised", "impact"]
    samples: int
    error: Value
    worst: Value
    bins: tuple[CurveBin, ...]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A run that gave no figures."""

    scenario: str
    seed: int
    error: str


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A whole suite. ``entries``: of all runs, for distributions. ``worst``: the runs that cost the most above the oracle, worst first."""

    build: str
    seeds: tuple[int, ...]
    runs: int
    failed: int
    event_s: float
    took_s: float
    meanings: tuple[Meaning, ...]
    figures: dict[str, Value]
    scenarios: tuple[Part, ...]
    curves: tuple[Curve, ...]
    confusion: dict[str, dict[str, int]]
    entries: tuple[EntryRow, ...]
    worst: tuple[Run, ...]
    failures: tuple[Failure, ...]


# -------------------------------------------------------------------------------------------------------------- two of them


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One figure, before and after, over the same worlds. ``p``: chance of so great a difference in any figure of the whole comparison,
    over all worlds or of one scenario, two-sided, by swapping before and after of runs; ``sure``: it is at most 5 %."""

    name: str
    before: float | None
    after: float | None
    difference: Value
    p: float
    sure: bool


class RunChange(msgspec.Struct, frozen=True, kw_only=True):
    """One world in which the cost changed."""

    scenario: str
    seed: int
    cost_before: float
    cost_after: float
    missed_before: int
    missed_after: int


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two builds on the same scenarios and seeds. ``unpaired``: runs that only one of them has, or that failed in one."""

    build_before: str
    build_after: str
    runs: int
    unpaired: int
    meanings: tuple[Meaning, ...]
    changes: tuple[Change, ...]
    scenarios: dict[str, tuple[Change, ...]]
    worse: tuple[RunChange, ...]
    better: tuple[RunChange, ...]
