"""Making, changing and removing mappings, inside ``tenant()``; each with its audit entry."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.services.audit import record_audit
from portal.connections.models import Connection
from portal.mappings import gateways
from portal.mappings.domain import MAX_NAME, MappingsError
from portal.mappings.models import Dataset, Mapping, MappingRevision

Document = dict[str, Any]


def create_mapping(
    *, connection: Connection, dataset: Dataset, name: str, document: Document, by: User | None
) -> Mapping:
    """Save a new mapping as its revision 1. It takes effect from the next run."""
    checked = _checked(document, dataset)
    mapping = Mapping(
        connection=connection,
        dataset=dataset,
        name=_checked_name(name),
        data_type=checked["target"],
        document=checked,
        created_by=by,
    )
    _save(mapping)
    _add_revision(mapping, by=by)
    record_audit(action="mapping created", by=by, target=mapping, name=mapping.name)
    return mapping


def update_mapping(
    *,
    mapping: Mapping,
    name: str,
    document: Document,
    by: User | None,
    based_on: int | None = None,
) -> Mapping:
    """Save a changed document as a new revision; without a change none is made.

    ``based_on`` is the revision that the person saw. A newer one by then is a refusal, so that
    nobody overwrites what they have not read.
    """
    kept = _locked(mapping)
    if based_on is not None and based_on != kept.revision:
        raise MappingsError(
            f"Someone has saved revision {kept.revision} while you were editing revision "
            f"{based_on}. Look at it before you save yours over it."
        )
    checked = _checked(document, kept.dataset)
    if checked["target"] != kept.data_type:
        made = kept.get_data_type_display()
        raise MappingsError(f"This mapping makes {made}; make a new one for the other.")
    changed = checked != kept.document
    kept.name, kept.document = _checked_name(name), checked
    kept.revision += changed
    _save(kept)
    if changed:
        _add_revision(kept, by=by)
    record_audit(
        action="mapping changed", by=by, target=kept, name=kept.name, revision=kept.revision
    )
    return kept


def remove_mapping(*, mapping: Mapping, by: User | None) -> None:
    """Take a mapping out of use. Its runs and revisions stay, its name is free again."""
    kept = _locked(mapping)
    kept.removed_at = timezone.now()
    kept.save(update_fields=["removed_at"])
    record_audit(action="mapping removed", by=by, target=kept, name=kept.name)


def _locked(mapping: Mapping) -> Mapping:
    found = (
        Mapping.objects.select_for_update(of=("self",))
        .select_related("dataset")
        .filter(pk=mapping.pk, removed_at__isnull=True)
        .first()
    )
    if found is None:
        raise MappingsError("This mapping has been removed.")
    return found


def _checked(document: Document, dataset: Dataset) -> Document:
    problems = gateways.problems_of(document, gateways.fields_of(dataset))
    if problems:
        raise MappingsError("The mapping cannot be saved yet.", problems)
    return gateways.canonical(document)


def _checked_name(name: str) -> str:
    trimmed = name.strip()
    if not trimmed or len(trimmed) > MAX_NAME:
        message = f"Give the mapping a name of 1 to {MAX_NAME} characters."
        raise MappingsError(message, [("name", message)])
    return trimmed


def _save(mapping: Mapping) -> None:
    try:
        with transaction.atomic():
            mapping.save()
    except IntegrityError as error:
        if "mappings_one_name" not in str(error):
            raise
        message = f'This connection already has a mapping named "{mapping.name}".'
        raise MappingsError(message, [("name", message)]) from error


def _add_revision(mapping: Mapping, *, by: User | None) -> None:
    MappingRevision.objects.create(
        mapping=mapping, number=mapping.revision, document=mapping.document, saved_by=by
    )
