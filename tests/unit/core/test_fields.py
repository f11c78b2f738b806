"""How a path finds a value in a record."""

import pytest

from integrations.core.fields import field_getter


@pytest.mark.parametrize(
    ("path", "data", "found"),
    [
        ("a", {"a": 1}, 1),
        ("a", {}, None),
        ("a", {"a": None}, None),
        ("a.b", {"a": {"b": 2}}, 2),
        ("a.b.c", {"a": {"b": {"c": 3}}}, 3),
        ("a.b", {"a.b": "literal", "a": {"b": 2}}, "literal"),
        ("a.b", {"a.b": None, "a": {"b": 2}}, 2),
        ("a.b", {"a": "text"}, None),
        ("a.b", {"a": [{"b": 1}]}, None),
    ],
)
def test_a_path_finds_a_value(path: str, data: dict[str, object], found: object) -> None:
    assert field_getter(path)(data) == found
