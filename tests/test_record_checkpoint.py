"""The checkpoint's three lines, and that nothing but them is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forewarn.record import checkpoint
from forewarn.record.checkpoint import Checkpoint

# The example of C2SP tlog-checkpoint, without its signature.
PUBLISHED = b"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_the_published_example() -> None:
    read = checkpoint.of_text(PUBLISHED)
    assert (read.origin, read.size, read.root.hex()[:8]) == ("example.com/behind-the-sofa", 20852163, "0ac5186a")
    assert checkpoint.to_text(read) == PUBLISHED


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=99),
    st.integers(0, 10**18),
    st.binary(min_size=32, max_size=32),
)
def test_what_is_written_is_read(origin: str, size: int, root: bytes) -> None:
    assert checkpoint.of_text(checkpoint.to_text(Checkpoint(origin, size, root))) == Checkpoint(origin, size, root)


def test_no_flipped_bit_gives_the_same_checkpoint() -> None:
    for at in range(len(PUBLISHED)):
        for bit in range(8):
            flipped = bytearray(PUBLISHED)
            flipped[at] ^= 1 << bit
            try:
                assert checkpoint.of_text(bytes(flipped)) != checkpoint.of_text(PUBLISHED)
            except ValueError:
                continue


@pytest.mark.parametrize(
    "bad",
    [
        b"", PUBLISHED[:-1], PUBLISHED + b"\n", PUBLISHED + b"more\n", b"\n" + PUBLISHED, PUBLISHED.replace(b"\n", b"\r\n"),
        PUBLISHED.replace(b"208", b"0208"), PUBLISHED.replace(b"2085", b"+085"), PUBLISHED.replace(b"q2I=", b"q2J="),
        PUBLISHED.replace(b"q2I=", b"q2I"), PUBLISHED.replace(b"20852163", "٢".encode()), b"\xff" + PUBLISHED, b"x" * 5_000 + PUBLISHED,
        PUBLISHED.replace(b"20852163", b"9" * 40),
    ],
)  # fmt: skip
def test_other_bytes_are_refused(bad: bytes) -> None:
    with pytest.raises(ValueError, match=r"not the three lines|canonical"):
        checkpoint.of_text(bad)


def test_the_origin_names_the_first_entry() -> None:
    assert checkpoint.origin(bytes(range(32))) == f"forewarn/{bytes(range(32)).hex()}"
