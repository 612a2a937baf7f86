"""What tests share: where real recordings lie, and how property tests are run."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"

# No deadline: a slow machine is not a fault. In CI the same examples every time; at a desk new ones, and those that failed kept.
settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


def pytest_report_header() -> str:
    there = "found" if DATA.is_dir() else "absent: the tests that need it are skipped"
    return f"recordings that are not ours to ship (../shared/data): {there}"


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Small recordings that the repository ships; each one's origin and licence is in the README there."""
    return ROOT / "tests" / "recordings"


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """`shared("icmcis/1_1")`: a file or folder of ../shared/data; skips the test where it is absent."""

    def find(name: str) -> Path:
        path = DATA / name
        if not path.exists():
            pytest.skip(f"needs ../shared/data/{name}, a real recording that is not ours to ship")
        return path

    return find
