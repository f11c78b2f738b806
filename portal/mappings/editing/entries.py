"""The entries of the editor's form: their names, their rows, and what can be wrong with them. Pure.

A value of the document is three entries: ``…_from`` ("field:NAME" for a field of the dataset,
"path", "constant", "template" or ""), ``…_text`` and ``…_default``. A choice has ``…_from`` (also
"word:WORD" for always the same word), ``…_text``, ``…_map-WORD`` for each word and ``…_other``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

FormData = dict[str, Any]
Types = Mapping[str, str]
"""The dataset's field types by field name."""

FIELD = "field:"
WORD = "word:"
GROUPS = {
    "measures": 50,
    "tags": 100,
    "filter": 50,
    "links": 20,
    "services": 100,
    "fields": 50,
}
"""The repeated parts of a document, and how many rows each may have (the document's own limits)."""

_VALUE_ENTRY = re.compile(r"_(?:from|text|default|other|map-.*)\Z")
_ROW = re.compile(r"\A(?:tags|filter)-\d+(?=-)")
_ROW_ENTRY = re.compile(r"\A[a-z]+-\d+(?=-[a-z]+\Z)")

WITHOUT_OPERAND = frozenset({"exists", "missing"})


@dataclass(frozen=True, slots=True)
class FormProblem:
    """Something wrong with an entry. ``incomplete`` when it is only not filled in yet."""

    name: str
    message: str
    incomplete: bool = False


@dataclass(slots=True)
class Draft:
    """What the form says: a document, where its parts stand in the form, and what is wrong."""

    document: dict[str, Any]
    places: dict[str, str] = field(default_factory=dict)
    problems: list[FormProblem] = field(default_factory=list)

    def place_of(self, path: str) -> str:
        """The form's entry for a path of the document, or the nearest one around it; else ""."""
        while path and path not in self.places:
            path = re.sub(r"(\.|\A)[^.\[]+\Z|\[\d+\]\Z", "", path)
        return self.places.get(path, "")


def note_of(entry: str) -> str:
    """The note that an entry's errors belong to: a row's, a value's, or the entry's own."""
    if entry == "attributes_fields":
        return "attributes"
    base = _VALUE_ENTRY.sub("", entry)
    row = _ROW.match(entry) or (_ROW_ENTRY.match(entry) if base == entry else None)
    return row[0] if row else base


def row_count(data: Mapping[str, Any], group: str) -> int:
    """How many rows of a group the form shows; a forged figure is cut to the limit."""
    text = str(data.get(f"{group}-rows", ""))
    return min(int(text), GROUPS[group]) if text.isascii() and text.isdigit() else 0


def with_rows_added(data: FormData, group: str, *, count: int = 2) -> FormData:
    """The same with blank rows at the end of a group."""
    return {**data, f"{group}-rows": str(min(row_count(data, group) + count, GROUPS[group]))}


def with_row_removed(data: FormData, group: str, index: int) -> FormData:
    """The same without one row; those after it move up."""
    moved: FormData = {}
    for name, value in data.items():
        row = re.match(rf"\A{group}-(\d+)-(.+)\Z", name)
        number = int(row[1]) if row else -1
        if row is None or number < index:
            moved[name] = value
        elif number > index:
            moved[f"{group}-{number - 1}-{row[2]}"] = value
    return {**moved, f"{group}-rows": str(max(row_count(data, group) - 1, 0))}


def map_entry(base: str, word: str) -> str:
    """The entry with the values that become a word."""
    return f"{base}_map-{word}"


def mapped_words(data: Mapping[str, Any], base: str) -> list[str]:
    """The words that a choice's form has entries for."""
    lead = map_entry(base, "")
    return [name.removeprefix(lead) for name in data if name.startswith(lead)]


def shown(value: object) -> str:
    """A scalar of the document as a text entry."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)


def scalar(text: str) -> bool | int | float | str:
    """What a map or a choice's constant says: as documents compare them, all types are text."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if shown(number) == text and isfinite(number):
            return number
    return text
