"""Mapping documents of incidents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from integrations.mapping.parts import Choice, Filter, Scalar, Text, Value

FieldType = Literal["dropdown", "textbox", "multiselect", "textarray", "metrictag", "autocomplete"]
LIST_TYPES = frozenset({"multiselect", "textarray", "metrictag", "autocomplete"})
# IncidentFieldAttributesSingleValueType and …ValueType of Datadog's v2 OpenAPI; these are lists.

IMPACTED = ("true", "false")

FIELD_NAME = re.compile(r"\A[A-Za-z][A-Za-z0-9_]{0,99}\Z", re.ASCII)
_NAME_RULE = "A field's name starts with a letter and has letters, digits, _ only"
# What can stand before the colon of a search; Datadog's own are severity, state, root_cause …


class IncidentField(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """One field of an incident; ``map`` and ``default`` put values into the words it takes."""

    name: str
    type: FieldType
    value: Value
    map: Mapping[str, list[Scalar]] = {}
    default: Text | UnsetType = UNSET

    def __post_init__(self) -> None:
        if not FIELD_NAME.match(self.name):
            raise ValueError(_NAME_RULE)
        if self.map and self.type in LIST_TYPES:
            raise ValueError("Only a dropdown or a textbox takes a map")


class MarkerPlace(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """What an incident is found again by: the record's id, or ``value`` where several records are
    about one incident. It ends the title, or fills the textbox ``field`` where one is named."""

    value: Value | UnsetType = UNSET
    field: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        if isinstance(self.field, str) and not FIELD_NAME.match(self.field):
            raise ValueError(_NAME_RULE)


class IncidentsMapping(
    Struct,
    tag_field="target",
    tag="incidents",
    forbid_unknown_fields=True,
    frozen=True,
    omit_defaults=True,
):
    """Records to incidents; a later record with the same marker changes the incident."""

    title: Value
    customer_impacted: Choice
    filter: Filter = []
    customer_impact_scope: Value | UnsetType = UNSET
    fields: Annotated[list[IncidentField], Meta(max_length=50)] = []
    marker: MarkerPlace = MarkerPlace()

    def __post_init__(self) -> None:
        self.customer_impacted.check_words(IMPACTED, "answer to whether customers are affected")
        names = [entry.name for entry in self.fields]
        if isinstance(self.marker.field, str):
            names.append(self.marker.field)
        if len(set(names)) < len(names):
            raise ValueError("Each field of an incident can be given once")
