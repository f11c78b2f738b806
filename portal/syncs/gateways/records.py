"""Records as they come in and as segments keep them: NDJSON, shifted times, compressed blocks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import orjson

from integrations.core.fields import DatasetField as Field
from integrations.core.fields import FieldType
from integrations.core.records import Record, Reject
from integrations.sources.ndjson import Line, LineError, read_ndjson
from integrations.sources.segments import encode_segment, segment_records
from integrations.sources.shift import Shift, find_time_span, shift_to, shifted
from portal.mappings.models import Dataset
from portal.syncs.models import Segment

__all__ = [
    "Line",
    "LineError",
    "Record",
    "Reject",
    "encode_segment",
    "lines_of",
    "record_from",
    "records_of",
]


def lines_of(path: Path, dataset: Dataset, *, shift_to_now: bool) -> Iterator[Line | LineError]:
    """Read an NDJSON file of the dataset; OSError when it cannot be read.

    ``shift_to_now`` reads it twice: once for its span of time, once for its records.
    """
    fields = _fields_of(dataset)
    shift = _shift_of(path, dataset, fields) if shift_to_now else None
    with path.open("rb") as file:
        for line in read_ndjson(file, fields, id_field=dataset.id_field or None):
            if shift is not None and isinstance(line, Line):
                yield shifted(line, shift, time_field=dataset.time_field)
            else:
                yield line


def _shift_of(path: Path, dataset: Dataset, fields: list[Field]) -> Shift | None:
    span = find_time_span(path, fields, dataset.time_field)
    return shift_to(time.time(), span=span) if span else None


def _fields_of(dataset: Dataset) -> list[Field]:
    return [
        Field(field.name, cast(FieldType, field.type), required=field.required)
        for field in dataset.fields.all()
    ]


def records_of(segment: Segment, dataset: Dataset) -> Iterator[Record]:
    """The records of a segment, numbered, one by one."""
    return segment_records(
        bytes(segment.data),
        first_number=segment.first_number,
        # The end of the dataset's id: names may change, and an id must not.
        source_id=dataset.id.hex[-12:],
        id_field=dataset.id_field or None,
    )


def record_from(raw: bytes, *, number: int, record_id: str) -> Record:
    """A record out of the bytes that a reject keeps."""
    return Record(number, record_id, raw, orjson.loads(raw))
