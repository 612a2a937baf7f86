"""What a simulated sensor tells: rows of values by meaning, each with the object that it is of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.simulate.sensors.scene import Array, Bools, Ints

Text = NDArray[np.object_]
Values = dict[str, Array | Text]


class Rows(NamedTuple):
    """Rows (n,) in the order in which they are told. ``values``: by the meanings of a site file's columns, in degrees, metres, metres a
    second, dB; NaN and "" are empty cells. ``object``: whose it is, "" of nothing. ``t_ns``: as measured; ``look_ns``: of its look;
    ``sent_ns``: when it arrives. ``looks_ns`` (k,): all looks, those that saw nothing too, and when they arrive; none of lone reports."""

    t_ns: Ints
    look_ns: Ints
    sent_ns: Ints
    values: Values
    object: Text
    looks_ns: Ints
    looks_sent_ns: Ints

    def at(self, which: Bools | Ints) -> Rows:
        """Some of the rows; all looks."""
        values = {meaning: column[which] for meaning, column in self.values.items()}
        return self._replace(
            t_ns=self.t_ns[which], look_ns=self.look_ns[which], sent_ns=self.sent_ns[which], values=values, object=self.object[which]
        )

    def in_order(self) -> Rows:
        """By arrival, then by look, then by time of measurement; alike rows stay in order."""
        return self.at(np.lexsort((self.t_ns, self.look_ns, self.sent_ns)))


def nothing() -> Rows:
    """No rows and no looks."""
    none = np.zeros(0, dtype=np.int64)
    return Rows(none, none, none, {}, np.zeros(0, dtype=object), none, none)


def texts(words: Sequence[str]) -> Text:
    """Words as an array (n,)."""
    column = np.empty(len(words), dtype=object)
    column[:] = words
    return column


def joined(parts: Sequence[Rows]) -> Rows:
    """Rows of one sensor together, in order; the looks are those of the first. A meaning that a part lacks is empty in it."""
    meanings = dict.fromkeys(meaning for part in parts for meaning in part.values)
    values = {meaning: np.concatenate([_column(part, meaning, parts) for part in parts]) for meaning in meanings}
    fields = zip(*((part.t_ns, part.look_ns, part.sent_ns, part.object) for part in parts), strict=True)
    t_ns, look_ns, sent_ns, objects = (np.concatenate(columns) for columns in fields)
    return Rows(t_ns, look_ns, sent_ns, values, objects, parts[0].looks_ns, parts[0].looks_sent_ns).in_order()


def _column(part: Rows, meaning: str, parts: Sequence[Rows]) -> Array | Text:
    if meaning in part.values:
        return part.values[meaning]
    word = any(p.values[meaning].dtype == object for p in parts if meaning in p.values)
    return texts([""] * len(part.t_ns)) if word else np.full(len(part.t_ns), np.nan)
