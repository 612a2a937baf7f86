"""`[[sensors]]`: where each stands, what it reports, how well."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from forewarn.messages import Kind
from forewarn.site.base import Chance, Degrees, Metres, Name, Natural, Part, Position, Positive, Sector


class Coverage(Part):
    """Where a sensor can see at all."""

    min_range_m: Natural = 0.0
    max_range_m: Positive = 5000.0
    sectors: tuple[Sector, ...] = Field((), description="directions it looks in; none given: all")
    blank: tuple[Sector, ...] = Field((), description="directions it does not transmit or look in")
    min_height_m: Metres = Field(-1000.0, description="above the site's origin")
    max_height_m: Metres = Field(20000.0, description="above the site's origin")


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
    correlation_s: Natural = Field(
        0.0, description="the sensor tracks by itself: its errors stay alike for this long; 0: each plot errs anew"
    )
    p_detection: Chance = Field(0.9, description="of an object well inside the coverage, each look")
    clutter: Natural = Field(1.0, description="false plots a look, over the whole coverage")
    interval_s: Positive = Field(1.0, description="expected time between looks")
    silent_after_s: Positive | None = Field(None, description="no word for so long: silent; not given: 5 intervals, at least 5 s")
    scan: bool = Field(True, description="an object it does not show was not detected; false: lone reports, whose absence says nothing")
    coverage: Coverage = Coverage()
    opinions: Opinions = Opinions()

    @model_validator(mode="after")
    def _placed(self) -> Self:
        if self.position is None and not self.moves and self.reports in ("polar", "bearing"):
            raise ValueError("a sensor that reports angles needs `position`, or `moves = true`")
        return self
