"""The form of traces: a record is a span. Pure."""

from __future__ import annotations

from portal.mappings.editing.parts import (
    AttributesPart,
    Branch,
    ChoicePart,
    Layout,
    PickPart,
    Section,
    SwitchPart,
    ValuePart,
)

_IDS = Section(
    title="Span",
    parts=(
        ValuePart(path="trace_id", label="Trace id", noun="the trace's id", required=True),
        ValuePart(path="span_id", label="Span id", noun="the span's id", required=True),
        ValuePart(path="parent_id", label="Parent id", noun="the parent's id"),
        ValuePart(path="name", label="Operation", noun="the operation's name", required=True),
        ValuePart(path="resource", label="Resource", noun="the resource"),
        ValuePart(path="service", label="Service", noun="the service"),
        ValuePart(path="type", label="Type", noun="the type"),
        ChoicePart(
            path="kind",
            label="Kind",
            noun="the kind",
            unmatched="rejected; without any value: internal",
            words=(
                ("internal", "Internal"),
                ("server", "Server"),
                ("client", "Client"),
                ("producer", "Producer"),
                ("consumer", "Consumer"),
            ),
        ),
    ),
    note="Ids may be hexadecimal, whole numbers or any text; the same text is the same id.",
)

_LENGTH = SwitchPart(
    entry="length",
    label="How long it took",
    branches=(
        Branch(
            value="duration",
            label="The record has a duration",
            mark="duration",
            parts=(
                ValuePart(
                    path="duration.value",
                    label="Duration",
                    noun="the duration",
                    required=True,
                    kind="number",
                ),
                PickPart(
                    path="duration.unit",
                    label="Counted in",
                    options=(
                        ("seconds", "seconds"),
                        ("milliseconds", "milliseconds"),
                        ("microseconds", "microseconds"),
                        ("nanoseconds", "nanoseconds"),
                    ),
                ),
            ),
        ),
        Branch(
            value="end",
            label="The record has an end",
            mark="end",
            parts=(ValuePart(path="end", label="End", noun="the end", required=True),),
        ),
    ),
)

TRACES = Layout(
    sparse=True,
    sections=(
        _IDS,
        Section(
            title="Time and outcome",
            parts=(
                ValuePart(path="start", label="Start", noun="the start", required=True),
                _LENGTH,
                ChoicePart(
                    path="error",
                    label="Outcome",
                    noun="the outcome",
                    unmatched="rejected; without any value: not said",
                    words=(("ok", "It went well"), ("error", "It failed")),
                ),
                ValuePart(path="error_message", label="Error text", noun="the error's text"),
            ),
        ),
        Section(
            title="Where it ran",
            parts=(
                ValuePart(path="env", label="Environment", noun="the environment"),
                ValuePart(path="version", label="Version", noun="the version"),
            ),
        ),
        Section(
            title="How it is sent",
            parts=(
                PickPart(
                    path="form",
                    label="Form",
                    standard="otlp_protobuf",
                    options=(
                        ("otlp_protobuf", "OTLP, protobuf: straight to Datadog"),
                        ("otlp_json", "OTLP, JSON: straight to Datadog"),
                        ("agent_v0.4_msgpack", "Your Datadog Agent, v0.4, MessagePack"),
                        ("agent_v0.4_json", "Your Datadog Agent, v0.4, JSON"),
                        ("agent_v0.3_msgpack", "Your Datadog Agent, v0.3, MessagePack"),
                        ("agent_v0.3_json", "Your Datadog Agent, v0.3, JSON"),
                    ),
                ),
            ),
            note="The preview shows every form as JSON.",
        ),
    ),
    attributes=AttributesPart(
        path="attributes",
        options=(("all", "All fields that have no place above"), ("chosen", "Only these:")),
        standard="all",
    ),
)
