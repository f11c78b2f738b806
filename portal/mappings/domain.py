"""Data types a mapping can target, drafts of datasets, and the app's error; plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_NAME = 120
"""Characters of a mapping's name, as many as its column takes."""

MAX_SAMPLES = 10
"""Sample values kept of a field: enough to tell text that repeats from text that never does."""


class DataType(StrEnum):
    """Datadog's data types that a dataset can be mapped to."""

    METRICS = "metrics"
    DISTRIBUTIONS = "distributions"
    LOGS = "logs"
    EVENTS = "events"
    SERVICE_CHECKS = "service_checks"
    TRACES = "traces"
    INCIDENTS = "incidents"

    @property
    def words(self) -> str:
        """The data type as a sentence has it."""
        return self.value.replace("_", " ")


class FieldType(StrEnum):
    """Types of a record's fields."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"
    OBJECT = "object"
    LIST = "list"


TIME_TYPES = frozenset({FieldType.TIMESTAMP, FieldType.STRING, FieldType.INTEGER, FieldType.NUMBER})
"""Types that can hold a time: ISO 8601 text or an epoch number."""


@dataclass(frozen=True, slots=True)
class FieldDraft:
    """A field as the vendor describes it. ``name`` is a key, or a path like ``user.name``."""

    name: str
    type: str
    samples: tuple[Any, ...] = ()
    required: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class DatasetDraft:
    """A dataset as the vendor describes it, before it is checked and saved."""

    name: str
    title: str
    fields: tuple[FieldDraft, ...]
    id_field: str = ""
    time_field: str = ""
    description: str = ""


class MappingsError(Exception):
    """A refusal; ``problems`` are (path, message) pairs for the form."""

    def __init__(self, message: str, problems: list[tuple[str, str]] | None = None) -> None:
        super().__init__(message)
        self.problems = problems or []
