"""Extended squitters: published frames, the parity against its definition, and what one frame after another claims."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.decode.refusals import Unusable
from forewarn.decode.squitter import Aircraft, address, hear, parity
from forewarn.messages import Place
from tests.decode_help import approx, attempt

SECOND = 1_000_000_000
NEAR = (51.990, 4.375)


def frame(text: str) -> bytes:
    return bytes.fromhex(text)


def sealed(body: bytes) -> bytes:
    """A frame with its parity, by long division of polynomials over two elements (Annex 10 IV, 3.1.2.3.3.1.2)."""
    rest = int.from_bytes(body) << 24
    for bit in range(len(body) * 8 - 1, -1, -1):
        if rest >> (bit + 24) & 1:
            rest ^= 0b1_1111_1111_1111_0100_0000_1001 << bit
    return body + rest.to_bytes(3)


def squitter(me: bytes, whose: str = "4840d6", head: int = 0x8D) -> bytes:
    return sealed(bytes([head]) + bytes.fromhex(whose) + me)


@given(st.binary(min_size=11, max_size=11), st.integers(0, 111))
def test_parity_is_the_remainder_and_finds_a_flipped_bit(body: bytes, bit: int) -> None:
    sound = sealed(body)
    assert parity(sound) == 0
    assert parity((int.from_bytes(sound) ^ 1 << bit).to_bytes(14)) != 0


def test_published_frames_are_sound() -> None:
    for text in ("8D4840D6202CC371C32CE0576098", "8D40621D58C382D690C8AC2863A7", "8D485020994409940838175B284F"):
        assert parity(frame(text)) == 0
        assert address(frame(text)) == text[2:8].lower()


@pytest.mark.parametrize(
    ("data", "reason", "field"),
    [
        (frame("8D4840D6202CC371C32CE0576099"), "checksum", "parity"),
        (frame("02e18ca8f1d2ed"), "ignored", "downlink format 0"),
        (frame("5d3981e46dc8eb"), "ignored", "downlink format 11"),
        (frame("a0001838ca380030a80000d1f024"), "ignored", "downlink format 20"),
        (frame("88" * 7), "ignored", "downlink format 17"),  # the right format in too short a frame
        (squitter(bytes(7), head=0x92), "ignored", "control field"),  # what a ground station says of others
    ],
)
def test_other_frames_are_refused_by_name(data: bytes, reason: str, field: str) -> None:
    with pytest.raises(Unusable) as refused:
        address(data)
    assert (refused.value.reason, refused.value.field) == (reason, field)


def test_noise_makes_no_aircraft() -> None:
    """A frame of noise passes with a chance of 2^-24; that a decoder finds an address in other formats is no reason to believe it."""

    @given(st.binary(min_size=14, max_size=14), st.sampled_from([17, 18]))
    def never(noise: bytes, form: int) -> None:
        data = bytes([form << 3 | noise[0] & 7]) + noise[1:]
        if parity(data):
            with pytest.raises(Unusable):
                address(data)

    never()


def test_the_name_and_the_category() -> None:
    """The 1090 Megahertz Riddle, on identification: KLM1023, category set A without a category."""
    known, said = hear(Aircraft(0), frame("8D4840D6202CC371C32CE0576098"), 5, NEAR)
    assert (known.callsign, known.kind, known.t_ns, said) == ("KLM1023", None, 5, None)


@pytest.mark.parametrize(
    ("first", "kind"), [(0x21, "aircraft"), (0x27, "aircraft"), (0x1E, "drone"), (0x11, "vehicle"), (0x1B, "other"), (0x20, None)]
)
def test_categories(first: int, kind: str | None) -> None:
    known, _ = hear(Aircraft(0), squitter(bytes([first]) + frame("2cc371c32ce0")), 0, NEAR)
    assert known.kind == kind


def test_a_velocity_counts_once_the_position_is_known() -> None:
    """The same book, on airborne velocity: 159 kt, 182.88 degrees, -832 ft/min, GNSS height 550 ft above the barometric one."""
    velocity = frame("8D485020994409940838175B284F")
    known, said = hear(Aircraft(0), velocity, 0, NEAR)
    assert said is None
    assert known.above_ft == 550
    known, said = hear(Aircraft(0, fix=(52.0, 4.0), t_fix_ns=0), velocity, 60 * SECOND, NEAR)
    assert said == {
        "speed_mps": approx(159 * 0.514444, rel=2e-3),
        "course_deg": approx(182.88, abs=0.01),
        "climb_mps": approx(-832 * 0.00508),
    }
    assert hear(Aircraft(0, fix=(52.0, 4.0), t_fix_ns=0), velocity, 60 * SECOND + 1, NEAR)[1] is None


def test_air_speed_and_heading_are_no_course() -> None:
    """The same book: 8DA05F219B06B6AF189400CBC33F has true air speed 375 kt, heading 243.98, -2304 ft/min."""
    _, said = hear(Aircraft(0, fix=(52.0, 4.0), t_fix_ns=0), frame("8DA05F219B06B6AF189400CBC33F"), 0, NEAR)
    assert said == {"speed_mps": None, "course_deg": None, "climb_mps": approx(-2304 * 0.00508)}


EVEN, ODD = frame("8D40621D58C382D690C8AC2863A7"), frame("8D40621D58C386435CC412692AD6")


def test_a_position_needs_a_pair_and_then_one() -> None:
    known, said = hear(Aircraft(0), ODD, 0, NEAR)
    assert said is None
    known, said = hear(known, EVEN, 10 * SECOND, NEAR)
    assert said is not None
    assert said["place"] == Place(lat_deg=approx(52.25720, abs=1e-4), lon_deg=approx(3.91937, abs=1e-4), alt_m=None)
    assert said["sigma_m"] == approx(92.6 / 2.4477)
    assert said["on_ground"] is False
    _, alone = hear(known, ODD, 60 * SECOND, NEAR)  # no pair any more, but the place is known
    assert alone is not None
    assert alone["place"].lat_deg == approx(52.26578, abs=1e-4)
    assert hear(known, ODD, 71 * SECOND, NEAR)[1] is None  # forgotten where it was


def test_halves_too_far_apart_are_no_pair() -> None:
    known, _ = hear(Aircraft(0), ODD, 0, NEAR)
    assert hear(known, EVEN, 10 * SECOND + 1, NEAR)[1] is None


def test_height_is_above_the_ellipsoid_or_not_told() -> None:
    """Barometric height alone is no height; with the broadcast difference it is, for a minute."""
    known, _ = hear(Aircraft(0, above_ft=550.0, t_above_ns=0), ODD, 0, NEAR)
    _, said = hear(known, EVEN, SECOND, NEAR)
    assert said is not None
    assert said["place"].alt_m == approx((38000 + 550) * 0.3048)
    late, _ = hear(Aircraft(0, above_ft=550.0, t_above_ns=0), ODD, 60 * SECOND, NEAR)
    _, said = hear(late, EVEN, 61 * SECOND, NEAR)
    assert said is not None
    assert said["place"].alt_m is None


def test_on_the_ground_the_receiver_settles_where() -> None:
    known, _ = hear(Aircraft(0), frame("8C4841753AAB238733C8CD4020B1"), 0, NEAR)
    _, said = hear(known, frame("8C4841753A8A35323FAEBDAC702D"), 2 * SECOND, NEAR)
    assert said is not None
    assert said["place"] == Place(lat_deg=approx(52.320607, abs=1e-6), lon_deg=approx(4.734735, abs=1e-6))
    assert said["on_ground"] is True
    assert said["speed_mps"] == approx(16 * 0.514444, rel=1e-5)
    assert said["course_deg"] == approx(98.4375)


def test_ground_and_air_are_no_pair() -> None:
    known, _ = hear(Aircraft(0), ODD, 0, NEAR)
    ground = squitter(frame("3AAB238733C8CD"), "40621d", 0x8C)
    assert hear(known, ground, SECOND, NEAR)[1] is None


@given(st.binary(min_size=7, max_size=7), st.sampled_from([0x8D, 0x90]))
def test_any_sound_frame_says_something_or_is_refused(me: bytes, head: int) -> None:
    known = Aircraft(0, fix=(52.0, 4.0), t_fix_ns=0)
    heard = attempt(hear, known, squitter(me, head=head), SECOND, NEAR)
    if isinstance(heard, Unusable):
        assert heard.field == f"type code {me[0] >> 3}"
    else:
        after, said = heard
        assert after.t_ns == SECOND
        assert said is None or "place" in said or "climb_mps" in said
