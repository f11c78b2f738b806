"""Misbehaviour on command: which request gets which fault, how often and how likely.

Decides only; the dispatcher acts. Knows nothing of Datadog.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

Disconnect = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Match:
    """None matches everything. ``path`` is a glob over Datadog's own path, or over the whole path
    of the sandbox's address."""

    site: str | None = None
    path: str | None = None
    method: str | None = None

    def fits(self, *, site: str, paths: tuple[str, str], method: str) -> bool:
        return (
            self.site in (None, site)
            and self.method in (None, method)
            and (self.path is None or any(fnmatchcase(path, self.path) for path in paths))
        )


@dataclass(slots=True)
class Fault:
    """``status`` None and no ``disconnect`` means: delay, then answer as usual. ``times`` None
    means until cleared."""

    id: int
    match: Match
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str = "application/json"
    latency_ms: float = 0
    disconnect: Disconnect | None = None
    times: int | None = None
    probability: float = 1
    used: int = 0

    def spent(self) -> bool:
        return self.times is not None and self.used >= self.times


class FaultPlan:
    """The faults in the order they were asked for; the first that fits is used."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._last_id = 0
        # Chance is part of the order ("probability"), nothing secret depends on it.
        self._random = random.Random()  # noqa: S311 - chance, no secret

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def add(self, fault: Fault) -> None:
        self.faults.append(fault)

    def clear(self) -> None:
        self.faults.clear()

    def take(self, *, site: str, paths: tuple[str, str], method: str) -> Fault | None:
        """The fault for this request, counted as used."""
        for fault in self.faults:
            if fault.spent() or not fault.match.fits(site=site, paths=paths, method=method):
                continue
            if self._random.random() < fault.probability:
                fault.used += 1
                return fault
        return None
