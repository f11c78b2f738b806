"""The form of incidents, and the two fields of theirs that it sets apart. Pure.

An incident's severity and state are two of its ``fields`` in the document; the form has a part of
its own for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.mappings.editing.entries import Draft, FormProblem
from portal.mappings.editing.parts import (
    LEFT_OUT,
    REJECTED,
    ChoicePart,
    Layout,
    PickPart,
    RowsPart,
    Section,
    TextPart,
    ValuePart,
)

APART = ("severity", "state")
_AS_IT_IS = "sent as it is; left out if missing"

_SEVERITY = ChoicePart(
    path="severity",
    label="Severity",
    noun="the severity",
    unmatched=_AS_IT_IS,
    words=(("UNKNOWN", "Unknown"), *((word, word) for word in (f"SEV-{n}" for n in range(6)))),
)
_STATE = ChoicePart(
    path="state",
    label="State",
    noun="the state",
    unmatched=_AS_IT_IS,
    words=(
        ("active", "Active"),
        ("stable", "Stable"),
        ("resolved", "Resolved"),
        ("completed", "Completed"),
    ),
)
_FIELDS = RowsPart(
    group="fields",
    path="fields",
    label="Field",
    add="Add a field",
    parts=(
        TextPart(
            path="name",
            label="Name",
            placeholder="such as root_cause",
            ask="Name the incident's field.",
        ),
        PickPart(
            path="type",
            label="Type",
            options=(
                ("textbox", "text box"),
                ("dropdown", "dropdown"),
                ("multiselect", "multiple select"),
                ("autocomplete", "autocomplete"),
                ("textarray", "list of texts"),
                ("metrictag", "metric tag"),
            ),
        ),
        ValuePart(
            path="value", label="Value", noun="the field's value", required=True, lacking=LEFT_OUT
        ),
    ),
)

INCIDENTS = Layout(
    sparse=True,
    has_tags=False,
    sections=(
        Section(
            title="Incident",
            parts=(
                ValuePart(path="title", label="Title", noun="the title", required=True),
                ChoicePart(
                    path="customer_impacted",
                    label="Impact",
                    noun="whether customers are affected",
                    required=True,
                    words=(
                        ("false", "No customers are affected"),
                        ("true", "Customers are affected"),
                    ),
                ),
                ValuePart(
                    path="customer_impact_scope",
                    label="Who and how",
                    noun="who is affected and how",
                    lacking=REJECTED,
                ),
                _SEVERITY,
                _STATE,
            ),
            note="Datadog wants to know who is affected and how, as soon as customers are.",
        ),
        Section(title="Other fields", parts=(_FIELDS,)),
        Section(
            title="Found again by",
            parts=(
                ValuePart(
                    path="marker.value",
                    label="Marker",
                    noun="the marker",
                    empty="The record's id",
                    lacking=REJECTED,
                ),
                TextPart(path="marker.field", label="Kept in", placeholder="the end of the title"),
            ),
            note="A later record with the same marker changes the incident instead of making "
            "another. Name a text box of your incidents to keep the marker out of the title.",
        ),
    ),
)


def set_apart(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document as the form has it, severity and state beside the other fields."""
    found, rest = {}, []
    for entry in document.get("fields", []):
        apart = entry["name"] in APART and entry["type"] == "dropdown"
        if apart:
            found[entry["name"]] = {
                key: value for key, value in entry.items() if key not in ("name", "type")
            }
        else:
            rest.append(entry)
    return {**document, **found, "fields": rest}


def put_together(draft: Draft) -> None:
    """The way back, in place; paths of the document then lead to the form's entries again."""
    document, places = draft.document, draft.places
    apart = [name for name in APART if document.get(name) is not None]
    others = document.pop("fields", [])
    moved = {f"fields[{index}]": f"fields[{index + len(apart)}]" for index in range(len(others))}
    moved |= {name: f"fields[{index}]" for index, name in enumerate(apart)}
    draft.places = {_moved(path, moved): entry for path, entry in places.items()}
    fields = [{"name": name, "type": "dropdown", **document[name]} for name in apart] + others
    for name in APART:
        document.pop(name, None)
    if fields:
        document["fields"] = fields
    _tell_repeated_names(draft, fields)


def _moved(path: str, moved: Mapping[str, str]) -> str:
    head, dot, rest = path.partition(".")
    return f"{moved.get(head, head)}{dot}{rest}"


def _tell_repeated_names(draft: Draft, fields: list[dict[str, Any]]) -> None:
    """The document would say so about itself as a whole; the form says it beside the entry."""
    used = {(draft.document.get("marker") or {}).get("field")}
    for index, field in enumerate(fields):
        name = field["name"]
        if name and name in used:
            entry = draft.place_of(f"fields[{index}].name")
            message = f'An incident has the field "{name}" once only; it is given above or below.'
            draft.problems.append(FormProblem(entry, message))
        used.add(name)
