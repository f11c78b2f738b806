"""Spans out of OTLP's JSON, where ids are hexadecimal and 64-bit numbers may be strings.

https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, field

from integrations.sandbox.answers import refuse
from integrations.sandbox.encoding import BAD_REQUEST
from integrations.sandbox.otlp_protobuf import INTAKE, KINDS, STATUSES, named
from integrations.sandbox.spans import Span

Int64 = int | Annotated[str, Meta(pattern=r"\A-?[0-9]{1,20}\Z")]
SpanId = Annotated[str, Meta(pattern=r"\A(?:[0-9a-fA-F]{16})?\Z")]
# Protobuf's own parser stops at 100 levels of messages, three for each level of attributes.
_DEEPEST = 33
TraceId = Annotated[str, Meta(pattern=r"\A(?:[0-9a-fA-F]{32})?\Z")]


class AnyValue(Struct, rename="camel"):
    """At most one of them is set."""

    string_value: str | UnsetType = UNSET
    bool_value: bool | UnsetType = UNSET
    int_value: Int64 | UnsetType = UNSET
    double_value: float | UnsetType = UNSET
    array_value: ArrayValue | UnsetType = UNSET
    kvlist_value: KeyValueList | UnsetType = UNSET
    bytes_value: str | UnsetType = UNSET


class KeyValue(Struct):
    key: str
    value: AnyValue = field(default_factory=AnyValue)


class ArrayValue(Struct):
    values: list[AnyValue] = []


class KeyValueList(Struct):
    values: list[KeyValue] = []


class Status(Struct):
    code: int = 0
    message: str = ""


class SpanForm(Struct, rename="camel"):
    trace_id: TraceId
    span_id: SpanId
    parent_span_id: SpanId = ""
    name: str = ""
    kind: int = 0
    start_time_unix_nano: Int64 = 0
    end_time_unix_nano: Int64 = 0
    attributes: list[KeyValue] = []
    status: Status = field(default_factory=Status)


class ScopeSpans(Struct):
    spans: list[SpanForm] = []


class Resource(Struct):
    attributes: list[KeyValue] = []


class ResourceSpans(Struct, rename="camel"):
    resource: Resource = field(default_factory=Resource)
    scope_spans: list[ScopeSpans] = []


class Export(Struct, rename="camel"):
    resource_spans: list[ResourceSpans] = []


def spans(export: Export) -> Iterator[Span]:
    for resource_spans in export.resource_spans:
        resource = _attributes(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                yield _span(span, resource)


def _span(span: SpanForm, resource: dict[str, Any]) -> Span:
    return Span(
        intake=INTAKE,
        trace_id=span.trace_id.lower(),
        span_id=span.span_id.lower(),
        parent_id=span.parent_span_id.lower() or None,
        name=span.name,
        service=str(resource.get("service.name", "")),
        start_ns=_int64(span.start_time_unix_nano),
        end_ns=_int64(span.end_time_unix_nano),
        status={"code": named(STATUSES, span.status.code), "message": span.status.message},
        attributes=_attributes(span.attributes),
        resource_attributes=resource,
        kind=named(KINDS, span.kind),
    )


def _attributes(pairs: Iterable[KeyValue], *, depth: int = 0) -> dict[str, Any]:
    return {pair.key: _value(pair.value, depth=depth + 1) for pair in pairs}


def _value(value: AnyValue, *, depth: int) -> object:
    if depth > _DEEPEST:
        raise refuse(BAD_REQUEST, f"Attributes are nested deeper than {_DEEPEST} levels")
    if value.array_value is not UNSET:
        return [_value(one, depth=depth + 1) for one in value.array_value.values]
    if value.kvlist_value is not UNSET:
        return _attributes(value.kvlist_value.values, depth=depth)
    if value.int_value is not UNSET:
        return _int64(value.int_value)
    plain = (value.string_value, value.bool_value, value.double_value, value.bytes_value)
    return next((one for one in plain if one is not UNSET), None)


def _int64(value: Int64) -> int:
    number = int(value)
    if not -(2**63) <= number < 2**64:
        raise refuse(BAD_REQUEST, "A number does not fit into 64 bits")
    return number
