"""The only door of this app to ``integrations``: the strict reader of records, and secrets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, cast

from integrations.core.fields import DatasetField as Field
from integrations.core.fields import FieldType
from integrations.core.secret import Secret
from integrations.sources.ndjson import Line, LineError, read_ndjson
from portal.api.body import Readable
from portal.mappings.models import Dataset

__all__ = ["Line", "LineError", "Secret", "judged_lines"]


def judged_lines(lines: Readable, dataset: Dataset) -> Iterator[Line | LineError]:
    """Judge each line by the dataset's fields, strictly."""
    fields = [
        Field(field.name, cast(FieldType, field.type), required=field.required)
        for field in dataset.fields.all()
    ]
    # The reader calls nothing but read().
    return read_ndjson(cast(BinaryIO, lines), fields, id_field=dataset.id_field or None)
