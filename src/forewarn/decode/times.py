"""Written times to integer nanoseconds UTC, without a float on the way.

Unix time in s, ms, us or ns as a decimal number (POSIX.1-2017, *Seconds Since the Epoch*), or ISO 8601-1:2019 5.4.2 extended
format with a zone (RFC 3339 5.6 is the same). What is finer than a nanosecond is cut off. Times outside 2000 to 2262 are
refused: they are another unit, or none.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from forewarn.decode.refusals import Unusable
from forewarn.units import NANOSECONDS

SECOND_NS = 1_000_000_000
EARLIEST_NS = 946_684_800 * SECOND_NS  # 2000-01-01T00:00:00Z
LATEST_NS = 2**63 - 1  # 2262-04-11T23:47:16Z
ALLOWED = "2000 to 2262"

_DIGITS = {"s": 9, "": 9, "ms": 6, "us": 3, "ns": 0}
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,40}))?(?:Z|([+-])(\d\d):?(\d\d))", re.ASCII | re.IGNORECASE)


@lru_cache(maxsize=64)  # the rows of a look have its time in common
def parse(text: str, unit: str, field: str) -> int:
    """The time that ``text`` says, in nanoseconds; raises ``Unusable`` naming ``field``."""
    t_ns = _iso(text, field) if unit == "iso8601" else _unix(text, unit, field)
    if not EARLIEST_NS <= t_ns <= LATEST_NS:
        raise Unusable("out_of_range", field, text, ALLOWED)
    return t_ns


def _unix(text: str, unit: str, field: str) -> int:
    whole, point, fraction = text.partition(".")
    digits = _DIGITS[unit]
    if text.isascii() and whole.isdigit() and len(whole) < 20 and (fraction.isdigit() or not point):
        return int(whole) * NANOSECONDS[unit] + int(fraction[:digits].ljust(digits, "0") or 0)
    return _decimal(text, digits, field)


def _decimal(text: str, digits: int, field: str) -> int:
    """The slow way: signs, exponents, spaces."""
    try:
        number = Decimal(text.strip()) if text.isascii() and "_" not in text else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise Unusable("not_a_number", field, text, "unix time")
    if number and not -30 < number.adjusted() < 30:
        raise Unusable("out_of_range", field, text, ALLOWED)
    return int(number.scaleb(digits))


def _iso(text: str, field: str) -> int:
    match = _ISO.fullmatch(text.strip())
    if match is None:
        raise Unusable("malformed", field, text, "ISO 8601 with a zone, as 2026-01-01T10:00:00.5Z")
    year, month, day, hour, minute, second = (int(g) for g in match.groups()[:6])
    zone = (int(match[9]) * 60 + int(match[10])) * (-1 if match[8] == "-" else 1) if match[8] else 0
    try:
        days = date(year, month, day).toordinal() - _EPOCH_DAY
    except ValueError:
        raise Unusable("out_of_range", field, text, "a day of the calendar") from None
    if hour > 23 or minute > 59 or second > 60 or abs(zone) >= 1440:
        raise Unusable("out_of_range", field, text, "a time of day")
    seconds = days * 86_400 + hour * 3600 + (minute - zone) * 60 + second
    return seconds * SECOND_NS + int((match[7] or "")[:9].ljust(9, "0"))
