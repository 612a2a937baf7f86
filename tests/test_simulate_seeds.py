"""Chance by name."""

from __future__ import annotations

from forewarn.simulate.seeds import Seeds


def test_each_name_has_its_own_stream_and_keeps_it() -> None:
    seeds = Seeds(1, "a")
    streams = [seeds.rng(), seeds.rng("x"), seeds.rng("y"), seeds.rng("x", "y"), Seeds(2, "a").rng("x"), Seeds(1, "b").rng("x")]
    drawn = [stream.integers(0, 2**60) for stream in streams]
    assert len(set(drawn)) == len(drawn)
    assert Seeds(1, "a").rng("x").integers(0, 2**60) == drawn[1]
