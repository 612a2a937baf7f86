"""Calls of the compiled entries (``entries.py``): arrays and numbers in, new arrays out."""

from __future__ import annotations

from typing import Any

import numpy as np

from forewarn import compiled

ENTRIES = ("step", "predict", "estimate")


def called(name: str, *given: Any) -> tuple[Any, ...]:
    """What an entry gives for arrays and, last, packed numbers. Arrays of other types are converted. Raises ``TypeError`` for arrays
    that have other axes than the entry's or integers where it wants floats, or the other way about."""
    entry = compiled.entries("forewarn.track.pmbm.entries", *ENTRIES)[ENTRIES.index(name)]
    made = entry(given)
    if made:
        return made
    *arrays, numbers = given  # perhaps not all lie in order in memory, or are of a type of the same name (out of a pickle)
    floats, ints, _ = compiled.KNOWN
    made = entry((*(np.ascontiguousarray(a).astype((ints if a.dtype.kind in "iu" else floats).dtype) for a in arrays), numbers))
    if made:
        return made
    raise TypeError(f"{name}: arrays {[(a.dtype.name, a.shape) for a in arrays]}, wanted as in entries.py")
