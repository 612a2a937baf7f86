"""The vocabulary: canonical bytes that come back as the same value."""

from __future__ import annotations

import json
import typing

import msgspec
import pytest
from hypothesis import given

from forewarn import messages
from tests.strategies import any_message


@given(any_message())
def test_what_is_encoded_is_decoded_as_the_same_value(message: messages.Message) -> None:
    data = messages.encode(message)
    assert messages.decode(data) == message
    assert messages.encode(messages.decode(data)) == data


@given(any_message())
def test_the_bytes_are_json_that_any_reader_reads(message: messages.Message) -> None:
    read = json.loads(messages.encode(message))
    assert read["type"] == type(message).__name__
    assert list(read) == ["type", *message.__struct_fields__]


def test_messages_cannot_be_changed() -> None:
    tick = messages.Tick(t_ns=1)
    with pytest.raises(AttributeError):
        tick.t_ns = 2  # type: ignore[misc]


def test_maps_are_written_in_one_order_however_they_were_filled() -> None:
    one = messages.Identity(track=1, t_ns=0, kinds={"drone": 0.5, "bird": 0.5}, authorised=0.0, standing="unknown", conforming=0.0)
    two = msgspec.structs.replace(one, kinds={"bird": 0.5, "drone": 0.5})
    assert messages.encode(one) == messages.encode(two)


def test_bytes_that_nobody_wrote_are_refused() -> None:
    for data in (b"", b"{}", b'{"type":"Tick"}', b'{"type":"Nothing","t_ns":1}', b'{"type":"Tick","t_ns":"x"}', b"\xff"):
        with pytest.raises((msgspec.DecodeError, msgspec.ValidationError)):
            messages.decode(data)


def test_units_stand_in_the_names_of_numbers() -> None:
    plain = {"existence", "existence_sensed", "entry", "inside", "chance", "share", "expected", "cost", "harm", "authorised", "conforming"}
    plain |= {"score", "cov"}  # chances, costs in the site's unit, a sensor's own score, a covariance whose units its docstring gives
    units = ("_m", "_mps", "_deg", "_dps", "_ns", "_s", "_db")
    for kind in (*typing.get_args(messages.Any), messages.Plot, messages.Estimate, messages.Polar, messages.Offset):
        for name, hint in typing.get_type_hints(kind).items():
            if "float" in str(hint) and "dict" not in str(hint):
                assert name.endswith(units) or name in plain, f"{kind.__name__}.{name}"
