"""Finds the fields of a dataset that a target most likely wants, by type, name and samples."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import UNSET

from integrations.core.errors import InvalidMappingError
from integrations.core.fields import DatasetField
from integrations.mapping.parts import Tag, Value

MAX_TAG_LENGTH = 60
# Longer samples are sentences; each would make a metric series of its own.

_IDENTIFIER = re.compile(r"(?:\A|_|\.)(?:id|uuid|guid|request|trace|span|url|path|email)\Z")
# Fields named so differ in nearly every record, and as tags would multiply custom metrics.


class LikelyFields:
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

    def value_or_none(self, names: Sequence[str], *, default: str = "") -> Value | None:
        """A field of one of the names; ``default`` stands in where a record may lack it."""
        found = self.named(names, ["string"])
        if found is None:
            return None
        return Value(field=found.name, default=UNSET if found.required or not default else default)

    def text(self, path: str) -> Value:
        """Any field with text; InvalidMappingError names the place that wants it."""
        found = self.first(["string"])
        if found is None:
            raise InvalidMappingError("The dataset has no field with text.", path=path)
        return Value(field=found.name)

    def scalar(self, names: Sequence[str]) -> Value | None:
        """A field of one of the names, whatever single value it holds."""
        found = self.named(names, ["string", "boolean", "integer", "number", "timestamp"])
        return Value(field=found.name) if found else None

    def values(self, fields: Sequence[DatasetField | None]) -> list[Value]:
        return [Value(field=field.name) for field in fields if field is not None]

    def tags(self, *, without: Sequence[Value | None]) -> list[Tag]:
        used = {value.field for value in without if value is not None}
        return [
            Tag(key=word(field.name), value=Value(field=field.name))
            for field in self._fields
            if field.name not in used and _makes_a_tag(field)
        ]


def _makes_a_tag(field: DatasetField) -> bool:
    """Text that repeats: short, no identifier, and not a different one in each of many samples."""
    if field.type not in ("string", "boolean") or _IDENTIFIER.search(field.name.lower()):
        return False
    texts = [str(sample) for sample in field.samples]
    if any(len(text) > MAX_TAG_LENGTH for text in texts):
        return False
    return len(texts) < 4 or len(set(texts)) < len(texts)


def word(text: str) -> str:
    """Lower-case text that may stand in a metric name, a tag key or a log source."""
    word = re.sub(r"[^a-z0-9_.]+", "_", text.lower()).strip("_.")
    return word if word[:1].isalpha() else f"x_{word}".rstrip("_")
