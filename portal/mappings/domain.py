"""Data types a mapping can target, and its errors; plain Python."""

from __future__ import annotations

from enum import StrEnum


class DataType(StrEnum):
    """Datadog's data types that a dataset can be mapped to."""

    METRICS = "metrics"
    LOGS = "logs"


class FieldType(StrEnum):
    """Types of a record's fields."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"
    OBJECT = "object"
    LIST = "list"


class MappingsError(Exception):
    """A refusal; ``problems`` are (path, message) pairs for the form."""

    def __init__(self, message: str, problems: list[tuple[str, str]] | None = None) -> None:
        super().__init__(message)
        self.problems = problems or []
