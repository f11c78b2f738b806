"""Which parts each data type's form has. Pure; the words are a person's."""

from __future__ import annotations

from collections.abc import Mapping

from portal.mappings.editing.event_layout import EVENTS
from portal.mappings.editing.incident_layout import INCIDENTS
from portal.mappings.editing.parts import (
    LEFT_OUT,
    AttributesPart,
    ChoicePart,
    Layout,
    PickPart,
    RowsPart,
    Section,
    TextPart,
    ValuePart,
)
from portal.mappings.editing.trace_layout import TRACES

TAGS = RowsPart(
    group="tags",
    path="tags",
    label="Tag",
    add="Add a row",
    parts=(
        TextPart(path="key", label="key", placeholder="key", ask="Name the tag's key."),
        ValuePart(
            path="value", label="value", noun="the tag's value", required=True, lacking=LEFT_OUT
        ),
    ),
)

_TIME = ValuePart(path="timestamp", label="Time", noun="the time", required=True)
_TIME_IF_ANY = ValuePart(path="timestamp", label="Time", noun="the time")
_HOST = ValuePart(path="host", label="Host", noun="the host")
_METRIC_NAME = ValuePart(path="name", label="Name", noun="the metric's name", required=True)
_POINT = (_TIME, _HOST)

METRICS = Layout(
    measures=RowsPart(
        group="measures",
        path="measures",
        label="Metric",
        add="Add a metric",
        hint="One record can make several metrics.",
        required=True,
        parts=(
            _METRIC_NAME,
            ValuePart(
                path="value",
                label="Value",
                noun="the metric's value",
                required=True,
                kind="number",
            ),
            PickPart(
                path="type",
                label="Type",
                options=(
                    ("gauge", "gauge, a level"),
                    ("count", "count, how many"),
                    ("rate", "rate, how many a second"),
                ),
            ),
            TextPart(
                path="interval",
                label="Interval",
                placeholder="seconds",
                whole="Write the interval in whole seconds.",
            ),
            TextPart(path="unit", label="Unit", placeholder="such as byte", trimmed=False),
        ),
    ),
    sections=(Section(title="Time and host", parts=_POINT),),
)

DISTRIBUTIONS = Layout(
    measures=RowsPart(
        group="measures",
        path="measures",
        label="Distribution",
        add="Add a distribution",
        hint="Datadog works out percentiles of all values, whichever host they came from.",
        required=True,
        parts=(
            _METRIC_NAME,
            ValuePart(
                path="value",
                label="Value",
                noun="the number or the list of numbers",
                required=True,
                kind="numbers",
            ),
        ),
    ),
    sections=(Section(title="Time and host", parts=_POINT),),
)

LOGS = Layout(
    has_source=True,
    sections=(
        Section(
            title="Log entry",
            parts=(
                ValuePart(path="message", label="Message", noun="the message", required=True),
                ValuePart(path="service", label="Service", noun="the service"),
                ValuePart(path="status", label="Status", noun="the status"),
                _HOST,
                _TIME_IF_ANY,
            ),
        ),
    ),
    attributes=AttributesPart(
        path="attributes",
        options=(("all", "All fields that have no place above"), ("chosen", "Only these:")),
    ),
)

SERVICE_CHECKS = Layout(
    sections=(
        Section(
            title="Check",
            parts=(
                ValuePart(path="check", label="Check", noun="the check's name", required=True),
                ValuePart(path="host", label="Host", noun="the host", required=True),
                ChoicePart(
                    path="status",
                    label="Status",
                    noun="the status",
                    required=True,
                    words=(
                        ("ok", "OK"),
                        ("warning", "Warning"),
                        ("critical", "Critical"),
                        ("unknown", "Unknown"),
                    ),
                ),
                ValuePart(path="message", label="Message", noun="the message"),
                _TIME_IF_ANY,
            ),
        ),
    ),
)

LAYOUTS: Mapping[str, Layout] = {
    "metrics": METRICS,
    "distributions": DISTRIBUTIONS,
    "logs": LOGS,
    "events": EVENTS,
    "service_checks": SERVICE_CHECKS,
    "traces": TRACES,
    "incidents": INCIDENTS,
}
