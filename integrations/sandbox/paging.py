"""Whole numbers out of a query, refused when they are none or out of bounds."""

from __future__ import annotations

from integrations.sandbox.answers import refuse
from integrations.sandbox.world import Call

BAD_REQUEST = 400
# Longer ones are no page; int() would take its time with them.
_DIGITS = 18


def optional_number(call: Call, name: str, *, low: int = 0, high: int | None = None) -> int | None:
    """None when the query leaves it out."""
    value = call.query(name)
    if not value:
        return None
    ascii_digits = value.isascii() and value.isdecimal() and len(value) <= _DIGITS
    if not ascii_digits or int(value) < low or (high is not None and int(value) > high):
        raise refuse(BAD_REQUEST, f"The value provided for parameter '{name}' is invalid")
    return int(value)


def number(call: Call, name: str, *, default: int, low: int = 0, high: int | None = None) -> int:
    found = optional_number(call, name, low=low, high=high)
    return default if found is None else found
