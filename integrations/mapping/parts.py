"""What mapping documents are made of, whatever their target: values, choices, conditions, tags.

Knows the form only; msgspec reads these types at run time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Union

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from integrations.mapping.templates import parse_template

Scalar = Union[bool, int, float, str]  # noqa: UP007  msgspec reads the union at run time

Path = Annotated[str, Meta(min_length=1, max_length=300)]
Text = Annotated[str, Meta(max_length=1000)]

TAG_KEY = re.compile(r"\A[^\W\d_][\w./-]{0,99}\Z")
# datadog.md 1.4: a tag starts with a letter and its first colon splits key and value.

Operator = Literal[
    "equals",
    "not_equals",
    "in",
    "exists",
    "missing",
    "greater_than",
    "less_than",
    "contains",
]


class Value(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """Where a value comes from: exactly one of a constant, a field's path or a text template."""

    constant: Scalar | UnsetType = UNSET
    field: Path | UnsetType = UNSET
    template: Text | UnsetType = UNSET
    default: Scalar | UnsetType = UNSET

    def __post_init__(self) -> None:
        given = [self.constant, self.field, self.template]
        if given.count(UNSET) != 2:
            raise ValueError('Give exactly one of "constant", "field" and "template"')
        if self.constant is not UNSET and self.default is not UNSET:
            raise ValueError('A constant takes no "default"')
        if isinstance(self.template, str):
            parse_template(self.template)


class Choice(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """A value put into one of Datadog's words: ``map`` lists what becomes which word.

    A value that is such a word already needs no entry; ``default`` is for any other, and for none.
    """

    value: Value
    map: Mapping[str, list[Scalar]] = {}
    default: Text | UnsetType = UNSET

    def check_words(self, words: Sequence[str], name: str) -> None:
        """ValueError for a word that Datadog does not know, or a value that has two of them."""
        used = [*self.map, *([self.default] if isinstance(self.default, str) else [])]
        for word in used:
            if word not in words:
                raise ValueError(f'"{word}" is no {name}; Datadog knows {", ".join(words)}')
        values = [matched(value) for listed in self.map.values() for value in listed]
        twice = {value for value in values if values.count(value) > 1}
        if twice:
            raise ValueError(f'The {name} of "{min(twice)}" is given twice')


def matched(value: Scalar) -> str:
    """A value as a map compares it: as text, whatever its case."""
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return text.strip().casefold()


class Condition(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """One test of a record; a record that fails any of them is skipped."""

    field: Path
    operator: Operator = msgspec.field(name="is")
    value: Scalar | list[Scalar] | UnsetType = UNSET

    def __post_init__(self) -> None:
        wanted = _OPERAND[self.operator]
        kind = "nothing" if self.value is UNSET else _kind(self.value)
        if kind not in wanted:
            raise ValueError(f'"{self.operator}" takes {" or ".join(wanted)} as "value"')


_OPERAND: Mapping[str, tuple[str, ...]] = {
    "equals": ("text", "a number", "true/false"),
    "not_equals": ("text", "a number", "true/false"),
    "in": ("a list",),
    "exists": ("nothing",),
    "missing": ("nothing",),
    "greater_than": ("a number",),
    "less_than": ("a number",),
    "contains": ("text", "a number", "true/false"),
}


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true/false"
    if isinstance(value, list):
        return "a list"
    return "text" if isinstance(value, str) else "a number"


class Tag(Struct, forbid_unknown_fields=True, frozen=True):
    """A tag ``key:value``."""

    key: str
    value: Value

    def __post_init__(self) -> None:
        if not TAG_KEY.match(self.key):
            raise ValueError("A tag key starts with a letter and has letters, digits, _ - . / only")


Filter = Annotated[list[Condition], Meta(max_length=50)]
Tags = Annotated[list[Tag], Meta(max_length=100)]
# 100 tags: the most that Datadog's documentation names for a log; of an event v2 takes no more.
Attributes = Union[Literal["all"], Annotated[list[Path], Meta(max_length=250)]]  # noqa: UP007 - as above
