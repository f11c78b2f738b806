"""Cuts blocks of a file into whole rows, and reads rows of NDJSON or CSV as records.

A row's place is its offset in the file, by which reading can be resumed. Opens no file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from typing import Any, Literal, Protocol

import msgspec
import orjson

from integrations.core.fields import DatasetField, FieldType, field_getter
from integrations.core.records import Record
from integrations.sources.base import Refused
from integrations.sources.errors import SourceFileError
from integrations.sources.field_checks import FieldError, compile_field_checks
from integrations.sources.lines import LONG_LINE, MAX_LINE_BYTES
from integrations.sources.ndjson import Line, LineReader, checked_id
from integrations.sources.values import SHOWN_BYTES, record_or_refused, types_of

FileFormat = Literal["ndjson", "csv"]

_INTEGER = re.compile(r"\A[+-]?\d{1,19}\Z", re.ASCII)
_NUMBER = re.compile(r"\A[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)
_TRUTH = {"true": True, "t": True, "yes": True, "1": True}
_TRUTH |= {"false": False, "f": False, "no": False, "0": False}


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row without its line end; ``end`` is where the next one starts."""

    offset: int
    end: int
    raw: bytes
    too_long: bool = False


def whole_rows(
    block: bytes, *, offset: int, ended: bool, quoted: bool, most: int | None = None
) -> list[Row]:
    """The rows in a block that starts at a row. The last without line end counts if ``ended``.

    ``quoted``: a line end between quotes belongs to the row, as CSV has it. ``most`` ends early.
    """
    rows: list[Row] = []
    start = 0
    while start < len(block) and (most is None or len(rows) < most):
        stop = _row_end(block, start, quoted=quoted)
        if stop - start > MAX_LINE_BYTES:
            first = block.find(b"\n", start)
            stop = first if first >= 0 else len(block)
            rows.append(Row(offset + start, offset + stop + (first >= 0), b"", too_long=True))
        elif stop == len(block) and not ended:
            break
        else:
            raw = block[start:stop]
            rows.append(Row(offset + start, offset + min(stop + 1, len(block)), raw))
        start = stop + 1
    return rows


def _row_end(block: bytes, start: int, *, quoted: bool) -> int:
    """Where the row's line end is; the block's length when it is not there."""
    stop = block.find(b"\n", start)
    odd = quoted and stop >= 0 and block.count(b'"', start, stop) % 2 == 1
    while odd and stop - start <= MAX_LINE_BYTES:
        further = block.find(b"\n", stop + 1)
        if further < 0:
            return len(block)
        odd = block.count(b'"', stop, further) % 2 == 0
        stop = further
    return len(block) if stop < 0 else stop


class RowReader(Protocol):
    """Makes records of rows."""

    def read(self, rows: Sequence[Row], *, key: str, number: int) -> list[Record | Refused]:
        """``key`` names the file in the ids of records that have none; blank rows give nothing."""


class NdjsonRows:
    """Rows of one JSON object each."""

    def __init__(self, fields: Sequence[DatasetField], id_field: str) -> None:
        self._reader = LineReader(fields, id_field or None)

    def read(self, rows: Sequence[Row], *, key: str, number: int) -> list[Record | Refused]:
        """See ``RowReader.read``."""
        lines = [LONG_LINE if row.too_long else row.raw for row in rows]
        results: list[Record | Refused] = []
        for found in self._reader.read_block(lines, first_number=0):
            if isinstance(found, Line):
                record_id = found.id or f"{key}-{rows[found.number].offset}"
                results.append(Record(number, record_id, found.raw, found.data))
                number += 1
            else:
                row = rows[found.line]
                results.append(_refused(row, key, found.field, found.message))
        return results


class CsvRows:
    """Rows of values in the header's order, typed as the dataset declares them."""

    def __init__(
        self,
        fields: Sequence[DatasetField],
        id_field: str,
        *,
        header: Sequence[str],
        delimiter: str,
    ) -> None:
        declared = types_of(fields)
        self._columns = [(name, declared.get(name)) for name in header]
        self._delimiter = delimiter
        self._check = compile_field_checks(fields)
        self._get_id = field_getter(id_field)
        self._id_field = id_field

    def read(self, rows: Sequence[Row], *, key: str, number: int) -> list[Record | Refused]:
        """See ``RowReader.read``."""
        results: list[Record | Refused] = []
        for row in rows:
            if row.raw.strip() or row.too_long:
                result = self._result(row, key, number)
                number += isinstance(result, Record)
                results.append(result)
        return results

    def _result(self, row: Row, key: str, number: int) -> Record | Refused:
        if row.too_long:
            return _refused(row, key, "", "The row is too long, or a quote in it is not closed.")
        try:
            values = csv_values(row.raw, self._delimiter)
            data = self._data(values)
            self._check(data)
            own_id = self._get_id(data)
            record_id = (
                checked_id(own_id, field=self._id_field)
                if self._id_field
                else f"{key}-{row.offset}"
            )
        except FieldError as exc:
            return _refused(row, key, exc.field, exc.message)
        except (csv.Error, UnicodeDecodeError) as exc:
            return _refused(row, key, "", f"This is not valid CSV in UTF-8: {exc}.")
        return record_or_refused(number, record_id, data)

    def _data(self, values: list[str]) -> dict[str, Any]:
        if len(values) != len(self._columns):
            raise FieldError(
                f"The row has {len(values)} values for {len(self._columns)} columns.", field=""
            )
        return {
            name: _typed(text, declared)
            for (name, declared), text in zip(self._columns, values, strict=True)
        }


def csv_values(raw: bytes, delimiter: str) -> list[str]:
    """The values of one row."""
    text = raw.removesuffix(b"\r").decode()
    return next(csv.reader([text], delimiter=delimiter, strict=True), [])


def csv_header(raw: bytes, delimiter: str, *, path: str) -> list[str]:
    """The names in a file's first row."""
    try:
        names = [name.strip() for name in csv_values(raw, delimiter)]
    except (csv.Error, UnicodeDecodeError) as exc:
        raise SourceFileError(f"The first row of {path} cannot be read.", path=path) from exc
    if not all(names) or len(set(names)) < len(names):
        raise SourceFileError(
            f"The first row of {path} does not name each column once.",
            path=path,
            fix="Give every column a name of its own, or name the columns in the source.",
        )
    return names


def _typed(text: str, declared: FieldType | None) -> Any:
    """The value that a text means for its type; text that means none, for the check to refuse."""
    if text == "":
        return None
    if declared == "integer" and _INTEGER.match(text):
        return int(text)
    if declared == "number" and _NUMBER.match(text):
        return int(text) if _INTEGER.match(text) else float(text)
    if declared == "boolean":
        return _TRUTH.get(text.lower(), text)
    if declared in ("object", "list"):
        return _json_or_text(text)
    return text


def _json_or_text(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _refused(row: Row, key: str, field: str, message: str) -> Refused:
    return Refused(f"{key}-{row.offset}", field, message, row.raw[:SHOWN_BYTES])
