"""False plots and detections counted while tracking, against what was stated; where the statement is doubted, the rates follow the count.

For each sensor two Poisson rates stand against their stated values by an unknown factor with a gamma prior of mean one: the posterior
mean after ``found`` events, where ``due`` were to be expected as stated, is (a + found) / (a + due). The events are not seen but
expected (``tally.py``): false plots are plots less the chance that each is an object's; detections and chances to detect are the
association's marginals, weighted with existence after the scan. This is recursive expectation maximisation (Titterington, "Recursive
parameter estimation using incomplete data", Journal of the Royal Statistical Society B 46 (2), 1984) with forgetting. What it is drawn
to is derived in ``design/pmbm.md``.
"""

from __future__ import annotations

import math

import numpy as np

from forewarn.track.pmbm.values import Array, Learned

MEMORY = 100.0  # a sensor's scans after which a count weighs 1 / e
HIGH = 0.98  # no sensor is learned to be surer than this of showing an object, unless it is stated


def factors(doubt: float, learned: Learned, sensor: int) -> tuple[float, float]:
    """How many times the stated clutter and detection are to be taken. ``doubt``: by which factor they may be wrong, one standard
    deviation (of a gamma with shape a, log's is near a^-1/2); 1: exactly as stated."""
    if doubt <= 1.0 or sensor >= learned.due.shape[1]:
        return 1.0, 1.0
    shape = math.log(doubt) ** -2
    by = (shape + learned.found[:, sensor]) / (shape + learned.due[:, sensor])
    return float(by[0]), float(by[1])


def taken(learned: Learned, sensor: int, found: tuple[float, float], due: tuple[float, float]) -> Learned:
    """The counts with one more scan of a sensor: false plots and detections ``found``, and how many were ``due`` as stated."""
    known = learned.due.shape[1]
    counts = np.zeros((2, 2, max(sensor + 1, known)))
    counts[:, :, :known] = learned
    counts[:, :, sensor] *= math.exp(-1.0 / MEMORY)
    counts[:, :, sensor] += (found, due)
    return Learned(*counts)


def shown(detection: Array, by: float) -> Array:
    """Stated chances (n,) of detection taken ``by`` times, below `HIGH` where they are not stated above it."""
    return detection if by == 1.0 else np.asarray(np.minimum(by * detection, np.maximum(detection, HIGH)))
