"""Spans in the form of an Agent's trace API, v0.3 and v0.4, as JSON or MessagePack.

https://docs.datadoghq.com/tracing/guide/send_traces_to_agent_by_api/ ; both versions have the same
spans, they differ in the Agent's answer.
"""

from __future__ import annotations

from typing import Any

import msgspec

from integrations.mapping.encoding import encode
from integrations.mapping.rejected import RecordRejectedError
from integrations.mapping.spans import Span

_KEEP = 2
# USER_KEEP of Datadog's sampling priorities: the Agent would otherwise sample what it is sent.

_LOW = 2**64 - 1


def encode_agent_json(span: Span) -> bytes:
    return encode(agent_span(span))


def encode_agent_msgpack(span: Span) -> bytes:
    try:
        return msgspec.msgpack.encode(agent_span(span))
    except UnicodeEncodeError as exc:
        raise RecordRejectedError(
            "wrong_type", "A text of the span holds half a character."
        ) from exc


def agent_span(span: Span) -> dict[str, Any]:
    """Texts stand in ``meta``, numbers in ``metrics``; ids have 64 bits, the rest is a tag.

    A span without a service has an empty one, which the Agent replaces by a name of its own.
    """
    return {
        "trace_id": span.trace_id & _LOW or span.trace_id >> 64,
        "span_id": span.span_id,
        "parent_id": span.parent_id,
        "name": span.text("name"),
        "resource": span.text("resource") or span.text("name"),
        "service": span.text("service"),
        "type": span.text("type"),
        "start": span.start,
        "duration": span.duration,
        "error": 1 if span.error else 0,
        "meta": _meta(span),
        "metrics": _metrics(span),
    }


def _meta(span: Span) -> dict[str, str]:
    meta = {
        key: value if isinstance(value, str) else "true" if value else "false"
        for key, value in span.attributes.items()
        if isinstance(value, str | bool)
    }
    high = span.trace_id >> 64
    words = {
        "env": span.text("env"),
        "version": span.text("version"),
        "span.kind": span.text("kind"),
        "error.message": span.text("error_message"),
        "_dd.p.tid": f"{high:016x}" if high else "",
    }
    return {**meta, **{key: text for key, text in words.items() if text}}


def _metrics(span: Span) -> dict[str, float]:
    numbers = {
        key: float(value)
        for key, value in span.attributes.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return {**numbers, "_sampling_priority_v1": _KEEP}
