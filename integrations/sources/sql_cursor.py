"""Cursor and key values of SQL sources: as JSON and back, exactly, and as places in a window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from integrations.core.timestamps import EPOCH
from integrations.sources.errors import SourceQueryError

_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one type of value is written to the cursor and read from it."""

    write: Callable[[Any], str | int]
    read: Callable[[Any], Any]


_KINDS: Mapping[str, _Kind] = {
    "moment": _Kind(datetime.isoformat, datetime.fromisoformat),
    "local moment": _Kind(datetime.isoformat, datetime.fromisoformat),
    "date": _Kind(date.isoformat, date.fromisoformat),
    "integer": _Kind(int, int),
    "decimal": _Kind(str, Decimal),
    "text": _Kind(str, str),
    "uuid": _Kind(str, UUID),
    "bytes": _Kind(bytes.hex, bytes.fromhex),
}
_NAMES: Mapping[type, str] = {
    date: "date",
    int: "integer",
    Decimal: "decimal",
    str: "text",
    UUID: "uuid",
    bytes: "bytes",
}


def kind_of(value: object, *, column: str) -> str:
    """The name of a value's type; SourceQueryError for one that rows cannot be ordered by."""
    if type(value) is datetime:
        return "moment" if value.tzinfo else "local moment"
    name = _NAMES.get(type(value))
    if name is None or (isinstance(value, Decimal) and not value.is_finite()):
        found = "NULL" if value is None else f"a value of type {type(value).__name__}"
        raise SourceQueryError(
            f'Column "{column}" holds {found}, by which rows cannot be told apart in order.',
            column=column,
            fix="Use a column of times, dates, integers, decimals, texts or UUIDs without NULL.",
        )
    return name


def written(value: Any, *, column: str) -> list[str | int]:
    """For the cursor: the type's name and the value."""
    name = kind_of(value, column=column)
    return [name, _KINDS[name].write(value)]


def read_back(pair: list[Any]) -> Any:
    """What ``written`` wrote."""
    name, value = pair
    return _KINDS[name].read(value)


def place_of(value: Any) -> int | None:
    """Seconds since 1970 for times, the number for numbers; None for what has no distance."""
    if isinstance(value, datetime):
        known = value if value.tzinfo else value.replace(tzinfo=UTC)
        return (known - EPOCH) // timedelta(seconds=1)
    if isinstance(value, date):
        return (value - EPOCH.date()).days * _DAY_S
    if isinstance(value, int | Decimal):
        return int(value // 1)
    return None


def value_at(place: int, *, like: Any) -> Any:
    """The smallest value at a place, of the type that ``like`` has."""
    if isinstance(like, datetime):
        moment = EPOCH + timedelta(seconds=place)
        return moment if like.tzinfo else moment.replace(tzinfo=None)
    if isinstance(like, date):
        return EPOCH.date() + timedelta(days=place // _DAY_S)
    return type(like)(place)


def is_time(value: Any) -> bool:
    return isinstance(value, date)
