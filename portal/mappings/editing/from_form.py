"""Entries of the editor's form as a mapping document. Pure, and lossless where the form can say it.

Document → form → document is the identity for what the form can express; ``is_expressible`` tells.
What it cannot (a number as a tag, say) comes back as the nearest thing.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from portal.mappings.editing.entries import (
    FIELD,
    REQUIRED,
    WITHOUT_OPERAND,
    Draft,
    FormProblem,
    Types,
    row_count,
    values_of,
)
from portal.mappings.editing.to_form import form_data_of

_INTEGER = re.compile(r"\A-?\d{1,300}\Z", re.ASCII)


def is_expressible(document: Mapping[str, Any], types: Types) -> bool:
    """Whether the form gives the document back unchanged."""
    draft = document_of(
        form_data_of(document, types),
        data_type=document["target"],
        types=types,
        source=document.get("source", ""),
    )
    return not draft.problems and draft.document == document


def document_of(data: Mapping[str, Any], *, data_type: str, types: Types, source: str) -> Draft:
    """Read the form's entries. With problems the document has what could be read."""
    return _Reader(data, types).read(data_type, source)


class _Reader:
    """Builds the draft while it walks the form's entries."""

    def __init__(self, data: Mapping[str, Any], types: Types) -> None:
        self._data = data
        self._types = types
        self._draft = Draft({})

    def read(self, data_type: str, source: str) -> Draft:
        document = self._draft.document
        document["target"] = data_type
        if data_type == "metrics":
            document["measures"] = self._measures()
        else:
            document["source"] = source
        self._single_values(data_type)
        document["filter"] = self._conditions()
        document["tags"] = self._tags()
        if data_type == "logs":
            document["attributes"] = self._attributes()
        return self._draft

    def _single_values(self, data_type: str) -> None:
        for name, noun in values_of(data_type).items():
            required = name in REQUIRED[data_type]
            value = self._value(name, path=name, noun=f"the {noun}", required=required)
            if value is not None or required:
                self._draft.document[name] = value

    def _measures(self) -> list[dict[str, Any]]:
        measures: list[dict[str, Any]] = []
        for base in self._rows("measures"):
            if self._text(f"{base}-name_from") or self._text(f"{base}-value_from"):
                measures.append(self._measure(base, path=f"measures[{len(measures)}]"))
        if not measures:
            self._miss("measures-0-name_from", "Say what the metric is called.")
            self._miss("measures-0-value_from", "Say where the metric's value comes from.")
        return measures

    def _measure(self, base: str, *, path: str) -> dict[str, Any]:
        self._put(path, f"{base}-name_from")
        name = self._value(f"{base}-name", path=f"{path}.name", noun="the metric's name")
        value = self._value(
            f"{base}-value", path=f"{path}.value", noun="the metric's value", number=True
        )
        measure: dict[str, Any] = {"name": name, "type": self._text(f"{base}-type"), "value": value}
        self._put(f"{path}.type", f"{base}-type")
        self._put(f"{path}.interval", f"{base}-interval")
        self._put(f"{path}.unit", f"{base}-unit")
        if interval := self._text(f"{base}-interval").strip():
            measure["interval"] = self._interval(f"{base}-interval", interval)
        if unit := self._text(f"{base}-unit"):
            measure["unit"] = unit
        return measure

    def _interval(self, name: str, text: str) -> int:
        if _INTEGER.match(text):
            return int(text)
        self._problem(name, "Write the interval in whole seconds.")
        return 0

    def _tags(self) -> list[dict[str, Any]]:
        tags: list[dict[str, Any]] = []
        for base in self._rows("tags"):
            key, source = self._text(f"{base}-key").strip(), self._text(f"{base}-value_from")
            if not key and not source:
                continue
            path = f"tags[{len(tags)}]"
            self._put(path, f"{base}-key")
            if not key:
                self._miss(f"{base}-key", "Name the tag's key.")
            value = self._value(f"{base}-value", path=f"{path}.value", noun="the tag's value")
            tags.append({"key": key, "value": value})
        return tags

    def _conditions(self) -> list[dict[str, Any]]:
        conditions: list[dict[str, Any]] = []
        for base in self._rows("filter"):
            name, text = self._text(f"{base}-field").strip(), self._text(f"{base}-value")
            if not name and not text.strip():
                continue
            path = f"filter[{len(conditions)}]"
            self._put(path, f"{base}-value")
            self._put(f"{path}.field", f"{base}-field")
            self._put(f"{path}.is", f"{base}-is")
            if not name:
                self._miss(f"{base}-field", "Name the field to look at.")
            conditions.append(self._condition(base, name, text))
        return conditions

    def _condition(self, base: str, name: str, text: str) -> dict[str, Any]:
        operator = self._text(f"{base}-is")
        condition: dict[str, Any] = {"field": name, "is": operator}
        if operator in WITHOUT_OPERAND:
            return condition
        entry = f"{base}-value"
        if operator == "in":
            condition["value"] = self._choices(entry, text, name)
        elif operator in ("greater_than", "less_than"):
            condition["value"] = self._number(entry, text)
        elif operator == "contains":
            condition["value"] = text
        else:
            condition["value"] = self._typed(entry, text, name)
        return condition

    def _choices(self, entry: str, text: str, field_name: str) -> list[Any]:
        try:
            choices = next(csv.reader([text], skipinitialspace=True), [])
        except csv.Error:
            self._problem(entry, "Write the values on one line, with commas between them.")
            return []
        if not choices:
            self._miss(entry, "Write the values it may have, with commas between them.")
        return [self._typed(entry, choice, field_name) for choice in choices]

    def _typed(self, entry: str, text: str, field_name: str) -> Any:
        """A filter's operand in the type that the field has in the records."""
        kind = self._types.get(field_name)
        if kind in ("integer", "number"):
            return self._number(entry, text)
        if kind == "boolean":
            if text.strip() not in ("true", "false"):
                self._problem(entry, "This field is true or false; write one of the two.")
            return text.strip() == "true"
        return text

    def _attributes(self) -> str | list[str]:
        chosen = self._data.get("attributes_fields") or []
        for index, _path in enumerate(chosen):
            self._put(f"attributes[{index}]", "attributes_fields")
        return list(chosen) if self._text("attributes") == "chosen" else "all"

    def _value(
        self, base: str, *, path: str, noun: str, required: bool = True, number: bool = False
    ) -> dict[str, Any] | None:
        source, text = self._text(f"{base}_from"), self._text(f"{base}_text")
        typed = not source.startswith(FIELD) and source != ""
        self._put(path, f"{base}_text" if typed else f"{base}_from")
        if not source:
            if required:
                self._miss(f"{base}_from", f"Choose where {noun} comes from.")
            return None
        if typed and not text.strip():
            self._miss(f"{base}_text", f"Write {noun}.")
        value: dict[str, Any] = {}
        if source == "constant":
            value["constant"] = self._number(f"{base}_text", text) if number else text
            return value
        value = {"template": text} if source == "template" else {"field": text.strip()}
        if source.startswith(FIELD):
            value = {"field": source.removeprefix(FIELD)}
        if default := self._text(f"{base}_default"):
            value["default"] = self._number(f"{base}_default", default) if number else default
            self._put(f"{path}.default", f"{base}_default")
        return value

    def _number(self, entry: str, text: str) -> int | float:
        text = text.strip()
        if _INTEGER.match(text):
            return int(text)
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if isfinite(number):
            return number
        if text:
            self._problem(entry, f'"{text[:40]}" is not a number.')
        else:
            self._miss(entry, "Write a number.")
        return 0

    def _rows(self, group: str) -> list[str]:
        return [f"{group}-{index}" for index in range(row_count(self._data, group))]

    def _text(self, name: str) -> str:
        return str(self._data.get(name) or "")

    def _put(self, path: str, name: str) -> None:
        self._draft.places[path] = name

    def _miss(self, name: str, message: str) -> None:
        self._draft.problems.append(FormProblem(name, message, incomplete=True))

    def _problem(self, name: str, message: str) -> None:
        self._draft.problems.append(FormProblem(name, message))
