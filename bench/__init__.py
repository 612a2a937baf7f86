"""Benchmarks: figures by name, each with the bound it is held to and peers measured in the same run. See README.md here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

Measure = Callable[[], "Iterable[Value]"]


@dataclass(frozen=True)
class Figure:
    """What is measured. The name stays for good; `at_least` or `at_most` is its bound, if it has one."""

    name: str
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def bound(self) -> float | None:
        return self.at_most if self.at_least is None else self.at_least

    def holds(self, value: float) -> bool:
        """Whether a value keeps the bound."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


@dataclass(frozen=True)
class Value:
    """One figure measured: ours, each peer's in the same run, and how often it was run."""

    figure: str
    value: float
    peer: Mapping[str, float] = field(default_factory=dict)
    runs: int = 1


class Skip(Exception):
    """Raised by a measure that cannot be taken here, with the reason."""


@dataclass(frozen=True)
class Group:
    """The figures that one function measures together."""

    measure: Measure
    figures: tuple[Figure, ...]

    @property
    def id(self) -> str:
        return f"{self.measure.__module__}:{self.measure.__qualname__}"


GROUPS: list[Group] = []


def measures(*figures: Figure) -> Callable[[Measure], Measure]:
    """Registers a function that takes nothing and gives a `Value` for each of these figures."""
    taken = {figure.name for group in GROUPS for figure in group.figures}
    for figure in figures:
        if figure.name in taken:
            raise ValueError(f"figure {figure.name!r} is measured twice")
        if None not in (figure.at_least, figure.at_most):
            raise ValueError(f"figure {figure.name!r} has two bounds: give one")
        taken.add(figure.name)

    def register(measure: Measure) -> Measure:
        GROUPS.append(Group(measure, figures))
        return measure

    return register
