"""Spans out of OTLP's protobuf messages. https://opentelemetry.io/docs/specs/otlp/#otlphttp"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from integrations.sandbox.spans import Span

INTAKE = "otlp"
KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")
STATUSES = ("unset", "ok", "error")
TRACE_ID_BYTES, SPAN_ID_BYTES = 16, 8


def spans(export: ExportTraceServiceRequest) -> Iterator[Span]:
    for resource_spans in export.resource_spans:
        resource = _attributes(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                yield _span(span, resource)


def _span(span: trace_pb2.Span, resource: dict[str, Any]) -> Span:
    return Span(
        intake=INTAKE,
        trace_id=_id(span.trace_id, TRACE_ID_BYTES),
        span_id=_id(span.span_id, SPAN_ID_BYTES),
        parent_id=span.parent_span_id.hex() or None,
        name=span.name,
        service=str(resource.get("service.name", "")),
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
        status={"code": named(STATUSES, span.status.code), "message": span.status.message},
        attributes=_attributes(span.attributes),
        resource_attributes=resource,
        kind=named(KINDS, span.kind),
    )


def named(names: tuple[str, ...], number: int) -> str:
    """An enumeration's value by name; an unknown one counts as the first."""
    return names[number] if 0 <= number < len(names) else names[0]


def _id(value: bytes, size: int) -> str:
    """Empty for an id of the wrong size."""
    return value.hex() if len(value) == size else ""


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> object:
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    if kind == "kvlist_value":
        return _attributes(value.kvlist_value.values)
    if kind == "bytes_value":
        return value.bytes_value.hex()
    plain: object = getattr(value, kind)
    return plain
