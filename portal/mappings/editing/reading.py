"""How single entries of the form are read: values, numbers, filter operands. Pure.

Keeps the draft's places and problems; which entries there are is ``from_form``'s to know.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from portal.mappings.editing.entries import (
    FIELD,
    WITHOUT_OPERAND,
    WORD,
    Draft,
    FormProblem,
    Types,
    map_entry,
    mapped_words,
    row_count,
    scalar,
)
from portal.mappings.editing.parts import ValuePart

_INTEGER = re.compile(r"\A-?\d{1,300}\Z", re.ASCII)


class EntryReader:
    """Reads entries into values, and notes in the draft where they stand and what is wrong."""

    def __init__(self, data: Mapping[str, Any], types: Types) -> None:
        self.data = data
        self.draft = Draft({})
        self._types = types

    def text(self, name: str) -> str:
        return str(self.data.get(name) or "")

    def rows(self, group: str) -> list[str]:
        return [f"{group}-{index}" for index in range(row_count(self.data, group))]

    def put(self, path: str, name: str) -> None:
        """Note where a path stands; what is around it stands there, too, unless it is known."""
        self.draft.places[path] = name
        while "." in path:
            path = path.rpartition(".")[0]
            self.draft.places.setdefault(path, name)

    def miss(self, name: str, message: str) -> None:
        self.draft.problems.append(FormProblem(name, message, incomplete=True))

    def problem(self, name: str, message: str) -> None:
        self.draft.problems.append(FormProblem(name, message))

    def value(self, part: ValuePart, *, path: str, base: str) -> dict[str, Any] | None:
        """A value's three entries; None where nothing is chosen."""
        found = self.source(base, path=path, noun=part.noun, required=part.required)
        number = part.kind in ("number", "numbers")
        if found is None:
            return None
        if number and "constant" in found:
            found["constant"] = self.number(f"{base}_text", found["constant"])
        default = self.text(f"{base}_default")
        if default and "constant" not in found:
            found["default"] = self.number(f"{base}_default", default) if number else default
            self.put(f"{path}.default", f"{base}_default")
        return found

    def source(self, base: str, *, path: str, noun: str, required: bool) -> dict[str, Any] | None:
        """Where a value comes from, without what stands in for it."""
        source, text = self.text(f"{base}_from"), self.text(f"{base}_text")
        typed = source in ("constant", "template", "path")
        self.put(path, f"{base}_text" if typed else f"{base}_from")
        if not source:
            if required:
                self.miss(f"{base}_from", f"Choose where {noun} comes from.")
            return None
        if typed and not text.strip():
            self.miss(f"{base}_text", f"Write {noun}.")
        if source.startswith(FIELD):
            return {"field": source.removeprefix(FIELD)}
        if source.startswith(WORD):
            return {"constant": source.removeprefix(WORD)}
        if source in ("constant", "template"):
            return {source: text}
        return {"field": text.strip()}

    def number(self, entry: str, text: str) -> int | float:
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
            self.problem(entry, f'"{text[:40]}" is not a number.')
        else:
            self.miss(entry, "Write a number.")
        return 0

    def whole(self, entry: str, text: str, message: str) -> int:
        if _INTEGER.match(text):
            return int(text)
        self.problem(entry, message)
        return 0

    def words(self, base: str) -> dict[str, list[Any]]:
        """A choice's map; a value in two places is told beside the second."""
        words: dict[str, list[Any]] = {}
        seen: set[str] = set()
        for word in mapped_words(self.data, base):
            entry = map_entry(base, word)
            values = self._listed(entry, self.text(entry)) or []
            if values:
                words[word] = [scalar(text) for text in values]
            for text in values:
                if text.strip().casefold() in seen:
                    self.problem(entry, f'"{text[:40]}" is given twice.')
                seen.add(text.strip().casefold())
        return words

    def condition(self, base: str, name: str, text: str) -> dict[str, Any]:
        operator = self.text(f"{base}-is")
        condition: dict[str, Any] = {"field": name, "is": operator}
        if operator in WITHOUT_OPERAND:
            return condition
        entry = f"{base}-value"
        if operator == "in":
            condition["value"] = self._choices(entry, text, name)
        elif operator in ("greater_than", "less_than"):
            condition["value"] = self.number(entry, text)
        elif operator == "contains":
            condition["value"] = text
        else:
            condition["value"] = self._typed(entry, text, name)
        return condition

    def _choices(self, entry: str, text: str, field_name: str) -> list[Any]:
        choices = self._listed(entry, text)
        if choices is None:
            return []
        if not choices:
            self.miss(entry, "Write the values it may have, with commas between them.")
        return [self._typed(entry, choice, field_name) for choice in choices]

    def _listed(self, entry: str, text: str) -> list[str] | None:
        """The texts between the commas; None where the line is not readable."""
        try:
            return next(csv.reader([text], skipinitialspace=True), [])
        except csv.Error:
            self.problem(entry, "Write the values on one line, with commas between them.")
            return None

    def _typed(self, entry: str, text: str, field_name: str) -> Any:
        """A filter's operand in the type that the field has in the records."""
        kind = self._types.get(field_name)
        if kind in ("integer", "number"):
            return self.number(entry, text)
        if kind == "boolean":
            if text.strip() not in ("true", "false"):
                self.problem(entry, "This field is true or false; write one of the two.")
            return text.strip() == "true"
        return text
