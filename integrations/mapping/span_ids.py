"""Trace and span ids out of whatever records have: the same text is the same id, always.

So a span that is sent twice is the same span, and a child finds its parent. Knows no wire format.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import blake2b

from integrations.core.records import JsonObject
from integrations.mapping.parts import Value
from integrations.mapping.rejected import RecordRejectedError
from integrations.mapping.values import as_text, compile_any, place_of

TRACE_BITS = 128
SPAN_BITS = 64

_HEX = re.compile(r"\A(?:[0-9a-fA-F]{16}|[0-9a-fA-F]{32})\Z", re.ASCII)
_UUID = re.compile(
    r"\A[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\Z", re.ASCII
)
_DECIMAL = re.compile(r"\A[0-9]{1,20}\Z", re.ASCII)

IdOf = Callable[[JsonObject], int]


def id_number(value: object, *, bits: int, field: str = "") -> int:
    """An id as a number of ``bits``.

    16 or 32 hexadecimal digits and UUIDs are read as they are, other digits as a decimal number,
    any other text is hashed. A number too large for ``bits`` is hashed, too; a negative one is what
    some languages make of an unsigned one of 64 bits.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        number = value & (2**64 - 1) if value < 0 else value
        return number if number < 2**bits else _hashed(str(value), bits)
    text = as_text(value, field=field).strip()
    number = _read(text)
    return number if 0 <= number < 2**bits else _hashed(text.lower(), bits)


def _read(text: str) -> int:
    """The number that a text is; -1 when it is none."""
    if _HEX.match(text):
        return int(text, 16)
    if _UUID.match(text):
        return int(text.replace("-", ""), 16)
    return int(text) if _DECIMAL.match(text) else -1


def _hashed(text: str, bits: int) -> int:
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=bits // 8).digest()
    return int.from_bytes(digest, "big")


def compile_id(value: Value, *, bits: int, name: str) -> IdOf:
    """A function that gives an id; an empty or zero one rejects the record."""
    read, place = compile_any(value), place_of(value)

    def id_of(data: JsonObject) -> int:
        found = read(data)
        number = 0 if found == "" else id_number(found, bits=bits, field=place)
        if number == 0:
            raise RecordRejectedError("bad_id", f"The {name} is empty or zero.", field=place)
        return number

    return id_of


def compile_parent(value: Value) -> IdOf:
    """The same for a parent, where a missing, empty or zero one makes a root: 0."""
    read, place = compile_any(value), place_of(value)

    def parent_of(data: JsonObject) -> int:
        try:
            found = read(data)
        except RecordRejectedError as rejected:
            if rejected.code != "missing_field":
                raise
            return 0
        return 0 if found == "" else id_number(found, bits=SPAN_BITS, field=place)

    return parent_of
