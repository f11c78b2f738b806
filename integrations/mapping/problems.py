"""A problem of a mapping document, as a person reads it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to correct: where it is, what is wrong and what to do."""

    path: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        return f"{place}{self.message}" + (f"; {self.fix}" if self.fix else "")
