"""A sensor's health as one transition table: what the watch takes a sensor to be, and what each word from it does to that.

Words. ``look``: an observation or a claim came in time. ``poor``: the same from a sensor that last called itself degraded or
down. ``operational``, ``degraded``, ``down``: its own status. ``silence``: nothing that counts for ``silent_after_s``.

A sensor that scans has to show looks: its status alone is no sign that it sees, so a feed of plots that stalls is silence
though the status goes on. For one that reports only when there is something (``scan = false``, claims), a status is a sign of life.
What came too late to be used (``tracking.late_s``), or from too far ahead (``future_s``), is no look. A sensor that
says that it is down stays so until it says otherwise.
"""

from __future__ import annotations

from typing import Literal

from forewarn.messages import Claim, Observation
from forewarn.site import Sensor, Site

Standing = Literal["waiting", "seeing", "degraded", "silent", "down"]
Word = Literal["look", "poor", "operational", "degraded", "down", "silence"]

WORDS: tuple[Word, ...] = ("look", "poor", "operational", "degraded", "down", "silence")
TABLE: dict[Standing, tuple[Standing, ...]] = {
    # before       look      poor        operational degraded    down    silence
    "waiting":  ("seeing", "degraded", "waiting", "waiting",  "down", "silent"),
    "seeing":   ("seeing", "degraded", "seeing",  "degraded", "down", "silent"),
    "degraded": ("seeing", "degraded", "seeing",  "degraded", "down", "silent"),
    "silent":   ("seeing", "degraded", "silent",  "silent",   "down", "silent"),
    "down":     ("down",   "down",     "waiting", "waiting",  "down", "down"),
}  # fmt: skip
WORKING: tuple[Standing, ...] = ("seeing", "degraded")
"""What counts as able to see."""

INTERVALS = 5
AT_LEAST_S = 5.0


def after(state: Standing, word: Word) -> Standing:
    """The state that a word leads to."""
    return TABLE[state][WORDS.index(word)]


def silent_after_s(sensor: Sensor) -> float:
    """How long without a word is silence: the site file's, else 5 intervals, at least 5 s."""
    return max(INTERVALS * sensor.interval_s, AT_LEAST_S) if sensor.silent_after_s is None else sensor.silent_after_s


def scans(sensor: Sensor) -> bool:
    """Whether it shows looks, so that what it does not show was not there; the only sensors that are counted on to see."""
    return sensor.scan and sensor.reports != "claims"


def timely(site: Site, item: Observation | Claim) -> bool:
    """Whether it came soon enough after its measurement to be used, and not from too far ahead."""
    return -site.future_s <= (item.t_arrival_ns - item.t_ns) / 1e9 <= site.tracking.late_s
