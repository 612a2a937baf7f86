"""Calls of the compiled entries (``entries.py``): arrays and numbers in, one block of memory out, and the arrays in it."""

from __future__ import annotations

from typing import Any

import numpy as np

from forewarn import compiled
from forewarn.track.pmbm.values import Array, Gaussians, Index

ENTRIES = ("step", "predict", "estimate")
LIKE = (np.zeros(0), np.zeros(0, np.int64))  # what arrays of either kind look like


def called(name: str, arrays: tuple[Any, ...], numbers: bytes) -> bytearray:
    """What an entry gives for arrays and numbers. Arrays of other types are converted. Raises ``TypeError`` for arrays that have
    other axes than the entry's or integers where it wants floats, or the other way about."""
    entry = compiled.entries("forewarn.track.pmbm.entries", *ENTRIES)[ENTRIES.index(name)]
    try:
        return entry((*LIKE, *arrays), numbers)
    except ValueError:  # nothing came: perhaps not all lie in order in memory, or are of a type of the same name (out of a pickle)
        arrays = tuple(np.ascontiguousarray(a).astype(LIKE[a.dtype.kind in "iu"].dtype) for a in arrays)
    try:
        return entry((*LIKE, *arrays), numbers)
    except ValueError:
        raise TypeError(f"{name}: arrays {[(a.dtype.name, a.shape) for a in arrays]}, wanted as in entries.py") from None


class Parts:
    """Reads a block's arrays one behind the other, from word ``at`` on. They are views: the block lives as long as any of them."""

    def __init__(self, made: bytearray, at: int) -> None:
        self._made, self._at = made, 8 * at

    def _next(self, kind: type[np.float64 | np.int64], shape: tuple[int, ...]) -> Any:
        array = np.ndarray(shape, kind, self._made, self._at)
        self._at += array.nbytes
        return array

    def floats(self, *shape: int) -> Array:
        """The next numbers, as an array of this shape."""
        return self._next(np.float64, shape)  # type: ignore[no-any-return]

    def ints(self, *shape: int) -> Index:
        """The next integers, as an array of this shape."""
        return self._next(np.int64, shape)  # type: ignore[no-any-return]

    def gaussians(self, models: int, s: int, n: int) -> Gaussians:
        """The next n Gaussians of so many models and numbers of the state."""
        return Gaussians(self.floats(n), self.floats(models, s, n), self.floats(models, s, s, n), self.floats(models, n))
