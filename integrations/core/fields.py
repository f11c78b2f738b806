"""The fields of a dataset's records: their declared types, and how a path finds a value.

Knows neither where records come from nor where they go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from integrations.core.records import JsonObject

FieldType = Literal["string", "integer", "number", "boolean", "timestamp", "object", "list"]
FIELD_TYPES: tuple[FieldType, ...] = get_args(FieldType)


@dataclass(frozen=True, slots=True)
class DatasetField:
    """One field that a dataset promises. ``name`` is its key, or a path like ``user.name``."""

    name: str
    type: FieldType
    required: bool = False
    samples: tuple[Any, ...] = ()


def field_getter(path: str) -> Callable[[JsonObject], Any]:
    """Return a function that finds a value by path; a missing value and null are both None.

    A path is split at dots through nested objects; a key that is literally the path wins.
    """

    def plain(data: JsonObject) -> Any:
        return data.get(path)

    steps = path.split(".")

    def nested(data: JsonObject) -> Any:
        value = data.get(path)
        return _walk(data, steps) if value is None else value

    return nested if len(steps) > 1 else plain


def _walk(data: JsonObject, steps: list[str]) -> Any:
    value: Any = data
    for step in steps:
        if type(value) is not dict:
            return None
        value = value.get(step)
    return value
