"""Compiles a traces mapping to a function from a record to a span, before any wire format.

Lengths and numbers from Datadog's troubleshooting page of APM. Knows neither HTTP nor packing.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any

import msgspec
from msgspec import UnsetType

from integrations.core.fields import field_getter
from integrations.core.records import JsonObject, Record
from integrations.mapping.ages import TimeWindow
from integrations.mapping.choices import compile_optional_choice
from integrations.mapping.encoding import encode
from integrations.mapping.parts import Choice, Value
from integrations.mapping.rejected import RecordRejectedError
from integrations.mapping.span_ids import SPAN_BITS, TRACE_BITS, compile_id, compile_parent
from integrations.mapping.span_times import SECOND, compile_length, compile_ns
from integrations.mapping.texts import compile_cut, compile_prose, cut
from integrations.mapping.trace_documents import (
    ERROR_STATES,
    SPAN_KINDS,
    Duration,
    TracesMapping,
)
from integrations.mapping.values import TextOrNoneOf, compile_text, optional, place_of

MAX_NAME = 100
MAX_RESOURCE = 5_000
MAX_KEY = 200
MAX_TEXT = 25_000
MAX_ATTRIBUTES = 1_024

AttributeValue = str | int | float | bool
Attributes = dict[str, AttributeValue]


class Span(msgspec.Struct, frozen=True, gc=False):
    """One span. ``parent_id`` 0 is none; ``error`` None says nothing of how it went."""

    trace_id: int
    span_id: int
    parent_id: int
    start: int
    duration: int
    texts: dict[str, str]
    error: bool | None
    attributes: Attributes

    def text(self, name: str) -> str:
        """One of name, service, resource, type, kind, env, version, error_message; or ""."""
        return self.texts.get(name, "")


SpanOf = Callable[[Record, TimeWindow], Span]


def compile_spans(document: TracesMapping) -> SpanOf:
    """Return a function that maps one record to one span."""
    trace_of = compile_id(document.trace_id, bits=TRACE_BITS, name="trace id")
    id_of = compile_id(document.span_id, bits=SPAN_BITS, name="span id")
    parent = document.parent_id
    parent_of = compile_parent(parent) if isinstance(parent, Value) else lambda data: 0
    start_of, place = compile_ns(document.start), place_of(document.start)
    length_of, texts_of = compile_length(document), _compile_texts(document)
    error_of, attributes_of = _compile_error(document.error), _compile_attributes(document)

    def span_of(record: Record, window: TimeWindow) -> Span:
        data = record.data
        start = start_of(data)
        if not window.oldest <= start / SECOND <= window.newest:
            raise window.rejection(start / SECOND, field=place)
        return Span(
            trace_id=trace_of(data),
            span_id=id_of(data),
            parent_id=parent_of(data),
            start=start,
            duration=length_of(data, start),
            texts=texts_of(data),
            error=error_of(data),
            attributes=attributes_of(record),
        )

    return span_of


def _compile_texts(document: TracesMapping) -> Callable[[JsonObject], dict[str, str]]:
    texts: dict[str, TextOrNoneOf] = {"name": compile_prose(document.name, limit=MAX_NAME)}
    others = {
        "service": (document.service, MAX_NAME),
        "resource": (document.resource, MAX_RESOURCE),
        "type": (document.type, MAX_NAME),
        "env": (document.env, MAX_NAME),
        "version": (document.version, MAX_NAME),
        "error_message": (document.error_message, MAX_TEXT),
    }
    for name, (value, limit) in others.items():
        if isinstance(value, Value):
            texts[name] = optional(value, compile_cut(value, limit=limit))
    if isinstance(document.kind, Choice):
        texts["kind"] = compile_optional_choice(
            document.kind, words=SPAN_KINDS, name="kind of a span"
        )
    return lambda data: {name: text_of(data) or "" for name, text_of in texts.items()}


def _compile_error(error: Choice | UnsetType) -> Callable[[JsonObject], bool | None]:
    if isinstance(error, UnsetType):
        return lambda data: None
    state_of = compile_optional_choice(error, words=ERROR_STATES, name="state of a span")

    def failed(data: JsonObject) -> bool | None:
        state = state_of(data)
        return None if state is None else state == "error"

    return failed


def _compile_attributes(document: TracesMapping) -> Callable[[Record], Attributes]:
    """The record's fields, flat, with the mapping's tags and the record's id over them."""
    fields_of = _compile_fields(document)
    tags = [(tag.key, optional(tag.value, compile_text(tag.value))) for tag in document.tags]

    def attributes(record: Record) -> Attributes:
        found: Attributes = {}
        for name, value in fields_of(record.data).items():
            _flatten(name, value, into=found)
        for key, text_of in tags:
            text = text_of(record.data)
            if text is not None:
                found[key] = cut(text, MAX_TEXT)
        found["record_id"] = record.id
        if len(found) > MAX_ATTRIBUTES:
            message = f"{len(found):,} attributes; Datadog keeps {MAX_ATTRIBUTES:,} with a span."
            raise RecordRejectedError("too_many_tags", message)
        return found

    return attributes


def _compile_fields(document: TracesMapping) -> Callable[[JsonObject], JsonObject]:
    if document.attributes != "all":
        getters = [(path, field_getter(path)) for path in document.attributes]
        return lambda data: {path: get(data) for path, get in getters}
    placed = {value.field for value in _placed_values(document) if isinstance(value.field, str)}
    return lambda data: {name: value for name, value in data.items() if name not in placed}


def _placed_values(document: TracesMapping) -> list[Value]:
    """The values that have a place of their own in a span."""
    length = document.duration
    values = [
        *(document.trace_id, document.span_id, document.parent_id, document.start, document.end),
        *(document.name, document.service, document.resource, document.type),
        *(document.env, document.version, document.error_message),
        length.value if isinstance(length, Duration) else length,
    ]
    return [value for value in values if isinstance(value, Value)]


def _flatten(name: str, value: Any, *, into: Attributes) -> None:
    """Objects become names with dots, lists their JSON, what is null is left out."""
    if value is None:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(f"{name}.{key}", inner, into=into)
        return
    key = name[:MAX_KEY]
    if isinstance(value, list):
        into[key] = cut(encode(value).decode(), MAX_TEXT)
    elif isinstance(value, str):
        into[key] = cut(value, MAX_TEXT)
    elif isinstance(value, float) and not isfinite(value):
        into[key] = repr(value)
    else:
        into[key] = value
