"""Mode S extended squitters (ADS-B, downlink formats 17 and 18) of one aircraft, as claims.

Sources: RTCA DO-260B 2.2.3 (the messages), ICAO Annex 10 volume IV, 3.1.2.3.3 (the 24-bit parity), J. Sun, "The 1090 Megahertz
Riddle", 2nd edition, 2021, chapter 7 (what the type code says of errors). Fields are read by rs1090, positions by ``cpr``. Only a
frame whose parity is right and whose address is the aircraft's own ICAO address says anything: 17, and 18 with control field 0.
The other formats carry the parity overlaid with the address, so noise gives addresses too; they hold no position and are
counted, not used.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec
import rs1090

from forewarn.decode import cpr
from forewarn.decode.refusals import Unusable
from forewarn.decode.times import SECOND_NS
from forewarn.messages import Kind, Place
from forewarn.units import FOOT_M, KNOT_MPS

PAIR_NS = {False: 10 * SECOND_NS, True: 25 * SECOND_NS}  # even and odd no further apart, in the air, on the ground
KNOWN_NS = 60 * SECOND_NS  # so long a position or a height difference that was heard is known
GENERATOR = 0x1FFF409
NAVIGATION_95_M = {9: 3.0, 8: 10.0, 7: 92.6, 6: 185.2, 5: 463.0, 4: 926.0, 3: 1852.0, 2: 9260.0, 1: 18520.0}
"""Radius that holds 95 % of horizontal errors, by the category that the type code stands for."""
NO_BOUND = 8  # the type code on the ground whose category has no bound
RAYLEIGH_95 = 2.4477  # a 95 % radius over one standard deviation of each axis
KINDS: dict[tuple[int, int], Kind] = {
    **{(4, c): "aircraft" for c in range(1, 8)}, (3, 1): "aircraft", (3, 2): "other", (3, 3): "other", (3, 4): "aircraft",
    (3, 6): "drone", (3, 7): "rocket", (2, 1): "vehicle", (2, 3): "vehicle", **{(2, c): "other" for c in range(4, 8)},
}  # fmt: skip
"""Emitter categories by type code and category: 4 is set A (aeroplanes, rotorcraft), 3 set B, 2 set C (vehicles, obstacles)."""


def _table() -> tuple[int, ...]:
    values = []
    for byte in range(256):
        rest = byte << 16
        for _ in range(8):
            rest = (rest << 1) ^ (GENERATOR if rest & 0x800000 else 0)
        values.append(rest & 0xFFFFFF)
    return tuple(values)


_REMAINDERS = _table()


class Half(msgspec.Struct, frozen=True):
    """The newest even, or the newest odd position message."""

    code: tuple[int, int]
    t_ns: int
    ground: bool


class Aircraft(msgspec.Struct, frozen=True):
    """What one address has said lately. ``fix``: latitude, longitude; ``above_ft``: its GNSS height minus its barometric one."""

    t_ns: int
    halves: tuple[Half | None, Half | None] = (None, None)
    fix: tuple[float, float] | None = None
    t_fix_ns: int = 0
    above_ft: float | None = None
    t_above_ns: int = 0
    callsign: str | None = None
    kind: Kind | None = None


def parity(frame: bytes) -> int:
    """The remainder of a whole frame by the generator polynomial; 0 for a sound extended squitter."""
    rest = 0
    for byte in frame:
        rest = ((rest << 8) & 0xFFFFFF) ^ _REMAINDERS[(rest >> 16) ^ byte]
    return rest


def address(frame: bytes) -> str:
    """Whose extended squitter a frame of 7 or 14 bytes is, as six hexadecimal digits; raises ``Unusable`` for any other frame."""
    form = frame[0] >> 3
    if form not in (17, 18) or len(frame) != 14:
        raise Unusable("ignored", f"downlink format {form}", frame.hex(), "17, or 18 with control field 0: they hold positions")
    if parity(frame):
        raise Unusable("checksum", "parity", frame.hex(), "a remainder of 0")
    if form == 18 and frame[0] & 7:
        raise Unusable("ignored", "control field", str(frame[0] & 7), "0: the address is the transponder's own ICAO address")
    return frame[1:4].hex()


def hear(known: Aircraft, frame: bytes, t_ns: int, near: cpr.Place) -> tuple[Aircraft, dict[str, Any] | None]:
    """What is known of an aircraft after a sound extended squitter of it, and the fields of the claim, if it makes one.

    ``near``: where the receiver is, about; it settles which of eight places on the ground is meant. A frame claims a position, or a
    velocity while the position is known. Raises ``Unusable`` where there is nothing in the frame that is used.
    """
    known = msgspec.structs.replace(known, t_ns=t_ns)
    fields = cast("dict[str, Any] | None", rs1090.decode(frame.hex())) or {}  # None where a value cannot be
    match fields.get("bds"):
        case "05" | "06":
            return _position(known, fields, t_ns, near)
        case "09":
            return _velocity(known, fields, t_ns)
        case "08":
            return _named(known, frame, str(fields.get("callsign", ""))), None
    raise Unusable("ignored", f"type code {frame[4] >> 3}", frame.hex(), "identification, position or velocity")


def _named(known: Aircraft, frame: bytes, callsign: str) -> Aircraft:
    name = callsign.replace("_", " ").strip()
    sound = name if name.replace(" ", "").isalnum() else None
    return msgspec.structs.replace(known, callsign=sound or known.callsign, kind=KINDS.get((frame[4] >> 3, frame[4] & 7), known.kind))


def _velocity(known: Aircraft, fields: dict[str, Any], t_ns: int) -> tuple[Aircraft, dict[str, Any] | None]:
    if fields.get("geo_minus_baro") is not None:
        known = msgspec.structs.replace(known, above_ft=float(fields["geo_minus_baro"]), t_above_ns=t_ns)
    said = {**_course(fields), "climb_mps": _scaled(fields.get("vertical_rate"), FOOT_M / 60.0)}
    told = known.fix is not None and t_ns - known.t_fix_ns <= KNOWN_NS and any(value is not None for value in said.values())
    return known, said if told else None


def _position(known: Aircraft, fields: dict[str, Any], t_ns: int, near: cpr.Place) -> tuple[Aircraft, dict[str, Any] | None]:
    ground, odd = fields["bds"] == "06", int(fields["parity"] == "odd")
    half = Half((fields["lat_cpr"], fields["lon_cpr"]), t_ns, ground)
    halves = (known.halves[0], half) if odd else (half, known.halves[1])
    fix = _fix(known, halves, odd, near)
    known = msgspec.structs.replace(known, halves=halves)
    if fix is None:
        return known, None
    known = msgspec.structs.replace(known, fix=fix, t_fix_ns=t_ns)
    place = Place(lat_deg=fix[0], lon_deg=fix[1], alt_m=None if ground else _height_m(known, fields, t_ns))
    within = None if fields.get("tc") == NO_BOUND else NAVIGATION_95_M.get(fields.get("NUCp", 0))
    said = {"place": place, "sigma_m": within and within / RAYLEIGH_95, "on_ground": ground}
    return known, {**said, **_course(fields)} if ground else said


def _fix(known: Aircraft, halves: tuple[Half | None, Half | None], odd: int, near: cpr.Place) -> cpr.Place | None:
    """By both messages where they belong together, else by the newer one near where the aircraft was just now."""
    newer, older = halves[odd], halves[1 - odd]
    assert newer is not None
    fresh = known.fix if known.fix is not None and newer.t_ns - known.t_fix_ns <= KNOWN_NS else None
    fix = None
    if older is not None and older.ground == newer.ground and abs(newer.t_ns - older.t_ns) <= PAIR_NS[newer.ground]:
        even, other = (older.code, newer.code) if odd else (newer.code, older.code)
        fix = cpr.together(even, other, odd, newer.ground, fresh or near)
    return cpr.alone(newer.code, odd, newer.ground, fresh) if fix is None and fresh else fix


def _height_m(known: Aircraft, fields: dict[str, Any], t_ns: int) -> float | None:
    """Height above the ellipsoid: the barometric one and the difference that the aircraft broadcast; None without either."""
    altitude = fields.get("altitude")
    if altitude is None or known.above_ft is None or fields.get("source") != "barometric" or t_ns - known.t_above_ns > KNOWN_NS:
        return None
    return float((altitude + known.above_ft) * FOOT_M)


def _course(fields: dict[str, Any]) -> dict[str, Any]:
    """Speed and course over ground; air speed and heading are neither."""
    speed, track = fields.get("groundspeed"), fields.get("track")
    return {"speed_mps": _scaled(speed, KNOT_MPS), "course_deg": None if track is None or speed is None else float(track) % 360.0}


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
