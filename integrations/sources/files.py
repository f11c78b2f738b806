"""Reads records from files of NDJSON or CSV that grow, rotate and come anew.

Resumes at byte offsets; a last line without its end waits until the file has settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from glob import escape

from integrations.core.clock import Clock, SystemClock
from integrations.core.fields import DatasetField
from integrations.sources.base import STRETCH_BYTES, Cursor, Found, Stretch
from integrations.sources.errors import SourceFileError, SourceSetupError
from integrations.sources.file_places import (
    FilePlace,
    matched_places,
    move_to,
    read_places,
    written_places,
)
from integrations.sources.file_rows import (
    CsvRows,
    FileFormat,
    NdjsonRows,
    Row,
    RowReader,
    csv_header,
    whole_rows,
)
from integrations.sources.file_storage import FileEntry, Storage, check_pattern
from integrations.sources.lines import MAX_LINE_BYTES
from integrations.sources.window import digest_of

SETTLE_S = 30.0
# A writer that has been silent for so long has ended its last line.
_BLOCK_BYTES = 2 * MAX_LINE_BYTES
# A row that is not whole in it is too long.
_HEADER_BYTES = 64 * 1024
_BOM = b"\xef\xbb\xbf"
_PLACEHOLDER = "{external_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSettings:
    """``pattern`` is a glob with ``{external_id}`` in it: ``{external_id}/orders-*.csv``.

    ``columns`` names those of CSV files without a header.
    """

    pattern: str
    format: FileFormat
    fields: tuple[DatasetField, ...] = ()
    id_field: str = ""
    delimiter: str = ","
    columns: tuple[str, ...] = ()
    settle_s: float = SETTLE_S

    def __post_init__(self) -> None:
        check_pattern(self.pattern)
        if _PLACEHOLDER not in self.pattern:
            raise SourceSetupError(
                "The source does not ask for one organisation's files.",
                fix="Put {external_id} into the pattern.",
            )
        if len(self.delimiter) != 1 or self.delimiter in '"\r\n':
            raise SourceSetupError("A delimiter is one character and no quote.")

    def pattern_for(self, external_id: str) -> str:
        """The pattern of one organisation's files."""
        unusable = {"", ".", ".."}
        if external_id in unusable or any(sign in external_id for sign in "/\\\0"):
            raise SourceSetupError("That external id cannot stand in a path.")
        return self.pattern.replace(_PLACEHOLDER, escape(external_id))


class FileSource:
    """One organisation's files, the longest unchanged first."""

    def __init__(
        self,
        storage: Storage,
        settings: FileSettings,
        *,
        external_id: str,
        clock: Clock | None = None,
    ) -> None:
        self._storage = storage
        self._settings = settings
        self._pattern = settings.pattern_for(external_id)
        self._clock = clock or SystemClock()

    def read(self, after: Cursor, *, limit: int) -> Stretch:
        """See ``Source.read``."""
        entries = sorted(self._storage.find(self._pattern), key=lambda e: (e.modified, e.path))
        known = read_places(after.get("files", {}))
        places = matched_places(self._storage, entries, known, now=self._clock.now())
        found = Found()
        more = False
        for entry in entries:
            more = self._read_file(entry, places[entry.path], found, limit)
            if more:
                break
        return found.stretch({"files": written_places(places)}, more=more)

    def _read_file(self, entry: FileEntry, place: FilePlace, found: Found, limit: int) -> bool:
        """Read on in one file; True when the stretch is full before the file ends."""
        if (entry.size, entry.modified) == (place.size, place.modified):
            return False
        settled = self._clock.now() - entry.modified >= self._settings.settle_s
        opened = self._opened(entry, place, settled=settled)
        if opened is None:
            return False
        reading = _Reading(self._storage, entry, place, opened[0], opened[1])
        quoted = self._settings.format == "csv"
        more = True
        while more and not (full := _is_full(found, limit)):
            more = reading.step(found, limit=limit, settled=settled, quoted=quoted)
        reading.keep_place()
        return more and full

    def _opened(
        self, entry: FileEntry, place: FilePlace, *, settled: bool
    ) -> tuple[RowReader, int] | None:
        """What reads the file's rows, and where it goes on; None while there is no whole header."""
        settings = self._settings
        head = self._storage.read(entry.path, offset=0, size=_HEADER_BYTES)
        start = len(_BOM) if head.startswith(_BOM) else 0
        if settings.format == "ndjson":
            return NdjsonRows(settings.fields, settings.id_field), max(start, place.offset)
        names: Sequence[str] = settings.columns
        if not names:
            rows = whole_rows(head[start:], offset=start, ended=settled, quoted=True)
            if not rows or rows[0].too_long:
                _check_header_fits(head, entry)
                return None
            names = csv_header(rows[0].raw, settings.delimiter, path=entry.path)
            start = rows[0].end
        reader = CsvRows(
            settings.fields, settings.id_field, header=names, delimiter=settings.delimiter
        )
        return reader, max(start, place.offset)


class _Reading:
    """Goes through one file, a block at a time."""

    def __init__(
        self, storage: Storage, entry: FileEntry, place: FilePlace, reader: RowReader, offset: int
    ) -> None:
        self._storage = storage
        self._entry = entry
        self._place = place
        self._reader = reader
        self._offset = offset

    def step(self, found: Found, *, limit: int, settled: bool, quoted: bool) -> bool:
        """Read one block; False when nothing whole is left in the file."""
        block = self._storage.read(self._entry.path, offset=self._offset, size=_BLOCK_BYTES)
        at_end = len(block) < _BLOCK_BYTES
        if self._place.skipping:
            return self._skip(block) or not at_end
        room = limit - found.count
        rows = whole_rows(
            block, offset=self._offset, ended=at_end and settled, quoted=quoted, most=room + 1
        )
        taken = rows[:room]
        self._take(taken, found)
        if rows and rows[-1].too_long and rows[-1].end == self._offset:
            self._place.skipping = not block.endswith(b"\n")
        return len(taken) < len(rows) or not at_end

    def keep_place(self) -> None:
        """Into the cursor; a file with an unfinished last row is looked at again."""
        place, entry = self._place, self._entry
        if self._offset != place.offset:
            move_to(place, self._offset, self._storage, entry.path)
        place.modified = entry.modified
        place.size = entry.size if self._offset >= entry.size else -1

    def _skip(self, block: bytes) -> bool:
        """Go past the rest of a row that is too long; True when its end was there."""
        newline = block.find(b"\n")
        self._offset += newline + 1 if newline >= 0 else len(block)
        self._place.skipping = newline < 0
        return newline >= 0

    def _take(self, rows: Sequence[Row], found: Found) -> None:
        if not rows:
            return
        if not self._place.key:
            generation = str(self._place.generation)
            self._place.key = digest_of(self._entry.path, generation, rows[0].raw).hex()
        key = self._place.key
        for result in self._reader.read(rows, key=key, number=found.next_number):
            found.add(result)
        self._offset = rows[-1].end


def _is_full(found: Found, limit: int) -> bool:
    return found.count >= limit or found.size >= STRETCH_BYTES


def _check_header_fits(head: bytes, entry: FileEntry) -> None:
    if len(head) >= _HEADER_BYTES:
        raise SourceFileError(
            f"The first row of {entry.path} is longer than {_HEADER_BYTES:,} bytes.",
            path=entry.path,
        )
