"""`[[sensors]]` of a scenario: where a sensor's truth differs from what the site file states of it.

A key that is not given takes the site file's statement, where there is one (said in each description as "stated").
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from forewarn.site.base import Chance, Degrees, Name, Natural, Part, Positive, Sector

Count = Annotated[int, Field(ge=0, le=1000)]
Rate = Annotated[float, Field(ge=0, le=4000, allow_inf_nan=False)]
Decibels = Annotated[float, Field(ge=-100, le=200)]


class SensorKeys(Part):
    """How one sensor really is."""

    id: Name = Field(description="of the site file")

    sigma_m: Positive | None = Field(None, description="position: error of each horizontal axis; stated")
    sigma_alt_m: Positive | None = Field(None, description="error of the height; stated, else 30 m")
    sigma_range_m: Positive | None = Field(None, description="stated")
    sigma_azimuth_deg: Positive | None = Field(None, description="stated")
    sigma_elevation_deg: Positive | None = Field(None, description="stated, else 1 degree")
    bias_azimuth_deg: Degrees | None = Field(None, description="stated, with one draw of how sure that is")
    bias_range_m: Annotated[float, Field(ge=-1e4, le=1e4)] = Field(0.0, description="one draw of how sure that is, where it is stated")
    p_detection: Chance | None = Field(None, description="the most it ever is; stated")
    interval_s: Annotated[float, Field(ge=0.05, le=3600)] | None = Field(None, description="time of one turn or look; stated")
    latency_s: Annotated[float, Field(ge=0, le=600)] = Field(0.1, description="from the end of a look until it arrives")
    sectors: tuple[Sector, ...] | None = Field(None, description="directions it looks in; stated")
    blank: tuple[Sector, ...] | None = Field(None, description="directions it is blind in; stated")
    clutter: Rate | None = Field(None, description="false plots a look, over all it covers; stated")
    status_every_s: Annotated[float, Field(ge=0.1, le=3600)] = Field(10.0, description="how often it tells its state, if a feed holds that")

    rotates: bool = Field(True, description="radar: measures as its beam comes round; false: everything at the end of the look")
    half_range_m: Positive | None = Field(
        None, description="radar: where 0.01 m^2 is seen with chance 0.5; stated, else 0.75 of the greatest range"
    )
    p_false_alarm: Annotated[float, Field(ge=1e-12, le=0.01)] = Field(1e-6, description="radar: of the detection curve")
    min_radial_mps: Natural = Field(
        1.0, description="radar: slower than this towards or away from it, a body is filtered out; stated, where it is"
    )
    p_slow: Chance = Field(0.3, description="radar: what is left of the chance then, by turning rotors and beating wings")
    beam_deg: Positive | None = Field(None, description="radar: nearer than this in azimuth two are one plot; 3 sigma")
    cell_m: Positive | None = Field(None, description="radar: ... and nearer than this in range; 3 sigma")
    sea: tuple[Sector, ...] = Field((), description="radar: directions in which there is sea: clumps by the sea state")
    sea_clutter: Rate = Field(3.0, description="radar: plots a look of a whole sea, for each degree of the sea state")
    rain_clutter: Rate = Field(1.0, description="radar: plots a look of one rain cell, for each mm/h")
    ground_points: Count = Field(0, description="radar: fixed things that show up now and then")
    false_tracks_per_h: Rate = Field(0.0, description="radar: tracks of nothing that go on for many looks")
    false_track_s: Positive = Field(30.0, description="radar: how long such a track lives, on average")
    follow_s: Positive | None = Field(None, description="tracks by itself: follows an object for so long, on average; stated correlation")
    lost_s: Natural | None = Field(None, description="tracks by itself: ... then loses it for so long; stated correlation")
    hold_s: Natural | None = Field(None, description="tracks by itself: ... and tells its last plot again meanwhile, for so long; 8 looks")

    mode_share: Chance = Field(0.05, description="radio finder: bearings that come by way of a reflector")
    modes: Annotated[int, Field(ge=1, le=20)] = Field(2, description="radio finder: how many reflectors there are")
    masked_share: Chance = Field(0.3, description="radio finder, receiver: what is left of the chance behind a hill or a house")
    bystanders: Count = Field(2, description="radio finder: radios of others; half of the clutter comes from them")

    air_deg_c: Annotated[float, Field(ge=-60, le=60)] = Field(15.0, description="microphone: sets the speed of sound")
    heard_db: Decibels = Field(80.0, description="microphone: level at 1 m of what is heard with half the chance at the greatest range")
    calm_mps: Positive = Field(6.0, description="microphone: wind whose noise is as loud as the quiet of the place")

    night_factor: Chance = Field(0.3, description="camera, person: what is left of the chance at night (1: sees heat)")
    seen_size_m: Positive = Field(0.5, description="camera, person: size of what is seen with half the chance at the greatest range")

    wrong_kind: Chance = Field(0.1, description="camera, person: labels that name another kind, where the site file has no opinions")
    delay_s: Natural = Field(6.0, description="person: until the report arrives, on average (a quarter of it at least)")
    time_sd_s: Natural = Field(2.0, description="person: error of the time that is told")
    mistakes_per_h: Rate = Field(0.0, description="person: stars and lights taken for something; told several times")


_OF: dict[str, tuple[str, ...]] = {
    "radar": (
        "rotates", "half_range_m", "p_false_alarm", "min_radial_mps", "p_slow", "beam_deg", "cell_m", "sea", "sea_clutter", "rain_clutter",
        "ground_points", "false_tracks_per_h", "false_track_s", "follow_s", "lost_s", "hold_s",
    ),
    "radio_finder": ("mode_share", "modes", "masked_share", "bystanders"),
    "microphone": ("air_deg_c", "heard_db", "calm_mps"),
    "camera": ("night_factor", "seen_size_m", "wrong_kind"),
    "person": ("night_factor", "seen_size_m", "wrong_kind", "delay_s", "time_sd_s", "mistakes_per_h"),
    "receiver": ("masked_share",),
}  # fmt: skip
_OF["lidar"] = _OF["radar"]
_SOME = frozenset(key for keys in _OF.values() for key in keys)


def misfits(keys: SensorKeys, kind: str) -> tuple[str, ...]:
    """Keys that were given and mean nothing for a sensor of this kind."""
    return tuple(sorted(key for key in keys.model_fields_set & _SOME if key not in _OF[kind]))
