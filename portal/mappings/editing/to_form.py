"""A mapping document as entries of the editor's form. Pure; ``from_form`` is the way back."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from portal.mappings.editing.entries import FIELD, GROUPS, FormData, Types, values_of


def form_data_of(document: Mapping[str, Any], types: Types) -> FormData:
    """The form's entries for a document, without blank rows."""
    data: FormData = {}
    for name in values_of(document["target"]):
        data |= _value_entries(name, document.get(name), types)
    for group in GROUPS:
        data[f"{group}-rows"] = str(len(document.get(group, [])))
    for index, measure in enumerate(document.get("measures", [])):
        data |= _measure_entries(f"measures-{index}", measure, types)
    for index, tag in enumerate(document.get("tags", [])):
        data[f"tags-{index}-key"] = tag["key"]
        data |= _value_entries(f"tags-{index}-value", tag["value"], types)
    for index, condition in enumerate(document.get("filter", [])):
        data |= _condition_entries(f"filter-{index}", condition)
    if document["target"] == "logs":
        data |= _attribute_entries(document.get("attributes", "all"))
    return data


def _value_entries(base: str, value: Mapping[str, Any] | None, types: Types) -> FormData:
    source, text = "", ""
    if value is not None and "field" in value:
        named = value["field"] in types
        source, text = (FIELD + value["field"], "") if named else ("path", value["field"])
    elif value is not None:
        source = "constant" if "constant" in value else "template"
        text = _shown(value[source])
    default = _shown(value["default"]) if value is not None and "default" in value else ""
    return {f"{base}_from": source, f"{base}_text": text, f"{base}_default": default}


def _measure_entries(base: str, measure: Mapping[str, Any], types: Types) -> FormData:
    return {
        **_value_entries(f"{base}-name", measure["name"], types),
        **_value_entries(f"{base}-value", measure["value"], types),
        f"{base}-type": measure["type"],
        f"{base}-interval": _shown(measure.get("interval", "")),
        f"{base}-unit": measure.get("unit", ""),
    }


def _condition_entries(base: str, condition: Mapping[str, Any]) -> FormData:
    value = condition.get("value", "")
    text = _listed(value) if isinstance(value, list) else _shown(value)
    return {
        f"{base}-field": condition["field"],
        f"{base}-is": condition["is"],
        f"{base}-value": text,
    }


def _attribute_entries(attributes: str | list[str]) -> FormData:
    if isinstance(attributes, str):
        return {"attributes": attributes, "attributes_fields": []}
    return {"attributes": "chosen", "attributes_fields": list(attributes)}


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)


def _listed(values: list[Any]) -> str:
    """Values with commas between them, in quotes where their own spaces would be lost."""
    texts = [_shown(value) for value in values]
    line = io.StringIO()
    if all(text == text.strip() for text in texts):
        csv.writer(line, lineterminator="").writerow(texts)
    else:
        csv.writer(line, lineterminator="", quoting=csv.QUOTE_ALL).writerow(texts)
    return line.getvalue()
