"""Mapping documents of traces: a record is a span."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from integrations.mapping.parts import Attributes, Choice, Filter, Tags, Value

TraceForm = Literal[
    "otlp_protobuf",
    "otlp_json",
    "agent_v0.3_json",
    "agent_v0.4_json",
    "agent_v0.3_msgpack",
    "agent_v0.4_msgpack",
]
TimeUnit = Literal["seconds", "milliseconds", "microseconds", "nanoseconds"]

ERROR_STATES = ("ok", "error")
SPAN_KINDS = ("internal", "server", "client", "producer", "consumer")
# SpanKind of the OpenTelemetry protocol.


class Duration(Struct, forbid_unknown_fields=True, frozen=True):
    """How long a span took: a number and what it counts."""

    value: Value
    unit: TimeUnit


class TracesMapping(
    Struct,
    tag_field="target",
    tag="traces",
    forbid_unknown_fields=True,
    frozen=True,
    omit_defaults=True,
):
    """Records to spans. Ids are hexadecimal numbers, integers or any text, which is hashed."""

    trace_id: Value
    span_id: Value
    name: Value
    start: Value
    form: TraceForm = "otlp_protobuf"
    filter: Filter = []
    service: Value | UnsetType = UNSET
    parent_id: Value | UnsetType = UNSET
    resource: Value | UnsetType = UNSET
    type: Value | UnsetType = UNSET
    kind: Choice | UnsetType = UNSET
    duration: Duration | UnsetType = UNSET
    end: Value | UnsetType = UNSET
    error: Choice | UnsetType = UNSET
    error_message: Value | UnsetType = UNSET
    env: Value | UnsetType = UNSET
    version: Value | UnsetType = UNSET
    attributes: Attributes = "all"
    tags: Tags = []

    def __post_init__(self) -> None:
        if (self.duration is UNSET) == (self.end is UNSET):
            raise ValueError('Give exactly one of "duration" and "end"')
        if isinstance(self.error, Choice):
            self.error.check_words(ERROR_STATES, "state of a span")
        if isinstance(self.kind, Choice):
            self.kind.check_words(SPAN_KINDS, "kind of a span")
