"""The mapping document: what a person configures, as strict typed JSON, tagged by its target.

Knows the form only. What the words do is in ``compiled``; whether they fit a dataset, in ``check``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from integrations.core.errors import InvalidMappingError
from integrations.mapping.templates import parse_template

Scalar = Union[bool, int, float, str]  # noqa: UP007  msgspec reads the union at run time

Path = Annotated[str, Meta(min_length=1, max_length=300)]
Text = Annotated[str, Meta(max_length=1000)]

TAG_KEY = re.compile(r"\A[^\W\d_][\w./-]{0,99}\Z")
# datadog.md 1.4: a tag starts with a letter and its first colon splits key and value.

SOURCE = re.compile(r"\A[a-z][a-z0-9_.-]{0,99}\Z", re.ASCII)
# datadog.md 2, partner guidelines: ddsource is the lower-case integration name.

MetricType = Literal["count", "rate", "gauge"]
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


class Measure(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """One metric point that a record becomes."""

    name: Value
    type: MetricType
    value: Value
    interval: Annotated[int, Meta(ge=1, le=86_400)] | UnsetType = UNSET
    unit: Annotated[str, Meta(min_length=1, max_length=100)] | UnsetType = UNSET


class MetricsMapping(
    Struct, tag_field="target", tag="metrics", forbid_unknown_fields=True, frozen=True
):
    """Records to metric points; several measures of one record travel together."""

    measures: Annotated[list[Measure], Meta(min_length=1, max_length=50)]
    timestamp: Value
    filter: Annotated[list[Condition], Meta(max_length=50)] = []
    host: Value | UnsetType = UNSET
    tags: Annotated[list[Tag], Meta(max_length=100)] = []


class LogsMapping(Struct, tag_field="target", tag="logs", forbid_unknown_fields=True, frozen=True):
    """Records to log entries."""

    source: str
    message: Value
    filter: Annotated[list[Condition], Meta(max_length=50)] = []
    service: Value | UnsetType = UNSET
    status: Value | UnsetType = UNSET
    host: Value | UnsetType = UNSET
    timestamp: Value | UnsetType = UNSET
    attributes: Literal["all"] | Annotated[list[Path], Meta(max_length=250)] = "all"
    tags: Annotated[list[Tag], Meta(max_length=100)] = []

    def __post_init__(self) -> None:
        if not SOURCE.match(self.source):
            raise ValueError(
                "The source starts with a letter and has lower-case letters, digits, _ . - only"
            )


MappingDocument = MetricsMapping | LogsMapping


def decode_mapping(data: bytes | str | Mapping[str, Any]) -> MappingDocument:
    """Read a mapping document; InvalidMappingError names the place and what is wrong there."""
    document: MappingDocument
    try:
        if isinstance(data, Mapping):
            document = msgspec.convert(data, type=MappingDocument, strict=True)
        else:
            document = msgspec.json.decode(data, type=MappingDocument, strict=True)
    except msgspec.MsgspecError as exc:
        message, path = _readable(str(exc))
        text = f"{path}: {message}" if path else message
        raise InvalidMappingError(text, path=path, fix=message) from exc
    return document


def encode_mapping(document: MappingDocument) -> dict[str, Any]:
    """The document as plain JSON values, the way it is stored."""
    plain: dict[str, Any] = msgspec.to_builtins(document)
    return plain


_PLAIN_WORDS = {
    "Object missing required field": "the field is missing:",
    "Object contains unknown field": "no such field:",
    "Invalid enum value": "unknown word",
    "Invalid value": "unknown word",
    "`array`": "a list",
    "`object`": "an object",
    "`str`": "text",
    "`int`": "a whole number",
    "`null`": "null",
}


def _readable(error: str) -> tuple[str, str]:
    """Split msgspec's ``sentence - at `$.place` `` into sentence and place."""
    message, _, place = error.partition(" - at `")
    path = place.rstrip("`").removeprefix("$").removeprefix(".")
    for jargon, words in _PLAIN_WORDS.items():
        message = message.replace(jargon, words)
    message = message.replace("`", '"')
    return message[:1].lower() + message[1:], path
