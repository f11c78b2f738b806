"""Does a mapping document fit a dataset? Finds every problem and names its place and its fix.

Says nothing about single records; those are judged while they are mapped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from integrations.core.fields import DatasetField, FieldType
from integrations.core.timestamps import epoch_seconds
from integrations.mapping.document import LogsMapping, MappingDocument, MetricsMapping, Value
from integrations.mapping.names import metric_name
from integrations.mapping.rejected import RecordRejectedError
from integrations.mapping.values import fields_of

NUMBER_TYPES: frozenset[FieldType] = frozenset({"integer", "number"})
TIME_TYPES: frozenset[FieldType] = frozenset({"timestamp", "string", "integer", "number"})
TEXT_TYPES: frozenset[FieldType] = frozenset(
    {"string", "integer", "number", "boolean", "timestamp"}
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to correct: where it is, what is wrong and what to do."""

    path: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        return f"{place}{self.message}" + (f"; {self.fix}" if self.fix else "")


def check_mapping(document: MappingDocument, fields: Sequence[DatasetField]) -> list[Problem]:
    """Return every problem of the document with this dataset; none means that it can be saved."""
    dataset = _Dataset(fields)
    uses = _metrics_uses(document) if isinstance(document, MetricsMapping) else _logs_uses(document)
    problems = [problem for use in uses for problem in dataset.problems_of(use)]
    for index, condition in enumerate(document.filter):
        problems += dataset.unknown_field(f"filter[{index}].field", condition.field)
    if isinstance(document, MetricsMapping):
        problems += _constant_problems(document)
    elif document.attributes != "all":
        for index, path in enumerate(document.attributes):
            problems += dataset.unknown_field(f"attributes[{index}]", path)
    return problems


@dataclass(frozen=True, slots=True)
class _Use:
    """A value at a place, the types it may have there, and what these are called."""

    path: str
    value: Value
    types: frozenset[FieldType]
    noun: str


def _metrics_uses(document: MetricsMapping) -> Iterator[_Use]:
    for index, measure in enumerate(document.measures):
        yield _Use(f"measures[{index}].name", measure.name, TEXT_TYPES, "text")
        yield _Use(f"measures[{index}].value", measure.value, NUMBER_TYPES, "a number")
    yield _Use("timestamp", document.timestamp, TIME_TYPES, "a time")
    yield from _shared_uses(document)


def _logs_uses(document: LogsMapping) -> Iterator[_Use]:
    yield _Use("message", document.message, TEXT_TYPES, "text")
    for name in ("service", "status"):
        value = getattr(document, name)
        if isinstance(value, Value):
            yield _Use(name, value, TEXT_TYPES, "text")
    if isinstance(document.timestamp, Value):
        yield _Use("timestamp", document.timestamp, TIME_TYPES, "a time")
    yield from _shared_uses(document)


def _shared_uses(document: MappingDocument) -> Iterator[_Use]:
    if isinstance(document.host, Value):
        yield _Use("host", document.host, TEXT_TYPES, "text")
    for index, tag in enumerate(document.tags):
        yield _Use(f"tags[{index}].value", tag.value, TEXT_TYPES, "text")


class _Dataset:
    """The dataset's fields, asked for by path."""

    def __init__(self, fields: Sequence[DatasetField]) -> None:
        self._types: dict[str, FieldType] = {field.name: field.type for field in fields}

    def problems_of(self, use: _Use) -> list[Problem]:
        if isinstance(use.value.template, str):
            if use.types is NUMBER_TYPES:
                return [
                    Problem(
                        f"{use.path}.template",
                        "a template makes text, not a number",
                        "name a field with a number",
                    )
                ]
            return self._template_problems(use)
        if not isinstance(use.value.field, str):
            return []
        path = f"{use.path}.field"
        return self.unknown_field(path, use.value.field) or self._wrong_type(path, use)

    def unknown_field(self, path: str, name: str) -> list[Problem]:
        if self._type_of(name) is not None:
            return []
        close = get_close_matches(name, self._types, n=1)
        known = ", ".join(f'"{field}"' for field in list(self._types)[:8])
        fix = f'did you mean "{close[0]}"?' if close else f"it has {known}"
        return [Problem(path, f'the dataset has no field "{name}"', fix)]

    def _type_of(self, name: str) -> FieldType | None:
        """The declared type; within an object of the dataset any deeper path may exist: string."""
        if name in self._types:
            return self._types[name]
        parents = (name[:dot] for dot in range(len(name)) if name[dot] == ".")
        inside = any(self._types.get(parent) == "object" for parent in parents)
        return "string" if inside else None

    def _wrong_type(self, path: str, use: _Use) -> list[Problem]:
        name = str(use.value.field)
        declared = self._types.get(name)
        if declared is None or declared in use.types:
            return []
        fitting = [f'"{field}"' for field, kind in self._types.items() if kind in use.types]
        fix = f"use one of {', '.join(fitting[:5])}" if fitting else "use a constant"
        return [Problem(path, f'"{name}" is of type {declared}, not {use.noun}', fix)]

    def _template_problems(self, use: _Use) -> list[Problem]:
        path = f"{use.path}.template"
        problems: list[Problem] = []
        for name in fields_of(use.value):
            problems += self.unknown_field(path, name)
            if self._types.get(name) in ("object", "list"):
                problems.append(
                    Problem(path, f'"{name}" is of type {self._types[name]}, not text', "")
                )
        return problems


def _constant_problems(document: MetricsMapping) -> list[Problem]:
    """Constants that no record could make right."""
    problems: list[Problem] = []
    for index, measure in enumerate(document.measures):
        if isinstance(measure.name.constant, str):
            problems += _name_problems(f"measures[{index}].name.constant", measure.name.constant)
        constant = measure.value.constant
        if isinstance(constant, str | bool):
            problems.append(
                Problem(
                    f"measures[{index}].value.constant", "this is not a number", "write a number"
                )
            )
    constant = document.timestamp.constant
    if isinstance(constant, str | bool) and epoch_seconds(constant) is None:
        problems.append(
            Problem("timestamp.constant", "this is not a time", "name the field with the time")
        )
    return problems


def _name_problems(path: str, name: str) -> list[Problem]:
    try:
        metric_name(name)
    except RecordRejectedError as rejected:
        return [Problem(path, rejected.message.rstrip("."), "change the name")]
    return []
