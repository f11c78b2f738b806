"""A mapping document as entries of the editor's form. Pure; ``from_form`` is the way back."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from portal.mappings.editing.entries import FIELD, WORD, FormData, Types, map_entry, shown
from portal.mappings.editing.incident_layout import set_apart
from portal.mappings.editing.layouts import LAYOUTS, TAGS
from portal.mappings.editing.parts import (
    AttributesPart,
    ChoicePart,
    Part,
    PickPart,
    RowsPart,
    SwitchPart,
    TextPart,
    ValuePart,
    found_at,
)

Document = Mapping[str, Any]


def form_data_of(document: Document, types: Types) -> FormData:
    """The form's entries for a document, without blank rows."""
    layout, data = LAYOUTS[document["target"]], FormData()
    document = set_apart(document) if document["target"] == "incidents" else document
    for part in layout.parts:
        data |= _entries_of(part, document, types)
    if layout.has_tags:
        data |= _entries_of(TAGS, document, types)
    conditions = document.get("filter", [])
    data["filter-rows"] = str(len(conditions))
    for index, condition in enumerate(conditions):
        data |= _condition_entries(f"filter-{index}", condition)
    return data


def _entries_of(part: Part, document: Document, types: Types, *, row: str = "") -> FormData:
    match part:
        case ValuePart():
            return _value_entries(row + part.base, found_at(document, part.path), types)
        case ChoicePart():
            return _choice_entries(part, found_at(document, part.path), types)
        case PickPart():
            first = part.standard or part.options[0][0]
            return {row + part.base: found_at(document, part.path) or first}
        case TextPart():
            found = found_at(document, part.path)
            return {row + part.base: "" if found is None else shown(found)}
        case RowsPart():
            return _row_entries(part, found_at(document, part.path) or [], types)
        case AttributesPart():
            found = found_at(document, part.path)
            return _attribute_entries(part.standard or "all" if found is None else found)
        case SwitchPart():
            return _switch_entries(part, document, types)


def _row_entries(part: RowsPart, rows: list[Any], types: Types) -> FormData:
    data: FormData = {f"{part.group}-rows": str(len(rows))}
    for index, found in enumerate(rows):
        for inner in part.parts:
            data |= _entries_of(inner, found, types, row=f"{part.group}-{index}-")
    return data


def _switch_entries(part: SwitchPart, document: Document, types: Types) -> FormData:
    data: FormData = {part.entry: part.branch_of(document).value}
    for branch in part.branches:
        for inner in branch.parts:
            data |= _entries_of(inner, document, types)
    return data


def _value_entries(base: str, value: Document | None, types: Types) -> FormData:
    source, text = "", ""
    if value is not None and "field" in value:
        named = value["field"] in types
        source, text = (FIELD + value["field"], "") if named else ("path", value["field"])
    elif value is not None:
        source = "constant" if "constant" in value else "template"
        text = shown(value[source])
    default = shown(value["default"]) if value is not None and "default" in value else ""
    return {f"{base}_from": source, f"{base}_text": text, f"{base}_default": default}


def _choice_entries(part: ChoicePart, choice: Document | None, types: Types) -> FormData:
    choice = choice or {}
    data = _value_entries(part.base, choice.get("value"), types)
    del data[f"{part.base}_default"]
    words = [word for word, _label in part.words]
    constant = data[f"{part.base}_text"]
    if data[f"{part.base}_from"] == "constant" and constant in words:
        data |= {f"{part.base}_from": WORD + constant, f"{part.base}_text": ""}
    mapped = choice.get("map", {})
    for word in dict.fromkeys([*words, *mapped]):
        data[map_entry(part.base, word)] = listed(mapped.get(word, []))
    data[f"{part.base}_other"] = choice.get("default", "")
    return data


def _condition_entries(base: str, condition: Document) -> FormData:
    value = condition.get("value", "")
    text = listed(value) if isinstance(value, list) else shown(value)
    return {
        f"{base}-field": condition["field"],
        f"{base}-is": condition["is"],
        f"{base}-value": text,
    }


def _attribute_entries(attributes: str | list[str]) -> FormData:
    if isinstance(attributes, str):
        return {"attributes": attributes, "attributes_fields": []}
    return {"attributes": "chosen", "attributes_fields": list(attributes)}


def listed(values: list[Any]) -> str:
    """Values with commas between them, in quotes where their own commas or spaces need them."""
    return ", ".join([_cell(shown(value)) for value in values])


def _cell(text: str) -> str:
    line = io.StringIO()
    if text == text.strip():
        csv.writer(line, lineterminator="").writerow([text])
    else:
        csv.writer(line, lineterminator="", quoting=csv.QUOTE_ALL).writerow([text])
    return line.getvalue()
