"""`[[sensors]]`: where each stands, what it reports, how well."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from forewarn.messages import Kind
from forewarn.site.base import Chance, Degrees, Metres, Name, Natural, Part, Position, Positive, Sector

Step = tuple[Natural, Annotated[float, Field(ge=-90, le=90)]]
Stairs = Annotated[tuple[Step, ...], Field(max_length=16)]


class Coverage(Part):
    """Where a sensor can see at all."""

    min_range_m: Natural = 0.0
    max_range_m: Positive = 5000.0
    half_range_m: Positive | None = Field(
        None, description="so far away it detects an object of `half_size_m2` half as often; not given: as often everywhere"
    )
    half_size_m2: Positive = Field(0.01, description="the size that `half_range_m` is stated for; to a radar its cross-section")
    min_radial_mps: Natural = Field(0.0, description="what comes or goes more slowly than this it does not see")
    sectors: tuple[Sector, ...] = Field((), description="directions it looks in; none given: all")
    blank: tuple[Sector, ...] = Field((), description="directions it does not transmit or look in")
    min_height_m: Metres = Field(-1000.0, description="above the site's origin")
    max_height_m: Metres = Field(20000.0, description="above the site's origin")
    skyline: Annotated[tuple[Stairs, ...], Field(max_length=180)] = Field(
        (), description="what the ground hides: for equal steps of azimuth from north, pairs of range (m) and elevation (deg), both rising"
    )

    @model_validator(mode="after")
    def _rising(self) -> Self:
        for number, stairs in enumerate(self.skyline):
            if any(b[0] <= a[0] or b[1] <= a[1] for a, b in pairwise(stairs)):
                raise ValueError(f"`skyline`: ranges and elevations of step {number} of azimuth must rise")
        return self


class Normal(Part):
    """A normal distribution."""

    mean: Annotated[float, Field(allow_inf_nan=False)]
    sd: Positive


class Opinions(Part):
    """What a sensor's own labels and readings are worth. Each is P(reading | kind), and for ``false`` P(reading | false plot)."""

    labels: dict[str, dict[Kind | Literal["false"], Chance]] = Field(
        {}, description="label as the sensor writes it; a kind that is left out takes `other`, else 1"
    )
    reflection_db: dict[Kind | Literal["false"], Normal] = Field({}, description="spread of the reflection for each kind")
    score: dict[Literal["true", "false"], Normal] = Field({}, description="spread of the score of true and of false plots")


class Resolution(Part):
    """How close together two objects may be for the sensor to show them as one plot."""

    range_m: Positive = Field(description="at this distance in range they are one plot in six cases of ten")
    azimuth_deg: Positive = Field(description="the same in azimuth")
    shadow: bool = Field(False, description="an object hides what stands behind it in the same direction, as from a lidar near the water")


class Spells(Part):
    """Spells in which a sensor does not see an object, though it is in the coverage."""

    hidden: Annotated[float, Field(ge=0, le=0.95)] = Field(description="share of the time that an object in the coverage is hidden")
    mean_s: Annotated[float, Field(ge=0.001, allow_inf_nan=False)] = Field(description="mean length of such a spell")


class Sensor(Part):
    """One sensor: where it is, what it reports, how well."""

    id: Name
    kind: Literal["radar", "lidar", "camera", "radio_finder", "microphone", "receiver", "person"]
    position: Position | None = None
    moves: bool = Field(False, description="its position comes with each look or with its status")
    reports: Literal["position", "polar", "bearing", "claims"]
    sigma_m: Positive = Field(20.0, description="position: one standard deviation, each axis")
    sigma_alt_m: Positive | None = Field(None, description="height; not given: heights it reports are not used")
    sigma_range_m: Positive = 20.0
    sigma_azimuth_deg: Positive = 2.0
    sigma_elevation_deg: Positive | None = Field(None, description="not given: elevations it reports are not used")
    bias_azimuth_deg: Degrees = Field(0.0, description="stated bias: what it reports minus what is true")
    bias_sigma_azimuth_deg: Natural = Field(0.0, description="how sure that is; 0: the bias is known")
    bias_range_m: Metres = Field(0.0, description="stated bias of its ranges, or of how far off its positions lie")
    bias_sigma_range_m: Natural = Field(0.0, description="how sure that is; 0: the bias is known")
    bias_clock_s: Annotated[float, Field(ge=-60, le=60)] = Field(0.0, description="stated bias of its time stamps: positive, they are late")
    bias_sigma_clock_s: Natural = Field(0.0, description="how sure that is; 0: the bias is known")
    correlation_s: Natural = Field(
        0.0, description="the sensor tracks by itself: its errors stay alike for this long; 0: each plot errs anew"
    )
    p_detection: Chance = Field(0.9, description="of an object well inside the coverage, each look")
    degraded: Chance = Field(0.5, description="what is left of that, as a share, while the sensor calls itself degraded")
    learn: bool = Field(True, description="correct its chance of detection by how often it shows objects that say where they are")
    clutter: Natural = Field(1.0, description="false plots a look, over the whole coverage")
    interval_s: Positive = Field(1.0, description="expected time between looks")
    silent_after_s: Positive | None = Field(None, description="no word for so long: silent; not given: 5 intervals, at least 5 s")
    scan: bool = Field(True, description="an object it does not show was not detected; false: lone reports, whose absence says nothing")
    resolution: Resolution | None = Field(None, description="not given: it tells all objects apart, and none hides another")
    spells: Spells | None = Field(
        None,
        description="objects in its coverage are out of its sight for a while: too small so far away, behind something; not given: never, "
        "or if it tracks by itself half of the time, in spells of `correlation_s`",
    )
    echoes: bool = Field(False, description="objects near it give it false plots farther off in about their direction: learned")
    coverage: Coverage = Coverage()
    opinions: Opinions = Opinions()

    @model_validator(mode="after")
    def _placed(self) -> Self:
        if self.position is None and not self.moves and self.reports in ("polar", "bearing"):
            raise ValueError("a sensor that reports angles needs `position`, or `moves = true`")
        if self.reports == "claims" and self.spells is not None:
            raise ValueError("`spells`: a receiver of claims has none; what is not heard tells nothing")
        if self.echoes and self.reports not in ("position", "polar"):
            raise ValueError("`echoes` are plots with a place: `reports` must be position or polar")
        if self.coverage.skyline and (self.position is None or self.moves):
            raise ValueError("`skyline` is seen from one place: give `position`, and not `moves`")
        return self
