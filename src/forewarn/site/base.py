"""What the tables of a site file are made of: numbers with their ranges, places, directions."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Metres = Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Natural = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Chance = Annotated[float, Field(ge=0, le=1)]
Degrees = Annotated[float, Field(ge=-360, le=360)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]


class Part(BaseModel):
    """A table of the site file: frozen, and a key it does not know is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Origin(Part):
    """The centre of the local level frame, and the height that heights in this file are counted from."""

    lat_deg: Lat
    lon_deg: Lon
    alt_m: Metres = Field(0.0, description="height above the WGS 84 ellipsoid")


class Position(Part):
    """A place."""

    lat_deg: Lat
    lon_deg: Lon
    alt_m: Metres = Field(0.0, description="height above the WGS 84 ellipsoid")


class Sector(Part):
    """Clockwise from one direction to another, degrees from true north."""

    from_deg: Degrees
    to_deg: Degrees


class Circle(Part):
    """A circle on the ground."""

    lat_deg: Lat
    lon_deg: Lon
    radius_m: Positive
