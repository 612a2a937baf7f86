"""`[[feeds]]`: where the bytes come from, and how a table's columns are to be read."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from forewarn.site.base import Name, Part


class Column(Part):
    """A column and its unit."""

    column: str
    unit: Literal["", "deg", "rad", "m", "ft", "km", "NM", "mps", "kt", "kmh", "s", "ms", "us", "ns", "iso8601", "dB", "%"] = ""
    hold: bool = Field(False, description="an empty cell takes the value of the row above it")


class Table(Part):
    """How the columns of a CSV or Parquet file are to be read."""

    holds: Literal["plots", "status", "claims"] = "plots"
    time: Column = Field(description="measurement time; unix time, or ISO 8601 with a zone")
    scan_time: Column | None = Field(
        None, description="time of the look; rows that share it are one look, and its row without a measurement saw nothing"
    )
    arrival: Literal["time", "scan_time"] = Field("time", description="which of them the arrival time is derived from")
    columns: dict[
        Literal[
            "lat", "lon", "alt", "range", "azimuth", "elevation", "east", "north", "up", "course", "speed", "climb", "label", "score",
            "reflection", "alarm", "emitter", "sigma", "sigma_azimuth", "sigma_range", "sensor_lat", "sensor_lon", "sensor_alt",
            "state", "blank_centre", "blank_width", "blank_from", "blank_to", "identity", "callsign", "kind", "on_ground",
        ],
        Column,
    ] = Field(description="what each column means")  # fmt: skip
    identity_scheme: Literal["icao", "serial"] | None = Field(None, description="claims: what the identity column holds")
    states: dict[str, Literal["operational", "degraded", "down"]] = Field({})
    unused: tuple[str, ...] = Field((), description="columns that are there and not used; any other is an error")
    ignore: dict[str, tuple[str, ...]] = Field({}, description="rows whose column holds one of these are counted and not used")
    repeats: bool = Field(True, description="a row whose plot time and place were seen before is a repeat, and refused")


class Feed(Part):
    """Where one sensor's bytes come from and in which format."""

    id: Name
    sensor: Name
    format: Literal["table", "autoferry", "mode_s", "beast"]
    file: str = Field(description="below the data folder")
    live: bool = Field(False, description="the file is being written now: follow it; otherwise it is a recording")
    table: Table | None = None
    channel: int | None = Field(None, description="autoferry: which sensorID")
    arrivals: str | None = Field(None, description="recordings: a file below the data folder that tells when the bytes came")

    @model_validator(mode="after")
    def _described(self) -> Self:
        if (self.format == "table") != (self.table is not None):
            raise ValueError('`format = "table"` and `[feeds.table]` go together')
        if (self.format == "autoferry") != (self.channel is not None):
            raise ValueError('`format = "autoferry"` and `channel` go together')
        if self.arrivals is not None and self.live:
            raise ValueError("`arrivals` belongs to a recording; a live feed's bytes arrive when they do")
        return self
