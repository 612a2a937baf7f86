"""A scenario: one TOML file says what happens. Parsed once, frozen; every fault is told at once, by its key.

``docs/scenario.md`` documents each key; a test holds it against these classes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, ValidationError, field_validator

from forewarn.simulate.desk import DeskKeys
from forewarn.simulate.faults import Fault as FaultKeys
from forewarn.simulate.faults import misfit
from forewarn.simulate.scenario_parts import Expect, GroundKeys, ObjectKeys, WeatherKeys
from forewarn.simulate.sensors.keys import SensorKeys, misfits
from forewarn.site import BadSite, Fault, Site
from forewarn.site import parse as parse_site
from forewarn.site.base import Name, Part
from forewarn.site.faults import fault

MOST_OBJECTS = 1000
_site_of = lru_cache(maxsize=8)(parse_site)  # many scenarios, and all seeds of one, have one site


class BadScenario(BadSite):
    """Bad configuration: all faults of a scenario, each with its key, what was found and what is wanted."""

    def __reduce__(self) -> tuple[type[BadScenario], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)


class Scenario(Part):
    """One scenario."""

    version: Literal[1]
    name: Name
    title: str = Field("", max_length=200)
    happens: str = Field("", max_length=2000, description="for people")
    follows: str = Field("", max_length=2000, description="for people: what the watch must make of it")
    site: str = Field(description="the site file, beside the scenario")
    starts: datetime
    lasts_s: Annotated[float, Field(ge=1, le=1_209_600)]
    light: Literal["day", "dusk", "night"] = "day"
    weather: WeatherKeys = WeatherKeys()
    ground: GroundKeys = GroundKeys()
    objects: tuple[ObjectKeys, ...] = Field((), max_length=500)
    sensors: tuple[SensorKeys, ...] = Field((), description="where the world differs from what the site file states; not named: as stated")
    faults: tuple[FaultKeys, ...] = Field((), max_length=200)
    desks: tuple[DeskKeys, ...] = Field((), max_length=20, description="none: nobody answers")
    expect: Expect = Expect()

    _folder: Path = PrivateAttr(default=Path())
    _site: Site | None = PrivateAttr(default=None)
    _site_toml: str = PrivateAttr(default="")

    @field_validator("starts")
    @classmethod
    def _zoned(cls, starts: datetime) -> datetime:
        if starts.tzinfo is None:
            raise ValueError("a time needs a zone: 2026-03-01T21:00:00Z")
        return starts

    @property
    def folder(self) -> Path:
        """Where the files lie that it names."""
        return self._folder

    @property
    def watched(self) -> Site:
        """The site that its site file describes."""
        if self._site is None:
            raise ValueError("this scenario was not read with its site: use `parse`")
        return self._site

    @property
    def site_toml(self) -> str:
        """The text of its site file."""
        return self._site_toml

    @property
    def starts_ns(self) -> int:
        """Unix time of its start, nanoseconds, cut to milliseconds."""
        return round(self.starts.timestamp() * 1000) * 1_000_000


def parse(text: str, folder: Path) -> Scenario:
    """The scenario of a TOML text, and the site it names in ``folder``. Raises ``BadScenario`` with every fault at once."""
    raw = _read(text)
    try:
        scenario = Scenario.model_validate(raw)
    except ValidationError as error:
        raise BadScenario(tuple(fault(raw, told) for told in error.errors())) from None
    site_toml, site = _site(scenario, folder)
    if faults := tuple(_misjoined(scenario, site, folder)):
        raise BadScenario(faults)
    scenario._folder, scenario._site, scenario._site_toml = folder, site, site_toml
    return scenario


def _read(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadScenario((Fault(key="(file)", found="not TOML", wanted=str(error)),)) from None


def _site(scenario: Scenario, folder: Path) -> tuple[str, Site]:
    try:
        text = (folder / scenario.site).read_text(encoding="utf-8")
        return text, _site_of(text)
    except (OSError, UnicodeDecodeError) as error:
        raise BadScenario((Fault(key="site", found=repr(scenario.site), wanted=f"a file that can be read: {error}"),)) from None
    except BadSite as bad:
        raise BadScenario(tuple(Fault(key=f"site: {f.key}", found=f.found, wanted=f.wanted) for f in bad.faults)) from None


def _misjoined(scenario: Scenario, site: Site, folder: Path) -> Iterator[Fault]:
    """Names used twice, names of what the site does not have, files that are not there."""
    objects = [name for o in scenario.objects for name in ([o.id] if o.count == 1 else [f"{o.id}-{i + 1}" for i in range(o.count)])]
    for what, ids in (("objects", objects), ("sensors", [s.id for s in scenario.sensors])):
        for name in sorted({n for n in ids if ids.count(n) > 1}):
            yield Fault(key=f"{what}.{name}.id", found=repr(name), wanted="a name of its own; two have this one")
    yield from _unknown(scenario, site)
    for feed in (f for f in site.feeds if f.table is None):
        yield Fault(key=f"site: feeds.{feed.id}.format", found=repr(feed.format), wanted="'table': only tables are simulated")
    yield from _unfitting(scenario, site)
    files = [("ground.model", scenario.ground.model)] if scenario.ground.model is not None else []
    files += [(f"objects.{o.id}.recording.file", o.recording.file) for o in scenario.objects if o.recording]
    for key, file in files:
        if not (folder / file).is_file():
            yield Fault(key=key, found=repr(file), wanted="a file beside the scenario")
    if (total := sum(o.count for o in scenario.objects)) > MOST_OBJECTS:
        yield Fault(key="objects", found=f"{total} objects in all", wanted=f"{MOST_OBJECTS} at the most")


def _unfitting(scenario: Scenario, site: Site) -> Iterator[Fault]:
    """Keys and faults that mean nothing for a sensor of that kind."""
    stated = {sensor.id: sensor for sensor in site.sensors}
    for sensor in (s for s in scenario.sensors if s.id in stated):
        kind = stated[sensor.id].kind
        for key in misfits(sensor, kind):
            yield Fault(key=f"sensors.{sensor.id}.{key}", found=repr(getattr(sensor, key))[:80], wanted=f"a key that a {kind} has")
    for i, wrong in enumerate(scenario.faults):
        if wrong.sensor in stated and (why := misfit(wrong, stated[wrong.sensor])):
            yield Fault(key=f"faults.{i}.what", found=repr(wrong.what), wanted=why)


def _unknown(scenario: Scenario, site: Site) -> Iterator[Fault]:
    sensors, zones = [s.id for s in site.sensors], [z.id for z in site.zones]
    named = [(f"sensors.{s.id}.id", s.id, sensors) for s in scenario.sensors]
    named += [(f"faults.{i}.sensor", f.sensor, sensors) for i, f in enumerate(scenario.faults)]
    named += [(f"expect.{key}", z, zones) for key in ("warned", "may") for z in getattr(scenario.expect, key)]
    for key, name, known in named:
        if name not in known:
            yield Fault(key=key, found=repr(name), wanted=f"one that the site has: {', '.join(known) or 'there are none'}")
