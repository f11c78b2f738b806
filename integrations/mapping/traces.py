"""Compiles a traces mapping to a function from a record to one encoded span, in its form."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from integrations.core.records import Item, Record
from integrations.mapping.agent_spans import encode_agent_json, encode_agent_msgpack
from integrations.mapping.ages import TimeWindow
from integrations.mapping.otlp import encode_json, encode_protobuf
from integrations.mapping.shared import ItemOf
from integrations.mapping.span_times import SECOND
from integrations.mapping.spans import Span, compile_spans
from integrations.mapping.trace_documents import TraceForm, TracesMapping

_ENCODERS: Mapping[TraceForm, Callable[[Span], bytes]] = {
    "otlp_protobuf": encode_protobuf,
    "otlp_json": encode_json,
    "agent_v0.3_json": encode_agent_json,
    "agent_v0.4_json": encode_agent_json,
    "agent_v0.3_msgpack": encode_agent_msgpack,
    "agent_v0.4_msgpack": encode_agent_msgpack,
}

# A person reads JSON: what a preview shows in place of the binary forms.
READABLE_FORMS: Mapping[TraceForm, TraceForm] = {
    "otlp_protobuf": "otlp_json",
    "agent_v0.3_msgpack": "agent_v0.3_json",
    "agent_v0.4_msgpack": "agent_v0.4_json",
}


def compile_traces(document: TracesMapping) -> ItemOf:
    """Return a function that maps one record to one Item; spans of a trace are one group."""
    span_of, encoded = compile_spans(document), _ENCODERS[document.form]

    def item_of(record: Record, window: TimeWindow) -> Item:
        span = span_of(record, window)
        group = span.trace_id.to_bytes(16, "big")
        return Item(record.number, record.id, encoded(span), span.start / SECOND, group)

    return item_of
