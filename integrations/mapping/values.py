"""Compiles the values of a mapping document to functions of a record's data.

A function raises RecordRejectedError when the record has no such value. Knows no data type.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any, TypeVar

from msgspec import UNSET

from integrations.core.fields import field_getter
from integrations.core.records import JsonObject
from integrations.core.timestamps import epoch_seconds
from integrations.mapping.parts import Value
from integrations.mapping.rejected import RecordRejectedError
from integrations.mapping.templates import FieldPart, parse_template, template_fields

AnyOf = Callable[[JsonObject], Any]
TextOf = Callable[[JsonObject], str]
TextOrNoneOf = Callable[[JsonObject], str | None]
NumberOf = Callable[[JsonObject], float]

T = TypeVar("T")

_NUMBER_TYPES = frozenset({int, float})


def fields_of(value: Value) -> list[str]:
    """The paths that a value reads."""
    if isinstance(value.field, str):
        return [value.field]
    return template_fields(value.template) if isinstance(value.template, str) else []


def place_of(value: Value) -> str:
    """What to name as the field when the value is unusable."""
    return ", ".join(fields_of(value))


def compile_any(value: Value) -> AnyOf:
    """A function that gives the value in the type it has."""
    if value.constant is not UNSET:
        constant = value.constant
        return lambda data: constant
    if isinstance(value.field, str):
        return _field(value.field, value.default)
    return compile_text(value)


def _field(path: str, default: object) -> AnyOf:
    get = field_getter(path)
    fallback = None if default is UNSET else default

    def read(data: JsonObject) -> Any:
        found = get(data)
        if found is None:
            if fallback is None:
                raise missing(path)
            return fallback
        return found

    return read


def missing(path: str) -> RecordRejectedError:
    return RecordRejectedError("missing_field", f'The record has no "{path}".', field=path)


def compile_text(value: Value) -> TextOf:
    """A function that gives the value as text."""
    if isinstance(value.template, str):
        return _template(value.template, value.default)
    read, place, key = compile_any(value), place_of(value), plain_key(value)

    def text(data: JsonObject) -> str:
        found = data.get(key)
        if found is None:
            found = read(data)
        return found if type(found) is str else as_text(found, field=place)

    return text


def _template(template: str, default: object) -> TextOf:
    parts: list[str | tuple[str, AnyOf]] = [
        (part.path, field_getter(part.path)) if isinstance(part, FieldPart) else part
        for part in parse_template(template)
    ]

    def text(data: JsonObject) -> str:
        words = []
        for part in parts:
            if isinstance(part, str):
                words.append(part)
                continue
            path, get = part
            found = get(data)
            if found is None:
                if default is UNSET:
                    raise missing(path)
                return as_text(default, field=path)
            words.append(as_text(found, field=path))
        return "".join(words)

    return text


def optional(value: Value, of: Callable[[JsonObject], T]) -> Callable[[JsonObject], T | None]:
    """``of`` for a part that Datadog does not require: None where the record lacks the value.

    ``of`` is what the value was compiled to; it is not asked about a record that lacks a field.
    """
    getters = [field_getter(path) for path in fields_of(value)]
    if not getters or value.default is not UNSET:
        return of
    get, others = getters[0], getters[1:]

    def found(data: JsonObject) -> T | None:
        if get(data) is None:
            return None
        return of(data)

    def found_all(data: JsonObject) -> T | None:
        return None if any(other(data) is None for other in others) else found(data)

    return found_all if others else found


def as_text(value: object, *, field: str) -> str:
    """Text of a JSON scalar, the way JSON writes it; a list or object has none."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    message = f'"{field}" is {kind_of(value)}, not text.'
    raise RecordRejectedError("wrong_type", message, field=field)


def kind_of(value: object) -> str:
    """The JSON type of a value, in words."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "an object"


def compile_number(value: Value) -> NumberOf:
    """A function that gives the value as a finite number; text that looks like one is refused."""
    read, place, key = compile_any(value), place_of(value), plain_key(value)

    def number(data: JsonObject) -> float:
        found = data.get(key)
        if found is None:
            found = read(data)
        if type(found) in _NUMBER_TYPES and isfinite(found):
            return found  # type: ignore[no-any-return]  # int or float by the line above
        raise _not_a_number(found, place)

    return number


def plain_key(value: Value) -> Any:
    """The key under which the value most likely stands, to save calls; None when it has none."""
    return value.field if isinstance(value.field, str) else None


def finite_number(found: object, *, field: str) -> float:
    """The value as it is when it is a finite number; anything else rejects the record."""
    if type(found) in _NUMBER_TYPES and isfinite(found):  # type: ignore[arg-type]  # by its left
        return found  # type: ignore[return-value]  # int or float by the line above
    raise _not_a_number(found, field)


def _not_a_number(found: object, place: str) -> RecordRejectedError:
    if isinstance(found, float):
        return RecordRejectedError("bad_value", f'"{place}" is {found!r}, not finite.', field=place)
    return RecordRejectedError(
        "wrong_type", f'"{place}" is {kind_of(found)}, not a number.', field=place
    )


def compile_time(value: Value) -> NumberOf:
    """A function that gives the value as epoch seconds."""
    return _times(value, compile_any(value))


def compile_optional_time(value: Value) -> Callable[[JsonObject], float | None]:
    """The same for a time that Datadog does not require: None where the record lacks it."""
    return _times(value, optional(value, compile_any(value)))


def _times(value: Value, read: AnyOf) -> AnyOf:
    """``None`` only where ``read`` gives it."""
    place, key = place_of(value), plain_key(value)

    def seconds(data: JsonObject) -> float | None:
        found = data.get(key)
        if found is None:
            found = read(data)
            if found is None:
                return None
        moment = epoch_seconds(found)
        if moment is None:
            shown = f'"{found[:60]}"' if isinstance(found, str) else kind_of(found)
            message = f'"{place}" is {shown}, not a time.'
            raise RecordRejectedError("bad_timestamp", message, field=place)
        return moment

    return seconds
