"""Compact position reporting: 17-bit latitudes and longitudes of Mode S extended squitters back to places.

Source: RTCA DO-260B, A.1.7 (the same in ICAO Doc 9871, C.2.6). An even (``i`` = 0) and an odd (1) message together give the place
anywhere; one message gives it near a place that is known. On the ground the zones are a quarter as big, and the place is
one of eight: the one nearest to a place that is known. All angles in degrees; encoded values are whole, 0 to 131,071.
"""

from __future__ import annotations

import math

BITS = 131_072.0  # 2^17
ZONES = 15  # latitude zones from the equator to a pole (A.1.7.2)
Place = tuple[float, float]  # latitude, longitude
Code = tuple[int, int]  # encoded latitude, encoded longitude


def longitude_zones(lat: float) -> int:
    """NL: how many longitude zones there are at a latitude, 1 to 59 (A.1.7.2 d)."""
    if abs(lat) >= 87.0:
        return 2 if abs(lat) == 87.0 else 1
    inner = 1.0 - (1.0 - math.cos(math.pi / (2 * ZONES))) / math.cos(math.radians(lat)) ** 2
    return min(int(2 * math.pi / math.acos(inner)), 59)


def together(even: Code, odd: Code, newer: int, ground: bool, near: Place) -> Place | None:
    """The place at the newer message (0: the even one) of a pair; None where the two lie in different zones (A.1.7.7, A.1.7.8)."""
    span = 90.0 if ground else 360.0
    zone = math.floor((59 * even[0] - 60 * odd[0]) / BITS + 0.5)
    lats = tuple(_latitude(span / (60 - i) * (zone % (60 - i) + code[0] / BITS), ground, near[0]) for i, code in enumerate((even, odd)))
    zones = longitude_zones(lats[0])
    if any(abs(lat) > 90.0 for lat in lats) or zones != longitude_zones(lats[1]):
        return None
    count = max(zones - newer, 1)
    shift = math.floor((even[1] * (zones - 1) - odd[1] * zones) / BITS + 0.5)
    lon = span / count * (shift % count + (even, odd)[newer][1] / BITS)
    return lats[newer], _nearest(lon, near[1], span) if ground else _half_turn(lon)


def alone(code: Code, i: int, ground: bool, near: Place) -> Place | None:
    """The place of one message nearest to ``near``, half a zone away at the most (A.1.7.5, A.1.7.6)."""
    span = 90.0 if ground else 360.0
    lat = _in_zone(code[0], span / (60 - i), near[0])
    if abs(lat) > 90.0:
        return None
    return lat, _half_turn(_in_zone(code[1], span / max(longitude_zones(lat) - i, 1), near[1]))


def _in_zone(code: int, size: float, near: float) -> float:
    share = code / BITS
    return size * (math.floor(near / size - share + 0.5) + share)


def _latitude(lat: float, ground: bool, near: float) -> float:
    """In the air 270 to 360 is south; on the ground the same code stands for one place in each hemisphere."""
    if ground:
        return min(lat, lat - 90.0, key=lambda one: abs(one - near))
    return lat - 360.0 if lat >= 270.0 else lat


def _nearest(lon: float, near: float, span: float) -> float:
    return _half_turn(lon + span * round((near - lon) / span))


def _half_turn(lon: float) -> float:
    return (lon + 180.0) % 360.0 - 180.0
