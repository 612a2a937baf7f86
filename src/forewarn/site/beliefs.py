"""`[priors]` and `[tracking]`: what is believed before anything is seen, and the tracker's settings."""

from __future__ import annotations

from pydantic import Field

from forewarn.messages import Kind
from forewarn.site.base import Chance, Metres, Natural, Part, Positive


class Priors(Part):
    """What is believed before anything is seen."""

    kinds: dict[Kind, Natural] = Field(
        {"drone": 1.0, "bird": 1.0, "aircraft": 0.5, "boat": 0.2, "vehicle": 0.5, "rocket": 0.01, "other": 1.0}
    )
    authorised: Chance = Field(0.05, description="of an object that claims nothing")
    authorised_ceiling: Chance = Field(0.8, description="the most that claims without authentication can lift P(authorised) to")
    births_per_min_km2: Positive = Field(0.05, description="new objects a minute and square kilometre")
    fixtures: Natural = Field(
        0.0, description="how many things that stand for good (quays, masts, moored boats) sensors show, for each object that may move"
    )
    life_s: Positive = Field(600.0, description="mean time an object stays")


class Tracking(Part):
    """The tracker's settings."""

    speed_sd_mps: Positive = Field(10.0, description="spread of the speed of a new object, each horizontal axis")
    climb_sd_mps: Positive = 2.0
    height_m: Metres = Field(50.0, description="height above the site's origin where no sensor tells it")
    height_sd_m: Positive = 50.0
    calm: Positive = Field(0.5, description="power density of the calm model's acceleration, m^2/s^3")
    agile: Positive = Field(10.0, description="the same of the agile model")
    stay_s: Positive = Field(20.0, description="mean time in either model")
    publish_above: Chance = Field(0.1, description="existence from which a track is published")
    confirmed: Chance = Field(0.5, description="existence from which a track counts as confirmed")
    drop_below: Chance = Field(1e-3, description="existence below which it is forgotten")
    late_s: Natural = Field(15.0, description="measurements older than this are refused")
    coast_s: Positive = Field(20.0, description="a track without a report for so long ends")
    vague_m: Positive | None = Field(
        None, description="a track whose horizontal error is larger is not published; not given: 0.3 `coast_s` x `speed_sd_mps`"
    )
