"""The picture of a world names what is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from forewarn.simulate import picture
from forewarn.simulate.running import read
from forewarn.simulate.world import make
from tests.simulate_help import SCENARIOS


@pytest.mark.parametrize(("name", "words"), [
    ("two-at-night", {"first", "second", "residence", "school"}),
    ("behind-a-ridge", {"drone", "control"}),
    ("sea-clutter", {"quay"}),
])  # fmt: skip
def test_a_picture_names_what_is_in_it(tmp_path: Path, name: str, words: set[str]) -> None:
    world = make(read(SCENARIOS / f"{name}.toml"), 1)
    figure = picture.draw(world)
    plan, heights = figure.axes[:2]
    assert words <= {text.get_text() for text in plan.texts}
    assert len(heights.lines) == len([flight for flight in world.flights if flight.alive.any()])
    figure.savefig(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 10_000


def test_a_fall_is_drawn_in_another_colour() -> None:
    world = make(read(SCENARIOS / "debris-falls-on.toml"), 1)
    colours = [line.get_color() for line in picture.draw(world).axes[1].lines]
    assert colours.count(picture.COLOURS["debris"]) == 1
    assert colours.count(picture.COLOURS["multirotor"]) == 3
