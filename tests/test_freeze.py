"""State to bytes and back, bit for bit."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from forewarn.freeze import freeze, thaw


class Inner(msgspec.Struct, frozen=True):
    values: np.ndarray
    names: tuple[str, ...] = ()


class Outer(msgspec.Struct, frozen=True):
    inner: dict[str, Inner]
    count: int


ARRAYS = nps.arrays(st.sampled_from([np.float64, np.int64, np.bool_, np.uint8]), nps.array_shapes(min_dims=0, min_side=0))


@given(ARRAYS)
def test_arrays_come_back_bit_for_bit(array: np.ndarray) -> None:
    back = thaw(freeze(Outer({"a": Inner(array)}, 3)), Outer)
    got = back.inner["a"].values
    assert got.dtype == array.dtype
    assert got.shape == array.shape
    assert got.tobytes() == array.tobytes()
    assert freeze(back) == freeze(Outer({"a": Inner(array)}, 3))


def test_thawed_arrays_can_be_written_to() -> None:
    back = thaw(freeze(Inner(np.zeros(3))), Inner)
    back.values[0] = 1.0
    assert back.values[0] == 1.0


def test_views_that_do_not_lie_in_order_freeze_as_their_values() -> None:
    array = np.arange(12.0).reshape(3, 4).T
    assert np.array_equal(thaw(freeze(Inner(array)), Inner).values, array)


def test_equal_states_freeze_to_equal_bytes_whatever_the_order_of_their_maps() -> None:
    a, b = Inner(np.ones(1)), Inner(np.zeros(1))
    assert freeze(Outer({"a": a, "b": b}, 0)) == freeze(Outer({"b": b, "a": a}, 0))


def test_what_holds_code_is_neither_frozen_nor_thawed() -> None:
    with pytest.raises(TypeError):
        freeze(Inner(np.array([print])))
    with pytest.raises((msgspec.ValidationError, msgspec.DecodeError, TypeError, ValueError)):
        thaw(b"\x80", Outer)
