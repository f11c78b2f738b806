"""Compiles a logs mapping to a function from a record to one encoded log entry.

Form: POST /api/v2/logs of Datadog's v2 OpenAPI (SubmitLog). Knows neither HTTP nor packing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrations.core.fields import field_getter
from integrations.core.records import Item, JsonObject, Record
from integrations.mapping.ages import TimeWindow
from integrations.mapping.encoding import encode
from integrations.mapping.heads import remembered
from integrations.mapping.names import tag
from integrations.mapping.parts import Value
from integrations.mapping.shared import ItemOf
from integrations.mapping.telemetry_documents import LogsMapping
from integrations.mapping.values import (
    NumberOf,
    TextOf,
    compile_text,
    compile_time,
    fields_of,
    place_of,
    plain_key,
)

RESERVED = frozenset(
    {
        "message",
        "ddsource",
        "ddtags",
        "hostname",
        "service",
        "status",
        "timestamp",
        "record_id",
    }
)
# Names with a meaning for Datadog or for us: a record's own field of that name is sent with the
# prefix below, so that it neither changes the meaning nor gets lost.
RESERVED_PREFIX = "record_"


def compile_logs(document: LogsMapping) -> ItemOf:
    """Return a function that maps one record to one Item."""
    attributes_of = _compile_attributes(document)
    known_of = _compile_known(document)
    time_of, place = _compile_moment(document)

    def item_of(record: Record, window: TimeWindow) -> Item:
        data = record.data
        entry = known_of(data)
        moment = None
        if time_of is not None:
            moment = time_of(data)
            if not window.oldest <= moment <= window.newest:
                raise window.rejection(moment, field=place)
            entry["timestamp"] = round(moment * 1000)
        entry["record_id"] = record.id
        entry.update(attributes_of(data))
        return Item(record.number, record.id, encode(entry), moment)

    return item_of


def _compile_moment(document: LogsMapping) -> tuple[NumberOf | None, str]:
    if isinstance(document.timestamp, Value):
        return compile_time(document.timestamp), place_of(document.timestamp)
    return None, ""


def _mapped_values(document: LogsMapping) -> dict[str, Value]:
    """The reserved attributes that the document gives, by Datadog's name for them."""
    given = {
        "message": document.message,
        "service": document.service,
        "status": document.status,
        "hostname": document.host,
    }
    return {name: value for name, value in given.items() if isinstance(value, Value)}


def _compile_known(document: LogsMapping) -> Callable[[JsonObject], dict[str, Any]]:
    texts: list[tuple[str, Any, TextOf]] = [
        (name, plain_key(value), compile_text(value))
        for name, value in _mapped_values(document).items()
    ]
    tags_of = _compile_tags(document)

    def known(data: JsonObject) -> dict[str, Any]:
        entry: dict[str, Any] = {}
        for name, key, text_of in texts:
            found = data.get(key)
            entry[name] = found if type(found) is str else text_of(data)
        entry["ddsource"] = document.source
        if tags_of is not None:
            entry["ddtags"] = tags_of(data)
        return entry

    return known


def _compile_tags(document: LogsMapping) -> TextOf | None:
    tags: list[tuple[str, TextOf]] = [(t.key, compile_text(t.value)) for t in document.tags]
    if not tags:
        return None
    fields = [path for entry in document.tags for path in fields_of(entry.value)]

    def joined(data: JsonObject) -> str:
        return ",".join([tag(key, text_of(data)) for key, text_of in tags])

    return remembered(joined, fields=fields)


def _compile_attributes(document: LogsMapping) -> Callable[[JsonObject], JsonObject]:
    """The record's fields as attributes, without those that already have a place of their own."""
    if document.attributes == "all":
        return _compile_all(document)
    getters = [(_attribute_name(path), field_getter(path)) for path in document.attributes]

    def chosen(data: JsonObject) -> dict[str, Any]:
        found = {name: get(data) for name, get in getters}
        return {name: value for name, value in found.items() if value is not None}

    return chosen


def _compile_all(document: LogsMapping) -> Callable[[JsonObject], JsonObject]:
    values = [*_mapped_values(document).values(), document.timestamp]
    placed = {
        value.field for value in values if isinstance(value, Value) and isinstance(value.field, str)
    }

    def everything(data: JsonObject) -> JsonObject:
        rest = dict(data)
        for name in placed:
            rest.pop(name, None)
        if RESERVED.isdisjoint(rest):
            return rest
        return {_attribute_name(name): value for name, value in rest.items()}

    return everything


def _attribute_name(name: str) -> str:
    return RESERVED_PREFIX + name if name in RESERVED else name
