"""Compiles an events mapping to a function from a record to one encoded event.

Forms: POST /api/v1/events and POST /api/v2/events of Datadog's OpenAPI files (CreateEvent).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrations.core.records import Item, JsonObject, Record
from integrations.core.timestamps import iso_text
from integrations.mapping.ages import TimeWindow
from integrations.mapping.choices import compile_optional_choice
from integrations.mapping.encoding import encode
from integrations.mapping.event_categories import compile_alert, compile_change
from integrations.mapping.event_documents import (
    ALERT_TYPES,
    PRIORITIES,
    Alert,
    Change,
    EventsMapping,
)
from integrations.mapping.names import tag
from integrations.mapping.parts import Choice, Value
from integrations.mapping.shared import ItemOf, compile_moment, compile_tags
from integrations.mapping.texts import compile_cut, compile_key, compile_prose
from integrations.mapping.values import TextOrNoneOf, compile_text, optional

# Datadog's v2 OpenAPI, EventPayload: title 500, message 4,000, aggregation_key 100, host 255. v1
# has the same lengths for text and aggregation_key; it takes longer titles (recorded answers).
MAX_TITLE = 500
MAX_TEXT = 4_000
MAX_AGGREGATION_KEY = 100
MAX_HOST = 255

RECORD_TAG = "record_id"
# Events have no deduplication: a repeated one is told by the tag with its record's id.

Fields = Callable[[JsonObject], dict[str, Any]]


def compile_events(document: EventsMapping) -> ItemOf:
    """Return a function that maps one record to one Item."""
    moment_of, tags_of = compile_moment(document.timestamp), compile_tags(document.tags)
    fields_of = _compile_texts(_plain(document) if document.form == "v1" else _shared(document))
    body_of = _plain_body if document.form == "v1" else _category_body(document)

    def item_of(record: Record, window: TimeWindow) -> Item:
        moment = moment_of(record.data, window)
        fields = fields_of(record.data)
        fields["tags"] = [*tags_of(record.data), tag(RECORD_TAG, record.id)]
        body = body_of(fields, record.data, moment)
        return Item(record.number, record.id, encode(body), moment)

    return item_of


def _shared(document: EventsMapping) -> dict[str, TextOrNoneOf]:
    """The texts of a v2 event, by Datadog's names for them."""
    text, host, key = document.text, document.host, document.aggregation_key
    texts: dict[str, TextOrNoneOf] = {"title": compile_prose(document.title, limit=MAX_TITLE)}
    if isinstance(text, Value):
        texts["message"] = optional(text, compile_cut(text, limit=MAX_TEXT))
    if isinstance(host, Value):
        texts["host"] = optional(host, compile_key(host, limit=MAX_HOST, name="host"))
    if isinstance(key, Value):
        texts["aggregation_key"] = optional(
            key, compile_key(key, limit=MAX_AGGREGATION_KEY, name="aggregation key")
        )
    return texts


def _plain(document: EventsMapping) -> dict[str, TextOrNoneOf]:
    """The texts of a v1 event, by Datadog's names for them."""
    texts = _shared(document)
    texts["title"] = compile_prose(document.title)
    if isinstance(document.text, Value):
        texts["text"] = compile_prose(document.text, limit=MAX_TEXT)
        del texts["message"]
    if isinstance(document.alert_type, Choice):
        texts["alert_type"] = compile_optional_choice(
            document.alert_type, words=ALERT_TYPES, name="alert type"
        )
    if isinstance(document.priority, Choice):
        texts["priority"] = compile_optional_choice(
            document.priority, words=PRIORITIES, name="priority"
        )
    source = document.source_type_name
    if isinstance(source, Value):
        texts["source_type_name"] = optional(source, compile_text(source))
    return texts


def _compile_texts(texts: dict[str, TextOrNoneOf]) -> Fields:
    """What is given; the lengths that Datadog asks for begin with one character."""
    return lambda data: {name: text for name, of in texts.items() if (text := of(data))}


def _plain_body(fields: dict[str, Any], data: JsonObject, moment: float | None) -> dict[str, Any]:
    return fields if moment is None else {**fields, "date_happened": int(moment)}


def _category_body(
    document: EventsMapping,
) -> Callable[[dict[str, Any], JsonObject, float | None], dict[str, Any]]:
    category, special_of = _compile_category(document)

    def body(fields: dict[str, Any], data: JsonObject, moment: float | None) -> dict[str, Any]:
        attributes = {**fields, "category": category, "attributes": special_of(data)}
        if moment is not None:
            attributes["timestamp"] = iso_text(moment)
        return {"data": {"type": "event", "attributes": attributes}}

    return body


def _compile_category(document: EventsMapping) -> tuple[str, Fields]:
    if isinstance(document.change, Change):
        return "change", compile_change(document.change)
    if isinstance(document.alert, Alert):
        return "alert", compile_alert(document.alert)
    raise ValueError("A v2 event is a change or an alert.")
