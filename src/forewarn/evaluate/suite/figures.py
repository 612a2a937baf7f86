"""Every figure of a suite by name: what it means, and how it follows from sums over runs.

``totals`` turns a run into one row of numbers; rows add up. A figure is a share, a ratio of totals or the root of one, so that it can be
worked out from any selection of runs, drawn as often as one likes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from forewarn.evaluate.calibration import as_array, expected_error, greatest_error
from forewarn.evaluate.suite.result import Health, Meaning, Run, Tally
from forewarn.evaluate.tables import Array

CURVES: tuple[Literal["exists", "entry", "authorised", "impact"], ...] = ("exists", "entry", "authorised", "impact")
_TALLY, _HEALTH = Tally.__struct_fields__, Health.__struct_fields__
NAMES: tuple[str, ...] = (
    *(f"watch.{name}" for name in _TALLY), *(f"oracle.{name}" for name in _TALLY), *(f"health.{name}" for name in _HEALTH),
    "naming.log_loss", "naming.samples", "naming.right", "event_s", "runs",
)  # fmt: skip
_PLACE = {name: i for i, name in enumerate(NAMES)}
_WIDTH = len(NAMES)


def totals(run: Run) -> Array:
    """A run's sums as one row: ``NAMES``, then the three rows of ten bins of each curve."""
    right = sum(row.get(true, 0) for true, row in run.naming.confusion.items())
    plain = [getattr(part, name) for part, names in ((run.watch, _TALLY), (run.oracle, _TALLY), (run.health, _HEALTH)) for name in names]
    plain += [run.naming.log_loss, run.naming.samples, right, run.event_s, 1]
    return np.concatenate([np.array(plain, dtype=float), *(as_array(getattr(run, curve)).ravel() for curve in CURVES)])


class Sums(NamedTuple):
    """Sums over runs, of one selection (K,) or many (draws, K)."""

    rows: Array

    def of(self, *names: str) -> Array:
        """The sum of named totals, (...)."""
        return np.asarray(self.rows[..., [_PLACE[name] for name in names]].sum(axis=-1))

    def bins(self, curve: Literal["exists", "entry", "authorised", "impact"]) -> Array:
        """The counts of a curve, (..., 3, 10)."""
        first = _WIDTH + 30 * CURVES.index(curve)
        return self.rows[..., first : first + 30].reshape(*self.rows.shape[:-1], 3, 10)


class Figure(NamedTuple):
    """A figure: its meaning, its value from sums, and over how many cases it is; of a share also how many are ``hits``."""

    meaning: Meaning
    value: Callable[[Sums], Array]
    cases: Callable[[Sums], Array]
    hits: Callable[[Sums], Array] | None = None


def _divided(top: Array, bottom: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(bottom > 0, top / bottom, np.nan))


Better = Literal["less", "more", ""]


def _ratio(name: str, unit: str, better: Better, top: str, bottom: str, text: str, scale: float = 1.0, root: bool = False) -> Figure:
    tops, bottoms = top.split(), bottom.split()

    def value(sums: Sums) -> Array:
        whole = scale * _divided(sums.of(*tops), sums.of(*bottoms))
        return np.sqrt(whole) if root else whole

    meaning = Meaning(name=name, unit=unit, text=text, better=better, interval="bootstrap")
    return Figure(meaning, value, lambda sums: sums.of(*bottoms))


def _share(name: str, better: Better, top: str, bottom: str, text: str) -> Figure:
    plain = _ratio(name, "share", better, top, bottom, text)
    meaning = Meaning(name=name, unit="share", text=text, better=better, interval="the wider of Wilson's and the bootstrap's")
    return Figure(meaning, plain.value, plain.cases, lambda sums: sums.of(*top.split()))


def _of(who: str, names: str) -> str:
    return " ".join(f"{who}.{name}" for name in names.split())


_COSTS = "cost_missed cost_late cost_needless"
_GOSPA = "gospa_localisation gospa_missed gospa_false"


def _observer(who: str, before: str) -> tuple[Figure, ...]:
    """The figures that both observers have."""

    def share(name: str, better: Better, top: str, bottom: str, text: str) -> Figure:
        return _share(before + name, better, _of(who, top), _of(who, bottom), text)

    def ratio(name: str, unit: str, better: Better, top: str, bottom: str, text: str, scale: float = 1.0, root: bool = False) -> Figure:
        below = " ".join(n if n == "runs" else f"{who}.{n}" for n in bottom.split())
        return _ratio(before + name, unit, better, _of(who, top), below, text, scale, root)

    return (
        ratio("entries", "a run", "", "entries", "runs", "dangerous objects that came into a zone"),
        share("warned", "more", "warned", "counted", "of the entries that some sensor saw coming: warned before"),
        share("late", "less", "late", "counted", "of the same: warned, but under the time that the zone's people need"),
        share("missed", "less", "missed", "counted", "of the same: not warned before"),
        share("unseen", "", "unseen", "entries", "of all entries: not warned, and no sensor had reported a place near the object"),
        share("false_1", "less", "false_nothing", "judged", "of warnings: nothing was there"),
        share("false_2", "less", "false_no_entry", "judged", "of warnings: something was there, and nothing dangerous came in"),
        ratio("warnings", "a run", "", "warnings", "runs", "warnings raised"),
        ratio("lead_s", "s", "more", "lead_s", "counted", "mean time from warning to entry; 0 for a missed one"),
        ratio("short_s", "s", "less", "short_s", "counted", "mean time that was missing to what people need"),
        ratio("latency_s", "s", "less", "latency_s", "latencies", "mean time from an object's first measurement to the warning of it"),
        ratio("people_min_needless", "a run", "less", "people_min_needless", "runs", "people-minutes under a warning that was not needed"),
        ratio("cost", "a run", "less", _COSTS, "runs", "what misses, late and needless warnings came to, at the site's stated harms"),
        ratio("cost_missed", "a run", "less", "cost_missed", "runs", "of it: entries that nobody was warned of"),
        ratio("cost_late", "a run", "less", "cost_late", "runs", "of it: warnings that came late"),
        ratio("cost_needless", "a run", "less", "cost_needless", "runs", "of it: warnings that were not needed"),
        ratio("gospa_m", "m", "less", _GOSPA, "seconds", "GOSPA (c = 50 m, p = 2), root of the mean square over seconds", root=True),
        ratio("gospa_localisation_m", "m", "less", "gospa_localisation", "seconds", "its part of places", root=True),
        ratio("gospa_missed_m", "m", "less", "gospa_missed", "seconds", "its part of objects without a track", root=True),
        ratio("gospa_false_m", "m", "less", "gospa_false", "seconds", "its part of tracks without an object", root=True),
        ratio("ospa_m", "m", "less", "ospa_m", "seconds", "OSPA (c = 50 m, p = 2), mean over seconds"),
    )  # fmt: skip


def _calibration(curve: Literal["exists", "entry", "authorised", "impact"]) -> Figure:
    name, text = f"calibration_error.{curve}", f"how far the said chance P({curve}) lies from the share that came true, mean over samples"
    meaning = Meaning(name=name, unit="", text=text, better="less", interval="bootstrap")
    return Figure(meaning, lambda sums: expected_error(sums.bins(curve)), lambda sums: sums.bins(curve)[..., 0, :].sum(axis=-1))


def worst(curve: Literal["exists", "entry", "authorised", "impact"]) -> Figure:
    """The greatest error of a curve over its bins with enough samples."""
    meaning = Meaning(name=f"worst.{curve}", unit="", text="", better="less", interval="bootstrap")
    return Figure(meaning, lambda sums: greatest_error(sums.bins(curve)), lambda sums: sums.bins(curve)[..., 0, :].sum(axis=-1))


FIGURES: tuple[Figure, ...] = (
    *_observer("watch", ""),
    *_observer("oracle", "oracle."),
    _ratio("cost_to_oracle", "", "less", _of("watch", _COSTS), _of("oracle", _COSTS), "the watch's cost over the oracle's, totals"),
    _ratio("lead_to_oracle", "", "more", "watch.both_lead_s", "oracle.both_lead_s", "the same of leads, of entries counted for both"),
    *(_calibration(curve) for curve in CURVES),
    _ratio("log_loss", "nat", "less", "naming.log_loss", "naming.samples", "mean of -ln P(true kind), each track of an object each second"),
    _share("named_right", "more", "naming.right", "naming.samples", "of the same: the true kind was held most likely"),
    _share("faults_told", "more", "health.silences_told", "health.silences", "of sensors' outages and stalls: operators told in time"),
    _share("other_faults_told", "more", "health.others_told", "health.others", "of other faults of sensors: told while they lasted"),
    _share("alarms_right", "more", "health.alarms_right", "health.alarms", "of messages that a sensor is unwell: it is"),
)  # fmt: skip
