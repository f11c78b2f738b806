"""The form of events: plain ones, and Datadog's two categories, changes and alerts. Pure."""

from __future__ import annotations

from portal.mappings.editing.parts import (
    LEFT_OUT,
    AttributesPart,
    Branch,
    ChoicePart,
    Layout,
    PickPart,
    RowsPart,
    Section,
    SwitchPart,
    ValuePart,
)

_MESSAGE = ValuePart(path="text", entry="message", label="Text", noun="the text")

_PLAIN = Branch(
    value="plain",
    label="Event: something worth knowing",
    mark="alert_type",
    parts=(
        ValuePart(path="text", label="Text", noun="the text", required=True),
        ChoicePart(
            path="alert_type",
            label="Alert type",
            noun="the alert type",
            unmatched="rejected; without any value: info",
            words=(
                ("error", "Error"),
                ("warning", "Warning"),
                ("info", "Info"),
                ("success", "Success"),
                ("user_update", "User update"),
                ("recommendation", "Recommendation"),
                ("snapshot", "Snapshot"),
            ),
        ),
        ChoicePart(
            path="priority",
            label="Priority",
            noun="the priority",
            unmatched="rejected; without any value: normal",
            words=(("normal", "Normal"), ("low", "Low")),
        ),
        ValuePart(path="source_type_name", label="Source", noun="the source"),
    ),
)

_CHANGE = Branch(
    value="change",
    label="Change: somebody changed something",
    mark="change",
    parts=(
        ValuePart(
            path="change.resource", label="Changed", noun="the name of what changed", required=True
        ),
        PickPart(
            path="change.resource_type",
            label="It is a",
            options=(("configuration", "configuration"), ("feature_flag", "feature flag")),
        ),
        _MESSAGE,
        ValuePart(path="change.author.name", label="Author", noun="the name of who changed it"),
        PickPart(
            path="change.author.type",
            label="Author is a",
            options=(
                ("user", "user"),
                ("system", "system"),
                ("api", "client of the API"),
                ("automation", "automation"),
            ),
            beside="change.author.name",
        ),
        ValuePart(
            path="change.prev_value", label="Before", noun="the object before", kind="object"
        ),
        ValuePart(path="change.new_value", label="After", noun="the object after", kind="object"),
        ValuePart(
            path="change.metadata", label="Details", noun="the object with details", kind="object"
        ),
        RowsPart(
            group="services",
            path="change.impacted_services",
            label="Affected service",
            add="Add an affected service",
            parts=(
                ValuePart(
                    path="",
                    entry="service",
                    label="Service",
                    noun="the service",
                    required=True,
                    lacking=LEFT_OUT,
                ),
            ),
        ),
    ),
)

_ALERT = Branch(
    value="alert",
    label="Alert: something is wrong, or right again",
    mark="alert",
    parts=(
        ChoicePart(
            path="alert.status",
            label="Status",
            noun="the status",
            required=True,
            words=(("ok", "OK"), ("warn", "Warning"), ("error", "Error")),
        ),
        _MESSAGE,
        ChoicePart(
            path="alert.priority",
            label="Priority",
            noun="the priority",
            unmatched="rejected; without any value: 5",
            words=(
                ("1", "1, highest"),
                ("2", "2"),
                ("3", "3"),
                ("4", "4"),
                ("5", "5, lowest"),
            ),
        ),
        RowsPart(
            group="links",
            path="alert.links",
            label="Link",
            add="Add a link",
            parts=(
                ValuePart(
                    path="url",
                    label="Address",
                    noun="the link's address",
                    required=True,
                    lacking=LEFT_OUT,
                ),
                ValuePart(path="title", label="Title", noun="the link's title"),
                PickPart(
                    path="category",
                    label="Leads to",
                    options=(
                        ("runbook", "a runbook"),
                        ("documentation", "documentation"),
                        ("dashboard", "a dashboard"),
                        ("resource", "the resource"),
                    ),
                ),
            ),
        ),
        AttributesPart(
            path="alert.custom",
            options=(("none", "None"), ("all", "All fields"), ("chosen", "Only these:")),
            standard="none",
        ),
    ),
)

EVENTS = Layout(
    sparse=True,
    sections=(
        Section(
            title="Event",
            parts=(
                ValuePart(path="title", label="Title", noun="the title", required=True),
                SwitchPart(
                    entry="category",
                    label="What the records are",
                    branches=(_PLAIN, _CHANGE, _ALERT),
                ),
            ),
        ),
        Section(
            title="Time, host and grouping",
            parts=(
                ValuePart(path="timestamp", label="Time", noun="the time"),
                ValuePart(path="host", label="Host", noun="the host"),
                ValuePart(path="aggregation_key", label="Group by", noun="the aggregation key"),
            ),
            note="Events with the same text under “Group by” are shown as one group in Datadog.",
        ),
    ),
)
