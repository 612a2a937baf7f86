"""What is kept of a run while it goes: numbers for judging it, not its messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forewarn.evaluate import Reports
from forewarn.evaluate.of_record import offset
from forewarn.evaluate.tables import Tracks
from forewarn.geo import Array, azimuth_deg, to_enu, to_place
from forewarn.messages import Health, Identity, Kind, Message, Observation, Offset, Position, Threat, Track, Warning
from forewarn.site import Site

SECOND_NS = 1_000_000_000


class Published(NamedTuple):
    """All tracks published at whole seconds, one row each (n,), by time: ``second`` of unix time, its number, where it is in the plane
    about the site's origin, how sure that is, and the chance that it exists."""

    second: NDArray[np.int64]
    track: NDArray[np.int64]
    lat_deg: Array
    lon_deg: Array
    enu: Array
    sigma_m: Array
    speed_mps: Array
    course_deg: Array
    existence: Array


class Notes:
    """The notes of one observer (the watch, or the oracle) in one run."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.warnings: list[Warning] = []
        self.health: list[Health] = []
        self.threats: list[tuple[int, int, str, float]] = []  # second, track, zone, chance of entry
        self.identities: list[tuple[int, int, Mapping[Kind, float], float]] = []  # second, track, kinds, authorised
        self._tracks: list[tuple[float, ...]] = []
        self._plots: dict[tuple[float, float, float], list[tuple[float, ...]]] = {}  # by where the sensor stood
        self._places: list[tuple[float, float, float]] = []

    def take(self, messages: Iterable[Message]) -> None:
        """Note what one step gave."""
        for message in messages:
            if isinstance(message, (Track, Threat, Identity)):  # a union is made anew each time
                if message.t_ns % SECOND_NS == 0:
                    self._judged(message)
            elif isinstance(message, Warning):
                self.warnings.append(message)
            elif isinstance(message, Health):
                self.health.append(message)
            elif isinstance(message, Observation):
                self._look(message)

    def _judged(self, message: Track | Threat | Identity) -> None:
        second = message.t_ns // SECOND_NS
        if isinstance(message, Threat):
            self.threats.append((second, message.track, message.zone, message.entry))
        elif isinstance(message, Identity):
            self.identities.append((second, message.track, message.kinds, message.authorised))
        elif not message.ended:
            at = message.aided
            row = (at.lat_deg, at.lon_deg, at.alt_m, at.sigma_m, at.east_mps, at.north_mps, message.existence)
            self._tracks.append((second, message.track, *row))

    def _look(self, look: Observation) -> None:
        stated = None if not look.plots else look.pose or self.site.sensor(look.sensor).position
        at = (stated.lat_deg, stated.lon_deg, stated.alt_m or 0.0) if stated else None
        for plot in look.plots:
            measured = plot.measured
            if isinstance(measured, Position):
                self._places.append((plot.t_ns / 1e9, measured.lat_deg, measured.lon_deg))
            elif at is not None and (isinstance(measured, Offset) or measured.range_m is not None):
                self._plots.setdefault(at, []).append((plot.t_ns / 1e9, *offset(measured)))

    def published(self) -> Published:
        """All tracks, as columns."""
        columns = np.array(self._tracks, dtype=float).reshape(-1, 9).T
        second, track, lat, lon, alt, sigma, east, north, existence = columns
        origin = self.site.origin
        enu = to_enu(lat, lon, alt, (origin.lat_deg, origin.lon_deg, origin.alt_m))
        speed, course = np.hypot(east, north), azimuth_deg(east, north)
        return Published(second.astype(np.int64), track.astype(np.int64), lat, lon, enu, sigma, speed, course, existence)

    def reports(self) -> Reports:
        """When and where every plot was that has a place."""
        rows = [np.array(self._places, dtype=float).reshape(-1, 3)]
        for at, plots in self._plots.items():
            t, east, north, up = np.array(plots).T
            rows.append(np.stack([t, *to_place(np.stack([east, north, up]), at)[:2]], axis=1))
        return Reports(*np.concatenate(rows).T)


def table(published: Published) -> Tracks:
    """The same as the track table of ``evaluate``."""
    p = published
    order = np.lexsort((p.track.astype(str), p.second))
    columns = (p.lat_deg, p.lon_deg, p.speed_mps, p.course_deg, p.existence)
    return Tracks(p.second[order].astype(float), p.track[order].astype(str), *(column[order] for column in columns))
