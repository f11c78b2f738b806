"""A first draft of a mapping for a dataset, guessed from its fields' types, names and samples.

A person is expected to change it. Knows no organisation and no connection.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import UNSET

from integrations.core.errors import InvalidMappingError
from integrations.core.fields import DatasetField
from integrations.mapping.check import NUMBER_TYPES
from integrations.mapping.document import (
    LogsMapping,
    MappingDocument,
    Measure,
    MetricsMapping,
    Tag,
    Value,
)

MEASURE_NAMES = ("measure", "metric", "metric_name")
VALUE_NAMES = ("value", "amount", "count", "total", "duration", "bytes")
MESSAGE_NAMES = ("message", "msg", "text", "body", "description")
STATUS_NAMES = ("level", "severity", "status", "log_level")
SERVICE_NAMES = ("service", "component", "app", "application")
HOST_NAMES = ("host", "hostname")

MAX_TAG_LENGTH = 60
# Longer samples are sentences; each would make a metric series of its own.

_IDENTIFIER = re.compile(r"(?:\A|_|\.)(?:id|uuid|guid|request|trace|span|url|path|email)\Z")
# Fields named so differ in nearly every record, and as tags would multiply custom metrics.


def suggest_mapping(
    fields: Sequence[DatasetField], *, target: str, dataset: str, prefix: str
) -> MappingDocument:
    """Draft a document. InvalidMappingError says which kind of field the dataset lacks."""
    names, lead = _Fields(fields), f"{_word(prefix)}.{_word(dataset)}"
    return _draft_logs(names, _word(prefix)) if target == "logs" else _draft_metrics(names, lead)


class _Fields:
    """Finds fields by type and likely name."""

    def __init__(self, fields: Sequence[DatasetField]) -> None:
        self._fields = list(fields)

    def named(self, names: Sequence[str], types: Sequence[str]) -> DatasetField | None:
        """The first field of the types whose name is likeliest, in the order of ``names``."""
        fitting = {field.name: field for field in self._fields if field.type in types}
        return next((fitting[name] for name in names if name in fitting), None)

    def first(self, types: Sequence[str]) -> DatasetField | None:
        return next((field for field in self._fields if field.type in types), None)

    def time(self) -> Value | None:
        found = self.first(["timestamp"])
        return Value(field=found.name) if found else None

    def value_or_none(self, names: Sequence[str]) -> Value | None:
        found = self.named(names, ["string"])
        return Value(field=found.name) if found else None

    def tags(self, *, without: Sequence[Value | None]) -> list[Tag]:
        used = {value.field for value in without if value is not None}
        return [
            Tag(key=_word(field.name), value=Value(field=field.name))
            for field in self._fields
            if field.name not in used and _makes_a_tag(field)
        ]


def _draft_metrics(fields: _Fields, lead: str) -> MetricsMapping:
    numbers = sorted(NUMBER_TYPES)
    number = fields.named(VALUE_NAMES, numbers) or fields.first(["number"]) or fields.first(numbers)
    if number is None:
        raise InvalidMappingError(
            "The dataset has no field with a number.", path="measures", fix="Map it to logs."
        )
    time = fields.time()
    if time is None:
        raise InvalidMappingError(
            "The dataset has no field of type timestamp; a metric needs a time.", path="timestamp"
        )
    measure, host = fields.named(MEASURE_NAMES, ["string"]), fields.value_or_none(HOST_NAMES)
    if measure is None:
        name, used = Value(constant=f"{lead}.{_word(number.name)}"), None
    else:
        name, used = Value(template=f"{lead}.{{{measure.name}}}"), Value(field=measure.name)
    return MetricsMapping(
        measures=[Measure(name=name, type="gauge", value=Value(field=number.name))],
        timestamp=time,
        host=host or UNSET,
        tags=fields.tags(without=[used, host]),
    )


def _draft_logs(fields: _Fields, source: str) -> LogsMapping:
    message = fields.value_or_none(MESSAGE_NAMES)
    if message is None:
        text = fields.first(["string"])
        if text is None:
            raise InvalidMappingError("The dataset has no field with text.", path="message")
        message = Value(field=text.name)
    service, status = fields.value_or_none(SERVICE_NAMES), fields.value_or_none(STATUS_NAMES)
    host = fields.value_or_none(HOST_NAMES)
    return LogsMapping(
        source=source,
        message=message,
        service=service or UNSET,
        status=status or UNSET,
        host=host or UNSET,
        timestamp=fields.time() or UNSET,
        tags=fields.tags(without=[message, service, status, host]),
    )


def _makes_a_tag(field: DatasetField) -> bool:
    """Text that repeats: short, no identifier, and not a different one in each of many samples."""
    if field.type not in ("string", "boolean") or _IDENTIFIER.search(field.name.lower()):
        return False
    texts = [str(sample) for sample in field.samples]
    if any(len(text) > MAX_TAG_LENGTH for text in texts):
        return False
    return len(texts) < 4 or len(set(texts)) < len(texts)


def _word(text: str) -> str:
    """Lower-case text that may stand in a metric name, a tag key or a log source."""
    word = re.sub(r"[^a-z0-9_.]+", "_", text.lower()).strip("_.")
    return word if word[:1].isalpha() else f"x_{word}".rstrip("_")
