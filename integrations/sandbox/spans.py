"""What the sandbox keeps of a span, in one form whichever way it came.

Knows neither OTLP nor the Agent; too old and too new spans vanish here, long texts are cut.
https://docs.datadoghq.com/tracing/troubleshooting/#data-volume-guidelines
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from integrations.sandbox import limits
from integrations.sandbox.registry import Organisation
from integrations.sandbox.store import KeptDocument
from integrations.sandbox.world import Call

_NANOSECONDS = 1_000_000_000


@dataclass(slots=True)
class Span:
    """Ids in hexadecimal, 32 and 16 digits; ``resource`` is Datadog's resource name."""

    intake: str
    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    service: str
    start_ns: int
    end_ns: int
    status: dict[str, Any]
    attributes: dict[str, Any]
    resource_attributes: dict[str, Any] = field(default_factory=dict)
    kind: str | None = None
    resource: str | None = None
    type: str | None = None


def keep_spans(call: Call, organisation: Organisation, spans: Iterable[Span]) -> None:
    oldest = (call.now - limits.SPAN_MAX_AGE) * _NANOSECONDS
    newest = (call.now + limits.SPAN_MAX_AHEAD) * _NANOSECONDS
    store, limit = call.world.store, call.world.settings.items_kept
    for span in spans:
        if not oldest <= span.start_ns <= newest:
            store.counts(call.site, "traces").discarded += 1
            continue
        _cut(span)
        kept = KeptDocument(organisation, call.now, orjson.dumps(span))
        store.add_document("traces", kept, limit=limit)


def _cut(span: Span) -> None:
    span.name = span.name[: limits.SPAN_NAME_CHARACTERS]
    span.service = span.service[: limits.SPAN_NAME_CHARACTERS]
    span.resource = span.resource and span.resource[: limits.SPAN_RESOURCE_CHARACTERS]
    span.attributes = {
        key[: limits.SPAN_TAG_KEY_CHARACTERS]: _cut_value(value)
        for key, value in span.attributes.items()
    }


def _cut_value(value: object) -> object:
    return value[: limits.SPAN_TAG_VALUE_CHARACTERS] if isinstance(value, str) else value
