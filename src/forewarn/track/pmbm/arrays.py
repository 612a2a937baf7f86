"""Arrays across the door of compiled code without unpacking: read where NumPy keeps them, results written into one block of memory.

A kernel's entry takes two addresses: a tuple of arrays, and numbers as float64. It reads the arrays' C structures (``PyTupleObject``;
``PyArrayObject_fields`` of NumPy's C API: data, number of axes, their lengths, strides, base, type, flags), which every extension module
has compiled into it, and holds each against what it is to be. It gives a new ``bytearray``, or 0 where an array is not as it should be.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray, njit, types  # type: ignore[attr-defined]
from numba.extending import intrinsic

from forewarn.track.pmbm.values import Array, Index

ITEMS = tuple.__basicsize__ // 8  # words before a tuple's first item
DATA = object.__basicsize__ // 8  # words before an array's data
AXES, LENGTHS, TYPE, FLAGS = DATA + 1, DATA + 2, DATA + 5, DATA + 6
IN_ORDER = 0x101  # NPY_ARRAY_C_CONTIGUOUS, NPY_ARRAY_ALIGNED

new_bytes: Any = types.ExternalFunction("PyByteArray_FromStringAndSize", types.int64(types.int64, types.int64))
bytes_at: Any = types.ExternalFunction("PyByteArray_AsString", types.int64(types.int64))


def _pointer(to: types.Type) -> Any:
    def made(typing: Any, address: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return builder.inttoptr(values[0], context.get_value_type(signature.return_type))

        return types.CPointer(to)(address), code  # type: ignore[no-untyped-call]

    return intrinsic(made)


words, reals = _pointer(types.int64), _pointer(types.float64)


@njit()
def sound(args: int, kinds: tuple[int, ...]) -> bool:
    """Whether the arrays behind the first two are what ``kinds`` says: so many axes, negative for int64; the first two show the types."""
    for k in range(len(kinds)):
        array = words(words(args)[ITEMS + 2 + k])
        like = words(words(args)[ITEMS + (0 if kinds[k] > 0 else 1)])
        axes, flags = array[AXES] & 0xFFFFFFFF, array[FLAGS]
        if axes != abs(kinds[k]) or flags & IN_ORDER != IN_ORDER or array[TYPE] != like[TYPE]:
            return False
    return True


@njit()
def floats1(args: int, k: int) -> Array:
    """The k-th array (a,)."""
    array = words(words(args)[ITEMS + 2 + k])
    return carray(reals(array[DATA]), (words(array[LENGTHS])[0],))


@njit()
def floats2(args: int, k: int) -> Array:
    """The k-th array (a, b)."""
    array = words(words(args)[ITEMS + 2 + k])
    shape = words(array[LENGTHS])
    return carray(reals(array[DATA]), (shape[0], shape[1]))


@njit()
def floats3(args: int, k: int) -> Array:
    """The k-th array (a, b, c)."""
    array = words(words(args)[ITEMS + 2 + k])
    shape = words(array[LENGTHS])
    return carray(reals(array[DATA]), (shape[0], shape[1], shape[2]))


@njit()
def floats4(args: int, k: int) -> Array:
    """The k-th array (a, b, c, d)."""
    array = words(words(args)[ITEMS + 2 + k])
    shape = words(array[LENGTHS])
    return carray(reals(array[DATA]), (shape[0], shape[1], shape[2], shape[3]))


@njit()
def ints1(args: int, k: int) -> Index:
    """The k-th array (a,) of integers."""
    array = words(words(args)[ITEMS + 2 + k])
    return carray(words(array[DATA]), (words(array[LENGTHS])[0],))


@njit()
def ints2(args: int, k: int) -> Index:
    """The k-th array (a, b) of integers."""
    array = words(words(args)[ITEMS + 2 + k])
    shape = words(array[LENGTHS])
    return carray(words(array[DATA]), (shape[0], shape[1]))


@njit()
def block(size: int) -> tuple[int, Index]:
    """A new ``bytearray`` of ``size`` words, and its words."""
    made = new_bytes(0, 8 * size)
    if made == 0:
        raise MemoryError
    return made, carray(words(bytes_at(made)), (size,))


@njit()
def put(out: Index, at: int, array):  # type: ignore[no-untyped-def]  # of any shape, of eight bytes a number
    """Writes an array's numbers from word ``at`` on; gives where the next begins."""
    whole = np.ascontiguousarray(array)
    out[at : at + whole.size] = carray(words(whole.ctypes.data), (whole.size,))
    return at + whole.size
