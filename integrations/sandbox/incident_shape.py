"""How an incident looks in answers; the recorded attributes, filled with what is known here."""

from __future__ import annotations

import uuid
from typing import Any

from msgspec import to_builtins

from integrations.sandbox.answers import moment
from integrations.sandbox.incident_forms import Fields, NewData, Relationships
from integrations.sandbox.registry import Organisation

Document = dict[str, Any]

_INCIDENT_TYPE = "41d2e10b-4108-4736-92d7-791d00ea0702"
_PEOPLE = ("created_by", "declared_by", "last_modified_by")
# The fields that every incident has, with what stands in them unless told.
_FIELDS: dict[str, tuple[str, str | None]] = {
    "severity": ("dropdown", "UNKNOWN"),
    "state": ("dropdown", "active"),
    "detection_method": ("dropdown", "unknown"),
    "root_cause": ("textbox", None),
    "summary": ("textbox", None),
    "services": ("autocomplete", None),
    "teams": ("autocomplete", None),
}


def user_id(organisation: Organisation) -> str:
    """The one person of an organisation, in whose name calls are made."""
    return str(uuid.uuid5(uuid.UUID(organisation.id), "user"))


def new_incident(
    data: NewData, organisation: Organisation, *, public_id: int, now: float
) -> Document:
    sent, at, person = data.attributes, moment(now), user_id(organisation)
    attributes: Document = {
        "public_id": public_id,
        "incident_type_uuid": sent.incident_type_uuid or _INCIDENT_TYPE,
        "title": sent.title,
        "resolved": None,
        "customer_impact_scope": sent.customer_impact_scope,
        "customer_impact_start": at if sent.customer_impacted else None,
        "customer_impact_end": None,
        "customer_impacted": sent.customer_impacted,
        "notification_handles": to_builtins(sent.notification_handles),
        "created": at,
        "modified": at,
        "detected": at,
        "declared": at,
        "creation_idempotency_key": None,
        "customer_impact_duration": 0,
        "time_to_detect": 0,
        "time_to_repair": 0,
        "time_to_internal_response": 0,
        "time_to_resolve": 0,
        "archived": None,
        "is_test": sent.is_test,
        "fields": _first_fields(public_id),
        "field_analytics": None,
        "non_datadog_creator": None,
        "visibility": "organization",
        "case_id": None,
        **{f"{role}_uuid": person for role in _PEOPLE},
    }
    set_fields(attributes, sent.fields)
    document = {"type": "incidents", "id": str(uuid.uuid4()), "attributes": attributes}
    return {**document, "relationships": _relationships(data.relationships, person)}


def _first_fields(public_id: int) -> Document:
    fields = {name: {"type": kind, "value": value} for name, (kind, value) in _FIELDS.items()}
    return {**fields, "slug": {"type": "textbox", "value": f"IR-{public_id}"}}


def set_fields(attributes: Document, fields: Fields) -> None:
    """The named fields change; state and severity stand among the attributes as well."""
    attributes["fields"] = {**attributes["fields"], **to_builtins(fields)}
    for name in ("severity", "state"):
        attributes[name] = attributes["fields"][name]["value"]


def _relationships(sent: Relationships, person: str) -> Document:
    by = {"data": {"type": "users", "id": person}}
    roles = ("created_by_user", "last_modified_by_user", "declared_by_user")
    lists = ("user_defined_fields", "integrations", "attachments", "responders", "impacts")
    commander = to_builtins(sent).get("commander_user", {"data": None})
    return {
        **{role: by for role in roles},
        "commander_user": commander,
        **{name: {"data": []} for name in lists},
    }


def with_people(document: Document, organisation: Organisation) -> Document:
    """What creating and changing answer: people in full, and no UUID of theirs beside."""
    handle = f"person@{organisation.address.host}"
    person = user_id(organisation)
    attributes = {"uuid": person, "handle": handle, "email": handle, "name": "Sandbox", "icon": ""}
    full = {"data": {"type": "users", "id": person, "attributes": attributes}}
    people: Document = {role: full for role in _PEOPLE}
    nobody: Document = {f"{role}_uuid": None for role in _PEOPLE}
    shown = {**document["attributes"], **people, **nobody, "commander": None}
    return {**document, "attributes": shown}
