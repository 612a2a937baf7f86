"""Arrays across the door of compiled code without unpacking: read where NumPy keeps them, results written into new ones.

A kernel's entry takes the addresses of ``compiled.KNOWN`` and of a tuple: arrays, then numbers as the bytes of float64. It reads the
arrays' C structures (``PyTupleObject``; ``PyArrayObject_fields`` of NumPy's C API: data, number of axes, their lengths, strides, base,
type, flags), which every extension module has compiled into it, and holds each against what it is to be. It gives a new tuple of new
arrays, an empty one where an array is not as it should be, or 0 with an exception set where there is no room.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import carray, njit, types  # type: ignore[attr-defined]
from numba.extending import intrinsic

from forewarn.track.pmbm.values import Array, Index

ITEMS = tuple.__basicsize__ // 8  # words before a tuple's first item
DATA = object.__basicsize__ // 8  # words before an array's data
AXES, LENGTHS, TYPE, FLAGS = DATA + 1, DATA + 2, DATA + 5, DATA + 6
IN_ORDER = 0x101  # NPY_ARRAY_C_CONTIGUOUS, NPY_ARRAY_ALIGNED
FLOATS, INTS = 0, 1  # which of ``compiled.KNOWN`` an array is like
NEW_ARRAY = 94  # PyArray_NewFromDescr's place in NumPy's table

bytes_at: Any = types.ExternalFunction("PyBytes_AsString", types.int64(types.int64))
table_at: Any = types.ExternalFunction("PyCapsule_GetPointer", types.int64(types.int64, types.int64))
new_tuple: Any = types.ExternalFunction("PyTuple_New", types.int64(types.int64))
hold: Any = types.ExternalFunction("Py_IncRef", types.void(types.int64))
let_go: Any = types.ExternalFunction("Py_DecRef", types.void(types.int64))


def _pointer(to: types.Type) -> Any:
    def made(typing: Any, address: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return builder.inttoptr(values[0], context.get_value_type(signature.return_type))

        return types.CPointer(to)(address), code  # type: ignore[no-untyped-call]

    return intrinsic(made)


words, reals = _pointer(types.int64), _pointer(types.float64)


def _new(typing: Any, function: Any, kind: Any, like: Any, axes: Any, lengths: Any) -> Any:
    """``PyArray_NewFromDescr`` at an address: a new array's address, or 0. Takes one count of ``like``, the type of its numbers."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        word, number = ir.IntType(64), ir.IntType(32)
        takes = ir.FunctionType(word, (word, word, number, word, word, word, number, word))
        function, kind, like, axes, lengths = values
        nothing = word(0)  # strides, data, whose it is: as for any new array
        given = (kind, like, builder.trunc(axes, number), lengths, nothing, nothing, number(0), nothing)
        return builder.call(builder.inttoptr(function, takes.as_pointer()), given)

    return types.int64(function, kind, like, axes, lengths), code


_new_array: Any = intrinsic(_new)


@njit()
def sound(known: int, args: int, kinds: tuple[int, ...]) -> bool:
    """Whether a tuple's arrays are what ``kinds`` says: so many axes, negative for int64."""
    for k in range(len(kinds)):
        array = words(words(args)[ITEMS + k])
        like = words(words(known)[ITEMS + (FLOATS if kinds[k] > 0 else INTS)])
        axes, flags = array[AXES] & 0xFFFFFFFF, array[FLAGS]
        if axes != abs(kinds[k]) or flags & IN_ORDER != IN_ORDER or array[TYPE] != like[TYPE]:
            return False
    return True


@njit()
def floats1(args: int, k: int) -> Array:
    """The k-th array (a,)."""
    array = words(words(args)[ITEMS + k])
    return carray(reals(array[DATA]), (words(array[LENGTHS])[0],))


@njit()
def floats2(args: int, k: int) -> Array:
    """The k-th array (a, b)."""
    array = words(words(args)[ITEMS + k])
    shape = words(array[LENGTHS])
    return carray(reals(array[DATA]), (shape[0], shape[1]))


@njit()
def floats3(args: int, k: int) -> Array:
    """The k-th array (a, b, c)."""
    array = words(words(args)[ITEMS + k])
    shape = words(array[LENGTHS])
    return carray(reals(array[DATA]), (shape[0], shape[1], shape[2]))


@njit()
def floats4(args: int, k: int) -> Array:
    """The k-th array (a, b, c, d)."""
    array = words(words(args)[ITEMS + k])
    shape = words(array[LENGTHS])
    return carray(reals(array[DATA]), (shape[0], shape[1], shape[2], shape[3]))


@njit()
def ints1(args: int, k: int) -> Index:
    """The k-th array (a,) of integers."""
    array = words(words(args)[ITEMS + k])
    return carray(words(array[DATA]), (words(array[LENGTHS])[0],))


@njit()
def ints2(args: int, k: int) -> Index:
    """The k-th array (a, b) of integers."""
    array = words(words(args)[ITEMS + k])
    shape = words(array[LENGTHS])
    return carray(words(array[DATA]), (shape[0], shape[1]))


@njit()
def numbers(args: int, k: int, many: int) -> Array:
    """The bytes that follow k arrays, as so many numbers."""
    return carray(reals(bytes_at(words(args)[ITEMS + k])), (many,))


@njit()
def put(known: int, out: int, at: int, like: int, array):  # type: ignore[no-untyped-def]  # of any shape, of eight bytes a number
    """Writes a new array with another's numbers, ``like`` `FLOATS` or `INTS`, as a tuple's item ``at``, 0 where there is no
    room; gives where the next belongs."""
    whole = np.ascontiguousarray(array)
    lengths = np.array(array.shape)
    sample = words(words(known)[ITEMS + like])
    hold(sample[TYPE])
    function = words(table_at(words(known)[ITEMS + 2], 0))[NEW_ARRAY]
    made = _new_array(function, sample[DATA - 1], sample[TYPE], array.ndim, lengths.ctypes.data)
    words(out)[ITEMS + at] = made
    if made != 0:
        carray(words(words(made)[DATA]), (whole.size,))[:] = carray(words(whole.ctypes.data), (whole.size,))
    return at + 1


@njit()
def all_there(out: int, items: int) -> int:
    """A tuple if all its items are there; otherwise it is let go, and 0."""
    for k in range(items):
        if words(out)[ITEMS + k] == 0:
            let_go(out)
            return 0
    return out
