"""What a distribution keeps of its values at one second: count, sum and ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf


@dataclass(slots=True)
class Sketch:
    count: int = 0
    sum: float = 0.0
    min: float = inf
    max: float = -inf

    @classmethod
    def of(cls, value: float) -> Sketch:
        return cls(1, value, value, value)

    def add(self, values: Sequence[float]) -> None:
        """At least one value."""
        self.merge(Sketch(len(values), sum(values), min(values), max(values)))

    def merge(self, other: Sketch) -> None:
        self.count += other.count
        self.sum += other.sum
        self.min = min(self.min, other.min)
        self.max = max(self.max, other.max)
