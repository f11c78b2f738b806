"""First drafts of mappings to traces."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from integrations.core.errors import InvalidMappingError
from integrations.mapping.drafts import SERVICE_NAMES
from integrations.mapping.likely import LikelyFields
from integrations.mapping.parts import Choice, Scalar, Value
from integrations.mapping.trace_documents import Duration, TimeUnit, TracesMapping
from integrations.mapping.uses import NUMBER_TYPES

TRACE_NAMES = ("trace_id", "traceid", "trace", "request_id")
SPAN_NAMES = ("span_id", "spanid", "span", "id")
PARENT_NAMES = ("parent_id", "parent_span_id", "parent")
NAME_NAMES = ("name", "operation", "operation_name", "span_name")
START_NAMES = ("start", "start_time", "started_at", "timestamp")
END_NAMES = ("end", "end_time", "ended_at", "finished_at")
RESOURCE_NAMES = ("resource", "route", "endpoint", "url")
ERROR_NAMES = ("error", "status", "failed", "outcome")

# Seconds for a bare name, as OpenTelemetry's metrics have it.
DURATION_UNITS: dict[str, TimeUnit] = {
    "duration_ns": "nanoseconds",
    "duration_us": "microseconds",
    "duration_ms": "milliseconds",
    "elapsed_ms": "milliseconds",
    "latency_ms": "milliseconds",
    "duration": "seconds",
    "elapsed": "seconds",
}
ERROR_WORDS: dict[str, list[Scalar]] = {"error": ["failed", "failure", "fatal", True]}


def draft_traces(fields: LikelyFields, prefix: str, dataset: str) -> TracesMapping:
    trace, span = fields.scalar(TRACE_NAMES), fields.scalar(SPAN_NAMES)
    if trace is None or span is None:
        raise InvalidMappingError(
            "The dataset has no fields with the ids of traces and spans.", path="trace_id"
        )
    start = fields.scalar(START_NAMES) or fields.time()
    if start is None:
        raise InvalidMappingError("The dataset has no field with a start.", path="start")
    duration, end = _length(fields)
    name, service = fields.value_or_none(NAME_NAMES), fields.value_or_none(SERVICE_NAMES)
    error = fields.scalar(ERROR_NAMES)
    return TracesMapping(
        trace_id=trace,
        span_id=span,
        parent_id=fields.scalar(PARENT_NAMES) or UNSET,
        name=name or Value(constant=f"{prefix}.{dataset}"),
        service=service or Value(constant=prefix),
        resource=fields.value_or_none(RESOURCE_NAMES) or UNSET,
        start=start,
        duration=duration,
        end=end,
        error=Choice(error, ERROR_WORDS, "ok") if error else UNSET,
    )


def _length(fields: LikelyFields) -> tuple[Duration | UnsetType, Value | UnsetType]:
    found = fields.named(tuple(DURATION_UNITS), sorted(NUMBER_TYPES))
    if found is not None:
        return Duration(Value(field=found.name), DURATION_UNITS[found.name]), UNSET
    end = fields.scalar(END_NAMES)
    if end is None:
        raise InvalidMappingError(
            "The dataset has no field with a duration or an end.", path="duration"
        )
    return UNSET, end
