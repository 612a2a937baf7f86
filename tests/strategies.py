"""Any message of the vocabulary, made from its field types."""

from __future__ import annotations

import typing

import msgspec
from hypothesis import strategies as st

from forewarn import messages

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def _of(hint: object) -> st.SearchStrategy[object]:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is float:
        return FINITE.map(lambda x: 0.0 if x == 0.0 else x)
    if hint is int:
        return st.integers(-(2**63), 2**63 - 1)
    if hint is str:
        return st.text(st.characters(codec="utf-8"), max_size=20)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return struct(hint)
    if origin is typing.Literal:
        return st.sampled_from(args)
    if origin is tuple:
        return st.lists(_of(args[0]), max_size=3).map(tuple) if args[-1] is ... else st.tuples(*map(_of, args))
    if origin is dict:
        return st.dictionaries(_of(args[0]), _of(args[1]), max_size=3)
    if args:
        return st.one_of([_of(a) for a in args])
    return st.from_type(hint)  # type: ignore[arg-type]


def struct(kind: type[msgspec.Struct]) -> st.SearchStrategy[typing.Any]:
    """Values of a struct type, every field drawn."""
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{name: _of(hints[name]) for name in kind.__struct_fields__})


def any_message() -> st.SearchStrategy[messages.Message]:
    """One of everything that the watch can take or say."""
    return st.one_of([struct(kind) for kind in typing.get_args(messages.Any)])
