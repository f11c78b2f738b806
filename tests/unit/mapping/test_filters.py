"""Which records a filter lets through."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.mapping.documents import METRICS, mapped, point

FIELD = {
    "text": "web-1",
    "number": 5,
    "flag": True,
    "list": ["a", 1],
}


@pytest.mark.parametrize(
    ("field", "operator", "value", "passes"),
    [
        ("text", "equals", "web-1", True),
        ("text", "equals", "web", False),
        ("number", "equals", 5.0, True),
        ("flag", "equals", 1, False),
        ("flag", "equals", True, True),
        ("absent", "equals", "x", False),
        ("text", "not_equals", "db", True),
        ("absent", "not_equals", "x", True),
        ("text", "in", ["db-1", "web-1"], True),
        ("number", "in", ["5"], False),
        ("text", "exists", None, True),
        ("absent", "exists", None, False),
        ("absent", "missing", None, True),
        ("number", "greater_than", 4, True),
        ("number", "greater_than", 5, False),
        ("text", "greater_than", 1, False),
        ("flag", "greater_than", 0, False),
        ("number", "less_than", 5.5, True),
        ("absent", "less_than", 5, False),
        ("text", "contains", "eb-", True),
        ("text", "contains", 1, False),
        ("list", "contains", "a", True),
        ("list", "contains", True, False),
        ("number", "contains", 5, False),
    ],
)
def test_a_condition_decides(field: str, operator: str, value: Any, passes: bool) -> None:
    condition = {"field": field, "is": operator}
    if value is not None:
        condition["value"] = value
    result = mapped(METRICS, point(**FIELD), filter=[condition])
    assert (len(result.items), result.skipped) == ((1, 0) if passes else (0, 1))


def test_all_conditions_must_hold() -> None:
    conditions = [
        {"field": "measure", "is": "equals", "value": "cpu"},
        {"field": "value", "is": "greater_than", "value": 1},
    ]
    assert mapped(METRICS, point(value=0.5), filter=conditions).skipped == 1
    assert mapped(METRICS, point(value=1.5), filter=conditions).skipped == 0


def test_a_record_that_is_filtered_out_is_never_a_reject() -> None:
    condition = {"field": "value", "is": "exists"}
    result = mapped(METRICS, {"measured_at": "nonsense"}, filter=[condition])
    assert (result.rejects, result.skipped) == ([], 1)
