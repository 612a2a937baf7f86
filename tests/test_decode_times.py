"""Written times against the standard library's own reading of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.decode.refusals import Unusable
from forewarn.decode.times import EARLIEST_NS, LATEST_NS, parse
from tests.decode_help import attempt

TIMES = st.integers(EARLIEST_NS, LATEST_NS)
PER_UNIT = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


@given(TIMES, st.sampled_from(sorted(PER_UNIT)))
def test_unix_time_is_exact(t_ns: int, unit: str) -> None:
    text = str(Decimal(t_ns).scaleb(-len(str(PER_UNIT[unit])) + 1))
    assert parse(text, unit, "t") == t_ns


@given(TIMES)
def test_exponents_and_spaces_are_exact_too(t_ns: int) -> None:
    assert parse(f" {Decimal(t_ns).scaleb(-9):E} ", "s", "t") == t_ns
    assert parse(f"+{Decimal(t_ns).scaleb(-9):f}", "s", "t") == t_ns


def test_finer_than_a_nanosecond_is_cut_off() -> None:
    assert parse("1600000000.1234567899", "s", "t") == 1_600_000_000_123_456_789
    assert parse("1600000000000000000.9", "ns", "t") == 1_600_000_000_000_000_000
    assert parse("1.6202047900873454E+9", "s", "t") == 1_620_204_790_087_345_400


@given(
    st.integers(EARLIEST_NS // 1000 + 86_400_000_000, LATEST_NS // 1000 - 86_400_000_000),
    st.integers(-23 * 60, 23 * 60),
    st.sampled_from(["T", " ", "t"]),
    st.booleans(),
)
def test_iso_8601_is_what_the_standard_library_writes(t_us: int, minutes: int, between: str, colon: bool) -> None:
    at = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=t_us)).astimezone(timezone(timedelta(minutes=minutes)))
    text = at.isoformat().replace("T", between)
    text = text if colon else text[:-3] + text[-2:]
    assert parse(text, "iso8601", "t") == t_us * 1000


def test_iso_8601_has_nanoseconds_and_leap_seconds() -> None:
    assert parse("2020-09-13T12:26:40.123456789Z", "iso8601", "t") == 1_600_000_000_123_456_789
    assert parse("2016-12-31T23:59:60Z", "iso8601", "t") == parse("2017-01-01T00:00:00Z", "iso8601", "t")


@pytest.mark.parametrize(
    ("text", "unit", "reason"),
    [
        ("1600000000", "ms", "out_of_range"),  # seconds, said to be milliseconds
        ("1600000000000", "s", "out_of_range"),  # the other way round
        ("0", "s", "out_of_range"),
        ("-5", "s", "out_of_range"),
        ("1e400", "s", "out_of_range"),
        ("1e-999999999", "s", "out_of_range"),
        ("9" * 40, "s", "out_of_range"),
        ("nan", "s", "not_a_number"),
        ("inf", "s", "not_a_number"),
        ("noon", "s", "not_a_number"),
        ("1_600_000_000", "s", "not_a_number"),
        ("١٦٠٠٠٠٠٠٠٠", "s", "not_a_number"),
        ("1600000000.1.2", "s", "not_a_number"),
        ("", "s", "not_a_number"),
        ("2020-09-13T12:26:40", "iso8601", "malformed"),  # no zone: never guessed
        ("2020-09-13", "iso8601", "malformed"),
        ("13/09/2020 12:26:40Z", "iso8601", "malformed"),
        ("2020-02-30T12:26:40Z", "iso8601", "out_of_range"),
        ("2020-02-20T24:26:40Z", "iso8601", "out_of_range"),
        ("2020-02-20T12:26:40+25:00", "iso8601", "out_of_range"),
        ("1999-02-20T12:26:40Z", "iso8601", "out_of_range"),
    ],
)
def test_what_is_no_time_is_refused_by_name(text: str, unit: str, reason: str) -> None:
    with pytest.raises(Unusable) as refused:
        parse(text, unit, "when")
    assert (refused.value.reason, refused.value.field, refused.value.value) == (reason, "when", text)


@given(st.text(max_size=40), st.sampled_from(["s", "ns", "iso8601", ""]))
def test_any_text_is_a_time_or_refused(text: str, unit: str) -> None:
    found = attempt(parse, text, unit, "t")
    assert found.field == "t" if isinstance(found, Unusable) else EARLIEST_NS <= found <= LATEST_NS
