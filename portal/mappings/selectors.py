"""Reads about datasets and mappings. Mappings are the current tenant's."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from portal.connections.domain import ConnectionState
from portal.connections.models import Connection
from portal.mappings.domain import MAX_SAMPLES
from portal.mappings.models import Dataset, DatasetField, Mapping, MappingRevision

MAPPABLE_STATES = (
    ConnectionState.CONNECTED,
    ConnectionState.CHECKING_KEY,
    ConnectionState.NEEDS_RECONNECT,
)
"""Linked at least once and not given up: what is mapped flows as soon as the link is whole."""


def datasets_offered() -> QuerySet[Dataset]:
    """Return what the vendor offers to all its customers, with the fields."""
    return Dataset.objects.filter(active=True).prefetch_related("fields")


def connections_to_map() -> QuerySet[Connection]:
    """Return the connections that a mapping can be made for."""
    return Connection.objects.filter(state__in=MAPPABLE_STATES).order_by("created_at")


def mappings_of_organisation() -> QuerySet[Mapping]:
    """Return the current tenant's mappings, by connection and name."""
    return (
        Mapping.objects.filter(removed_at__isnull=True)
        .select_related("connection", "dataset")
        .order_by("connection__created_at", "connection_id", "name")
    )


def mappings_by_connection() -> list[tuple[Connection, list[Mapping]]]:
    """Return the mappings grouped for the list, connections without any included."""
    groups = groupby(mappings_of_organisation(), key=lambda mapping: mapping.connection)
    found = {connection: list(mappings) for connection, mappings in groups}
    unused = [connection for connection in connections_to_map() if connection not in found]
    return [*found.items(), *((connection, []) for connection in unused)]


def mapping_at(mapping_id: UUID) -> Mapping | None:
    """Return one mapping that has not been removed."""
    return mappings_of_organisation().filter(pk=mapping_id).first()


def revisions_of(mapping: Mapping) -> QuerySet[MappingRevision]:
    """Return a mapping's revisions, the newest first."""
    return (
        MappingRevision.objects.filter(mapping=mapping)
        .select_related("saved_by")
        .order_by("-number")
    )


def sample_records(dataset: Dataset) -> list[dict[str, Any]]:
    """Build records from the fields' samples: the i-th of each field makes the i-th record.

    A field with fewer samples than others repeats its last one.
    """
    fields = [field for field in dataset.fields.all() if field.samples]
    count = min(MAX_SAMPLES, max((len(field.samples) for field in fields), default=0))
    return [_sample_record(fields, index) for index in range(count)]


def _sample_record(fields: list[DatasetField], index: int) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for field in fields:
        sample = field.samples[min(index, len(field.samples) - 1)]
        _put(record, field.name, sample)
    return record


def _put(record: dict[str, Any], path: str, value: Any) -> None:
    """Place a value at a path like ``user.name``, in nested objects as a real record has them."""
    *parents, last = path.split(".")
    place = record
    for parent in parents:
        inner = place.setdefault(parent, {})
        if not isinstance(inner, dict):
            record[path] = value
            return
        place = inner
    place[last] = value
