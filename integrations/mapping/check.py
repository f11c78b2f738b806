"""Does a mapping document fit a dataset? Finds every problem and names its place and its fix.

Says nothing about single records; those are judged while they are mapped.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from integrations.core.fields import DatasetField, FieldType
from integrations.mapping.constants import constant_problems, document_problems
from integrations.mapping.document import MappingDocument
from integrations.mapping.problems import Problem
from integrations.mapping.uses import Use, paths_of, uses_of
from integrations.mapping.values import fields_of

__all__ = ["Problem", "check_mapping"]


def check_mapping(document: MappingDocument, fields: Sequence[DatasetField]) -> list[Problem]:
    """Return every problem of the document with this dataset; none means that it can be saved."""
    dataset = _Dataset(fields)
    uses = list(uses_of(document))
    problems = [problem for use in uses for problem in dataset.problems_of(use)]
    for path, name in paths_of(document):
        problems += dataset.unknown_field(path, name)
    problems += [problem for use in uses for problem in constant_problems(use)]
    return problems + document_problems(document)


class _Dataset:
    """The dataset's fields, asked for by path."""

    def __init__(self, fields: Sequence[DatasetField]) -> None:
        self._types: dict[str, FieldType] = {field.name: field.type for field in fields}

    def problems_of(self, use: Use) -> list[Problem]:
        if isinstance(use.value.template, str):
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

    def _wrong_type(self, path: str, use: Use) -> list[Problem]:
        name = str(use.value.field)
        declared = self._types.get(name)
        if declared is None or declared in use.types:
            return []
        fitting = [f'"{field}"' for field, kind in self._types.items() if kind in use.types]
        fix = f"use one of {', '.join(fitting[:5])}" if fitting else "use a constant"
        return [Problem(path, f'"{name}" is of type {declared}, not {use.noun}', fix)]

    def _template_problems(self, use: Use) -> list[Problem]:
        path = f"{use.path}.template"
        if "string" not in use.types:
            message, fix = f"a template makes text, not {use.noun}", f"name a field with {use.noun}"
            return [Problem(path, message, fix)]
        problems: list[Problem] = []
        for name in fields_of(use.value):
            problems += self.unknown_field(path, name)
            if self._types.get(name) in ("object", "list"):
                problems.append(
                    Problem(path, f'"{name}" is of type {self._types[name]}, not text', "")
                )
        return problems
