"""The trace API of a customer's own Agent, v0.3 and v0.4: no key, one Agent for one organisation.

https://docs.datadoghq.com/tracing/guide/send_traces_to_agent_by_api/ ; the answers are those of
pkg/trace/api in DataDog/datadog-agent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from integrations.sandbox import limits
from integrations.sandbox.answers import RefusedError, json_answer
from integrations.sandbox.bodies import raw_body
from integrations.sandbox.encoding import BAD_REQUEST, TOO_LARGE
from integrations.sandbox.spans import Span, keep_spans
from integrations.sandbox.world import Call

UNSUPPORTED = 415
_JSON_TYPES = ("application/json", "text/json", "")
_MSGPACK_TYPE = "application/msgpack"
# Unsigned 64-bit; msgspec's own bounds end at the signed ones.
_BEYOND_UINT64 = 2**64
_CUT_SHORT = "Input data was truncated"

Id = Annotated[int, Meta(ge=0)]


class SpanForm(Struct):
    trace_id: Id
    span_id: Id
    parent_id: Id | None = None
    name: str = ""
    resource: str = ""
    service: str = ""
    type: str | None = None
    start: int = 0
    duration: Annotated[int, Meta(ge=0)] = 0
    error: int = 0
    meta: dict[str, str] | None = None
    metrics: dict[str, float] | None = None


Traces = list[list[SpanForm]]
_FROM_JSON = msgspec.json.Decoder(Traces)
_FROM_MSGPACK = msgspec.msgpack.Decoder(Traces)


def submit_v03(call: Call) -> web.Response:
    _accept(call, "agent v0.3")
    return web.Response(text="OK\n")


def submit_v04(call: Call) -> web.Response:
    """Tells the client at which rate to sample each service; here all of it."""
    _accept(call, "agent v0.4")
    return json_answer({"rate_by_service": {"service:,env:": 1}})


def _accept(call: Call, intake: str) -> None:
    traces = _decoded(call)
    # The Agent only counts by it; as in Datadog's APM test agent a wrong number is an error here.
    told = call.header("X-Datadog-Trace-Count")
    if told and told != str(len(traces)):
        raise _refuse(BAD_REQUEST, f"X-Datadog-Trace-Count is {told} for {len(traces)} traces")
    organisation = call.world.registry.organisation(call.address)
    keep_spans(call, organisation, list(_spans(traces, intake)))


def _refuse(status: int, text: str) -> RefusedError:
    return RefusedError(status, f"{text}\n", content_type="text/plain")


def _refuse_size(status: int, text: str) -> RefusedError:
    return _refuse(status, "payload-too-large" if status == TOO_LARGE else text)


def _decoded(call: Call) -> Traces:
    # aiohttp would call an absent type "application/octet-stream".
    media_type = call.header("Content-Type").partition(";")[0].strip().lower()
    if media_type not in (*_JSON_TYPES, _MSGPACK_TYPE):
        raise _refuse(UNSUPPORTED, f"unsupported media type: {media_type[:100]!r}")
    raw = raw_body(call, limits=limits.AGENT_TRACES, refuse_with=_refuse_size)
    decoder = _FROM_MSGPACK if media_type == _MSGPACK_TYPE else _FROM_JSON
    try:
        return decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        cut_short = str(error) == _CUT_SHORT
        raise _refuse(BAD_REQUEST, "unexpected-eof" if cut_short else str(error)) from error


def _spans(traces: Traces, intake: str) -> Iterator[Span]:
    for trace in traces:
        for span in trace:
            if max(span.trace_id, span.span_id, span.parent_id or 0) >= _BEYOND_UINT64:
                raise _refuse(BAD_REQUEST, "an id is above 64 bits")
            yield _span(span, intake)


def _span(span: SpanForm, intake: str) -> Span:
    return Span(
        intake=intake,
        trace_id=f"{span.trace_id:032x}",
        span_id=f"{span.span_id:016x}",
        parent_id=f"{span.parent_id:016x}" if span.parent_id else None,
        name=span.name,
        service=span.service,
        start_ns=span.start,
        end_ns=span.start + span.duration,
        status={"code": "error" if span.error else "unset", "message": ""},
        attributes={**(span.meta or {}), **(span.metrics or {})},
        resource=span.resource,
        type=span.type,
    )
