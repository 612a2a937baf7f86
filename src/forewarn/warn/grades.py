"""How soon, how bad and how sure, in CAP's words (CAP 1.2, section 3.2.2; quoted are its definitions).

| element | value | where |
| --- | --- | --- |
| urgency | Immediate: "responsive action should be taken immediately" | something is in the zone, or the soonest entry (10 %) is less than ``need_s`` and a minute away |
| urgency | Expected: "... soon (within next hour)" | else: no horizon is longer than 10 minutes |
| urgency | Past: "... is no longer required" | all clear, withdrawn |
| severity | Extreme: "extraordinary threat to life or property" | the worst object would do 50 times the harm of a needless warning, or more |
| severity | Severe: "significant threat" | 5 times or more |
| severity | Moderate: "possible threat" | as much or more |
| severity | Minor: "minimal to no known threat" | less; all clear, withdrawn |
| certainty | Observed: "determined to have occurred or to be ongoing" | inside now with 50 % or more; all clear, withdrawn |
| certainty | Likely: "p > ~50 %" | chance of an entry above 50 % |
| certainty | Possible: "possible but not likely (p <= ~50 %)" | else |
"""  # noqa: E501

from __future__ import annotations

from forewarn.warn.cap import Certainty, Grade, Severity, Urgency
from forewarn.warn.decision import Weighed

SOON_S = 60.0
SEVERITIES: tuple[tuple[float, Severity], ...] = ((50.0, "Extreme"), (5.0, "Severe"), (1.0, "Moderate"))
HALF = 0.5

OVER = Grade("Past", "Minor", "Observed")
"""Of an all clear, and of a warning that is withdrawn."""


def grade(weighed: Weighed, need_s: float, cost: float) -> Grade:
    """Of a warning that is raised or stands."""
    return Grade(_urgency(weighed, need_s), _severity(weighed.worst / cost), _certainty(weighed))


def _urgency(weighed: Weighed, need_s: float) -> Urgency:
    soon = weighed.in_s is None or weighed.in_s[0] < need_s + SOON_S
    return "Immediate" if soon or weighed.inside >= HALF else "Expected"


def _severity(times: float) -> Severity:
    return next((word for at_least, word in SEVERITIES if times >= at_least), "Minor")


def _certainty(weighed: Weighed) -> Certainty:
    if weighed.inside >= HALF:
        return "Observed"
    return "Likely" if weighed.chance > HALF else "Possible"
