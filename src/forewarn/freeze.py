"""Any room's state to bytes and back: msgpack, with NumPy arrays kept bit for bit. Nothing that is read is run."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
import numpy as np

T = TypeVar("T")


def _pack(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            raise TypeError("an array of objects cannot be frozen")
        order = np.ascontiguousarray(value)
        return {"dtype": value.dtype.str, "shape": list(value.shape), "data": order.tobytes()}
    raise TypeError(f"cannot freeze {type(value).__name__}")


def _unpack(kind: type, value: Any) -> Any:
    if kind is np.ndarray:
        return np.frombuffer(bytearray(value["data"]), dtype=np.dtype(value["dtype"])).reshape(value["shape"])
    raise TypeError(f"cannot thaw {kind.__name__}")


def freeze(state: msgspec.Struct) -> bytes:
    """The state as bytes; equal states give equal bytes. State types are ``msgspec.Struct`` whose fields are plain values,
    tuples, dicts with text keys, other structs and ``np.ndarray`` (annotated just so)."""
    return msgspec.msgpack.encode(state, enc_hook=_pack, order="deterministic")


def thaw(data: bytes, kind: type[T]) -> T:
    """The state that ``freeze`` wrote, typed. Raises ``msgspec.ValidationError`` for bytes of another shape."""
    return msgspec.msgpack.decode(data, type=kind, dec_hook=_unpack)
