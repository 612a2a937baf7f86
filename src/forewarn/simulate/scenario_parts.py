"""What the tables of a scenario are made of: weather, ground, objects and what they do and claim.

Places are metres east and north of the site's origin and height above the ground there; times are seconds from the start.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from forewarn.site.base import Degrees, Name, Natural, Part, Positive

Far = Annotated[float, Field(ge=-2e5, le=2e5)]
Height = Annotated[float, Field(ge=0, le=20_000)]
Speed = Annotated[float, Field(gt=0, le=350)]
Seconds = Annotated[float, Field(ge=0, le=1e9)]
Share = Annotated[float, Field(ge=0, le=0.9)]
Turn = Annotated[float, Field(ge=0, le=180)]
Level = tuple[Far, Far]
Place = tuple[Far, Far, Height]
Kind = Literal["multirotor", "fixed_wing", "bird", "flock", "crewed", "boat", "vehicle", "rocket", "debris", "ghost"]
Do = Literal["fly", "sprint", "hover", "orbit", "hug", "land", "fall", "gone"]


class WeatherKeys(Part):
    """The weather, the same everywhere."""

    wind_mps: Annotated[float, Field(ge=0, le=60)] = Field(3.0, description="mean wind")
    wind_from_deg: Degrees = Field(270.0, description="where it comes from")
    gust_mps: Annotated[float, Field(ge=0, le=20)] = Field(
        0.5, description="one standard deviation of each level component; half of it upwards"
    )
    gust_s: Annotated[float, Field(gt=0, le=100)] = Field(5.0, description="how long gusts stay alike")
    rain_mm_h: Annotated[float, Field(ge=0, le=200)] = 0.0
    visibility_m: Annotated[float, Field(gt=0, le=1e5)] = 20_000.0
    sea_state: Annotated[int, Field(ge=0, le=9)] = Field(0, description="Douglas scale")


class Hill(Part):
    """A hill by formula: `height_m * exp(-r**2 / 2)`, r counted in `radius_m`, along its long axis in `stretch` times that."""

    at: Level
    height_m: Annotated[float, Field(ge=-1000, le=5000)] = Field(description="of its top; below 0: a hollow")
    radius_m: Annotated[float, Field(ge=10, le=1e5)]
    stretch: Annotated[float, Field(ge=1, le=20)] = Field(1.0, description="length over width")
    azimuth_deg: Degrees = Field(0.0, description="direction of the long axis")


class Building(Part):
    """A box that stands on the ground."""

    at: Level
    size_m: tuple[Positive, Positive] = Field(description="along and across its axis")
    azimuth_deg: Degrees = Field(0.0, description="direction of its axis")
    height_m: Annotated[float, Field(gt=0, le=1000)]


class GroundKeys(Part):
    """The ground: flat at the height of the site's origin, hills by formula, or a height model; and what stands on it."""

    model: str | None = Field(None, description="GeoTIFF of heights, beside the scenario; one band, any coordinate system that it names")
    hills: tuple[Hill, ...] = Field((), max_length=100, description="added to the model, if there is one")
    buildings: tuple[Building, ...] = Field((), max_length=500)


class Leg(Part):
    """One thing that an object does."""

    do: Do
    to: Annotated[tuple[Far, ...], Field(min_length=2, max_length=3)] | None = Field(
        None, description="fly, sprint, hug, land: east, north and, except for hug and land, height"
    )
    speed_mps: Speed | None = Field(None, description="over the ground; by kind where not given")
    for_s: Seconds | None = Field(None, description="hover: how long")
    around: Level | None = Field(None, description="orbit: its middle")
    radius_m: Annotated[float, Field(ge=5, le=1e5)] | None = Field(None, description="orbit")
    turns: Annotated[float, Field(ge=-1000, le=1000)] = Field(1.0, description="orbit: how often round; below 0: against the clock")
    above_m: Height | None = Field(None, description="hug: height above the ground")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needs = {
            "fly": ("to",), "sprint": ("to",), "hover": ("for_s",), "orbit": ("around", "radius_m"), "hug": ("to", "above_m"),
        }.get(self.do, ())  # fmt: skip
        if missing := [key for key in needs if getattr(self, key) is None]:
            raise ValueError(f'`do = "{self.do}"` needs ' + " and ".join(f"`{key}`" for key in missing))
        if self.do in ("fly", "sprint") and self.to is not None and len(self.to) != 3:
            raise ValueError(f'`do = "{self.do}"` needs `to = [east, north, height]`')
        return self


class Vary(Part):
    """How seeds differ, evenly either way: the whole course is turned and stretched about its place nearest to the site's origin."""

    azimuth_deg: Turn = 0.0
    distance: Share = Field(0.0, description="a share of it")
    speed: Share = Field(0.0, description="a share of it")
    start_s: Seconds = 0.0
    height_m: Height = 0.0


class ClaimKeys(Part):
    """What an object says of itself, true or not."""

    by: Literal["remote_id", "adsb"]
    identity: Annotated[str, Field(pattern=r"^(icao:[0-9a-f]{6}|serial:[!-~]{1,64})$")]
    callsign: str = Field("", max_length=20)
    every_s: Annotated[float, Field(ge=0.1, le=600)] = 1.0
    sigma_m: Natural = Field(5.0, description="error of the place it gives")
    late_s: Natural = Field(0.0, description="how late it is received")
    from_s: Seconds = 0.0
    to_s: Seconds = 1e9
    offset_m: tuple[Far, Far, Far] = Field((0.0, 0.0, 0.0), description="spoofed: so far from where it is")


class Recording(Part):
    """A flown flight: a CSV file `time_s,lat_deg,lon_deg,alt_m`, at least one row in 30 s."""

    file: str = Field(description="beside the scenario")
    at: Level | None = Field(None, description="moves it so that its middle in time is here; not given: where it was flown")
    turn_deg: Degrees = Field(0.0, description="... and turned by so much")
    lower_m: Far = Field(0.0, description="... and lowered by so much")
    from_s: Seconds = Field(0.0, description="leaves out what came before")


class Span(Part):
    """From when to when."""

    from_s: Seconds = 0.0
    to_s: Seconds = 1e9


class ObjectKeys(Part):
    """One object, or `count` of its like."""

    id: Name
    kind: Kind = Field(description="ghost: not there at all, only its claims are")
    starts_s: Seconds = 0.0
    lasts_s: Positive | None = Field(None, description="how long it is there; to the end")
    start: Place | None = Field(None, description="all but recordings need it")
    legs: tuple[Leg, ...] = Field((), max_length=200, description="one after the other; then it stays where it is")
    impact: Level | None = Field(
        None, description="rocket: where it comes down; its arc is moved so that it does, and starts about at `start`"
    )
    elevation_deg: Annotated[float, Field(ge=20, le=80)] = Field(50.0, description="rocket: of its launch")
    throw_mps: tuple[Far, Far, Far] = Field((0.0, 0.0, 0.0), description="debris: its velocity at the start, east, north, up")
    recording: Recording | None = None
    vary: Vary = Vary()
    count: Annotated[int, Field(ge=1, le=500)] = Field(1, description="more than one: `id-1`, `id-2` ...")
    spread_m: Natural = Field(30.0, description="how far apart several start, one standard deviation")
    rcs_m2: Positive | None = Field(None, description="radar cross-section; by kind where not given")
    size_m: Positive | None = Field(None, description="as a camera sees it; by kind where not given")
    sound_db: Annotated[float, Field(ge=-100, le=200)] | None = Field(None, description="level at 1 m; by kind where not given")
    radio: Literal["none", "drone_link", "wifi", "aviation", "marine"] = Field("none", description="what a radio finder could hear")
    authorised: bool | Span = Field(False, description="the truth of it")
    claims: tuple[ClaimKeys, ...] = Field((), max_length=20, description="of several, each number has its own ending `-1`, `-2` ...")

    @model_validator(mode="after")
    def _placed(self) -> Self:
        if (self.start is None) == (self.recording is None):
            raise ValueError("give `start` or `recording`, one of them")
        if (self.kind == "rocket") != (self.impact is not None):
            raise ValueError('`kind = "rocket"` and `impact` go together')
        if self.legs and self.kind in ("rocket", "debris", "flock"):
            raise ValueError(f"a {self.kind} has no `legs`")
        if self.recording is not None and (self.legs or self.count > 1):
            raise ValueError("a recording has no `legs` and is one object")
        return self


class Expect(Part):
    """What must follow; for people and for a report, the simulation does not use it."""

    warned: tuple[Name, ...] = Field((), description="zones that must hear of it in time; any other should be quiet")
    may: tuple[Name, ...] = Field((), description="zones that may hear of it without fault")
