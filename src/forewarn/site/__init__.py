"""The site file: one TOML file describes a watch. Parsed once, frozen; every fault is told at once.

This module parses text; ``edge`` reads the file. ``docs/site-file.md`` documents each key, ``docs/site.schema.json`` is its
JSON Schema for editors, and tests hold both against these classes.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationError

from forewarn.site.base import Circle, Name, Natural, Origin, Part, Position, Sector
from forewarn.site.beliefs import Priors, Tracking
from forewarn.site.faults import BadSite, Fault, fault, misjoined, read
from forewarn.site.feeds import Column, Feed, Table
from forewarn.site.sensors import Coverage, Normal, Opinions, Resolution, Sensor, Spells
from forewarn.site.zones import Authorisation, Costs, Elsewhere, Zone

__all__ = [
    "Authorisation", "BadSite", "Circle", "Column", "Costs", "Coverage", "Elsewhere", "Fault", "Feed", "Normal", "Opinions", "Origin",
    "Part", "Position", "Priors", "Resolution", "Sector", "Sensor", "Site", "Spells", "Table", "Tracking", "Zone", "parse",
]  # fmt: skip


class Site(Part):
    """One watch."""

    version: Literal[1]
    name: Name
    title: dict[Literal["en", "ar"], str] = Field({})
    origin: Origin
    sender: str = Field("forewarn@localhost", pattern=r"^[^\s,<&]+$", description="CAP sender")
    tick_s: Annotated[float, Field(ge=0.1, le=10)] = Field(0.5, description="how often the watch judges")
    future_s: Natural = Field(5.0, description="measurements further ahead of their arrival than this are refused")
    recipients: str | None = Field(None, description="file of recipients, beside the site file")
    sensors: tuple[Sensor, ...] = Field(min_length=1)
    feeds: tuple[Feed, ...] = Field(min_length=1)
    zones: tuple[Zone, ...] = ()
    elsewhere: Elsewhere = Elsewhere()
    authorisations: tuple[Authorisation, ...] = ()
    priors: Priors = Priors()
    tracking: Tracking = Tracking()

    def sensor(self, name: str) -> Sensor:
        """The sensor called so; KeyError."""
        return next((s for s in self.sensors if s.id == name), None) or _no(name)

    @property
    def recorded(self) -> bool:
        """Whether any feed is a recording: then every warning is an exercise (rule 9)."""
        return any(not feed.live for feed in self.feeds)


def _no(name: str) -> Sensor:
    raise KeyError(name)


def parse(toml: str) -> Site:
    """The site that a TOML text describes. Raises ``BadSite`` with every fault at once."""
    raw = read(toml)
    faults = list(misjoined(raw))
    try:
        site = Site.model_validate(raw)
    except ValidationError as error:
        told = (e for e in error.errors() if e["type"] != "too_short" or not e["input"])  # not short, but with a fault inside
        raise BadSite((*(fault(raw, e) for e in told), *faults)) from None
    if faults:
        raise BadSite(tuple(faults))
    return site
