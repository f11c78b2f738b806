"""The OTLP intake for traces: http/protobuf and http/json, on the sites that have one.

https://docs.datadoghq.com/opentelemetry/setup/otlp_ingest/traces/
"""

from __future__ import annotations

from collections.abc import Iterator

from aiohttp import web
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from integrations.sandbox import limits, otlp_json, otlp_protobuf
from integrations.sandbox.answers import json_answer, refuse
from integrations.sandbox.bodies import decode, raw_body
from integrations.sandbox.encoding import BAD_REQUEST
from integrations.sandbox.gate import api_key_of
from integrations.sandbox.spans import Span, keep_spans
from integrations.sandbox.world import Call

# Which 2xx Datadog answers is not documented; 202 was seen.
ACCEPTED, NOT_FOUND, UNSUPPORTED = 202, 404, 415
_PROTOBUF, _JSON = "application/x-protobuf", "application/json"
_NO_ID = {"0" * 32, "0" * 16, ""}


def submit_traces(call: Call) -> web.Response:
    if not call.address.site.otlp:
        raise refuse(NOT_FOUND, f"No OTLP intake is documented for {call.site}")
    organisation = api_key_of(call).organisation
    media_type = call.request.content_type
    if media_type not in (_PROTOBUF, _JSON):
        raise refuse(UNSUPPORTED, f"Use {_PROTOBUF} or {_JSON}")
    raw = raw_body(call, limits=limits.OTLP_TRACES)
    # All of it is read before any of it is kept.
    spans = list(_from_json(raw) if media_type == _JSON else _from_protobuf(raw))
    if any(span.trace_id in _NO_ID or span.span_id in _NO_ID for span in spans):
        raise refuse(BAD_REQUEST, "A span needs a trace id of 16 bytes and a span id of 8")
    keep_spans(call, organisation, spans)
    if media_type == _JSON:
        return json_answer({}, status=ACCEPTED)
    answer = ExportTraceServiceResponse().SerializeToString()
    return web.Response(status=ACCEPTED, body=answer, content_type=_PROTOBUF)


def _from_json(raw: bytes) -> Iterator[Span]:
    return otlp_json.spans(decode(raw, otlp_json.Export))


def _from_protobuf(raw: bytes) -> Iterator[Span]:
    try:
        return otlp_protobuf.spans(ExportTraceServiceRequest.FromString(raw))
    except DecodeError as error:
        raise refuse(BAD_REQUEST, "Payload is not an ExportTraceServiceRequest") from error
