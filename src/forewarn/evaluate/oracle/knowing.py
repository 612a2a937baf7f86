"""What the truth tells the oracle: whose a plot is, whether a claim is true, and who is there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from forewarn.messages import Plot, Polar, Position
from forewarn.track.look import Look

if TYPE_CHECKING:
    from forewarn.evaluate.suite.real import Real

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Key = tuple[str, int, float, float | None]
FAR_SD, FAR_M, FAR_RAD = 6.0, 30.0, 0.2
"""A plot is nothing that errs by more than so many of its stated deviations, and so much besides."""


class Story(Protocol):
    """What the oracle reads of the simulator's story: which identities are whose."""

    @property
    def identities(self) -> Mapping[str, Sequence[str]]: ...


class Known(NamedTuple):
    """``plots``: the object (its place in ``real.names``) of each plot, by sensor, time and two numbers; ``identities``: of each claim;
    ``present`` (s, k): which objects are there and not on the ground in a second or the one after it."""

    real: Real
    plots: Mapping[Key, int]
    identities: Mapping[str, int]
    present: Flags

    def whose(self, sensor: str, plot: Plot) -> int | None:
        """The object that a plot is of; None: of nothing."""
        return self.plots.get((sensor, plot.t_ns, *numbers(plot)))

    def second(self, t_ns: int) -> int:
        """The place of a time among the whole seconds of the truth, the last one before it."""
        return min(max(t_ns // 1_000_000_000 - int(self.real.seconds[0]), 0), len(self.real.seconds) - 1)

    def there(self, t_ns: int) -> Flags:
        """Which objects (k,) are there and not on the ground: in the second before or after."""
        return np.asarray(self.present[self.second(t_ns)])

    def keeps(self, who: int, t_ns: int, horizon_s: float) -> bool:
        """Whether an object keeps to its authorisation now and, while it is there and in the air, for so long from now."""
        ahead = slice(self.second(t_ns), self.second(t_ns + round(horizon_s * 1e9)) + 1)
        return bool((self.real.conforming[who, ahead] | ~self.real.asked[who, ahead]).all() and self.real.conforming[who, ahead.start])

    def far(self, look: Look, who: NDArray[np.intp]) -> Flags:
        """Which plots (m + b,) of a look lie farther from their objects than their stated errors explain."""
        east, north, _ = look.view.spot or (math.nan, math.nan, math.nan)
        lines = look.bearing, look.bearing_sd, east, north
        return np.asarray(_far(self.real.enu, float(self.real.seconds[0]), who, look.time_ns, look.place, look.noise, *lines))


@njit(cache=True, error_model="numpy")
def _far(
    enu: Array, begins_s: float, who: NDArray[np.intp], time_ns: NDArray[np.int64],
    place: Array, noise: Array, bearing: Array, bearing_sd: Array, east: float, north: float,
) -> Flags:  # fmt: skip
    """``enu`` (3, k, s): objects at whole seconds from ``begins_s`` on, straight between them; one that is not there is not far. Plots as
    in ``Look``, the sensor at ``east``, ``north``."""
    m, last = place.shape[1], enu.shape[2] - 1
    far = np.zeros(len(who), dtype=np.bool_)
    for i in range(len(who)):
        since = time_ns[i] / 1e9 - begins_s
        second = min(max(int(since), 0), max(last - 1, 0))
        before, after, share = enu[:2, who[i], second], enu[:2, who[i], min(second + 1, last)], min(since - second, 1.0)
        x, y = before[0] + share * (after[0] - before[0]), before[1] + share * (after[1] - before[1])
        if i < m:
            most = FAR_SD * math.sqrt(noise[0, 0, i] + noise[1, 1, i]) + FAR_M
            far[i] = math.hypot(place[0, i] - x, place[1, i] - y) > most
        else:
            turn = bearing[i - m] - math.atan2(x - east, y - north)
            far[i] = abs((turn + math.pi) % (2.0 * math.pi) - math.pi) > FAR_SD * bearing_sd[i - m] + FAR_RAD
    return far


def known(real: Real, story: Story, plots: pa.Table) -> Known:
    """What a world's truth tells."""
    place = {name: k for k, name in enumerate(real.names)}
    columns = [plots[name].to_pylist() for name in ("sensor", "t_ns", "first", "second", "object")]
    whose = {
        (sensor, t_ns, first, second): place[name] for sensor, t_ns, first, second, name in zip(*columns, strict=True) if name in place
    }
    identities = {identity: place[name] for name in real.names for identity in story.identities.get(name, ())}
    present = real.asked.copy()
    present[:, :-1] |= real.asked[:, 1:]
    return Known(real, whose, identities, np.ascontiguousarray(present.T))


def numbers(plot: Plot) -> tuple[float, float | None]:
    """The two numbers that a plot is known by: latitude and longitude; azimuth and range, or None; east and north."""
    measured = plot.measured
    if isinstance(measured, Position):
        return measured.lat_deg, measured.lon_deg
    if isinstance(measured, Polar):
        return measured.azimuth_deg, measured.range_m
    return measured.east_m, measured.north_m
