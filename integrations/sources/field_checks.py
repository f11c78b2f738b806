"""Checks a record's values against the types that its dataset declares. Knows no file format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from integrations.core.fields import DatasetField, FieldType, field_getter
from integrations.core.timestamps import epoch_seconds

RecordCheck = Callable[[dict[str, Any]], None]

_TYPES: Mapping[FieldType, frozenset[type]] = {
    "string": frozenset({str}),
    "integer": frozenset({int}),
    "number": frozenset({int, float}),
    "boolean": frozenset({bool}),
    "timestamp": frozenset({str, int, float}),
    "object": frozenset({dict}),
    "list": frozenset({list}),
}
_WANTED: Mapping[FieldType, str] = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "timestamp": "a time (ISO 8601, or seconds or milliseconds since 1970)",
    "object": "an object",
    "list": "a list",
}
_FOUND: Mapping[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number with a fraction",
    bool: "true or false",
    dict: "an object",
    list: "a list",
}


class FieldError(ValueError):
    """A value that does not fit its field."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


def compile_field_checks(fields: Sequence[DatasetField]) -> RecordCheck:
    """A function that raises FieldError for the first field that does not fit.

    Null counts as missing; fields that the dataset does not declare are let through.
    """
    plain = [(field.name, _types_of(field), field) for field in fields if "." not in field.name]
    deep = [
        (field_getter(field.name), _types_of(field), field) for field in fields if "." in field.name
    ]
    times = [(field, field_getter(field.name)) for field in fields if field.type == "timestamp"]

    def check(data: dict[str, Any]) -> None:
        for name, types, field in plain:
            if type(data.get(name)) not in types:
                raise _misfit(field, data.get(name))
        for get, types, field in deep:
            if type(get(data)) not in types:
                raise _misfit(field, get(data))
        for field, get in times:
            value = get(data)
            if value is not None and epoch_seconds(value) is None:
                raise _misfit(field, value)

    return check


def _types_of(field: DatasetField) -> frozenset[type]:
    return _TYPES[field.type] | (frozenset() if field.required else {type(None)})


def _misfit(field: DatasetField, value: object) -> FieldError:
    if value is None:
        return FieldError("The field is required and missing.", field=field.name)
    found = _FOUND.get(type(value), "something else")
    shown = f' "{value[:40]}"' if isinstance(value, str) else ""
    return FieldError(f"Expected {_WANTED[field.type]}, found {found}{shown}.", field=field.name)
