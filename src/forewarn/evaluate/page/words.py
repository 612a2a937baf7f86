"""Numbers and verdicts in plain words."""

from __future__ import annotations

from forewarn.evaluate.suite.result import Change, Comparison, Summary, Value

NONE = "–"
LABELS = {
    "entries": "Entries",
    "warned": "Warned before",
    "late": "Warned late",
    "missed": "Missed",
    "unseen": "Unseen",
    "false_1": "False: nothing there",
    "false_2": "False: no entry",
    "warnings": "Warnings raised",
    "lead_s": "Lead time",
    "short_s": "Time short of the need",
    "latency_s": "First seen to warned",
    "people_min_needless": "Needless people-minutes",
    "cost": "Cost",
    "cost_missed": "Cost of missed entries",
    "cost_late": "Cost of late warnings",
    "cost_needless": "Cost of needless warnings",
    "gospa_m": "GOSPA",
    "gospa_localisation_m": "GOSPA: places",
    "gospa_missed_m": "GOSPA: objects missed",
    "gospa_false_m": "GOSPA: false tracks",
    "ospa_m": "OSPA",
    "cost_to_oracle": "Cost over the oracle's",
    "lead_to_oracle": "Lead over the oracle's",
    "calibration_error.exists": "Calibration error of P(exists)",
    "calibration_error.entry": "Calibration error of P(entry)",
    "calibration_error.authorised": "Calibration error of P(authorised)",
    "calibration_error.impact": "Calibration error of P(impact inside)",
    "log_loss": "Log score of kinds",
    "named_right": "Kind named right",
    "faults_told": "Outages told in time",
    "other_faults_told": "Other faults told",
    "alarms_right": "Sensor alarms that were right",
    "missed.upper95": "Missed, upper 95 % bound",
}


def label(name: str) -> str:
    """What a figure is called; the oracle's goes by the watch's word."""
    return LABELS.get(name.removeprefix("oracle."), name)


SHORT = {
    "warned": "Warned",
    "late": "Late",
    "false_1": "Nothing there",
    "false_2": "No entry",
    "lead_s": "Lead",
    "cost": "Cost",
    "oracle.cost": "Oracle's cost",
}


def short(name: str) -> str:
    """What a figure is called at the head of a column."""
    return SHORT.get(name, label(name))


def number(value: float | None, unit: str = "") -> str:
    """A figure as a person writes it: shares in per cent, others to three digits; a dash where there is none."""
    if value is None:
        return NONE
    if unit == "share":
        return f"{100 * value:.1f} %"
    text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{text} {unit}" if unit in ("s", "m", "nat") else text


def interval(value: Value, unit: str = "") -> str:
    """Its 95 % interval; a dash where there is none, or no width to it: from one run a scenario nothing can be told of other seeds."""
    if value.low is None or value.high is None or value.low == value.high:
        return NONE
    low, high = (number(x, unit if unit == "share" else "") for x in (value.low, value.high))
    return f"{low} to {high}".replace(" % to", " to")


def times(n: float, one: str, more: str | None = None) -> str:
    """A count with its word: ``1 entry``, ``3 entries``."""
    return f"{n:,.0f} {one if round(n) == 1 else more or one + 's'}"


def cases(summary: Summary, name: str) -> float:
    """How many cases a share counts: 0 where there is no such figure."""
    value = summary.figures.get(name)
    return 0.0 if value is None or value.value is None else value.value * value.of


def verdict(summary: Summary) -> list[str]:
    """What came out, in sentences."""
    counted = summary.figures["warned"].of
    warned, late, missed, unseen = (cases(summary, name) for name in ("warned", "late", "missed", "unseen"))
    often = f"{counted:,.0f} times" if counted else "Not once"
    said = [f"{often} a dangerous object came into a zone after some sensor had seen it."]
    if counted:
        said.append(
            f"The watch warned in time of {warned - late:,.0f} ({share(warned - late, counted)}), late of {late:,.0f} "
            f"({share(late, counted)}), and not before the entry of {missed:,.0f} ({share(missed, counted)})."
        )
    if unseen:
        said.append(f"{unseen:,.0f} more came in with no report of their place; only bearings or claims could have told.")
    said.append(false_warnings(summary))
    ratio = summary.figures["cost_to_oracle"]
    if ratio.value is not None:
        span = "" if interval(ratio) == NONE else f" (95 %: {interval(ratio)})"
        said.append(f"In all it cost {number(ratio.value)} times what the oracle's errors cost on the same detections{span}.")
    return said


def false_warnings(summary: Summary) -> str:
    """How often people were warned for nothing."""
    judged, hours = summary.figures["false_1"].of, summary.event_s / 3600
    if not judged:
        return "It raised no warning that could be judged."
    nothing, no_entry = cases(summary, "false_1"), cases(summary, "false_2")
    rate = f", {(nothing + no_entry) / hours:.2g} an hour" if hours else ""
    return (
        f"Of its {judged:,.0f} warnings {nothing + no_entry:,.0f} ({share(nothing + no_entry, judged)}{rate}) proved needless: "
        f"of {nothing:,.0f} nothing was there, of {no_entry:,.0f} something was, and nothing dangerous came in."
    )


def share(part: float, whole: float) -> str:
    """A share in whole per cent."""
    return f"{100 * part / whole:.0f} %" if whole else NONE


def ran(summary: Summary) -> str:
    """What was run."""
    good = summary.runs - summary.failed
    seeds = f"{times(len(summary.seeds), 'seed')}" if summary.seeds else "no seed"
    failed = (
        f" {times(summary.failed, 'run')} of them failed and {'is' if summary.failed == 1 else 'are'} left out." if summary.failed else ""
    )
    return (
        f"{times(len(summary.scenarios), 'simulated scenario')}, {seeds} each: {times(summary.runs, 'run')}, {duration(summary.event_s)} "
        f"of events in {times(good, 'world')}, judged in {duration(summary.took_s)}.{failed}"
    )


def duration(seconds: float) -> str:
    """A stretch of time in its largest fitting unit."""
    for unit, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} seconds"


def changed(comparison: Comparison) -> list[str]:
    """What a comparison comes to."""
    better = {m.name: m.better for m in comparison.meanings}
    sure = [c for c in comparison.changes if c.sure]
    said = [f"{times(comparison.runs, 'world')} run by both builds; {times(comparison.unpaired, 'run')} without a partner left out."]
    if not sure:
        return [*said, "No figure changed by more than chance would."]
    for direction in ("better", "worse", "different"):
        names = [label(c.name).lower() if c.name[0].islower() else c.name for c in sure if way(c, better.get(c.name, "")) == direction]
        if names:
            said.append(f"More than chance, {direction}: {', '.join(names)}.")
    return said


def way(change: Change, better: str) -> str:
    """Whether a change is ``better``, ``worse`` or only ``different``; ``same`` if it is none."""
    by = change.difference.value or 0.0
    if by == 0.0:
        return "same"
    if not better:
        return "different"
    return "better" if (by < 0) == (better == "less") else "worse"
