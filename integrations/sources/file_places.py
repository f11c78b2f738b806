"""How far each file was read, and which file that is after a rotation.

A file is known by its bytes just before that place, so that one that was renamed is read on and
one that was replaced under its name is read anew. Knows no format of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.sources.errors import SourceFileError
from integrations.sources.file_storage import FileEntry, Storage
from integrations.sources.window import digest_of

MAX_FILES = 5_000
# Each takes about 100 bytes of the cursor.
_TAIL_BYTES = 256
_FORGET_AFTER_S = 7 * 86_400
# A file that is gone is remembered for a week, in case that it comes back under another name.


@dataclass(slots=True)
class FilePlace:
    """``key`` names the file in ids; ``generation`` counts files that bore the same path."""

    offset: int = 0
    tail: str = ""
    key: str = ""
    generation: int = 0
    modified: float = 0.0
    size: int = 0
    skipping: bool = False


Places = dict[str, FilePlace]


def read_places(state: Mapping[str, Sequence[Any]]) -> Places:
    return {path: FilePlace(*values) for path, values in state.items()}


def written_places(places: Places) -> dict[str, list[Any]]:
    return {
        path: [p.offset, p.tail, p.key, p.generation, p.modified, p.size, p.skipping]
        for path, p in places.items()
    }


def matched_places(
    storage: Storage, entries: Sequence[FileEntry], known: Places, *, now: float
) -> Places:
    """Places for all entries, and for files that went away not long ago."""
    if len(entries) > MAX_FILES:
        raise SourceFileError(
            f"The pattern matches {len(entries):,} files; {MAX_FILES:,} are followed.",
            fix="Make the pattern narrower, or move files away that were read.",
        )
    left = dict(known)
    matched: Places = {}
    for entry in entries:
        if entry.path in left and _is_same(storage, entry, left[entry.path]):
            matched[entry.path] = left.pop(entry.path)
    for entry in entries:
        if entry.path not in matched:
            matched[entry.path] = _renamed_or_new(storage, entry, left, known)
    recent = {path: place for path, place in left.items() if path not in matched}
    forgotten = now - _FORGET_AFTER_S
    return matched | {path: p for path, p in recent.items() if p.modified > forgotten}


def move_to(place: FilePlace, offset: int, storage: Storage, path: str) -> None:
    """Keep how far the file was read."""
    place.offset = offset
    place.tail = _tail_at(storage, path, offset)


def _renamed_or_new(storage: Storage, entry: FileEntry, left: Places, known: Places) -> FilePlace:
    for path, place in left.items():
        if place.offset and _is_same(storage, entry, place):
            return left.pop(path)
    before = known.get(entry.path)
    return FilePlace(generation=before.generation + 1 if before else 0)


def _is_same(storage: Storage, entry: FileEntry, place: FilePlace) -> bool:
    if (entry.size, entry.modified) == (place.size, place.modified):
        return True
    return place.offset <= entry.size and place.tail == _tail_at(storage, entry.path, place.offset)


def _tail_at(storage: Storage, path: str, offset: int) -> str:
    """A digest of the bytes before an offset; the start of a file has none."""
    if offset == 0:
        return ""
    start = max(0, offset - _TAIL_BYTES)
    return digest_of(storage.read(path, offset=start, size=offset - start)).hex()
