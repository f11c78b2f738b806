"""The bodies of incident calls as types. v2 OpenAPI, IncidentCreateRequest and its like."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from msgspec import UNSET, Meta, Struct, UnsetType

from integrations.sandbox.answers import refuse
from integrations.sandbox.encoding import BAD_REQUEST

Severity = Literal["UNKNOWN", "SEV-0", "SEV-1", "SEV-2", "SEV-3", "SEV-4", "SEV-5"]
State = Literal["active", "stable", "resolved", "completed"]
_CHOICES = {"severity": get_args(Severity), "state": get_args(State)}

Title = Annotated[str, Meta(min_length=1)]


class Dropdown(Struct, tag_field="type", tag="dropdown"):
    value: str | None = None


class Textbox(Struct, tag_field="type", tag="textbox"):
    value: str | None = None


class Multiselect(Struct, tag_field="type", tag="multiselect"):
    value: list[str] | None = None


class Textarray(Struct, tag_field="type", tag="textarray"):
    value: list[str] | None = None


class Metrictag(Struct, tag_field="type", tag="metrictag"):
    value: list[str] | None = None


class Autocomplete(Struct, tag_field="type", tag="autocomplete"):
    value: list[str] | None = None


IncidentField = Dropdown | Textbox | Multiselect | Textarray | Metrictag | Autocomplete
Fields = dict[str, IncidentField]


class Handle(Struct):
    display_name: str | None = None
    handle: str | None = None


class User(Struct):
    id: str
    type: Literal["users"]


class Commander(Struct):
    data: User | None = None


class Relationships(Struct, frozen=True):
    commander_user: Commander | UnsetType = UNSET


class NewAttributes(Struct):
    title: Title
    customer_impacted: bool
    customer_impact_scope: str | None = None
    fields: Fields = {}
    notification_handles: list[Handle] | None = None
    incident_type_uuid: str | None = None
    initial_cells: list[dict[str, Any]] | None = None
    is_test: bool = False


class NewData(Struct):
    type: Literal["incidents"]
    attributes: NewAttributes
    relationships: Relationships = Relationships()


class NewIncident(Struct):
    data: NewData


class ChangedAttributes(Struct, frozen=True):
    """Only what is named changes."""

    title: Title | UnsetType = UNSET
    customer_impacted: bool | UnsetType = UNSET
    customer_impact_scope: str | UnsetType | None = UNSET
    customer_impact_start: str | UnsetType | None = UNSET
    customer_impact_end: str | UnsetType | None = UNSET
    detected: str | UnsetType | None = UNSET
    notification_handles: list[Handle] | UnsetType | None = UNSET
    fields: Fields = {}


class ChangedData(Struct):
    type: Literal["incidents"]
    id: str
    attributes: ChangedAttributes = ChangedAttributes()
    relationships: Relationships = Relationships()


class ChangedIncident(Struct):
    data: ChangedData


def check_fields(fields: Fields) -> None:
    """Severity and state take their documented values only."""
    for name, allowed in _CHOICES.items():
        field = fields.get(name)
        if field is not None and field.value not in allowed:
            listed = ", ".join(allowed)
            raise refuse(BAD_REQUEST, f"Invalid value for field '{name}': use one of {listed}")
