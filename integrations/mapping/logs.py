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
from integrations.mapping.parts import Value
from integrations.mapping.shared import ItemOf, compile_tag_list
from integrations.mapping.telemetry_documents import LogsMapping
from integrations.mapping.values import (
    TextOf,
    TextOrNoneOf,
    compile_optional_time,
    compile_text,
    fields_of,
    optional,
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
    add_known = _compile_known(document)
    time_of, place = _compile_moment(document)

    def item_of(record: Record, window: TimeWindow) -> Item:
        data = record.data
        entry = attributes_of(data)
        add_known(entry, data)
        moment = None
        if time_of is not None:
            moment = time_of(data)
            if moment is not None:
                if not window.oldest <= moment <= window.newest:
                    raise window.rejection(moment, field=place)
                entry["timestamp"] = round(moment * 1000)
        entry["record_id"] = record.id
        return Item(record.number, record.id, encode(entry), moment)

    return item_of


def _compile_moment(
    document: LogsMapping,
) -> tuple[Callable[[JsonObject], float | None] | None, str]:
    timestamp = document.timestamp
    if isinstance(timestamp, Value):
        return compile_optional_time(timestamp), place_of(timestamp)
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


def _compile_known(document: LogsMapping) -> Callable[[dict[str, Any], JsonObject], None]:
    """A function that puts Datadog's own attributes into an entry."""
    texts: list[tuple[str, Any, TextOrNoneOf]] = [
        (name, plain_key(value), compile_text(value) if name == "message" else _text_or_none(value))
        for name, value in _mapped_values(document).items()
    ]
    tags_of, source = _compile_tags(document), document.source

    def add(entry: dict[str, Any], data: JsonObject) -> None:
        for name, key, text_of in texts:
            text = data.get(key)
            if type(text) is not str:
                text = text_of(data)
            if text is not None:
                entry[name] = text
        entry["ddsource"] = source
        if tags_of is not None and (tags := tags_of(data)):
            entry["ddtags"] = tags

    return add


def _text_or_none(value: Value) -> TextOrNoneOf:
    return optional(value, compile_text(value))


def _compile_tags(document: LogsMapping) -> TextOf | None:
    if not document.tags:
        return None
    tags_of = compile_tag_list(document.tags)
    fields = [path for entry in document.tags for path in fields_of(entry.value)]
    return remembered(lambda data: ",".join(tags_of(data)), fields=fields)


def _compile_attributes(document: LogsMapping) -> Callable[[JsonObject], dict[str, Any]]:
    """The record's fields as attributes, without those that already have a place of their own.

    Always a new dict, and none of its names is reserved: the entry is built in it."""
    if document.attributes == "all":
        return _compile_all(document)
    getters = [(_attribute_name(path), field_getter(path)) for path in document.attributes]

    def chosen(data: JsonObject) -> dict[str, Any]:
        found = {name: get(data) for name, get in getters}
        return {name: value for name, value in found.items() if value is not None}

    return chosen


def _compile_all(document: LogsMapping) -> Callable[[JsonObject], dict[str, Any]]:
    values = [*_mapped_values(document).values(), document.timestamp]
    placed = {
        value.field for value in values if isinstance(value, Value) and isinstance(value.field, str)
    }

    def everything(data: JsonObject) -> dict[str, Any]:
        rest = dict(data)
        for name in placed:
            rest.pop(name, None)
        if RESERVED.isdisjoint(rest):
            return rest
        return {_attribute_name(name): value for name, value in rest.items()}

    return everything


def _attribute_name(name: str) -> str:
    return RESERVED_PREFIX + name if name in RESERVED else name
