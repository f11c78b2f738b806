"""The overlap window: the newest part of a source is read again, and what was seen is left out.

A row may become visible after rows with later times (its transaction was open for longer), so a
cursor alone would step over it. Knows positions as whole numbers: seconds, or a column's integers.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

MAX_SEEN = 50_000
# Of 11 bytes each in the cursor. A window with more in it is cut short at its old end.

_DIGEST_BYTES = 8
# Two of 50,000 are equal by chance once in some 10^10 windows.

_Places = dict[int, set[bytes]]


def digest_of(*parts: str | bytes) -> bytes:
    """A short name for a record: of its cursor value and key, or of its content."""
    digest = blake2b(digest_size=_DIGEST_BYTES)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


class Window:
    """Sweeps go from ``start`` to the newest record; each remembers what the next reads again."""

    def __init__(self, span: int, state: Mapping[str, Any] | None = None) -> None:
        known = state or {}
        self._span = span
        self.start: int | None = known.get("start")
        self.newest: int | None = known.get("newest")
        self._floor: int | None = known.get("floor")
        self._seen = _unpacked(known.get("seen", {}))
        self._fresh = _unpacked(known.get("fresh", {}))
        self._count = sum(map(len, self._fresh.values()))

    def is_new(self, place: int, digest: bytes) -> bool:
        """Take note of a record; False when it was read before, or lies before the window."""
        if self.start is not None and place < self.start:
            return False
        new = digest not in self._fresh.get(place, ()) and digest not in self._seen.get(place, ())
        self.newest = place if self.newest is None else max(self.newest, place)
        if place >= self._oldest():
            self._remember(place, digest)
        return new

    def finish_sweep(self) -> None:
        """Everything up to the newest record was read: the next sweep starts at its window."""
        for place, digests in self._seen.items():  # a lagging replica shows what it hid
            for digest in digests if place >= self._oldest() else ():
                self._remember(place, digest)
        self._forget()
        if self.newest is not None:
            self.start = self._oldest()
        self._seen, self._fresh, self._count = self._fresh, {}, 0

    def state(self) -> dict[str, Any]:
        """For the cursor."""
        self._forget()
        return {
            "start": self.start,
            "newest": self.newest,
            "floor": self._floor,
            "seen": _packed(self._seen),
            "fresh": _packed(self._fresh),
        }

    def _oldest(self) -> int:
        newest = 0 if self.newest is None else self.newest
        return newest - self._span if self._floor is None else max(newest - self._span, self._floor)

    def _remember(self, place: int, digest: bytes) -> None:
        places = self._fresh.setdefault(place, set())
        self._count += digest not in places
        places.add(digest)
        if self._count > 2 * MAX_SEEN:
            self._forget()

    def _forget(self) -> None:
        """Drop what lies before the window, and the oldest of it while it is too much."""
        oldest = self._oldest()
        for place in sorted(self._fresh):
            if place >= oldest and self._count <= MAX_SEEN:
                break
            if place >= oldest:
                self._floor = place + 1
            self._count -= len(self._fresh.pop(place))


def _packed(places: _Places) -> dict[str, str]:
    return {str(place): b64encode(b"".join(sorted(places[place]))).decode() for place in places}


def _unpacked(state: Mapping[str, str]) -> _Places:
    return {int(place): _cut(b64decode(text)) for place, text in state.items()}


def _cut(data: bytes) -> set[bytes]:
    return {data[at : at + _DIGEST_BYTES] for at in range(0, len(data), _DIGEST_BYTES)}
