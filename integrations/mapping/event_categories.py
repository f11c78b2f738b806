"""Compiles what only changes and only alerts have, of Datadog's v2 events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import UnsetType

from integrations.core.fields import field_getter
from integrations.core.records import JsonObject
from integrations.mapping.choices import compile_choice, compile_optional_choice
from integrations.mapping.event_documents import (
    ALERT_PRIORITIES,
    ALERT_STATUSES,
    Alert,
    Author,
    Change,
    Link,
)
from integrations.mapping.parts import Attributes, Choice, Value
from integrations.mapping.rejected import RecordRejectedError
from integrations.mapping.texts import compile_cut, compile_key
from integrations.mapping.values import TextOrNoneOf, kind_of, optional

# Datadog's v2 OpenAPI: lengths of names and links, properties of an alert's custom object.
MAX_NAME = 128
MAX_LINK_TITLE = 300
MAX_URL = 2_048
MAX_CUSTOM = 100
MAX_CUSTOM_DEPTH = 10

ObjectOf = Callable[[JsonObject], dict[str, Any]]


def compile_change(change: Change) -> ObjectOf:
    """The attributes of a change event."""
    resource_of = compile_key(change.resource, limit=MAX_NAME, name="name of the changed resource")
    author_of = _compile_author(change.author)
    objects = _compile_objects(change)
    services = [
        optional(value, compile_key(value, limit=MAX_NAME, name="name of the service"))
        for value in change.impacted_services
    ]

    def attributes(data: JsonObject) -> dict[str, Any]:
        found: dict[str, Any] = {
            "changed_resource": {"name": resource_of(data), "type": change.resource_type},
            **author_of(data),
            **objects(data),
        }
        impacted = [name for service_of in services if (name := service_of(data))]
        if impacted:
            found["impacted_resources"] = [{"name": name, "type": "service"} for name in impacted]
        return found

    return attributes


def _compile_author(author: Author | UnsetType) -> ObjectOf:
    if isinstance(author, UnsetType):
        return lambda data: {}
    name_of = optional(author.name, compile_key(author.name, limit=MAX_NAME, name="author's name"))

    def found(data: JsonObject) -> dict[str, Any]:
        name = name_of(data)
        return {"author": {"name": name, "type": author.type}} if name else {}

    return found


def _compile_objects(change: Change) -> ObjectOf:
    """The values before and after and the metadata; a field that a record lacks is left out."""
    values = {
        "new_value": change.new_value,
        "prev_value": change.prev_value,
        "change_metadata": change.metadata,
    }
    getters = [
        (name, value.field, field_getter(value.field))
        for name, value in values.items()
        if isinstance(value, Value) and isinstance(value.field, str)
    ]

    def objects(data: JsonObject) -> dict[str, Any]:
        found = {name: _object(get(data), path) for name, path, get in getters}
        return {name: value for name, value in found.items() if value is not None}

    return objects


def _object(value: object, path: str) -> object:
    if value is None or isinstance(value, dict):
        return value
    message = f'"{path}" is {kind_of(value)}, not an object.'
    raise RecordRejectedError("wrong_type", message, field=path)


def compile_alert(alert: Alert) -> ObjectOf:
    """The attributes of an alert event."""
    texts: dict[str, TextOrNoneOf] = {
        "status": compile_choice(alert.status, words=ALERT_STATUSES, name="status of an alert")
    }
    if isinstance(alert.priority, Choice):
        texts["priority"] = compile_optional_choice(
            alert.priority, words=ALERT_PRIORITIES, name="priority of an alert"
        )
    links = [_compile_link(link) for link in alert.links]
    custom_of = _compile_custom(alert.custom)

    def attributes(data: JsonObject) -> dict[str, Any]:
        found: dict[str, Any] = _given(texts, data)
        shown = [link for link_of in links if (link := link_of(data))]
        if shown:
            found["links"] = shown
        custom = custom_of(data)
        return {**found, "custom": custom} if custom else found

    return attributes


def _compile_link(link: Link) -> ObjectOf:
    """A link; empty where the record has no address for it."""
    texts = {"url": optional(link.url, compile_key(link.url, limit=MAX_URL, name="link"))}
    if isinstance(link.title, Value):
        texts["title"] = optional(link.title, compile_cut(link.title, limit=MAX_LINK_TITLE))

    def found(data: JsonObject) -> dict[str, Any]:
        given = _given(texts, data)
        return {"category": link.category, **given} if "url" in given else {}

    return found


def _given(texts: dict[str, TextOrNoneOf], data: JsonObject) -> dict[str, str]:
    """The texts that the record has and that are not empty."""
    return {name: text for name, text_of in texts.items() if (text := text_of(data))}


def _compile_custom(chosen: Attributes | UnsetType) -> ObjectOf:
    if isinstance(chosen, UnsetType):
        return lambda data: {}
    getters = None if chosen == "all" else [(path, field_getter(path)) for path in chosen]

    def custom(data: JsonObject) -> dict[str, Any]:
        found = dict(data) if getters is None else {path: get(data) for path, get in getters}
        found = {name: value for name, value in found.items() if value is not None}
        _check_custom(found, depth=MAX_CUSTOM_DEPTH)
        return found

    return custom


def _check_custom(value: Any, *, depth: int) -> None:
    """100 properties an object and 10 levels are the most that Datadog takes."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and len(value) > MAX_CUSTOM:
        message = f"{len(value)} custom attributes; Datadog takes {MAX_CUSTOM} with an alert."
        raise RecordRejectedError("too_many_tags", message)
    if depth == 0 and inner:
        message = f"The custom attributes nest deeper than {MAX_CUSTOM_DEPTH} levels."
        raise RecordRejectedError("too_many_tags", message)
    for entry in inner:
        _check_custom(entry, depth=depth - 1)
