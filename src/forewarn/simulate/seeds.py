"""Chance by name: each thing draws from its own stream, so that adding one changes no other."""

from __future__ import annotations

import zlib
from typing import NamedTuple

import numpy as np


class Seeds(NamedTuple):
    """The streams of one run of one scenario."""

    seed: int
    name: str

    def rng(self, *path: str) -> np.random.Generator:
        """The stream of the thing called so: ``rng("object", "first")``."""
        words = (self.name, *path)
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, *(zlib.crc32(word.encode()) for word in words)])))
