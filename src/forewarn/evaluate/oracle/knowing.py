"""What the truth tells the oracle: whose a plot is, whether a claim is true, and who is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from forewarn.messages import Plot, Polar, Position

if TYPE_CHECKING:
    from forewarn.evaluate.suite.real import Real

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Key = tuple[str, int, float, float | None]


class Story(Protocol):
    """What the oracle reads of the simulator's story: which identities are whose."""

    @property
    def identities(self) -> Mapping[str, Sequence[str]]: ...


class Known(NamedTuple):
    """``plots``: the object (its place in ``real.names``) of each plot, by sensor, time and two numbers; ``identities``: of each claim."""

    real: Real
    plots: Mapping[Key, int]
    identities: Mapping[str, int]

    def whose(self, sensor: str, plot: Plot) -> int | None:
        """The object that a plot is of; None: of nothing."""
        return self.plots.get((sensor, plot.t_ns, *numbers(plot)))

    def second(self, t_ns: int) -> int:
        """The place of a time among the whole seconds of the truth, the last one before it."""
        return min(max(t_ns // 1_000_000_000 - int(self.real.seconds[0]), 0), len(self.real.seconds) - 1)

    def there(self, t_ns: int) -> Flags:
        """Which objects (k,) are there and not on the ground: in the second before or after."""
        second = self.second(t_ns)
        return np.asarray(self.real.asked[:, second : second + 2].any(axis=1))

    def keeps(self, who: int, t_ns: int, horizon_s: float) -> bool:
        """Whether an object keeps to its authorisation now and, while it is there and in the air, for so long from now."""
        ahead = slice(self.second(t_ns), self.second(t_ns + round(horizon_s * 1e9)) + 1)
        return bool((self.real.conforming[who, ahead] | ~self.real.asked[who, ahead]).all() and self.real.conforming[who, ahead.start])

    def place(self, who: NDArray[np.intp], t_ns: NDArray[np.int64]) -> Array:
        """Where objects really are, (3, n) metres about the site's origin, each at its time (n,); NaN where they are not there."""
        since = t_ns / 1e9 - self.real.seconds[0]
        second = np.minimum(np.maximum(since.astype(np.intp), 0), max(len(self.real.seconds) - 2, 0))
        before, after = self.real.enu[:, who, second], self.real.enu[:, who, np.minimum(second + 1, len(self.real.seconds) - 1)]
        return np.asarray(before + np.minimum(since - second, 1.0) * (after - before))


def known(real: Real, story: Story, plots: pa.Table) -> Known:
    """What a world's truth tells."""
    place = {name: k for k, name in enumerate(real.names)}
    columns = [plots[name].to_pylist() for name in ("sensor", "t_ns", "first", "second", "object")]
    whose = {
        (sensor, t_ns, first, second): place[name] for sensor, t_ns, first, second, name in zip(*columns, strict=True) if name in place
    }
    identities = {identity: place[name] for name in real.names for identity in story.identities.get(name, ())}
    return Known(real, whose, identities)


def numbers(plot: Plot) -> tuple[float, float | None]:
    """The two numbers that a plot is known by: latitude and longitude; azimuth and range, or None; east and north."""
    measured = plot.measured
    if isinstance(measured, Position):
        return measured.lat_deg, measured.lon_deg
    if isinstance(measured, Polar):
        return measured.azimuth_deg, measured.range_m
    return measured.east_m, measured.north_m
