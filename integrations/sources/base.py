"""What every source that is read by the portal offers: records after a cursor, a stretch at a time.

Knows no kind of source. Whoever reads gives the records their numbers and keeps the cursor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from integrations.core.records import Record

Cursor = Mapping[str, Any]
"""Where reading goes on: JSON that only the source understands. Kept as it was given."""

START: Cursor = {}
"""The cursor before the first record."""

STRETCH_BYTES = 16 * 1024 * 1024
# Of plain records. As Python objects they take up to ten times as much, in a worker of 300 MB.


class Refused(msgspec.Struct, frozen=True, gc=False):
    """Something that stands where a record should and is none.

    ``message`` is a sentence, ``field`` names the field or column where there is one, ``raw`` is
    the beginning of what was found.
    """

    id: str
    field: str
    message: str
    raw: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What one reading found.

    ``cursor`` is to be kept together with the outcome of ``records`` and ``refused``; both can be
    empty although there is ``more``: then everything was seen before.
    """

    records: list[Record]
    cursor: Cursor
    more: bool
    refused: list[Refused]


@dataclass(slots=True)
class Found:
    """What one reading gave so far."""

    records: list[Record] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    size: int = 0

    def add(self, result: Record | Refused) -> None:
        if isinstance(result, Record):
            self.records.append(result)
        else:
            self.refused.append(result)
        self.size += len(result.raw)

    @property
    def count(self) -> int:
        return len(self.records) + len(self.refused)

    @property
    def next_number(self) -> int:
        return len(self.records) + 1

    def stretch(self, cursor: Cursor, *, more: bool) -> Stretch:
        return Stretch(records=self.records, cursor=cursor, more=more, refused=self.refused)


class Source(Protocol):
    """A place that vendor records come from, for one organisation."""

    def read(self, after: Cursor, *, limit: int) -> Stretch:
        """Read on after a cursor, START at first.

        Gives ``limit`` records or fewer (a source that reads whole pages may pass it by less than
        a page) and about STRETCH_BYTES at most. Record ids are the same at every reading, numbers
        are 1, 2, 3 … within the stretch. Raises SourceError or RetryLaterError; the cursor given
        stays good, so that nothing is lost by trying again.
        """


def numbered(records: list[Record], *, first: int) -> list[Record]:
    """The records with their numbers in the engine's count."""
    replace = msgspec.structs.replace
    return [replace(record, number=number) for number, record in enumerate(records, start=first)]
