"""Like refusals are counted together, and nothing is lost on the way."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from forewarn.decode.refusals import DATA_BYTES, VALUE_CHARS, Tally, Unusable
from forewarn.messages import Refusal

FAULTS = st.lists(st.tuples(st.sampled_from(["missing", "repeat"]), st.sampled_from("ab"), st.integers(0, 9)), max_size=30)


@given(FAULTS, st.integers(0, 30))
def test_counts_survive_any_break(faults: list[tuple[str, str, int]], stop: int) -> None:
    tally = Tally("feed")
    for n, (reason, field, value) in enumerate(faults):
        if n == stop:
            tally = Tally("feed", tally.pending)
        tally.add(Unusable(reason, field, str(value)), n, b"row", n)  # type: ignore[arg-type]
    told = tally.tell()
    assert {(r.reason, r.field): r.count for r in told} == Counter((reason, field) for reason, field, _ in faults)
    kinds = [(reason, field) for reason, field, _ in faults]
    assert [r.offset for r in told] == [kinds.index(kind) for kind in dict.fromkeys(kinds)]
    assert tally.tell() == ()


def test_the_first_is_shown_cut_to_size() -> None:
    tally = Tally("feed")
    tally.add(Unusable("malformed", "line", "v" * 999, "less"), 5, b"d" * 999, 7)
    tally.add(Unusable("malformed", "line", "w", "less"), 6, b"e", 8)
    assert tally.tell() == (
        Refusal(
            feed="feed", t_ns=5, reason="malformed", field="line", value="v" * VALUE_CHARS, allowed="less", count=2,
            data=b"d" * DATA_BYTES, offset=7,
        ),
    )  # fmt: skip
