"""Mapping documents of events: the plain ones of v1, and v2's changes and alerts."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from integrations.mapping.parts import Attributes, Choice, Filter, Tag, Value

# EventAlertType and EventPriority of Datadog's v1 OpenAPI.
ALERT_TYPES = (
    "error",
    "warning",
    "info",
    "success",
    "user_update",
    "recommendation",
    "snapshot",
)
PRIORITIES = ("normal", "low")
# AlertEventCustomAttributesStatus and …Priority of Datadog's v2 OpenAPI.
ALERT_STATUSES = ("ok", "warn", "error")
ALERT_PRIORITIES = ("1", "2", "3", "4", "5")


class Author(Struct, forbid_unknown_fields=True, frozen=True):
    """Who made a change."""

    name: Value
    type: Literal["user", "system", "api", "automation"]


class Change(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """What changed. The values before and after, and the metadata, are fields with objects."""

    resource: Value
    resource_type: Literal["feature_flag", "configuration"]
    author: Author | UnsetType = UNSET
    new_value: Value | UnsetType = UNSET
    prev_value: Value | UnsetType = UNSET
    metadata: Value | UnsetType = UNSET
    impacted_services: Annotated[list[Value], Meta(max_length=100)] = []


class Link(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """Where an alert leads to."""

    url: Value
    category: Literal["runbook", "documentation", "dashboard", "resource"]
    title: Value | UnsetType = UNSET


class Alert(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """How bad it is, where to look and what else is known of it."""

    status: Choice
    priority: Choice | UnsetType = UNSET
    links: Annotated[list[Link], Meta(max_length=20)] = []
    custom: Attributes | UnsetType = UNSET

    def __post_init__(self) -> None:
        self.status.check_words(ALERT_STATUSES, "status of an alert")
        if isinstance(self.priority, Choice):
            self.priority.check_words(ALERT_PRIORITIES, "priority of an alert")


class EventsMapping(
    Struct,
    tag_field="target",
    tag="events",
    forbid_unknown_fields=True,
    frozen=True,
    omit_defaults=True,
):
    """Records to events; a ``change`` or an ``alert`` makes them v2 events of that category."""

    title: Value
    text: Value | UnsetType = UNSET
    filter: Filter = []
    timestamp: Value | UnsetType = UNSET
    host: Value | UnsetType = UNSET
    aggregation_key: Value | UnsetType = UNSET
    tags: Annotated[list[Tag], Meta(max_length=99)] = []
    alert_type: Choice | UnsetType = UNSET
    priority: Choice | UnsetType = UNSET
    source_type_name: Value | UnsetType = UNSET
    change: Change | UnsetType = UNSET
    alert: Alert | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.form == "v1":
            self._check_plain()
        else:
            self._check_category()

    @property
    def form(self) -> str:
        """ "v1" or "v2": which of Datadog's two event intakes these are for."""
        return "v1" if self.change is UNSET and self.alert is UNSET else "v2"

    def _check_plain(self) -> None:
        if self.text is UNSET:
            raise ValueError('An event that is no change and no alert needs a "text"')
        if isinstance(self.alert_type, Choice):
            self.alert_type.check_words(ALERT_TYPES, "alert type")
        if isinstance(self.priority, Choice):
            self.priority.check_words(PRIORITIES, "priority")

    def _check_category(self) -> None:
        if self.change is not UNSET and self.alert is not UNSET:
            raise ValueError('An event is a "change" or an "alert", not both')
        for name in ("alert_type", "priority", "source_type_name"):
            if getattr(self, name) is not UNSET:
                raise ValueError(f'A change or an alert takes no "{name}"')
