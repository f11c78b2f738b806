"""Compiles a mapping's filter: does a record match all of its conditions? Knows no data type."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from integrations.core.fields import field_getter
from integrations.core.records import JsonObject
from integrations.mapping.parts import Condition

Matches = Callable[[JsonObject], bool]


def compile_filter(conditions: Sequence[Condition]) -> Matches | None:
    """A function that says whether a record is wanted; None when all are."""
    tests = [_condition(condition) for condition in conditions]
    if not tests:
        return None
    if len(tests) == 1:
        return tests[0]
    return lambda data: all(test(data) for test in tests)


def _condition(condition: Condition) -> Matches:
    get, holds, operand = field_getter(condition.field), _HOLDS[condition.operator], condition.value
    return lambda data: holds(get(data), operand)


def _same(found: Any, operand: Any) -> bool:
    """Equal as JSON is: 1 is 1.0, but neither is true."""
    return isinstance(found, bool) == isinstance(operand, bool) and bool(found == operand)


def _is_among(found: Any, operand: Any) -> bool:
    return any(_same(found, choice) for choice in operand)


def _contains(found: Any, operand: Any) -> bool:
    if isinstance(found, str):
        return isinstance(operand, str) and operand in found
    return isinstance(found, list) and _is_among(operand, found)


def _is_number(found: Any) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


_HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": _same,
    "not_equals": lambda found, operand: not _same(found, operand),
    "in": _is_among,
    "exists": lambda found, _: found is not None,
    "missing": lambda found, _: found is None,
    "greater_than": lambda found, operand: _is_number(found) and bool(found > operand),
    "less_than": lambda found, operand: _is_number(found) and bool(found < operand),
    "contains": _contains,
}
