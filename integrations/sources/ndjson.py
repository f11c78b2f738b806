"""Reads records from NDJSON, one JSON object a line, strictly and with flat memory.

Every line comes out as a Line or as a LineError that names its field. Knows neither database nor
mapping.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgspec
import orjson

from integrations.core.fields import DatasetField, field_getter
from integrations.sources.field_checks import FieldError, RecordCheck, compile_field_checks
from integrations.sources.lines import MAX_LINE_BYTES, LongLine, line_blocks
from integrations.sources.traps import TrapError, check_traps, surely_harmless

MAX_ID_LENGTH = 200
# An id travels with every record as an attribute; facets of Datadog end below 1,024 characters.

_BLANKS = b" \t\r"
_TOO_LONG = f"The line is longer than {MAX_LINE_BYTES:,} bytes."


class Line(msgspec.Struct, frozen=True, gc=False):
    """A good line: ``number`` counts from 1 and includes blank and bad lines; ``raw`` is trimmed.

    ``id`` is the record's own id when the reader was told its field.
    """

    number: int
    raw: bytes
    data: dict[str, Any]
    id: str | None


@dataclass(frozen=True, slots=True)
class LineError:
    """A line that is no record of the dataset. ``message`` is a sentence without line number."""

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f'line {self.line}, field "{self.field}"' if self.field else f"line {self.line}"
        return f"{place}: {self.message}"


def read_ndjson(
    file: BinaryIO, fields: Sequence[DatasetField], *, id_field: str | None = None
) -> Iterator[Line | LineError]:
    """Read a binary file. Blank lines are left out, a UTF-8 byte order mark is no part of it."""
    reader = LineReader(fields, id_field)
    number = 1
    for lines in line_blocks(file):
        yield from reader.read_block(lines, first_number=number)
        number += len(lines)


class LineReader:
    """Judges lines a block at a time, so that the costly looks are taken only where needed."""

    def __init__(self, fields: Sequence[DatasetField], id_field: str | None) -> None:
        self._check: RecordCheck = compile_field_checks(fields)
        self._get_id = field_getter(id_field) if id_field else None
        self._id_field = id_field or ""

    def read_block(
        self, lines: list[bytes | LongLine], *, first_number: int
    ) -> list[Line | LineError]:
        parsed: list[tuple[int, bytes, Any]] = []
        results: list[Line | LineError] = []
        for number, line in enumerate(lines, start=first_number):
            if isinstance(line, LongLine):
                results.append(LineError(number, "", _TOO_LONG))
                continue
            raw = line.strip(_BLANKS)
            if not raw:
                continue
            try:
                parsed.append((number, raw, orjson.loads(raw)))
            except orjson.JSONDecodeError as exc:
                results.append(LineError(number, "", f"This is not valid JSON: {exc.msg}."))
        trusted = _all_harmless(parsed)
        found = [self._line(number, raw, data, trusted=trusted) for number, raw, data in parsed]
        if not results:
            return found
        return sorted(results + found, key=_line_number)

    def _line(self, number: int, raw: bytes, data: Any, *, trusted: bool) -> Line | LineError:
        if type(data) is not dict:
            return LineError(number, "", "A record is a JSON object, this is not one.")
        try:
            if not trusted:
                check_traps(raw, data)
            self._check(data)
            own_id = self._own_id(data) if self._get_id is not None else None
        except (TrapError, FieldError) as exc:
            return LineError(number, exc.field, exc.message)
        return Line(number, raw, data, own_id)

    def _own_id(self, data: dict[str, Any]) -> str:
        value = self._get_id(data) if self._get_id is not None else None
        return checked_id(value, field=self._id_field)


def checked_id(value: object, *, field: str) -> str:
    """A record's own id as text; FieldError when it cannot be one."""
    if type(value) is int:
        return str(value)
    if type(value) is str and 0 < len(value) <= MAX_ID_LENGTH:
        return value
    raise FieldError(
        f"The record's id must be a whole number or text of 1 to {MAX_ID_LENGTH} characters.",
        field=field,
    )


def _all_harmless(parsed: Sequence[tuple[int, bytes, Any]]) -> bool:
    contents = [data for _, _, data in parsed if type(data) is dict]
    if len(contents) < len(parsed):
        return False
    return surely_harmless([raw for _, raw, _ in parsed], contents)


def _line_number(result: Line | LineError) -> int:
    return result.number if isinstance(result, Line) else result.line
