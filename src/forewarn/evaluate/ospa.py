"""OSPA, the optimal sub-pattern assignment metric.

Source: Schuhmacher, Vo, Vo, "A consistent metric for performance evaluation of multi-object filters", IEEE Transactions on Signal
Processing 56, 2008, eq. (3): with m <= n points, d = ( (min over assignments sum min(c, |x - y|)^p + c^p (n - m)) / n )^(1/p).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist


def ospa(truth: ArrayLike, estimate: ArrayLike, c: float, p: float = 2.0) -> float:
    """OSPA between two sets of points, shapes (n, dim) and (m, dim), either empty: 0 to ``c``. Cut-off ``c`` > 0, ``p`` >= 1."""
    if not (c > 0 and p >= 1):
        raise ValueError(f"c = {c}, p = {p}: wanted c > 0, p >= 1")
    x, y = np.asarray(truth, dtype=float), np.asarray(estimate, dtype=float)
    most, least = max(len(x), len(y)), min(len(x), len(y))
    if least == 0:
        return float(c) if most else 0.0
    cost = np.minimum(cdist(x, y), c) ** p
    rows, cols = linear_sum_assignment(cost)
    return float(((cost[rows, cols].sum() + c**p * (most - least)) / most) ** (1 / p))
