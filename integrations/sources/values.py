"""Turns what databases and files give into values of JSON, by the dataset's declared types.

Knows neither SQL nor files. Times without a zone are taken as UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from math import isfinite
from typing import Any
from uuid import UUID

import orjson

from integrations.core.fields import DatasetField, FieldType
from integrations.core.records import Record
from integrations.sources.base import Refused
from integrations.sources.ndjson import MAX_ID_LENGTH
from integrations.sources.traps import TrapError, check_traps
from integrations.sources.window import digest_of

_INTEGERS = range(-(2**63), 2**64)
# What orjson and every JSON reader hold exactly as an integer.
_ID_DIGITS = 40
# A whole number up to here may be an id, which a float would change; a UUID has 39 digits.
SHOWN_BYTES = 1000
# Of something refused: enough to recognise it.

_TRUTH: Mapping[Any, bool] = {0: False, 1: True, b"\0": False, b"\1": True}
# How MySQL shows BOOLEAN (TINYINT(1)) and BIT(1).


class UnknownTypeError(TypeError):
    """A value that has no JSON form."""


def json_value(value: Any) -> Any:
    """The JSON form: exact where JSON can be, text where not (NaN, very large integers)."""
    convert = _CONVERSIONS.get(type(value))
    if convert is not None:
        return convert(value)
    if isinstance(value, Enum):
        return json_value(value.value)
    raise UnknownTypeError(type(value).__name__)


def typed_value(value: Any, declared: FieldType | None) -> Any:
    """``json_value``, with what a database cannot say told by the field's type."""
    if declared == "boolean" and type(value) in (int, bytes):
        return _TRUTH.get(value, json_value(value))
    if declared in ("object", "list") and type(value) in (str, bytes):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return json_value(value)  # the mapping rejects the record and shows the value
    return json_value(value)


def types_of(fields: Sequence[DatasetField]) -> dict[str, FieldType]:
    return {field.name: field.type for field in fields}


def record_or_refused(number: int, record_id: str, data: dict[str, Any]) -> Record | Refused:
    """A record with its bytes, or why it cannot be one."""
    known_id = record_id if len(record_id) <= MAX_ID_LENGTH else digest_of(record_id).hex()
    try:
        raw = orjson.dumps(data)
    except TypeError:  # half a surrogate pair, or nesting without end
        return Refused(known_id, "", "The record cannot be written as JSON.")
    if b"\\u0000" in raw or b"[" in raw or raw.find(b"{", 1) > 0:
        try:
            check_traps(raw, data)
        except TrapError as exc:
            return Refused(known_id, exc.field, exc.message, raw[:SHOWN_BYTES])
    return Record(number, known_id, raw, data)


def _same(value: Any) -> Any:
    return value


def _integer(value: int) -> int | str:
    return value if value in _INTEGERS else str(value)


def _float(value: float) -> float | str:
    return value if isfinite(value) else str(value)


def _decimal(value: Decimal) -> int | float | str:
    if not value.is_finite():
        return str(value)
    whole = value == value.to_integral_value()
    return _integer(int(value)) if whole and value.adjusted() < _ID_DIGITS else float(value)


def _moment(value: datetime) -> str:
    known = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return known.isoformat().replace("+00:00", "Z")


def _list(value: Sequence[Any]) -> list[Any]:
    return [json_value(part) for part in value]


def _object(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): json_value(part) for key, part in value.items()}


_CONVERSIONS: Mapping[type, Callable[[Any], Any]] = {
    type(None): _same,
    str: _same,
    bool: _same,
    int: _integer,
    float: _float,
    Decimal: _decimal,
    datetime: _moment,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: timedelta.total_seconds,
    UUID: str,
    bytes: bytes.hex,
    bytearray: bytearray.hex,
    memoryview: memoryview.hex,
    list: _list,
    tuple: _list,
    set: sorted,
    dict: _object,
    **dict.fromkeys((IPv4Address, IPv6Address, IPv4Network, IPv6Network), str),
    **dict.fromkeys((IPv4Interface, IPv6Interface), str),
}
