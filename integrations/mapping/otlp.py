"""Spans in the OpenTelemetry protocol, as protobuf or JSON: each a ResourceSpans of its own.

https://opentelemetry.io/docs/specs/otlp/ ; where Datadog's words differ, the attributes operation.
name, resource.name and span.type carry them. Several encodings one behind the other, or joined by
commas, are one ExportTraceServiceRequest.
"""

from __future__ import annotations

from typing import Any

from google.protobuf.message import EncodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2 as otlp

from integrations.mapping.encoding import encode
from integrations.mapping.rejected import RecordRejectedError
from integrations.mapping.spans import Attributes, AttributeValue, Span

_INT64 = range(-(2**63), 2**63)


def resource_attributes(span: Span) -> Attributes:
    """What says where the span comes from (OpenTelemetry's semantic conventions)."""
    names = {
        "service.name": "service",
        "deployment.environment.name": "env",
        "service.version": "version",
    }
    return {key: span.text(name) for key, name in names.items() if span.text(name)}


def span_attributes(span: Span) -> Attributes:
    """Datadog's own words over the record's."""
    words = {
        "operation.name": span.text("name"),
        "resource.name": span.text("resource"),
        "span.type": span.text("type"),
    }
    return {**span.attributes, **{key: text for key, text in words.items() if text}}


def shown_name(span: Span) -> str:
    """The span's name in OTLP; Datadog's intake takes it for the resource."""
    return span.text("resource") or span.text("name")


def _kind(span: Span) -> otlp.Span.SpanKind.ValueType:
    return otlp.Span.SpanKind.Value(f"SPAN_KIND_{(span.text('kind') or 'internal').upper()}")


def encode_protobuf(span: Span) -> bytes:
    """A request with this span alone, which is one field of any request that holds more."""
    try:
        return _request(span).SerializeToString()
    except (ValueError, EncodeError) as exc:
        raise RecordRejectedError(
            "wrong_type", "A text of the span holds half a character."
        ) from exc


def _request(span: Span) -> ExportTraceServiceRequest:
    """Filled in place: four times as fast as messages made one by one and then put together."""
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    for key, value in resource_attributes(span).items():
        _set_pair(resource_spans.resource.attributes.add(), key, value)
    message = resource_spans.scope_spans.add().spans.add()
    message.trace_id = span.trace_id.to_bytes(16, "big")
    message.span_id = span.span_id.to_bytes(8, "big")
    if span.parent_id:
        message.parent_span_id = span.parent_id.to_bytes(8, "big")
    message.name = shown_name(span)
    message.kind = _kind(span)
    message.start_time_unix_nano = span.start
    message.end_time_unix_nano = span.start + span.duration
    for key, value in span_attributes(span).items():
        _set_pair(message.attributes.add(), key, value)
    if span.error is not None:
        status = otlp.Status
        message.status.code = status.STATUS_CODE_ERROR if span.error else status.STATUS_CODE_OK
        message.status.message = span.text("error_message")
    return request


def _set_pair(pair: KeyValue, key: str, value: AttributeValue) -> None:
    pair.key = key
    if isinstance(value, str):
        pair.value.string_value = value
    elif isinstance(value, bool):
        pair.value.bool_value = value
    elif isinstance(value, int) and value in _INT64:
        pair.value.int_value = value
    else:
        pair.value.double_value = value


def encode_json(span: Span) -> bytes:
    """One entry of ``resourceSpans``. Ids are hexadecimal, 64-bit numbers are texts."""
    resource = {"attributes": _json_pairs(resource_attributes(span))}
    return encode({"resource": resource, "scopeSpans": [{"spans": [_json_span(span)]}]})


def _json_span(span: Span) -> dict[str, Any]:
    found: dict[str, Any] = {
        "traceId": f"{span.trace_id:032x}",
        "spanId": f"{span.span_id:016x}",
        "name": shown_name(span),
        "kind": int(_kind(span)),
        "startTimeUnixNano": str(span.start),
        "endTimeUnixNano": str(span.start + span.duration),
        "attributes": _json_pairs(span_attributes(span)),
    }
    if span.parent_id:
        found["parentSpanId"] = f"{span.parent_id:016x}"
    if span.error is not None:
        found["status"] = {"code": 2 if span.error else 1}  # StatusCode; 0 is unset
        if span.text("error_message"):
            found["status"]["message"] = span.text("error_message")
    return found


def _json_pairs(attributes: Attributes) -> list[dict[str, Any]]:
    return [{"key": key, "value": _json_any(value)} for key, value in attributes.items()]


def _json_any(value: AttributeValue) -> dict[str, Any]:
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int) and value in _INT64:
        return {"intValue": str(value)}
    return {"doubleValue": float(value)}
