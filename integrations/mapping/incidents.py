"""Compiles an incidents mapping to a function from a record to one encoded incident.

Form: POST /api/v2/incidents of Datadog's v2 OpenAPI (CreateIncident), with the marker beside it by
which the sink finds the incident again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from msgspec import UNSET

from integrations.core.records import Item, JsonObject, Record
from integrations.mapping.ages import TimeWindow
from integrations.mapping.choices import compile_choice, compile_mapped
from integrations.mapping.encoding import encode
from integrations.mapping.incident_documents import (
    IMPACTED,
    LIST_TYPES,
    IncidentField,
    IncidentsMapping,
    MarkerPlace,
)
from integrations.mapping.parts import Value
from integrations.mapping.rejected import RecordRejectedError
from integrations.mapping.shared import ItemOf
from integrations.mapping.texts import compile_prose
from integrations.mapping.values import (
    as_text,
    compile_any,
    compile_text,
    optional,
    place_of,
)

MAX_MARKER = 100
# A choice of ours: readable in a title, enough for any usual id.

_PLAIN = re.compile(rf"\A[\w.:/@+ -]{{1,{MAX_MARKER}}}\Z")
# Characters that stand in a search's quotes as they are.
_UNUSABLE = re.compile(r"[^\w.:/@+ -]")

Marker = dict[str, str]


def compile_incidents(document: IncidentsMapping) -> ItemOf:
    """Return a function that maps one record to one Item."""
    title_of, marker_of = compile_prose(document.title), _compile_marker(document.marker)
    impact_of = _compile_impact(document)
    fields = [(entry.name, entry.type, _compile_field(entry)) for entry in document.fields]

    def item_of(record: Record, window: TimeWindow) -> Item:
        data, marker = record.data, marker_of(record)
        found = {
            name: {"type": kind, "value": value}
            for name, kind, value_of in fields
            if (value := value_of(data)) is not None
        }
        title = title_of(data)
        if "field" in marker:
            found[marker["field"]] = {"type": "textbox", "value": marker["text"]}
        else:
            title = f"{title} {marker['text']}"
        attributes = {"title": title, **impact_of(data), "fields": found}
        body = {"marker": marker, "data": {"type": "incidents", "attributes": attributes}}
        return Item(record.number, record.id, encode(body), None)

    return item_of


def marker_text(text: str) -> str:
    """The text as a marker: another one, always the same, where a search could not hold it."""
    if _PLAIN.match(text):
        return text
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{_UNUSABLE.sub('_', text)[:40]}-{digest}"


def _compile_marker(place: MarkerPlace) -> Callable[[Record], Marker]:
    """Square brackets around the id keep one in a title apart from any that contains it."""
    text_of = compile_text(place.value) if isinstance(place.value, Value) else None
    field = place.field

    def marker(record: Record) -> Marker:
        text = record.id if text_of is None else text_of(record.data)
        if not text.strip():
            raise RecordRejectedError("missing_field", "The marker is empty.")
        found = marker_text(text)
        return {"text": found, "field": field} if isinstance(field, str) else {"text": f"[{found}]"}

    return marker


def _compile_impact(document: IncidentsMapping) -> Callable[[JsonObject], dict[str, Any]]:
    """Datadog wants to know the scope as soon as customers are affected."""
    impacted_of = compile_choice(
        document.customer_impacted, words=IMPACTED, name="answer (customers affected or not)"
    )
    scope = document.customer_impact_scope
    scope_of = compile_text(scope) if isinstance(scope, Value) else None

    def impact(data: JsonObject) -> dict[str, Any]:
        if impacted_of(data) == "false":
            return {"customer_impacted": False}
        if scope_of is None:
            message = "Customers are affected, but the mapping has no scope of it."
            raise RecordRejectedError("missing_field", message)
        return {"customer_impacted": True, "customer_impact_scope": scope_of(data)}

    return impact


def _compile_field(entry: IncidentField) -> Callable[[JsonObject], Any]:
    """One text, or for the types that are lists a list of texts; None where there is none."""
    if entry.type not in LIST_TYPES:
        word_of = compile_mapped(entry.value, entry.map, entry.default)
        return optional(entry.value, word_of) if entry.default is UNSET else word_of
    read, place = compile_any(entry.value), place_of(entry.value)

    def texts(data: JsonObject) -> list[str]:
        found = read(data)
        return [
            as_text(one, field=place) for one in (found if isinstance(found, list) else [found])
        ]

    texts_of, default = optional(entry.value, texts), entry.default
    return (lambda data: texts_of(data) or [default]) if isinstance(default, str) else texts_of
