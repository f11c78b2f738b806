"""The v2 events' bodies as types, by category. v2 OpenAPI, EventCreateRequestPayload."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from integrations.sandbox import limits

Category = Literal["alert", "change"]
AlertStatus = Literal["error", "ok", "warn"]
Priority = Literal["1", "2", "3", "4", "5"]
AuthorType = Literal["api", "automation", "system", "user"]
ChangedType = Literal["configuration", "feature_flag"]
LinkCategory = Literal["dashboard", "documentation", "resource", "runbook"]

# The values that an error names, by the field's path below "data".
ALLOWED: dict[str, tuple[str, ...]] = {
    "type": ("event",),
    "attributes.category": get_args(Category),
    "attributes.integration_id": ("custom-events",),
    "attributes.attributes.status": get_args(AlertStatus),
    "attributes.attributes.priority": get_args(Priority),
    "attributes.attributes.author.type": get_args(AuthorType),
    "attributes.attributes.changed_resource.type": get_args(ChangedType),
}

Name = Annotated[str, Meta(min_length=1, max_length=limits.EVENT_V2_NAME_CHARACTERS)]


class Strict(Struct, forbid_unknown_fields=True, kw_only=True):
    """No field beyond the specification's."""


class Author(Strict):
    name: Name
    type: AuthorType


class ChangedResource(Strict):
    name: Name
    type: ChangedType


class ImpactedResource(Strict):
    name: Name
    type: Literal["service"]


class ChangeForm(Strict):
    changed_resource: ChangedResource
    author: Author | UnsetType = UNSET
    change_metadata: dict[str, Any] | UnsetType = UNSET
    new_value: dict[str, Any] | UnsetType = UNSET
    prev_value: dict[str, Any] | UnsetType = UNSET
    impacted_resources: (
        Annotated[list[ImpactedResource], Meta(max_length=limits.EVENT_V2_IMPACTED)] | UnsetType
    ) = UNSET


class Link(Strict):
    url: Annotated[str, Meta(min_length=1, max_length=limits.EVENT_V2_LINK_URL_CHARACTERS)]
    category: LinkCategory
    title: (
        Annotated[str, Meta(min_length=1, max_length=limits.EVENT_V2_LINK_TITLE_CHARACTERS)]
        | UnsetType
    ) = UNSET


class AlertForm(Strict):
    status: AlertStatus
    priority: Priority = "5"
    links: (
        Annotated[list[Link], Meta(min_length=1, max_length=limits.EVENT_V2_LINKS)] | UnsetType
    ) = UNSET
    custom: dict[str, Any] | UnsetType = UNSET


class EventForm(Strict):
    """``attributes`` is decoded when the category is known."""

    title: Annotated[str, Meta(min_length=1, max_length=limits.EVENT_V2_TITLE_CHARACTERS)]
    category: Category
    attributes: Raw
    message: (
        Annotated[str, Meta(min_length=1, max_length=limits.EVENT_TEXT_CHARACTERS)] | UnsetType
    ) = UNSET
    aggregation_key: (
        Annotated[str, Meta(min_length=1, max_length=limits.EVENT_KEY_CHARACTERS)] | UnsetType
    ) = UNSET
    tags: Annotated[list[str], Meta(min_length=1, max_length=limits.EVENT_V2_TAGS)] | UnsetType = (
        UNSET
    )
    timestamp: str | UnsetType = UNSET
    host: (
        Annotated[str, Meta(min_length=1, max_length=limits.EVENT_V2_HOST_CHARACTERS)] | UnsetType
    ) = UNSET
    integration_id: Literal["custom-events"] | UnsetType = UNSET


class EventData(Strict):
    type: Literal["event"]
    attributes: EventForm


class EventPayload(Strict):
    data: EventData


FORMS: dict[Category, type[ChangeForm] | type[AlertForm]] = {
    "change": ChangeForm,
    "alert": AlertForm,
}
