"""What an observer's warnings and silences came to, at the harms that the site itself states (``[zones.costs]``).

    entry without a warning (missed or unseen)   the harm of such an object: missed[kind], or ``conforming`` where it keeps to
                                                 its flight authorisation at that moment
    entry with a warning that was late           that harm, times the share of the needed time that was missing
    entry while a warning for another stands     nothing
    needless warning (false by either word)      false_alarm

The oracle pays by the same rule, so the ratio of the two is what the watch could still save. An object is *dangerous* to a zone at a
moment if its harm is at least the cost of a false alarm: whoever knew all would warn of it. Only dangerous objects' entries are
counted as entries; the harm of lesser ones is paid all the same.
"""

from __future__ import annotations

from forewarn.messages import Kind
from forewarn.site import Costs


def harm(costs: Costs, kind: Kind, conforming: bool) -> float:
    """The harm of an entry of an object that nobody was warned of."""
    return costs.conforming if conforming else costs.missed.get(kind, costs.missed.get("other", 0.0))


def dangerous(costs: Costs, kind: Kind, conforming: bool) -> bool:
    """Whether a warning of its entry would be right."""
    return harm(costs, kind, conforming) >= costs.false_alarm


def late(harm: float, lead_s: float, need_s: float) -> float:
    """The cost of a warning ``lead_s`` before an entry whose people needed ``need_s``: nothing from the need on, all of it at no lead."""
    return harm * min(1.0, max(0.0, 1.0 - lead_s / need_s)) if need_s > 0 else 0.0
