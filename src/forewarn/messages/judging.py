"""What the watch believes, decides and says: the messages of ``track``, ``identify``, ``project`` and ``warn``."""

from __future__ import annotations

from typing import Literal

from forewarn.messages.base import Kind, Message, Value


class Estimate(Value, frozen=True, kw_only=True):
    """Where something is: position, velocity east, north, up, and the covariance of both.

    ``cov`` is the upper triangle, row by row, of the 6 x 6 covariance of (east, north, up, their rates) in the local level
    frame at the site's origin; m^2, m^2/s, m^2/s^2. ``sigma_m`` is the horizontal root-mean-square error.
    """

    lat_deg: float
    lon_deg: float
    alt_m: float
    east_mps: float
    north_mps: float
    up_mps: float
    sigma_m: float
    sigma_alt_m: float
    cov: tuple[float, ...]


class Track(Message, frozen=True, kw_only=True):
    """One object as it is now believed to be, predicted to ``t_ns`` (arrival clock).

    ``track``: the public number, given in order of first publication, never reused. ``label``: from the measurement that
    gave it birth. ``existence``: the chance that it is there. ``sensed``: the estimate that no claim has touched, None where nothing
    but claims tells of it; ``aided``: with claims. ``ended``: the last word on it, with ``parents``' numbers where tracks merged or split.
    """

    track: int
    label: str
    t_ns: int
    existence: float
    existence_sensed: float
    aided: Estimate
    sensed: Estimate | None
    t_updated_ns: int
    claim: str | None = None
    ended: bool = False
    parents: tuple[int, ...] = ()


class BearingTrack(Message, frozen=True, kw_only=True):
    """An object of which one sensor tells a direction and nobody a place, as believed at ``t_ns``: no zone can be warned of it yet.

    ``label``: from the bearing that began it. ``existence``: the chance that it is there and is no track. The azimuth is seen from
    ``lat_deg``, ``lon_deg``, where the sensor last stood; its rate is in degrees a second. ``kinds``: by priors and the sensor's opinions.
    ``begun``: said for the first time; ``ended``: the last word, because it is a track now, or is shown no more.
    """

    sensor: str
    label: str
    t_ns: int
    existence: float
    lat_deg: float
    lon_deg: float
    azimuth_deg: float
    azimuth_sigma_deg: float
    azimuth_rate_dps: float
    kinds: dict[Kind, float]
    t_updated_ns: int
    begun: bool = False
    ended: bool = False


class SensorError(Message, frozen=True, kw_only=True):
    """What a sensor is off by, as far as comparisons with other sensors and with claims tell; what is not told apart has its prior's sigma.

    Each error is what it reports minus what is true (the clock: its time stamps), a standing offset of the whole sensor. ``samples``:
    how many independent comparisons tell of it. ``beyond``: they contradict the site file's statement of it, which then is
    given up for these figures; plots are corrected as far as the site file allows, and no further. ``before``: the flag as last told.
    """

    sensor: str
    t_ns: int
    azimuth_deg: float
    azimuth_sigma_deg: float
    range_m: float
    range_sigma_m: float
    clock_s: float
    clock_sigma_s: float
    samples: int
    beyond: bool
    before: bool


# --- identify


class Identity(Message, frozen=True, kw_only=True):
    """What a track is and whether it is authorised, as chances with reasons (in English, plain)."""

    track: int
    t_ns: int
    kinds: dict[Kind, float]
    authorised: float
    standing: Literal["authorised", "cooperative", "unknown", "conflict"]
    conforming: float
    authorisation: str | None = None
    reasons: tuple[str, ...] = ()


class Ask(Message, frozen=True, kw_only=True):
    """A question to the operators: is this ours? An ``Answer`` comes back as an event."""

    track: int
    t_ns: int
    question: str


# --- project


class Threat(Message, frozen=True, kw_only=True):
    """The chance that a track enters a zone (or comes down in it) within the zone's horizon, given that it exists.

    ``inside``: the chance that it is inside now. ``in_s``: the 0.1, 0.5 and 0.9 quantiles of the time until then,
    seconds from ``t_ns``, given that it enters; None where the chance is nil.
    """

    track: int
    zone: str
    t_ns: int
    entry: float
    inside: float
    in_s: tuple[float, float, float] | None = None


# --- warn

Level = Literal["quiet", "watched", "warned", "fading"]


class Share(Value, frozen=True, kw_only=True):
    """One track's part in a decision: existence x entry x sum over kinds of P(kind) harm(kind, conforming)."""

    track: int
    existence: float
    entry: float
    harm: float
    expected: float


class Decision(Message, frozen=True, kw_only=True):
    """The one comparison for one zone: expected harm against the cost of a needless warning; recorded when it changes.

    ``why`` says it in a sentence; ``shares`` are its largest parts, at most 8.
    """

    zone: str
    t_ns: int
    expected: float
    cost: float
    before: Level
    level: Level
    shares: tuple[Share, ...]
    why: str


class Warning(Message, frozen=True, kw_only=True):
    """What the people of one zone are told. ``episode`` numbers the zone's warnings from 1.

    ``in_s``: least and most seconds until the first entry (10 % and 90 %), None where there is none to come.
    """

    zone: str
    episode: int
    t_ns: int
    action: Literal["raise", "update", "all_clear", "withdraw"]
    tracks: tuple[int, ...]
    chance: float
    in_s: tuple[float, float] | None
    direction_deg: float | None
    evidence: tuple[str, ...]


class Notice(Message, frozen=True, kw_only=True):
    """What the operators alone are told: a sensor fell silent, a zone has a blind direction, something is heard and its distance not
    known, the record cannot be written."""

    t_ns: int
    about: Literal["sensor", "zone", "bearing", "record", "delivery", "feed"]
    subject: str
    state: str
    text: str


class Alert(Message, frozen=True, kw_only=True):
    """A ``Warning`` or ``Notice`` as CAP 1.2. ``identifier`` is made from site, zone, episode and number: no randomness."""

    identifier: str
    t_ns: int
    status: Literal["Actual", "Exercise", "System", "Test"]
    scope: Literal["Public", "Restricted", "Private"]
    msg_type: Literal["Alert", "Update", "Cancel"]
    references: tuple[str, ...]
    xml: str


class Deliver(Message, frozen=True, kw_only=True):
    """Send the alert with number ``alert`` to ``recipient``. ``exercise``: addresses beyond loopback are refused."""

    alert: int
    recipient: str
    t_ns: int
    exercise: bool
