"""`[[zones]]`, `[elsewhere]`, `[[authorisations]]`: where people are, what harm weighs, who may fly where."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from forewarn.messages import Kind
from forewarn.site.base import Circle, Lat, Lon, Metres, Name, Natural, Part, Positive


class Costs(Part):
    """Rule 7: the decision is one comparison of these. Any unit, the same throughout."""

    false_alarm: Positive = Field(1.0, description="the harm of warning for nothing")
    missed: dict[Kind, Natural] = Field(
        {"other": 5.0}, description="the harm of an entry nobody was warned of; a kind left out takes `other`"
    )
    conforming: Natural = Field(0.0, description="the same for an object that keeps to its flight authorisation")


class Zone(Part):
    """A place where people are."""

    id: Name
    name: dict[Literal["en", "ar"], str]
    circle: Circle | None = None
    polygon: tuple[tuple[Lat, Lon], ...] | None = Field(None, max_length=200, description="corners (latitude, longitude), three to 200")
    floor_m: Metres = Field(-1000.0, description="above the site's origin")
    ceiling_m: Metres = Field(1000.0, description="above the site's origin")
    horizon_s: Annotated[float, Field(gt=0, le=600)] = Field(30.0, description="how far ahead to look")
    need_s: Natural = Field(10.0, description="the time its people need")
    clear_after_s: Natural = Field(20.0, description="how long the danger must be gone before the all clear")
    costs: Costs = Costs()
    tell: tuple[Name, ...] = Field((), description="recipients")
    people: Natural = Field(1.0, description="how many there are, as a rule; for reports, decides nothing")

    @model_validator(mode="after")
    def _shaped(self) -> Self:
        _sound_shape(self)
        return self


class Elsewhere(Part):
    """Danger outside all zones: by default it is decided on and recorded, and nobody is told."""

    horizon_s: Annotated[float, Field(gt=0, le=600)] = 30.0
    costs: Costs = Costs(missed={"other": 0.0})
    tell: tuple[Name, ...] = ()


class Authorisation(Part):
    """A flight authorisation: which object may be where, when."""

    id: Name
    identity: Annotated[str, Field(pattern=r"^(icao:[0-9a-f]{6}|serial:[!-~]{1,64})$")]
    kind: Kind = "drone"
    starts: datetime
    ends: datetime
    circle: Circle | None = None
    polygon: tuple[tuple[Lat, Lon], ...] | None = None
    floor_m: Metres = -1000.0
    ceiling_m: Metres = 1000.0

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.starts.tzinfo is None or self.ends.tzinfo is None:
            raise ValueError("times need a zone: 2026-01-01T10:00:00Z")
        if self.starts >= self.ends:
            raise ValueError("`starts` must come before `ends`")
        _sound_shape(self)
        return self


def _sound_shape(part: Zone | Authorisation) -> None:
    """An outline of one kind, and a floor below the ceiling; ValueError says what is wrong."""
    if (part.circle is None) == (part.polygon is None):
        raise ValueError("give a circle or a polygon, one of them")
    if part.polygon is not None and len(part.polygon) < 3:
        raise ValueError("a polygon needs three corners")
    if part.floor_m >= part.ceiling_m:
        raise ValueError("`floor_m` must lie below `ceiling_m`")
